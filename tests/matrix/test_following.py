"""Rooms that put us out, let us in again, or go on as another one."""

from __future__ import annotations

import pytest
from aiohttp import web

from chatops.core.message import MemberChange, RoomMoved
from matrix_ears import Ears, room_with
from matrix_people import MatrixPerson, Person, Raw
from matrix_proxy import Forward, MatrixProxy, limited
from synapse_server import Synapse

POWER = {"power_level_content_override": {"invite": 0}}


@pytest.mark.parametrize(("how", "change"), [("kick", "removed"), ("ban", "banned")])
async def test_being_put_out_is_told(synapse: Synapse, person: Person, how: str, change: str) -> None:
    """With who did it, also when it happened while we were away."""
    anna, robot = await person("anna"), await person("chatops")
    here, there = await room_with(anna, robot), await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await getattr(anna, how)(here, robot.id)
        await ears.hears_some(MemberChange)
    await anna.say(there, "!last")
    await getattr(anna, how)(there, robot.id)
    async with ears.listening():
        await ears.hears(lambda bodies: sum(isinstance(body, MemberChange) for body in bodies) == 2)
    told = [(each.room.id, each.change, each.ourselves, each.by and each.by.id) for each in ears.of(MemberChange)]
    assert told == [(here, change, True, anna.id), (there, change, True, anna.id)]
    assert ears.texts() == ["last"]


async def test_whoever_is_in_the_room_may_let_us_in_again(synapse: Synapse, person: Person) -> None:
    """The policy was asked when we came first."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    room = await room_with(anna, robot, ben, **POWER)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await anna.kick(room, robot.id)
        await ears.hears_some(MemberChange)
    async with ears.listening():
        await ben.invite(room, robot.id)
        await ears.hears(lambda bodies: sum(isinstance(body, MemberChange) for body in bodies) == 2)
        await ears.remembers("lost", some=False)
    assert [(each.change, each.ourselves) for each in ears.of(MemberChange)] == [("removed", True), ("joined", True)]


async def test_leaving_by_ourselves_is_no_news(synapse: Synapse, person: Person) -> None:
    """What we do is not told to us."""
    anna, robot = await person("anna"), await person("chatops")
    room, other = await room_with(anna, robot), await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await robot.leave(room)
        await anna.say(other, "the end")
        await ears.hears_text("the end")
    assert ears.of(MemberChange) == []


@pytest.mark.parametrize("version", ["11", "12"])
async def test_an_upgraded_room_is_followed(synapse: Synapse, person: Person, version: str) -> None:
    """By us, as soon as we are let in, and by its members, who are invited again."""
    anna, ben, carl, robot = [await person(name) for name in ("anna", "ben", "carl", "chatops")]
    room = await room_with(anna, robot, ben, carl, room_version="10" if version == "11" else "11", **POWER)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        to = await anna.upgrade(room, version)
        await ears.remembers("move", some=True)
        await anna.invite(to, robot.id)
        moved = await ears.hears_some(RoomMoved)
        await ears.remembers("move", some=False)
        members = await anna.members(to)
    assert (moved.room.id, moved.to.id) == (room, to)
    assert {user: members[user] for user in (ben.id, carl.id)} == {ben.id: "invite", carl.id: "invite"}
    assert moved_key(ears) == await tombstone(anna, room)


async def test_an_open_room_is_followed_at_once(synapse: Synapse, person: Person) -> None:
    """Nobody has to invite us."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot, preset="public_chat")
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        to = await anna.upgrade(room, "12")
        moved = await ears.hears_some(RoomMoved)
    assert moved.to.id == to


async def test_a_move_outlives_a_restart(synapse: Synapse, person: Person) -> None:
    """The invitation comes while we are away, from somebody no policy knows."""
    anna, ben, robot = [await person(name) for name in ("anna", "ben", "chatops")]
    room = await room_with(anna, robot, ben, **POWER)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        to = await anna.upgrade(room, "12")
        await ears.remembers("move", some=True)
    await anna.invite(to, robot.id)
    async with ears.listening():
        await ears.hears_some(RoomMoved)
        await ears.remembers("move", some=False)
    assert (await anna.members(to))[ben.id] == "invite"


