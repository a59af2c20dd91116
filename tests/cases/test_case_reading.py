"""Cases are found and read: by their owner, by colleagues, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from case_story import CaseStory
from chatops.errors import Forbidden, Unreachable
from chatops.ports.tickets import Audience, Priority, WriteContext


async def test_a_case_shows_contract_duties_and_who_works_on_it(story: CaseStory) -> None:
    """Duties stand on the card of whoever has some; an open swarm takes the place of opening one."""
    case = await story.case("Card charged twice")
    shown = await story.says("olga", f"case show {case}")
    assert "Tell their security office, within 4" in shown
    assert "Key account" in shown
    await story.says("olga", f"swarm open {case} refund loops")
    posts = await story.stage.says("olga", f"case show {case}")
    assert "SW-1" in posts[0].body.plain
    commands = [button.command for button in posts[0].body.buttons]
    assert commands[0] == "swarm join SW-1"
    assert not [command for command in commands if command.startswith("swarm open")]


async def test_in_a_swarms_room_its_case_is_meant(story: CaseStory) -> None:
    """Elsewhere it has to be named."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"swarm open {case} refund loops")
    room = next(room.ref.id for room in story.stage.network.rooms.values() if room.title.startswith("SW-"))
    assert "Card charged twice" in await story.says("olga", "case show", room=room)
    await story.says("olga", "note 3 customers of theirs saw it", room=room)
    assert [one.text for one in await story.tickets.comments(case)][-1] == "3 customers of theirs saw it"
    assert "Which case?" in await story.says("olga", "case show")


async def test_history_is_told_in_pages_to_whoever_works_on_it(story: CaseStory) -> None:
    """Privately, newest first; the next page goes on where the last one ended."""
    case = await story.case("Card charged twice")
    for number in range(12):
        story.clock.advance(timedelta(minutes=1))
        await story.tickets.comment(case, f"comment {number}", Audience.INTERNAL, WriteContext(key=f"c{number}"))
    (first,) = await story.stage.says("olga", f"case history {case}")
    assert first.ref.room.id != "general"
    assert "comment 11" in first.body.plain
    assert "comment 1\n" not in first.body.plain
    (second,) = await story.stage.presses("olga", first.body.buttons[0].ref)
    assert "comment 0" in second.body.plain
    assert not second.body.buttons
    assert "comment 0" in await story.says("olga", f"case history {case} all")
    assert "That is for" in await story.says("max", f"case history {case}")


async def test_what_belongs_to_a_case(story: CaseStory) -> None:
    """Orders, the customer's other cases, cases with the same words."""
    case = await story.case("Card charged twice")
    other = await story.case("Printer jams")
    like = await story.case("Charged too much", customer=False)
    shown = await story.says("olga", f"case related {case}")
    assert "order A-17: 42 jackets" in shown
    assert str(other) in shown
    assert str(like) in shown


async def test_lists_are_filtered_sorted_and_paged(story: CaseStory) -> None:
    """Mine, a pod's, by words; the first four have a button; the next page is one press away."""
    for number in range(12):
        await story.case(f"Number {number}", priority=Priority.URGENT if number == 11 else Priority.NORMAL)
    theirs = await story.case("Printer jams", owner="anna")
    (listed,) = await story.stage.says("olga", "case list mine sort=priority")
    assert listed.body.plain.index("Number 11") < listed.body.plain.index("Number 0")
    assert "Page 1 of 2, 12 cases" in listed.body.plain
    assert len(listed.body.buttons) == 4
    (more,) = await story.stage.presses("olga", listed.body.buttons[-1].ref)
    assert "Page 2 of 2" in more.body.plain
    assert str(theirs) in await story.says("olga", "case find printer")
    assert str(theirs) not in await story.says("lea", "case list pod:emea")
    assert "There is no pod nowhere" in await story.says("lea", "case list pod:nowhere")
    assert "No cases" in await story.says("lea", "case list status=pending")
    assert "No cases" in await story.says("lea", "case list segment=nobody")


async def test_a_queue_offers_what_nobody_owns(story: CaseStory) -> None:
    """The least time left comes first."""
    late = await story.case("Since this morning", owner=None)
    story.clock.advance(timedelta(hours=2))
    new = await story.case("Just now", owner=None)
    (queue,) = await story.stage.says("max", "queue show")
    assert queue.body.plain.index(str(late)) < queue.body.plain.index(str(new))
    assert queue.body.buttons[0].command == f"case take {late}"


async def test_recent_is_what_one_looked_at(story: CaseStory) -> None:
    """The last one first, for oneself alone."""
    one, two = await story.case("One"), await story.case("Two")
    for case in (one, two, one):
        await story.says("olga", f"case show {case}")
    shown = await story.says("olga", "case recent")
    assert "No cases" in await story.says("max", "case recent")
    assert {str(one), str(two)} <= set(shown.replace("|", " ").split())


async def test_customers_are_shown_by_name_and_noted(story: CaseStory) -> None:
    """An unknown one is told; guests are not."""
    assert "Tell their security office" in await story.says("olga", "customer show acme ltd")
    assert "Done." in await story.says("olga", 'customer note acme "prefers mornings"')
    assert "prefers mornings" in await story.says("olga", "customer show ACME")
    assert "No customer is called nobody" in await story.says("olga", "customer show nobody")
    assert "ACME" not in await story.says("gus", "customer show acme")


@pytest.mark.parametrize("typed", ["case list", "queue show", "case history demo:1001", "customer show acme"])
async def test_a_system_that_is_unwell_or_refuses_says_so(story: CaseStory, typed: str) -> None:
    """In words, whatever was asked."""
    await story.case("Card charged twice")
    story.tickets.fail(Forbidden("no right"), when="always")
    assert "demo" in (refused := await story.says("olga", typed))
    assert "no right" in refused
    story.tickets.fail(Unreachable("down"), when="always")
    await story.stage.says("olga", typed)
    await story.stage.advance(timedelta(minutes=1))
    assert "does not answer" in story.standing(story.stage.network.posted[-1:])
