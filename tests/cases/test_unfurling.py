"""Cases people mention get a card in the thread, in rooms of the house only, and not again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from case_story import CaseStory
from chatops.cases.mentions import LOOKED_AT, mentioned
from chatops.cases.unfurling import BUDGET
from chatops.core.message import Message, MessageRef, RoomRef
from chatops.errors import Unreachable
from chatops.testing.stage import person


async def watched(story: CaseStory) -> str:
    """Return a watched room."""
    await story.stage.room("watched", remote="lounge", watched=True)
    return "lounge"


async def test_a_name_and_an_address_get_a_card_once_in_ten_minutes(story: CaseStory) -> None:
    """In the thread of the message."""
    case, room = await story.case("Card charged twice"), await watched(story)
    (card,) = await story.stage.says("olga", f"is {case} the same?", room=room, addressed=False)
    assert "Card charged twice" in card.body.plain
    assert "ACME" in card.body.plain
    assert card.thread is not None
    again = "https://fake.example/1001 again"
    assert not await story.stage.says("max", again, room=room, addressed=False)
    story.clock.advance(timedelta(minutes=11))
    assert len(await story.stage.says("max", again, room=room, addressed=False)) == 1


async def test_at_most_three_cases_of_one_message_are_on_one_card(story: CaseStory) -> None:
    """Those that are there; what is not there is passed over."""
    for number in range(5):
        await story.case(f"Case {number}")
    room = await watched(story)
    text = "demo:404 demo:1001 demo:1002 other:7 demo:1003, demo:1004 and demo:1005"
    (card,) = await story.stage.says("olga", text, room=room, addressed=False)
    assert all(f"Case {number}" in card.body.plain for number in range(3))
    assert "Case 3" not in card.body.plain
    assert [button.command for button in card.body.buttons] == [f"case show demo:{1001 + n}" for n in range(3)]


@pytest.mark.parametrize("more", [{"addressed": True}, {"edited": True}, {"automated": True}, {"room": "elsewhere"}])
async def test_commands_edits_machines_and_other_rooms_get_none(story: CaseStory, more: dict[str, object]) -> None:
    """Neither do guests."""
    case, room = await story.case("Card charged twice"), await watched(story)
    posts = await story.stage.says("olga", f"see {case}", **{"room": room, "addressed": False, **more})  # type: ignore[arg-type]
    assert "Card charged twice" not in story.standing(posts)
    assert not await story.stage.says("gus", f"see {case}", room=room, addressed=False)


async def test_nothing_is_shown_where_guests_read(story: CaseStory) -> None:
    """A swarm's room shows cases until a guest is asked in; its own case never."""
    case = await story.case("Card charged twice")
    others = [await story.case("Printer jams"), await story.case("Scanner, too")]
    await story.says("olga", f"swarm open {case} refund loops")
    room = next(room.ref.id for room in story.stage.network.rooms.values() if room.title.startswith("SW-"))
    assert not await story.stage.says("olga", f"like {case}", room=room, addressed=False)
    assert "Printer" in story.standing(await story.stage.says("olga", f"or {others[0]}", room=room, addressed=False))
    await story.says("olga", "swarm invite SW-1 guest:gus")
    await story.says("gus", "swarm accept SW-1", direct=True)
    assert not await story.stage.says("olga", f"or {others[1]}", room=room, addressed=False)


async def test_a_system_that_is_down_is_passed_over(story: CaseStory) -> None:
    """Nobody asked for a card, so nobody is told that there is none."""
    case, room = await story.case("Card charged twice"), await watched(story)
    story.tickets.fail(Unreachable("down"), when="always")
    assert not await story.stage.says("olga", f"see {case}", room=room, addressed=False)


@given(st.text(max_size=300))
@settings(max_examples=50)
def test_whatever_is_written_names_few_things_once(text: str) -> None:
    """Each a part of the text."""
    found = mentioned(text, ("demo", "zd"))
    assert len(found) <= LOOKED_AT
    assert len(set(found)) == len(found)
    assert all(name in text for name in found)


