"""Promise 5: what is to be sent is sent, in order, within the limits; what may have been sent is never blindly repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.frozen import replace
from chatops.engine.settings import EngineSettings
from chatops.errors import Conflict, Forbidden, OutcomeUnknown, RateLimited, Unreachable
from chatops.testing.network import EVERYTHING, FakeNetwork, without
from theatre import Theatre, said


async def test_an_answer_goes_where_it_was_asked(theatre: Theatre) -> None:
    """Into the same room and the same thread."""
    stage = await theatre.stage()

    (post,) = await stage.says("anna", "tally echo hi", thread="m-start")

    assert (post.ref.room.id, post.thread) == ("general", "m-start")


async def test_posts_of_a_room_keep_their_order_through_failures(theatre: Theatre) -> None:
    """The first cannot be sent for a while; the others wait for it, those of another room do not."""
    stage = await theatre.stage()
    stage.network.fail(Unreachable("down"))
    await stage.says("anna", "tally echo one")
    await stage.says("anna", "tally echo two")
    await stage.says("ben", "tally echo elsewhere", room="other")
    before = said(stage.network.posted)

    await stage.advance_seconds(5)

    assert before == ["elsewhere"]
    assert said(stage.network.history("general")) == ["one", "two"]


async def test_a_limit_is_waited_for_exactly(theatre: Theatre) -> None:
    """Not a second less."""
    stage = await theatre.stage()
    stage.network.fail(RateLimited("slow down", retry_after=30.0))
    await stage.says("anna", "tally echo one")

    await stage.advance_seconds(29.5)
    early = said(stage.network.posted)
    await stage.advance_seconds(0.5)

    assert early == []
    assert said(stage.network.posted) == ["one"]


async def test_a_post_that_is_refused_is_given_up_and_the_next_goes_out(theatre: Theatre) -> None:
    """Nothing behind a dead post is blocked."""
    stage = await theatre.stage()
    stage.network.fail(Forbidden("not here"))

    lost = await stage.says("anna", "tally echo one")
    kept = await stage.says("anna", "tally echo two")

    assert lost == []
    assert said(kept) == ["two"]
    assert [sent.state for sent in await stage.store.sent()] == ["failed", "sent"]


async def test_a_network_that_stays_away_is_given_up_after_its_time(theatre: Theatre) -> None:
    """Then the post is a dead letter that can be replayed."""
    stage = await theatre.stage(settings=EngineSettings(send_patience=600.0))
    stage.network.down = Unreachable("down")
    await stage.says("anna", "tally echo one")
    for _minutes in range(36):
        await stage.advance_seconds(300)

    letters = await stage.store.dead_letters()
    stage.network.down = None
    assert await stage.store.replay(letters[0].key)
    stage.engine.ring()
    await stage.advance_seconds(60)

    assert [letter.kind for letter in letters] == ["effect"]
    assert said(stage.network.posted) == ["one"]


async def test_with_native_keys_an_unknown_outcome_is_sent_again_with_the_same_key(theatre: Theatre) -> None:
    """The network drops the repetition: one message stands there."""
    stage = await theatre.stage()
    stage.network.fail(OutcomeUnknown("cut off after sending"))

    await stage.says("anna", "tally echo one")
    await stage.advance_seconds(5)

    assert said(stage.network.posted) == ["one"]
    assert [call for call in stage.network.calls if call[0] == "post"] == [("post", "fake:m1/0")] * 2
    assert [sent.state for sent in await stage.store.sent()] == ["sent"]


async def test_without_native_keys_an_unknown_outcome_is_marked_and_not_repeated(theatre: Theatre) -> None:
    """Better one line too few than an alarm twice; the operators see it."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=without(native_keys=False)))
    stage.network.fail(OutcomeUnknown("cut off after sending"))

    await stage.says("anna", "tally echo one")
    await stage.advance_seconds(600)

    assert said(stage.network.posted) == ["one"]
    assert [sent.state for sent in await stage.store.sent()] == ["unknown"]