async def test_rate_limits_hold_up_neither_the_move_nor_the_rest(
    synapse: Synapse, person: Person, proxy: MatrixProxy
) -> None:
    """The move is told before everybody is invited, and other rooms are heard meanwhile."""
    anna, ben, robot = [await person(name) for name in ("anna", "ben", "chatops")]
    room = await room_with(anna, robot, ben, preset="public_chat", **POWER)
    other = await room_with(anna, robot)
    ears = Ears(proxy.url, robot.login)
    proxy.plan(limited(1000), times=2, path="/invite")
    async with ears.listening():
        to = await anna.upgrade(room, "12")
        await ears.hears_some(RoomMoved)
        assert ben.id not in await anna.members(to)
        await anna.say(other, "meanwhile")
        await ears.hears_text("meanwhile")
        await ears.remembers("move", some=False)
    assert (await anna.members(to))[ben.id] == "invite"


async def test_a_room_cannot_claim_to_go_on_as_one_of_others(synapse: Synapse, person: Person) -> None:
    """Whoever closes their own room in favour of a private one, where we are, gets nobody in there."""
    anna, mallory, robot = [await person(name) for name in ("anna", "mallory", "chatops")]
    private, trap = await room_with(anna, robot, **POWER), await room_with(mallory, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await mallory.put_state(trap, "m.room.tombstone", {"body": "", "replacement_room": private})
        await ears.has_remembered("move")
        await anna.say(private, "the end")
        await ears.hears_text("the end")
    assert ears.of(RoomMoved) == []
    assert set(await anna.members(private)) == {anna.id, robot.id}


async def test_a_direct_chat_moves_with_its_room(synapse: Synapse, person: Person) -> None:
    """What is private goes on being private, in the new room."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True, preset="trusted_private_chat")
        while (await anna.members(room))[robot.id] != "join":
            pass
        await anna.say(room, "one")
        await ears.hears_text("one")
        to = await anna.upgrade(room, "12")
        await anna.invite(to, robot.id)
        await ears.hears_some(RoomMoved)
        assert await ears.directs.room(anna.id) == to
        await anna.say(to, "two")
        message = await ears.hears_text("two")
    assert message.direct


async def test_a_direct_chat_does_not_move_into_company(synapse: Synapse, person: Person) -> None:
    """Who upgrades a room chooses who comes along; to them nothing private is said."""
    anna, ben, robot = [await person(name) for name in ("anna", "ben", "chatops")]
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True, preset="trusted_private_chat")
        while (await anna.members(room))[robot.id] != "join":
            pass
        await anna.say(room, "one")
        assert (await ears.hears_text("one")).direct
        before = {"predecessor": {"room_id": room, "event_id": "$last"}}
        to = await room_with(anna, ben, creation_content=before)
        await anna.invite(to, robot.id)
        await anna.put_state(room, "m.room.tombstone", {"body": "", "replacement_room": to})
        await ears.hears_some(RoomMoved)
        assert await ears.directs.room(anna.id) is None
        await ben.say(to, "two")
        message = await ears.hears_text("two")
    assert not message.direct


async def test_a_withdrawn_invitation_opens_no_door(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """Also when nothing tells that it was one, as with invitations from other homeservers: the next is declined."""
    anna, spam, robot = [await person(name) for name in ("anna", "spam", "chatops")]
    here, there = await room_with(anna, robot), await spam.create_room()
    ears = Ears(proxy.url, robot.login)
    async with ears.listening():
        await anna.say(here, "one")
        await ears.hears_text("one")
    await spam.invite(there, robot.id)
    await spam.kick(there, robot.id)
    proxy.plan(without_what_was_before, path="/sync")
    async with ears.listening():
        await anna.say(here, "two")
        await ears.hears_text("two")
        await spam.invite(there, robot.id)
        while (await spam.members(there))[robot.id] == "invite":
            pass
        assert (await spam.members(there))[robot.id] == "leave"


async def without_what_was_before(_request: web.Request, forward: Forward) -> web.StreamResponse:
    """Answer a sync whose events do not say what they replaced."""
    text = (await forward()).text or ""
    return web.Response(text=text.replace("prev_content", "forgotten"), content_type="application/json")


async def tombstone(who: MatrixPerson, room: str) -> str:
    """Return the id of the event that closed a room."""
    state: list[Raw] = await who.state(room)
    return str(next(event["event_id"] for event in state if event["type"] == "m.room.tombstone"))


def moved_key(ears: Ears) -> str:
    """Return the key under which a move was handed over."""
    return next(key for key, body in ears.heard.events if isinstance(body, RoomMoved))
