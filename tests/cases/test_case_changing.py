"""Cases change hands, priority and status, and the card tells what became of it."""

from __future__ import annotations

import pytest

from case_story import CaseStory
from chatops.errors import Forbidden
from chatops.ports.tickets import Audience, Priority, Status


async def test_a_new_case_tells_its_name_and_address(story: CaseStory) -> None:
    """On the card that said it was under way; with customer and priority as asked."""
    shown = await story.says("olga", 'case new "Till is down" customer=acme priority=high')
    assert "demo:1001 · Till is down" in shown
    assert "https://fake.example/1001" in shown
    assert "On its way" not in shown
    made = await story.now(await story.tickets.resolve("1001"))
    assert (made.priority, made.customer is not None and made.customer.name) == (Priority.HIGH, "ACME Ltd")
    assert "No ticket system is called nowhere" in await story.says("olga", 'case new "x" in=nowhere')


async def test_an_agent_takes_a_case_and_nobody_twice(story: CaseStory) -> None:
    """The clock stands on the card; who owns it already is told; experts do not take."""
    case = await story.case("Card charged twice", owner=None)
    shown = await story.says("max", f"case take {case}")
    assert "owner: nobody → Max" in shown
    assert "until" in shown
    owner = (await story.now(case)).owner
    assert owner is not None
    assert owner.name == "Max"
    assert "already" in await story.says("max", f"case take {case}")
    assert "That is for" in await story.says("anna", f"case take {case}")


async def test_a_pod_lead_assigns(story: CaseStory) -> None:
    """Both sides are told; somebody unknown to the system cannot own anything."""
    case = await story.case("Card charged twice")
    posts = await story.stage.says("lea", f"case assign {case} @max")
    assert "owner: Olga → Max" in posts[0].body.plain
    told = story.standing(posts)
    assert "Lea gives you demo:1001" in told
    assert "goes from you to Max" in told
    assert "That is for" in await story.says("olga", f"case assign {case} @olga")
    assert "not known in demo" in await story.says("lea", f"case assign {case} @mia")
    assert "guests own no cases" in await story.says("lea", f"case assign {case} @gus")


async def test_two_who_take_at_once_are_not_both_owners(story: CaseStory) -> None:
    """The second is told whose it is now."""
    case = await story.case("Card charged twice", owner=None)
    await story.stage.network.say(story.stage.identity("max"), f"case take {case}", "general", addressed=True)
    await story.stage.network.say(story.stage.identity("olga"), f"case take {case}", "lobby", addressed=True)
    await story.stage.settle()
    await story.stage.advance_seconds(120)
    said = story.standing(story.stage.network.posted)
    owner = (await story.now(case)).owner
    assert owner is not None
    assert said.count("Done.") == 1
    assert f"it belongs to {owner.name} now" in said


async def test_a_private_swarm_is_not_given_away(story: CaseStory) -> None:
    """Who may not know of it is refused without a word of it."""
    case = await story.case("Card charged twice")
    await story.says("olga", f'swarm open {case} "refund loops" private')
    for who, typed in (("max", f"case take {case}"), ("lea", f"case assign {case} @max")):
        refused = await story.says(who, typed)
        assert "cannot be handed" in refused
        assert "swarm" not in refused.lower()


async def test_a_swarms_case_changes_hands_in_the_swarm_only(story: CaseStory) -> None:
    """Neither taken nor assigned: the command that works is offered."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"swarm open {case} refund loops")
    for who, typed in (("max", f"case take {case}"), ("lea", f"case assign {case} @max")):
        refused = await story.says(who, typed)
        assert "SW-1 works on demo:1001" in refused
        assert "swarm handover SW-1 @max" in refused
    owner = (await story.now(case)).owner
    assert owner is not None
    assert owner.name == "Olga"


async def test_priority_needs_a_reason(story: CaseStory) -> None:
    """Which stands inside the case; the card says old and new."""
    case = await story.case("Card charged twice")
    assert "Say why" in await story.says("olga", f"case priority {case} high")
    shown = await story.says("olga", f'case priority {case} high because "their till is down"')
    assert "priority: normal → high" in shown
    assert (await story.now(case)).priority is Priority.HIGH
    (note,) = await story.tickets.comments(case)
    assert "their till is down" in note.text
    assert note.audience is Audience.INTERNAL
    assert "already" in await story.says("olga", f'case priority {case} high because "x"')
    assert "That is for" in await story.says("max", f'case priority {case} low because "x"')


async def test_status_says_what_it_does_to_the_clocks(story: CaseStory) -> None:
    """Waiting for the customer pauses them."""
    case = await story.case("Card charged twice")
    shown = await story.says("olga", f"case status {case} pending")
    assert "status: new → waiting for the customer" in shown
    assert "paused until the customer replies" in shown
    assert (await story.now(case)).status is Status.WAITING


async def test_what_the_system_refuses_is_told_with_the_way_out(story: CaseStory) -> None:
    """On the card, and to whoever asked; nothing looks as if it had been done."""
    case = await story.case("Card charged twice")
    story.tickets.fail(Forbidden("no right to do so"), when="after")
    posts = await story.stage.says("olga", f"case status {case} pending")
    assert "Did not work" in posts[0].body.plain
    assert "no right to do so" in posts[0].body.plain
    assert f"case status {case} pending" in posts[0].body.plain
    assert "Done." not in story.standing(posts)


@pytest.mark.parametrize(
    "line", ["priority {case} high because their till is down", "status {case} pending because of it"]
)
async def test_what_did_not_happen_has_no_reason(story: CaseStory, line: str) -> None:
    """The note that says why is written once it is done, and never when the system refuses."""
    case = await story.case("Card charged twice")
    story.tickets.fail(Forbidden("no right to do so"), when="after")
    await story.says("olga", f"case {line.format(case=case)}")
    assert not await story.tickets.comments(case)


@pytest.mark.parametrize("who", ["max", "gus", "mia"])
async def test_notes_are_written_by_who_works_on_it(story: CaseStory, who: str) -> None:
    """Others are refused; members of the swarm may."""
    case = await story.case("Card charged twice")
    await story.says(who, f"note {case} hello")
    assert not await story.tickets.comments(case)
    await story.says("olga", f"swarm open {case} refund loops")
    await story.says("anna", "swarm join SW-1")
    await story.says("anna", f'note {case} "it is the lock"')
    assert "it is the lock" in [one.text for one in await story.tickets.comments(case)]


async def test_files_are_attached_by_address(story: CaseStory) -> None:
    """With a name, or the last part of the address; without an address that is said."""
    case = await story.case("Card charged twice")
    await story.says("olga", f'case attach {case} https://files.example/a/log.txt "server log"')
    await story.says("olga", f"case attach {case} https://files.example/b/log.txt")
    assert [name for _ticket, _url, name in story.tickets.extras.files] == ["server log", "log.txt"]
    assert "Where is the file?" in await story.says("olga", f"case attach {case}")
