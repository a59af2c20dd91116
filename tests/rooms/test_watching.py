"""A room is watched from one word to another: told, durable, and kept no longer than said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from case_story import CaseStory
from chatops.core.message import Identity, RoomMoved, RoomRef
from chatops.core.rooms import Room, own_lane
from chatops.engine.intake import redaction_key
from chatops.rooms.model import Watch
from chatops.testing.stage import person

LOUNGE = RoomRef(network="fake", id="lounge")
US = Identity(network="fake", id="server")


async def says(story: CaseStory, who: str, text: str, **more: object) -> str:
    """Let somebody say something in the lounge."""
    return await story.says(who, text, **{"room": "lounge", **more})


async def kept(story: CaseStory) -> int:
    """Return how many messages of the lounge are stored."""
    rows = await story.stage.store.messages(str(LOUNGE))
    return sum(row.kind == "message" for row in rows)


async def chats(story: CaseStory, text: str = "lunch?") -> int:
    """Let somebody say something to nobody in particular; return how many messages are stored more."""
    before = await kept(story)
    await says(story, "olga", text, addressed=False)
    return await kept(story) - before


async def rooms(story: CaseStory) -> list[Room]:
    """Return the logical rooms of the lounge."""
    stored = await story.stage.store.find(Room.kind, {"remote": str(LOUNGE)})
    return [story.stage.codec.decode_as(Room, one.body) for one in stored]


async def test_the_room_is_told_what_watching_means_and_at_once_it_holds(story: CaseStory) -> None:
    """What is said is kept, cases are shown; commands stay what is said to us."""
    case = await story.case("Card charged twice")
    assert await chats(story) == 0
    told = await says(story, "lea", "room watch billing lounge")
    assert "This room is watched from now on" in told
    assert "also what is not said to me, and keep it for 30 days" in told
    assert "Cases: shown" in told
    assert await chats(story) == 1
    assert "Card charged twice" in await says(story, "olga", f"is {case} the same?", addressed=False)
    assert await says(story, "olga", "case new Not a command here", addressed=False) == ""


async def test_it_ends_at_a_word_and_at_once(story: CaseStory) -> None:
    """Nothing more is kept; what was is said to go."""
    await says(story, "lea", "room watch")
    told = await says(story, "mia", "room unwatch")
    assert "This room is watched no more" in told
    assert "after 30 days" in told
    assert await chats(story) == 0
    assert "This room is not watched: I keep only what is said to me" in await says(story, "max", "room show")
    assert "This room is not watched." in await says(story, "mia", "room unwatch")
    assert "This room is watched from now on" in await says(story, "lea", "room watch")
    assert len(await rooms(story)) == 1


async def test_what_is_deleted_after_its_end_is_deleted_here_as_well(story: CaseStory) -> None:
    """What was kept is still there then: that somebody takes it back is no noise."""
    await says(story, "lea", "room watch")
    network = story.stage.network
    ref = await network.say(story.stage.identity("olga"), "something personal", "lounge", addressed=False)
    await story.stage.settle()
    await says(story, "lea", "room unwatch")
    await story.stage.restart()

    await network.redact(ref)
    await story.stage.settle()

    assert await story.stage.store.accepted(redaction_key(ref))


async def test_after_a_restart_it_is_as_it_was(story: CaseStory) -> None:
    """Watched as well as not."""
    await says(story, "lea", "room watch")
    await story.stage.restart()
    assert await chats(story) == 1
    await says(story, "lea", "room unwatch")
    await story.stage.restart()
    assert await chats(story) == 0


async def test_what_was_kept_goes_after_thirty_days(story: CaseStory) -> None:
    """Also what was kept for the listeners."""
    await says(story, "lea", "room watch")
    assert await chats(story, "something personal") == 1
    store, days = story.stage.store, timedelta(days=30)
    story.clock.advance(timedelta(days=29))
    await store.purge(events_before=story.clock.now() - days, posts_before=story.clock.now() - days)
    assert await kept(story) == 2
    story.clock.advance(timedelta(days=1, minutes=1))
    await store.purge(events_before=story.clock.now() - days, posts_before=story.clock.now() - days)
    assert await kept(story) == 0


@pytest.mark.parametrize("who", ["olga", "anna", "gus"])
@pytest.mark.parametrize("words", ["room watch", "room unwatch", "room list"])
async def test_only_who_leads_may(story: CaseStory, who: str, words: str) -> None:
    """Others are told who may, and nothing changes."""
    if words == "room unwatch":
        await says(story, "lea", "room watch")
    before = await rooms(story)
    assert "That is for: admin / manager / pod lead" in await says(story, who, words)
    assert await rooms(story) == before


async def test_everybody_in_the_room_can_see_what_is_kept(story: CaseStory) -> None:
    """Guests without names; who wanted it stands there only among members of the house."""
    await says(story, "lea", "room watch")
    shown = await says(story, "max", "room show")
    assert "This room is watched" in shown
    assert "for 30 days" in shown
    assert "Wanted by: Lea" in shown
    shown = await says(story, "gus", "room show")
    assert "for 30 days" in shown
    assert "Lea" not in shown
    story.stage.network.room("lounge").members.append(story.stage.identity("gus"))
    shown = await says(story, "max", "room show")
    assert "Lea" not in shown
    assert "not shown while 1 guest" in shown
    assert "I keep only what is said to me" in await says(story, "max", "room show", room="elsewhere")


async def test_a_room_with_guests_is_told_that_it_sees_no_cases(story: CaseStory) -> None:
    """It can be watched all the same."""
    story.stage.network.room("lounge").members.append(story.stage.identity("gus"))
    assert "not shown while 1 guest or account that I do not know is in here" in await says(story, "lea", "room watch")


async def test_private_chats_and_our_own_rooms_are_never_watched(story: CaseStory) -> None:
    """Both say why."""
    assert "private chats are never watched" in await says(story, "lea", "room watch", room="d1", direct=True)
    await story.case("Card charged twice")
    await story.says("olga", "swarm open demo:1001 refund loops")
    own = next(room.ref.id for room in story.stage.network.rooms.values() if room.title.startswith("SW-"))
    assert "what is said here is kept already" in await says(story, "lea", "room watch", room=own)
    assert "This room is not watched." in await says(story, "lea", "room unwatch", room=own)
    assert "one of my own rooms" in await says(story, "olga", "room show", room=own)


async def test_said_twice_it_is_watched_once(story: CaseStory) -> None:
    """Whoever says it again is told so; so is whoever says it by a program, which is in no room."""
    await says(story, "lea", "room watch")
    assert "watched already" in await says(story, "mia", "room watch")
    (reply,) = await story.stage.calls("lea", "room watch")
    assert "in the room itself" in reply.text
    assert len(await rooms(story)) == 1


async def test_it_can_be_ended_from_elsewhere_by_its_name(story: CaseStory) -> None:
    """The list is for whoever asked alone; the room itself hears of the end."""
    await says(story, "lea", "room watch Billing  lounge")
    await says(story, "lea", "room watch", room="second")
    listed = await story.stage.says("mia", "room list")
    assert {post.ref.room.id for post in listed} == {"direct-mia"}
    assert "Billing lounge" in listed[0].body.plain
    assert "fake:second" in listed[0].body.plain
    assert "No watched room is called that." in await story.says("mia", "room unwatch kitchen")
    posts = await story.stage.says("mia", "room unwatch billing lounge")
    assert {post.ref.room.id for post in posts} == {"general", "lounge"}
    assert await chats(story) == 0
    await story.says("mia", "room unwatch fake:second")
    assert "No room is watched." in await story.says("mia", "room list")


async def test_two_rooms_of_one_name_are_asked_about(story: CaseStory) -> None:
    """By where they are."""
    for room in ("lounge", "second"):
        await says(story, "lea", "room watch billing", room=room)
    told = await story.says("lea", "room unwatch billing")
    assert "room unwatch fake:lounge" in told
    assert "room unwatch fake:second" in told


async def test_undo_takes_it_back(story: CaseStory) -> None:
    """From anywhere, by whoever said it."""
    await says(story, "lea", "room watch")
    await story.says("lea", "undo")
    assert await chats(story) == 0


async def test_every_change_is_audited(story: CaseStory) -> None:
    """Who said what, in the room's own lane."""
    await says(story, "lea", "room watch")
    await says(story, "olga", "room unwatch")
    await says(story, "mia", "room unwatch")
    assert await story.stage.audit(own_lane(LOUNGE)) == [
        "room watch → done",
        "room unwatch → denied",
        "room unwatch → done",
    ]


