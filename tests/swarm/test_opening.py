"""Opening a swarm: whose case, which room, and what when something is missing."""

from __future__ import annotations

import pytest

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.effects import OpenRoom
from chatops.core.text import Text
from chatops.engine.ticket_effects import TICKET_EFFECTS, AddNote, AssignTicket
from chatops.errors import Impossible, NotAllowed, NotFound, TryLater, Unreachable
from chatops.ports.tickets import Status, TicketPatch, WriteContext
from chatops.swarm.model import State
from swarm_bench import Bench, button, words


def plain(text: Text | None) -> str:
    """Return a sentence in English."""
    return "" if text is None else Catalogues({}).plain(text, Reader())


async def test_the_owner_of_the_case_opens() -> None:
    """The swarm belongs to the case's owner; one room, one note, one card."""
    bench = Bench()
    opened = await bench.do("olga", "swarm open fake:1001 refund loops skills=billing timebox=60m")
    swarm = await bench.swarm()
    assert (swarm.owner, swarm.state, swarm.name) == ("olga", State.REQUESTED, "SW-1")
    assert swarm.places[0].state == "open"
    assert "asked: Anna A" in words(opened)
    assert "time box until 14:00 UTC" in words((await bench.room())[0])
    assert bench.ledger == {
        "room.open swarm:1/main": 1,
        "ticket.note swarm:1/note/opened": 1,
        "swarm.find_similar swarm:1/similar": 1,
    }
    assert await bench.timeline() == ["Olga O opened it: refund loops", "Anna A was asked."]


async def test_a_pod_lead_opens_for_the_owner() -> None:
    """The case stays the owner's, who is told and is in the room."""
    bench = Bench()
    await bench.do("lea", "swarm open fake:1001 refund loops")
    swarm = await bench.swarm()
    assert (swarm.owner, swarm.opened_by) == ("olga", "lea")
    assert {member.person for member in swarm.present} == {"olga", "lea"}
    assert "Lea L opened SW-1 on your case" in await bench.heard("olga")


async def test_others_may_not_open_and_are_told_who_may() -> None:
    """Neither owner nor pod lead: refused, with whom to ask; no number is used up."""
    bench = Bench()
    with pytest.raises(NotAllowed) as refusal:
        await bench.do("max", "swarm open fake:1001 refund loops")
    assert "belongs to Olga O" in plain(refusal.value.message)
    assert plain(refusal.value.hint) == "Ask Olga O or a pod lead."
    await bench.do("olga", "swarm open fake:1001 refund loops")
    assert (await bench.swarm("1")).owner == "olga"


async def test_a_case_of_a_stranger_is_opened_by_a_pod_lead_only() -> None:
    """An owner whom the directory does not know: it is said so, and the pod lead owns the swarm."""
    bench = Bench()
    with pytest.raises(NotAllowed) as refusal:
        await bench.do("olga", "swarm open fake:1002 who is it")
    assert "whom the directory does not know" in plain(refusal.value.message)
    with pytest.raises(NotAllowed, match="Nobody owns"):
        await bench.do("olga", "swarm open fake:1003 whose is it")
    opened = await bench.do("lea", "swarm open fake:1002 who is it")
    assert "you own the swarm" in words(opened)
    assert (await bench.swarm()).owner == "lea"


