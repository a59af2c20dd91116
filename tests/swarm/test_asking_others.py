"""`case show`, `me`, `whoami`, `audit`."""

from __future__ import annotations

import pytest

from chatops.core.frozen import replace
from chatops.core.journal import AuditRecord
from chatops.errors import BadArgument, NotAllowed, NotFound
from chatops.people.commands import tried
from chatops.ports.tickets import NewTicket, Priority, WriteContext
from swarm_bench import Bench, button, words


async def test_case_show() -> None:
    """Customer, status, owner and clock; a swarm is one press away."""
    bench = Bench()
    customer = bench.tickets.add_customer("c1", "Muster GmbH", segment="gold")
    owner = bench.tickets.add_person("t-ben", "Ben")
    for key, subject in (("a", "Invoice wrong"), ("b", "Login fails")):
        new = NewTicket(subject=subject, customer=customer, owner=owner, priority=Priority.HIGH)
        await bench.tickets.create(new, WriteContext(key=key))
    card = await bench.do("max", "case show fake:1004")
    assert words(card) == (
        "fake:1004 · Invoice wrong\n"
        "Customer: Muster GmbH (gold) · Standard · 1 other open case\n"
        "Status: new · priority high\n"
        "Owner: Ben B\n"
        "Clock: Resolution: until Tue 3 Mar, 21:00 UTC\n"
        "Came in by: chat"
    )
    await bench.press("ben", card, "Open a swarm", help_needed="why wrong?", skills="linux")
    assert (await bench.swarm()).question == "why wrong?"


async def test_case_show_says_who_is_missing() -> None:
    """A stranger's case and nobody's case say so; a case that is not there is not found."""
    bench = Bench()
    assert "Owner: Stranger, not in our directory" in words(await bench.do("max", "case show fake:1002"))
    assert "Owner: nobody yet" in words(await bench.do("max", "fall zeigen 1003"))
    with pytest.raises(NotFound):
        await bench.do("max", "case show fake:4711")
    with pytest.raises(NotAllowed):
        await bench.do("gus", "case show fake:1001")


async def test_me_tells_what_waits() -> None:
    """Invitations first, then questions, then my swarms; told alone."""
    bench = Bench()
    assert words(await bench.do("anna", "me")) == "Nothing waits for you. Enjoy it!"
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm open fake:1001 another one")
    await bench.do("anna", "swarm join SW-1")
    await bench.do("olga", "swarm question SW-1 which provider?")
    await bench.do("olga", "swarm invite SW-2 anna")
    await bench.later(minutes=2)
    assert words(await bench.do("anna", "me"), bench.clock.now()) == (
        "For you, Anna A\n"
        "Invitations: SW-2, until 13:10 UTC: another one – `swarm accept SW-2`\n"
        "Questions: SW-1 Q1, 2 minutes ago: which provider?\n"
        "My swarms: SW-1 refund loops · active · answer Q1, open since 13:00 UTC: which provider?"
    )
    assert "For you" not in words((await bench.said_to("remote:console:lobby"))[-1])


async def test_whoami() -> None:
    """Roles, identities, zone with the time, skills."""
    bench = Bench()
    assert words(await bench.do("jan", "whoami")) == (
        "You are Jan J (`jan`)\n"
        "Roles: staff, expert\n"
        "Known as: `console:jan`, `fake:t-jan`\n"
        "Zone: Pacific/Auckland, 02:00 there, in quiet hours (22:00 to 07:00)\n"
        "Skills: billing 2 · from the people file\n"
        "At a time: at most 3 swarms"
    )


async def test_audit_tells_who_did_what() -> None:
    """Time, person and step, privately, to whoever may see the thing."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("anna", "swarm join SW-1")
    told = words(await bench.do("max", "audit SW-1"))
    assert told.splitlines()[0] == "SW-1: who did what"
    assert "Tue 3 Mar, 13:00 UTC | Olga O | Olga O opened it: refund loops" in told
    assert "Anna A came in." in told


async def test_audit_of_what_one_may_not_see() -> None:
    """A private swarm does not exist for others; what is no number of ours is not understood."""
    bench = Bench()
    await bench.do("olga", 'swarm open fake:1001 "refund loops" private')
    with pytest.raises(NotFound):
        await bench.do("max", "audit SW-1")
    with pytest.raises(NotFound):
        await bench.do("max", "audit SW-77")
    with pytest.raises(BadArgument) as refusal:
        await bench.do("max", "audit nonsense")
    assert refusal.value.commands == ("audit SW-12",)
    assert "opened it" in words(await bench.do("olga", "audit sw1"))


async def test_the_swarms_button_lists_those_of_the_case() -> None:
    """From the case to its swarms."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    card = await bench.do("max", "case show fake:1001")
    assert button(card, "Swarms").command == "swarm list case=fake:1001"
    assert "SW-1" in words(await bench.press("max", card, "Swarms"))


def test_audit_names_what_was_not_understood() -> None:
    """Refused before it was known which command it is, its first words are told; the rest is nobody's business."""
    record = AuditRecord(
        person="anna",
        command="",
        arguments="swarm opne fake:1001 with all the details",
        via="console",
        outcome="refused:unknown_command",
        event="e1",
        at=Bench().clock.now(),
    )
    assert tried(record) == "swarm opne"
    assert tried(replace(record, command="swarm open")) == "swarm open"