@pytest.mark.parametrize("native", [True, False])
async def test_a_send_cut_off_by_a_restart(theatre: Theatre, *, native: bool) -> None:
    """Taken up again with native keys; marked as unknown without."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=without(native_keys=native)), patience=0.2)
    stage.network.free.clear()
    await stage.network.say(stage.identity("anna"), "tally echo one", "general")
    await stage.settle()
    await stage.engine.outbox.cancel()

    stage.network.free.set()
    await stage.restart()

    assert [sent.state for sent in await stage.store.sent()] == ["sent" if native else "unknown"]
    assert said(stage.network.posted) == (["one"] if native else [])


async def test_a_direct_message_cut_off_is_not_sent_again_once_the_network_is_back(theatre: Theatre) -> None:
    """At first not even the chat is found again; that does not hide that the message may stand there."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=without(native_keys=False)), patience=0.2)
    await stage.says("anna", "tally secret")
    stage.network.free.clear()
    await stage.network.say(stage.identity("anna"), "tally secret", "general")
    await stage.settle()
    await stage.engine.outbox.cancel()
    stage.network.down = Unreachable("down")
    stage.network.free.set()
    await stage.restart()

    stage.network.down = None
    await stage.advance_seconds(600)

    assert [sent.state for sent in await stage.store.sent()] == ["sent", "unknown"]
    assert said(stage.network.posted) == ["Only you read this."]


async def test_a_hanging_network_does_not_hold_up_another(theatre: Theatre) -> None:
    """One network never answers; on the other one answers come at once."""
    other = FakeNetwork("other")
    stage = await theatre.stage(networks=[other], patience=0.2, settings=EngineSettings(drain=0.5))
    stage.network.free.clear()
    for number in range(40):
        who = ("anna", "ben", "cleo")[number % 3]
        await stage.network.say(stage.identity(who), "tally quiet", f"room{number}")
    await stage.settle()
    other.room("there")

    await other.say(stage.identity("mia"), "tally echo hi", "there")
    await stage.settle()

    assert said(other.posted) == ["hi"]


async def test_a_card_is_edited_in_place(theatre: Theatre) -> None:
    """As long as it is in sight."""
    stage = await theatre.stage()
    await stage.says("anna", "tally card x 1")

    again = await stage.says("anna", "tally card x 2")

    assert again == []
    assert said(stage.network.posted) == ["Tally x\nValue: 2"]


async def test_a_card_that_scrolled_away_is_posted_again(theatre: Theatre) -> None:
    """The old one shrinks to a line; from then on the new one is the card."""
    stage = await theatre.stage()
    await stage.room("tally:x/main", remote="general", subject="tally:x")
    await stage.says("anna", "tally card x 1 up")
    for number in range(8):
        await stage.says("ben", f"chat {number}", addressed=False)

    again = await stage.says("anna", "tally card x 2 up")
    await stage.says("anna", "tally card x 3 up")

    assert said(again) == ["Tally x\nValue: 3"]
    assert said(stage.network.posted) == ["Tally x moved down", "Tally x\nValue: 3"]


async def test_a_card_whose_message_was_deleted_is_posted_again(theatre: Theatre) -> None:
    """An edit of nothing becomes a post."""
    stage = await theatre.stage()
    await stage.says("anna", "tally card x 1")
    stage.network.posted.clear()

    await stage.says("anna", "tally card x 2")
    await stage.says("anna", "tally card x 3")

    assert said(stage.network.posted) == ["Tally x\nValue: 3"]