async def test_put_out_of_the_room_watching_is_over(story: CaseStory) -> None:
    """Let in again, nothing is kept until somebody says so."""
    await says(story, "lea", "room watch")
    for change in ("removed", "joined"):
        await story.stage.network.member(US, "lounge", change, ourselves=True)
        await story.stage.settle()
    assert await chats(story) == 0
    assert "This room is watched from now on" in await says(story, "lea", "room watch")
    assert await chats(story) == 1


async def test_a_room_that_goes_on_as_another_is_watched_there_and_told_so(story: CaseStory) -> None:
    """The list names it as it is called now."""
    await says(story, "lea", "room watch")
    old, new = story.stage.network.upgrade("lounge", "parlour")
    await story.stage.network.deliver(("mv", RoomMoved(room=old, to=new, at=story.clock.now())))
    await story.stage.settle()
    assert "This room is watched from now on" in story.standing(story.stage.network.history("parlour"))
    stored = await story.stage.store.find(Watch.kind, {"live": "yes"})
    assert [story.stage.codec.decode_as(Watch, one.body).where for one in stored] == ["fake:parlour"]


async def test_said_in_a_thread_the_room_hears_it_outside_of_it(story: CaseStory) -> None:
    """Whoever asked is answered in the thread."""
    first = await story.stage.network.say(story.stage.identity("lea"), "hm", "lounge", addressed=False)
    posts = await story.stage.says("lea", "room watch", room="lounge", thread=first.id)
    assert {post.thread for post in posts} == {None, first.id}


async def test_answers_in_a_watched_room_stay_in_the_askers_language(story: CaseStory) -> None:
    """The room is nobody's we know; what it hears unasked is in the language of whoever wanted it."""
    story.stage.directory.add(person("petra", "pod_lead", locale="de"))
    await says(story, "petra", "raum mitlesen")
    (room,) = await rooms(story)
    assert (room.locale, room.watched) == ("de", True)
    await says(story, "petra", "ruimte niet meelezen")
    (room,) = await rooms(story)
    assert not room.watched
