"""Rooms on a real homeserver, of this version and of the one before creators had infinite power: opened once, in spaces."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from chatops.core.message import Identity
from chatops.errors import RateLimited, Unreachable
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Write
from matrix_network.once import transaction
from matrix_people import Person, Refused
from matrix_rooms_house import (
    House,
    children,
    content,
    house_joins,
    new_space,
    persistent,
    quoted,
    rooms_on,
    who,
)
from synapse_server import OwnSynapse


class TestOpening:
    """One request, one room."""

    async def test_a_room_with_ten_invited_is_one_request(self, house: House, person: Person) -> None:
        """Name, topic, rules and everybody in it."""
        people = [await person(f"p{n}", on=house.server) for n in range(10)]
        spec = RoomSpec(title="SW-1 Refunds", topic="why twice?", members=tuple(who(one) for one in people))
        room = await house.rooms.open_room(spec, key="k1")
        assert house.wire.asked == ["POST createRoom"]
        assert list(await house.rooms.members(room)) == sorted((who(one) for one in people), key=lambda one: one.id)
        await people[0].join(room.id)
        state = content(await people[0].state(room.id))
        assert state["m.room.name"] == {"name": "SW-1 Refunds"}
        assert state["m.room.topic"]["topic"] == "why twice?"
        assert state["m.room.join_rules"] == {"join_rule": "knock"}
        assert state["m.room.history_visibility"] == {"history_visibility": "shared"}
        assert state["m.room.create"]["m.federate"] is False
        assert state["m.room.canonical_alias"] == {}
        await people[0].put_state(room.id, "m.room.topic", {"topic": "ours"})
        await people[0].put_state(room.id, "m.room.pinned_events", {"pinned": []})
        with pytest.raises(Refused):
            await people[0].put_state(room.id, "m.room.name", {"name": "mine"})

    async def test_we_have_the_power_in_our_rooms(self, house: House) -> None:
        """Listed in version 11, as creator from 12 on."""
        room = await house.rooms.open_room(RoomSpec(title="A room"), key="k1")
        state = await house.states.read(room.id)
        assert state.power.users == ({} if state.version == "12" else {house.login.user: 100})
        assert state.power.level(house.login.user) >= 100
        assert state.power.may_send(house.login.user, "m.room.tombstone", state=True)

    async def test_a_private_room_is_entered_by_our_invitation_only(self, house: House, person: Person) -> None:
        """Nobody knocks, and who is in cannot let others in."""
        anna, ben = await person("anna", on=house.server), await person("ben", on=house.server)
        room = await house.rooms.open_room(RoomSpec(title="Private", members=(who(anna),), private=True), key="k1")
        await anna.join(room.id)
        for attempt in (ben.join(room.id), ben.knock(room.id), anna.invite(room.id, ben.id)):
            with pytest.raises(Refused):
                await attempt
        await house.rooms.invite(room, who(ben), key="k2")
        await ben.join(room.id)

    async def test_a_key_opens_once(self, newest: House) -> None:
        """Also after a restart, and without a request then."""
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        newest.again()
        assert await newest.rooms.open_room(RoomSpec(title="A room"), key="k1") == room
        assert newest.wire.asked == []
        assert await newest.rooms.open_room(RoomSpec(title="A room"), key="k2") != room

    async def test_two_at_once_open_one_room(self, newest: House) -> None:
        """With one key."""
        spec = RoomSpec(title="A room")
        rooms = await asyncio.gather(*(newest.rooms.open_room(spec, key="k1") for _n in range(3)))
        assert len(set(rooms)) == 1
        assert await newest.joined() == [rooms[0].id]

    @pytest.mark.parametrize("restarted", [False, True])
    async def test_a_lost_answer_makes_no_second_room(self, house: House, person: Person, *, restarted: bool) -> None:
        """The room is found by its alias; who was invited, and has declined meanwhile, is not invited again."""
        anna, ben = await person("anna", on=house.server), await person("ben", on=house.server)
        spec = RoomSpec(title="A room", members=(who(anna), who(ben)))
        house.wire.lose_answer_of = "createRoom"
        with pytest.raises(Unreachable):
            await house.rooms.open_room(spec, key="k1")
        [made] = await house.joined()
        await ben.leave(made)
        if restarted:
            house.again()
        room = await house.rooms.open_room(spec, key="k1")
        assert [room.id] == await house.joined() == [made]
        assert list(await house.rooms.members(room)) == [who(anna)]

    async def test_a_lost_request_is_made_again(self, newest: House) -> None:
        """There is no room yet."""
        newest.wire.lose = "createRoom"
        with pytest.raises(Unreachable):
            await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert await newest.joined() == []
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert await newest.joined() == [room.id]

    async def test_who_is_out_of_reach_is_left_out(self, house: House, person: Person) -> None:
        """Other networks, other homeservers, no addresses at all: it stays one request."""
        anna = await person("anna", on=house.server)
        odd = (
            Identity(network="console", id="cy"),
            Identity(network="matrix", id="@cy:elsewhere.test"),
            Identity(network="matrix", id="cy"),
            Identity(network="matrix", id=house.login.user),
        )
        room = await house.rooms.open_room(RoomSpec(title="A room", members=(*odd, who(anna), who(anna))), key="k1")
        assert house.wire.asked == ["POST createRoom"]
        assert list(await house.rooms.members(room)) == [who(anna)]

    async def test_somebody_without_an_account_has_an_invitation(self, newest: House) -> None:
        """Synapse does not say that nobody has that name."""
        nobody = Identity(network="matrix", id=f"@nobody:{newest.server.server_name}")
        room = await newest.rooms.open_room(RoomSpec(title="A room", members=(nobody,)), key="k1")
        assert list(await newest.rooms.members(room)) == [nobody]

    @pytest.mark.parametrize("federate", [True, False])
    async def test_one_refused_invitation_keeps_nobody_else_out(
        self, house: House, person: Person, *, federate: bool
    ) -> None:
        """Synapse stops in the middle of the list; the room it has made by then is found, and filled."""
        anna, ben = await person("anna", on=house.server), await person("ben", on=house.server)
        house.again(federate=federate)
        far = Identity(network="matrix", id="@cy:elsewhere.test")
        spec = RoomSpec(title="A room", members=(who(anna), far, who(ben)))
        room = await house.rooms.open_room(spec, key="k1")
        assert await house.joined() == [room.id]
        assert set(await house.rooms.members(room)) == {who(anna), who(ben)}

    async def test_more_invitations_than_allowed_at_once(self, own_synapse: OwnSynapse, person: Person) -> None:
        """The room is made without, and filled as fast as the homeserver lets us."""
        limit = {"per_second": 1, "burst_count": 2}
        own = await asyncio.to_thread(own_synapse, extra={"rc_invites": {"per_room": limit}})
        people = [await person(f"p{n}", on=own) for n in range(5)]
        async with rooms_on(own) as house:
            spec = RoomSpec(title="A room", members=tuple(who(one) for one in people))
            room, limited = None, 0
            while room is None:
                try:
                    room = await house.rooms.open_room(spec, key="k1")
                except RateLimited as error:
                    limited += 1
                    await asyncio.sleep(error.retry_after)  # what the homeserver asks for, a second or so
            assert limited, house.wire.asked
            assert await house.joined() == [room.id]
            assert len(await house.rooms.members(room)) == 5

    async def test_a_room_that_was_never_finished_is_made_anew(self, newest: House) -> None:
        """After ten seconds: until then the homeserver may still be at it."""
        answer = await asyncio.to_thread(
            newest.server.call,
            "POST",
            "/_matrix/client/v3/createRoom",
            {"room_alias_name": (alias := f"half-{uuid4().hex}")},
            token=newest.login.token,
        )
        # What a homeserver that is killed half-way leaves behind: an alias of a room that we are not in.
        await asyncio.to_thread(
            newest.server.call,
            "POST",
            f"/_matrix/client/v3/rooms/{answer['room_id']}/leave",
            {},
            token=newest.login.token,
        )
        await newest.records.write(Write(kind="opening", id=transaction("k1"), body={"alias": alias}))
        for _n in range(2):
            with pytest.raises(Unreachable):
                await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        newest.clock.advance(timedelta(seconds=10))
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert await newest.joined() == [room.id]
        assert room.id != answer["room_id"]


class TestSpace:
    """People of a space walk in."""

    async def test_members_of_the_space_walk_in_and_others_knock(self, house: House, person: Person) -> None:
        """The room stands in the space; the invitation is the answer to a knock."""
        owner, anna, ben = [await person(name, on=house.server) for name in ("owner", "anna", "ben")]
        space = await new_space(owner, house.login.user, anna.id)
        await anna.join(space)
        await house_joins(house, space)
        house.again(space=space)
        room = await house.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert house.wire.asked == ["POST createRoom", f"PUT {quoted(room.id)}"]
        assert await children(owner, space) == {room.id}
        await anna.join(room.id)
        with pytest.raises(Refused):
            await ben.join(room.id)
        await ben.knock(room.id)
        await house.rooms.invite(room, who(ben), key="k2")
        await ben.join(room.id)

    async def test_a_private_room_does_not_stand_in_it(self, newest: House, person: Person) -> None:
        """Its name would be told to everybody."""
        owner = await person("owner")
        space = await new_space(owner, newest.login.user)
        await house_joins(newest, space)
        newest.again(space=space)
        await newest.rooms.open_room(RoomSpec(title="Private", private=True), key="k1")
        assert await children(owner, space) == set()

    async def test_a_space_that_does_not_let_us_costs_nobody_the_room(self, newest: House, person: Person) -> None:
        """People of the space still walk in."""
        owner = await person("owner")
        space = await owner.create_room(creation_content={"type": "m.space"})
        newest.again(space=space)
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        await owner.join(room.id)
        assert await children(owner, space) == set()

    async def test_a_lost_answer_about_the_space_is_asked_again(self, newest: House, person: Person) -> None:
        """And no second room is made."""
        owner = await person("owner")
        space = await new_space(owner, newest.login.user)
        await house_joins(newest, space)
        newest.again(space=space)
        before = await newest.joined()
        newest.wire.lose_answer_of = "createRoom"
        with pytest.raises(Unreachable):
            await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert await children(owner, space) == set()
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        assert await children(owner, space) == {room.id}
        assert set(await newest.joined()) - set(before) == {room.id}


@pytest.mark.faults
async def test_a_homeserver_that_dies_over_it_leaves_one_room(own_synapse: OwnSynapse, person: Person) -> None:
    """Whenever it is killed: all are invited to one room, and we are in no other."""
    own = await asyncio.to_thread(own_synapse)
    people = [await person(f"p{n}", on=own) for n in range(4)]
    spec = RoomSpec(title="A room", members=tuple(who(one) for one in people))
    async with rooms_on(own) as house:
        rooms: set[str] = set()
        for n in range(16):
            attempt = asyncio.ensure_future(house.rooms.open_room(spec, key=f"k{n}"))
            await asyncio.wait({attempt}, timeout=0.04 * n)  # chance decides what it is about then
            await asyncio.to_thread(own.kill)
            await asyncio.wait({attempt})
            attempt.exception()
            await asyncio.to_thread(own.start)
            room = await persistent(house, spec, f"k{n}")
            assert set(await house.rooms.members(room)) == {who(one) for one in people}
            rooms.add(room.id)
            assert set(await house.joined()) == rooms