async def test_cards_on_a_network_without_edits_are_posted_anew(theatre: Theatre) -> None:
    """There is no other way."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=without(edits=False)))
    await stage.says("anna", "tally card x 1")
    await stage.says("anna", "tally card x 2")

    assert said(stage.network.posted) == ["Tally x\nValue: 1", "Tally x\nValue: 2"]


async def test_versions_of_a_card_that_nobody_would_see_are_left_out(theatre: Theatre) -> None:
    """Ten changes while the network is slow: at most two edits."""
    stage = await theatre.stage(patience=1.0)
    await stage.says("anna", "tally card x 0")
    stage.network.free.clear()
    for number in range(1, 11):
        await stage.network.say(stage.identity("anna"), f"tally card x {number}", "general")
    await stage.settle()
    stage.network.free.set()
    await stage.settle()

    assert said(stage.network.posted) == ["Tally x\nValue: 10"]
    assert stage.network.posted[0].edits <= 2
    assert {sent.state for sent in await stage.store.sent()} == {"sent"}


async def test_a_card_can_be_pinned(theatre: Theatre) -> None:
    """Once it stands there."""
    stage = await theatre.stage()
    await stage.says("anna", "tally card x 1 pin")

    assert stage.network.posted[0].pinned


async def test_a_room_is_opened_and_what_waited_for_it_is_posted_there(theatre: Theatre) -> None:
    """Promptly, and the room is ours from then on."""
    stage = await theatre.stage()

    await stage.says("anna", "tally room x")
    await stage.says("anna", "tally invite x ben")
    room = stage.engine.rooms.by_id("tally:x/main")

    assert room is not None
    assert room.remote is not None
    assert said(stage.network.history(room.remote)) == ["Welcome."]
    assert [member.id for member in stage.network.rooms[room.remote].members] == ["anna", "ben"]


async def test_a_room_that_cannot_be_opened_fails_what_waits_for_it(theatre: Theatre) -> None:
    """The room says so; nothing waits for ever."""
    stage = await theatre.stage()
    stage.network.down = Forbidden("no rooms for you")

    await stage.says("anna", "tally room x")
    await stage.settle()
    stage.network.down = None
    await stage.advance_seconds(10)

    room = stage.engine.rooms.by_id("tally:x/main")
    assert room is not None
    assert room.state == "failed"
    states = {sent.target: sent.state for sent in await stage.store.sent()}
    assert states["room:tally:x/main"] == "failed"


async def test_a_room_can_be_closed(theatre: Theatre) -> None:
    """On the network and in our books."""
    stage = await theatre.stage()
    await stage.says("anna", "tally room x")

    await stage.says("anna", "tally archive x")

    room = stage.engine.rooms.by_id("tally:x/main")
    assert room is not None
    assert room.remote is not None
    assert (room.state, stage.network.rooms[room.remote].archived) == ("archived", True)


async def test_an_effect_is_tried_until_it_works_with_one_key(theatre: Theatre) -> None:
    """And its receipt comes back into the lane, once."""
    stage = await theatre.stage()
    theatre.stamps.trouble += [Unreachable("busy"), RateLimited("wait", retry_after=10.0)]

    await stage.says("anna", "tally stamp letter")
    await stage.advance_seconds(5)
    await stage.advance_seconds(10)

    assert theatre.stamps.keys == ["fake:m1/0"] * 3
    assert theatre.heard.heard == ["stamp letter done stamped letter"]


@pytest.mark.parametrize(
    ("error", "state"),
    [(Conflict("moved on"), "failed"), (OutcomeUnknown("cut off"), "unknown"), (ValueError("bug"), "failed")],
)
async def test_an_effect_that_fails_says_so(theatre: Theatre, error: Exception, state: str) -> None:
    """Refused, uncertain or broken: the lane learns which."""
    stage = await theatre.stage()
    theatre.stamps.trouble.append(error)

    await stage.says("anna", "tally stamp letter")
    await stage.advance_seconds(600)

    assert theatre.stamps.keys == ["fake:m1/0"]
    assert theatre.heard.heard == [f"stamp letter {state} None"]


async def test_broadcasts_do_not_hold_up_answers(theatre: Theatre) -> None:
    """A hundred rooms are told one after the other; a command in between is answered first."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=replace(EVERYTHING, per_second=10.0)), patience=0.1)
    for number in range(100):
        stage.network.room(f"many{number}")
    await stage.says("anna", "tally broadcast 100")

    posts = await stage.says("ben", "tally echo quick", room="other")
    told = len(stage.network.posted)
    for _second in range(15):
        await stage.wait(1)

    assert said(posts) == ["quick"]
    assert told < 20
    assert len(stage.network.posted) == 102


async def test_a_broadcast_makes_room_for_who_waits(theatre: Theatre) -> None:
    """While somebody has just asked, two broadcast sends are under way at a time; when nobody waits, eight."""
    stage = await theatre.stage(patience=0.1)
    for number in range(30):
        stage.network.room(f"many{number}")

    stage.network.free.clear()
    await stage.says("anna", "tally broadcast 30")
    beside = len(stage.network.calls)
    await stage.wait(5)
    alone = len(stage.network.calls)
    stage.network.free.set()
    await stage.wait(5)

    assert (beside, alone) == (1 + 2, 1 + 8)
    assert len([post for post in stage.network.posted if post.ref.room.id.startswith("many")]) == 30


async def test_a_broadcast_reaches_every_room_once_through_limits(theatre: Theatre) -> None:
    """The network says no now and then; nobody is left out, nobody told twice."""
    stage = await theatre.stage(patience=0.3)
    for number in range(50):
        stage.network.room(f"many{number}")
    stage.network.fail(*(RateLimited("slow", retry_after=2.0) for _ in range(20)))

    await stage.says("anna", "tally broadcast 50")
    for _turn in range(30):
        await stage.advance(timedelta(seconds=5))

    rooms = [post.ref.room.id for post in stage.network.posted if post.ref.room.id.startswith("many")]
    assert sorted(rooms) == sorted(f"many{number}" for number in range(50))
