"""A room goes on as another one: nothing said on either side, or on its way, is lost."""

from __future__ import annotations

import itertools

from chatops.core.message import Card, Message, MessageRef, RoomMoved, RoomRef
from chatops.core.rooms import Room, RoomRebound, room_target
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import Unreachable
from chatops.hookspecs import Listener
from chatops.testing.stage import Stage
from tallies import Raised
from theatre import Theatre, said

KEYS = itertools.count(1)


async def moved(stage: Stage, old: str, new: str, *, upgrade: bool = True) -> None:
    """Let a room go on as another one."""
    refs = stage.network.upgrade(old, new) if upgrade else (stage.network.room(old).ref, stage.network.room(new).ref)
    body = RoomMoved(room=refs[0], to=refs[1], at=stage.clock.now())
    await stage.network.deliver((f"moved-{next(KEYS)}", body))
    await stage.settle()


async def room(stage: Stage) -> Room:
    """Return the logical room as stored."""
    stored = await stage.store.get(Room.kind, "tally:1/main")
    assert stored is not None
    return stage.codec.decode_as(Room, stored.body)


async def test_the_logical_room_follows(theatre: Theatre) -> None:
    """Its lane stays, both remote rooms lead to it, the domains hear of it; being told twice is harmless."""
    heard: list[RoomRebound] = []

    async def rebound(unit: Unit, fact: RoomRebound) -> None:
        heard.append(fact)

    stage = await theatre.stage(more_listeners=[Listener(name="ears", of=RoomRebound, handle=rebound)])
    await stage.room("tally:1/main", remote="old", subject="tally:1")
    await moved(stage, "old", "new")
    await moved(stage, "old", "new")

    now = await room(stage)
    assert (now.remote, now.former, now.state, now.lane) == ("new", ("old",), "open", "lane:tally:1/main")
    assert [(fact.before.id, fact.to.id, fact.subject) for fact in heard] == [("old", "new", "tally:1")]
    for said_in in ("old", "new"):
        (answer,) = await stage.says("anna", "tally echo hi", room=said_in)
        assert answer.ref.room.id == "new"
    assert (await stage.audit("lane:tally:1/main")) == ["tally echo → done"] * 2


async def test_it_moves_as_often_as_it_likes_and_survives_a_restart(theatre: Theatre) -> None:
    """An old move told again after a newer one changes nothing."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="one", subject="tally:1")
    await moved(stage, "one", "two")
    await moved(stage, "two", "three")
    await stage.restart()
    await moved(stage, "one", "two", upgrade=False)

    assert (await room(stage)).remote == "three"
    (answer,) = await stage.says("anna", "tally echo hi", room="one")
    assert answer.ref.room.id == "three"


async def test_what_is_said_in_the_new_room_right_behind_the_move_belongs_there(theatre: Theatre) -> None:
    """In one batch with it."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="old", subject="tally:1")
    await stage.says("anna", "tally make 1")
    before, after = stage.network.upgrade("old", "new")
    message = Message(
        ref=MessageRef(room=after, id="m-first"),
        sender=stage.identity("anna"),
        text="own",
        at=stage.clock.now(),
        addressed=True,
    )
    await stage.network.deliver(("move", RoomMoved(room=before, to=after, at=stage.clock.now())), ("m-first", message))
    await stage.settle()

    assert said(stage.network.posted)[-1] == "Yours."
    assert await stage.audit("lane:tally:1/main") == ["tally own → done"]


async def test_posts_on_their_way_arrive_in_the_new_room(theatre: Theatre) -> None:
    """Refused by the old room before anybody has told us why; all of them, in order, once."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="old", subject="tally:1")
    refs = stage.network.upgrade("old", "new")
    for number in range(3):
        await stage.says("anna", f"tally echo {number}", room="old")
    assert said(stage.network.posted) == []

    await stage.network.deliver(("late-move", RoomMoved(room=refs[0], to=refs[1], at=stage.clock.now())))
    await stage.settle()
    await stage.advance_seconds(30)

    assert said(stage.network.history("new")) == ["0", "1", "2"]
    assert {sent.state for sent in await stage.store.sent()} == {"sent"}


async def test_a_post_planned_for_the_old_room_goes_to_the_new_one(theatre: Theatre) -> None:
    """Also one that waits with its plan made: a card that was to be edited there."""

    async def raised(unit: Unit, fact: Raised) -> None:
        unit.post(room_target("tally:1/main"), Card(title=_("Card")), slot="card")

    stage = await theatre.stage(more_listeners=[Listener(name="cards", of=Raised, handle=raised)])
    await stage.room("tally:1/main", remote="old", subject="tally:1")
    await stage.says("anna", "tally raise 1")
    stage.network.fail(Unreachable("down"))
    await stage.says("anna", "tally raise 1", room="other")
    stage.network.fail_in("old", Unreachable("down"))
    await moved(stage, "old", "new")
    await stage.says("anna", "tally raise 1")
    await stage.advance_seconds(60)

    assert [posted.body.title for posted in stage.network.history("old")] == ["Card"]
    assert [posted.body.title for posted in stage.network.history("new")] == ["Card"]


async def test_a_room_that_refuses_for_good_is_given_up_soon(theatre: Theatre) -> None:
    """After seconds, and what is behind goes out."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="old", subject="tally:1")
    stage.network.upgrade("old", "new")
    await stage.says("anna", "tally echo hi", room="old")
    for _second in range(12):
        await stage.advance_seconds(3)

    assert [sent.state for sent in await stage.store.sent()] == ["failed"]


async def test_watched_rooms_follow_as_well(theatre: Theatre) -> None:
    """And a direct chat is forgotten: whether others are in the new room only the network can say."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="old", watched=True)
    await stage.says("anna", "tally quiet", room="chat", direct=True)

    await moved(stage, "old", "new")
    await moved(stage, "chat", "chat-2")

    assert (await room(stage)).watched
    assert stage.engine.rooms.by_remote(RoomRef(network="fake", id="new")) == await room(stage)
    assert stage.engine.rooms.direct(stage.identity("anna")) is None