def test_what_counts_as_a_mention() -> None:
    """Names of connected systems at the beginning of a word, and addresses whole."""
    assert mentioned("zd:48211, (demo:1001) https://x.example/zd:7?a=1.", ("demo", "zd")) == (
        "zd:48211",
        "demo:1001",
        "https://x.example/zd:7?a=1",
    )
    assert mentioned("other:1 xdemo:1 demo: 1 a/demo:1", ("demo",)) == ()


@pytest.mark.parametrize("words", ["{case}", "https://fake.example/1001", "{case}."])
async def test_alone_with_the_server_a_name_is_shown_to_its_reader(story: CaseStory, words: str) -> None:
    """With all that the reader may see; guests are told that it is not for them."""
    case = await story.case("Card charged twice")
    told = await story.says("olga", words.format(case=case), direct=True)
    assert "Card charged twice" in told
    assert "ACME" in told
    refused = await story.says("gus", words.format(case=case), direct=True)
    assert "Card" not in refused
    assert "That is for: staff" in refused


async def test_whose_case_it_is_stays_out_where_others_read_as_well(story: CaseStory) -> None:
    """A colleague who works on no cases sees what and how far; colleagues who do, for whom as well."""
    case, room = await story.case("Card charged twice"), await watched(story)
    story.stage.directory.add(person("sam"))
    story.stage.network.room(room).members[:] = [story.stage.identity(who) for who in ("olga", "sam")]
    (card,) = await story.stage.says("olga", f"is {case} the same?", room=room, addressed=False)
    assert "Card charged twice" in card.body.plain
    assert "Owner: Olga" in card.body.plain
    assert "ACME" not in card.body.plain


@pytest.mark.parametrize("who", ["gus", "nobody-we-know"])
async def test_nothing_is_shown_in_a_watched_room_while_a_guest_or_a_stranger_is_in_it(
    story: CaseStory, who: str
) -> None:
    """Once they have gone, it is."""
    case, room = await story.case("Card charged twice"), await watched(story)
    members = story.stage.network.room(room).members
    members[:] = [story.stage.identity("olga"), story.stage.identity(who)]
    assert not await story.stage.says("olga", f"is {case} the same?", room=room, addressed=False)
    members.pop()
    assert len(await story.stage.says("olga", f"is {case} the same?", room=room, addressed=False)) == 1


async def test_nothing_is_shown_where_nobody_can_say_who_reads(story: CaseStory) -> None:
    """The network does not know the room any more."""
    case, room = await story.case("Card charged twice"), await watched(story)
    message = Message(
        ref=MessageRef(room=RoomRef(network="fake", id=room), id="x1"),
        sender=story.stage.identity("olga"),
        text=f"see {case}",
        at=story.clock.now(),
    )
    del story.stage.network.rooms[room]
    await story.stage.network.deliver(("x1", message))
    await story.stage.settle()
    assert not story.stage.network.posted


async def test_a_room_gets_a_dozen_cards_an_hour(story: CaseStory) -> None:
    """Then it is quiet until the hour is over."""
    room = await watched(story)
    cases = [await story.case(f"Case {number}") for number in range(BUDGET + 2)]
    for case in cases[:BUDGET]:
        assert len(await story.stage.says("olga", f"see {case}", room=room, addressed=False)) == 1
    assert not await story.stage.says("olga", f"see {cases[BUDGET]}", room=room, addressed=False)
    story.clock.advance(timedelta(hours=1, seconds=1))
    assert len(await story.stage.says("olga", f"see {cases[BUDGET]}", room=room, addressed=False)) == 1


async def test_a_message_told_twice_is_answered_once(story: CaseStory) -> None:
    """Also after a restart."""
    case, room = await story.case("Card charged twice"), await watched(story)
    message = Message(
        ref=MessageRef(room=RoomRef(network="fake", id=room), id="x1"),
        sender=story.stage.identity("olga"),
        text=f"see {case}",
        at=story.clock.now(),
    )
    await story.stage.network.deliver(("x1", message))
    await story.stage.settle()
    await story.stage.restart()
    await story.stage.network.deliver(("x1", message))
    await story.stage.settle()
    assert len(story.stage.network.history(room)) == 1


def test_a_quoted_line_names_nothing() -> None:
    """Whoever answers below a quotation has not named the case."""
    assert mentioned("> see demo:1001\nyes, and demo:1002", ("demo",)) == ("demo:1002",)