async def test_one_swarm_per_case_and_question() -> None:
    """The same question on the same case offers to join; another question is another swarm."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    with pytest.raises(Impossible) as refusal:
        await bench.do("lea", "swarm open fake:1001 Refund  LOOPS!")
    assert refusal.value.commands[0] == "swarm join SW-1"
    await bench.do("olga", "swarm open fake:1001 something else")
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    await bench.do("olga", "swarm open fake:1001 refund loops")
    assert (await bench.swarm("3")).question == "refund loops"


async def test_what_is_not_there_or_does_not_answer() -> None:
    """A missing case is not found, a closed one impossible, an outage worth another try."""
    bench = Bench()
    with pytest.raises(NotFound):
        await bench.do("olga", "swarm open fake:9999 refund loops")
    bench.tickets.fail(Unreachable("down"))
    with pytest.raises(TryLater):
        await bench.do("olga", "swarm open fake:1001 refund loops")
    ref = await bench.tickets.resolve("1001")
    await bench.tickets.update(ref, TicketPatch(status=Status.CLOSED), WriteContext(key="k"))
    with pytest.raises(Impossible, match="closed already"):
        await bench.do("olga", "swarm open fake:1001 refund loops")
    assert bench.ledger == {}


async def test_articles_that_may_help_are_named() -> None:
    """What the knowledge base knows is shown in the room, with the words it was found by."""
    bench = Bench()
    bench.tickets.add_article("Refund loops and how to stop them", state="published")
    await bench.do("olga", "swarm open fake:1001 refund loops")
    assert "KB1 Refund loops and how to stop them (refund, loops)" in "\n".join(map(words, await bench.room()))


async def test_without_a_room_the_swarm_stays_where_it_began() -> None:
    """The room cannot be opened: everybody concerned is told why, and the card is where they are."""
    bench = Bench()
    bench.refuse[OpenRoom] = "no right to create rooms"
    await bench.do("olga", "swarm open fake:1001 refund loops")
    swarm = await bench.swarm()
    assert swarm.places[0].target == "remote:console:lobby"
    assert "no right to create rooms" in await bench.heard("olga")
    here = "\n".join(words(said) for said in await bench.said_to("remote:console:lobby"))
    assert "It goes on here." in here
    assert "SW-1 · refund loops" in here
    await bench.do("ben", "swarm join SW-1")
    await bench.do("olga", 'swarm done SW-1 "solved it" article=none because="a typing mistake"')
    assert (await bench.swarm()).state is State.CLOSED
    assert not [line for line in bench.ledger if line.startswith("room.")]


async def test_a_note_that_fails_is_told() -> None:
    """The card shows it with the reason, the owner is told what to do."""
    bench = Bench()
    bench.refuse[AddNote] = "comments are locked"
    await bench.do("olga", "swarm open fake:1001 refund loops")
    assert "note on the ticket failed: comments are locked" in words((await bench.room())[-1])
    assert "by hand: fake:1001" in await bench.heard("olga")


def test_only_one_effect_on_a_ticket_can_name_an_owner() -> None:
    """I1, by construction: of all that can be done to a ticket, only assigning it has a field for an owner."""
    for effect in set(TICKET_EFFECTS) - {AssignTicket}:
        assert not [field for field in effect.__struct_fields__ if "owner" in field or "patch" in field]


async def test_a_private_swarm_is_for_those_in_it() -> None:
    """Others neither see, list nor join it; who is asked does."""
    bench = Bench()
    await bench.do("olga", 'swarm open fake:1001 "refund loops" private')
    with pytest.raises(NotFound):
        await bench.do("ben", "swarm join SW-1")
    assert "No swarms" in words(await bench.do("ben", "swarm list"))
    await bench.do("olga", "swarm invite SW-1 ben")
    await bench.do("ben", "accept", direct=True)
    assert "1 swarm" in words(await bench.do("ben", "swarm list"))


async def test_a_private_swarm_is_shown_where_nobody_else_reads_along() -> None:
    """Asked for in a room of others, it is shown to the asker alone; in its own room, and when public, as usual."""
    bench = Bench()
    await bench.do("olga", 'swarm open fake:1001 "refund loops" private')

    async def shown(line: str, room: str | None = None) -> list[str]:
        return [post.to for post in await bench.posts("olga", line, room=room) if post.reply]

    assert await shown("swarm show SW-1") == ["person:olga"]
    assert await shown("swarm list") == ["person:olga"]
    assert await shown("swarm show", room="1") == ["room:swarm:1/main"]


async def test_the_openers_card_has_the_next_steps() -> None:
    """Invite and Done are one press away."""
    bench = Bench()
    opened = await bench.do("olga", "swarm open fake:1001 refund loops")
    assert button(opened, "Invite").command == "swarm invite SW-1"
    await bench.press("olga", opened, "Invite", who="ben", why="you know it")
    assert (await bench.swarm()).calls[0].why == "you know it"
