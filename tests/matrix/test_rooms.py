"""Rooms on a real homeserver, of the newest version and of the one before creators had infinite power."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest

from chatops.core.message import Identity, RoomRef
from chatops.errors import Forbidden, Missing, RateLimited, Rejected, Unreachable
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Write
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from matrix_network.directs import Directs
from matrix_network.homeserver import Homeserver, Json, Request
from matrix_network.once import Once, transaction
from matrix_network.room_state import RoomStates
from matrix_network.rooms import Rooms
from matrix_network.session import SECRET, Kept, Session
from matrix_network.settings import MatrixSettings
from matrix_people import MatrixPerson, Person, Refused
from synapse_server import Login, OwnSynapse, Synapse


class Wire(Homeserver):
    """The way to the homeserver, which counts requests and may lose what is on it."""

    def __init__(self, url: str, tokens: Session) -> None:
        super().__init__(url, tokens)
        self.asked: list[str] = []
        """Method and last part of the path of every request."""
        self.lose_answer_of = ""
        """The next request that ends so is done, and its answer lost."""
        self.lose = ""
        """The next request that ends so never arrives."""

    async def send(
        self,
        request: Request,
        *,
        token: str | None = None,
        patience: float = 30.0,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send, or do not."""
        path = request[1].partition("?")[0]
        self.asked.append(f"{request[0]} {path.rpartition('/')[2]}")
        lost, cut = self.lose and path.endswith(self.lose), self.lose_answer_of and path.endswith(self.lose_answer_of)
        if lost:
            self.lose = ""
            message = "it never arrived"
            raise Unreachable(message)
        answer = await super().send(request, token=token, patience=patience, headers=headers)
        if cut:
            self.lose_answer_of = ""
            message = "the answer was lost"
            raise Unreachable(message)
        return answer


@dataclass
class House:
    """Our rooms on one homeserver. What is kept outlives `again`, as it does a restart."""

    server: Synapse
    login: Login
    settings: MatrixSettings = field(default_factory=MatrixSettings)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    clock: ManualClock = field(default_factory=ManualClock)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.again()

    def again(self, **settings: Any) -> None:
        """Start anew, with what was written down."""
        if settings:
            self.settings = MatrixSettings(**settings)
        kept = Kept(
            homeserver=self.server.url, user=self.login.user, device=self.login.device, access_token=self.login.token
        )
        secrets = MemorySecrets()
        secrets.kept[SECRET] = msgspec.json.encode(kept).decode()
        session = Session(secrets, self.clock.now)
        self.wire = Wire(self.server.url, session)
        self.wires.append(self.wire)
        self.states = RoomStates(self.wire)
        self.directs = Directs(self.records)
        self.rooms = Rooms(
            homeserver=self.wire,
            session=session,
            states=self.states,
            directs=self.directs,
            once=Once(self.records, self.clock.now),
            records=self.records,
            settings=self.settings,
            now=self.clock.now,
        )

    async def joined(self) -> list[str]:
        """Return the rooms our account is in, as the homeserver has it."""
        answer = await asyncio.to_thread(
            self.server.call, "GET", "/_matrix/client/v3/joined_rooms", token=self.login.token
        )
        return list(answer["joined_rooms"])


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver whose rooms are of version 11."""
    server = Synapse(tmp_path_factory.mktemp("former"), extra={"default_room_version": "11"})
    server.start()
    yield server
    server.stop()
    server.let_go()


@pytest.fixture(params=["12", "11"])
def home(request: pytest.FixtureRequest) -> Synapse:
    """Return a homeserver, of each version one."""
    server: Synapse = request.getfixturevalue("synapse" if request.param == "12" else "former")
    return server


@pytest.fixture
async def house(home: Synapse) -> AsyncIterator[House]:
    """Return our rooms on it."""
    async with _house(home) as one:
        yield one


@pytest.fixture
async def newest(synapse: Synapse) -> AsyncIterator[House]:
    """Return our rooms where the room version makes no difference."""
    async with _house(synapse) as one:
        yield one


@asynccontextmanager
async def _house(server: Synapse) -> AsyncIterator[House]:
    login = await asyncio.to_thread(server.register, f"chatops-{uuid4().hex[:8]}")
    one = House(server, login)
    try:
        yield one
    finally:
        for wire in one.wires:
            await wire.close()


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
        async with _house(own) as house:
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


class TestLettingIn:
    """Invitations and removals."""

    async def test_an_invitation_happens_once_per_key(self, newest: House, person: Person) -> None:
        """Who has left meanwhile is not called back by a repetition, but by a new invitation."""
        anna = await person("anna")
        room = await newest.rooms.open_room(RoomSpec(title="A room"), key="k1")
        await newest.rooms.invite(room, who(anna), key="k2")
        await newest.rooms.invite(room, who(anna), key="k3")
        await anna.join(room.id)
        await newest.rooms.invite(room, who(anna), key="k4")
        await anna.leave(room.id)
        newest.again()
        await newest.rooms.invite(room, who(anna), key="k2")
        assert list(await newest.rooms.members(room)) == []
        await newest.rooms.invite(room, who(anna), key="k5")
        assert list(await newest.rooms.members(room)) == [who(anna)]

    async def test_who_is_banned_is_not_invited(self, newest: House, person: Person) -> None:
        """And the error says so."""
        owner, anna = await person("owner"), await person("anna")
        room = await owner.create_room(invite=[newest.login.user], power_level_content_override={"invite": 0})
        await house_joins(newest, room)
        await owner.ban(room, anna.id)
        with pytest.raises(Forbidden, match="banned"):
            await newest.rooms.invite(RoomRef(network="matrix", id=room), who(anna), key="k1")

    async def test_removing_takes_invitations_back_too(self, house: House, person: Person) -> None:
        """Who is not in is no trouble; a repetition does not put out who was invited again."""
        anna, ben = await person("anna", on=house.server), await person("ben", on=house.server)
        room = await house.rooms.open_room(RoomSpec(title="A room", members=(who(anna),)), key="k1")
        await anna.join(room.id)
        await house.rooms.remove(room, who(anna), key="k2")
        await house.rooms.remove(room, who(anna), key="k3")
        await house.rooms.remove(room, who(ben), key="k4")
        await house.rooms.invite(room, who(ben), key="k5")
        await house.rooms.remove(room, who(ben), key="k6")
        assert list(await house.rooms.members(room)) == []
        await house.rooms.invite(room, who(anna), key="k7")
        await house.rooms.remove(room, who(anna), key="k2")
        assert list(await house.rooms.members(room)) == [who(anna)]

    async def test_without_the_power_it_is_forbidden(self, newest: House, person: Person) -> None:
        """Nothing is pretended."""
        owner, anna = await person("owner"), await person("anna")
        id_ = await owner.create_room(invite=[newest.login.user, anna.id], power_level_content_override={"invite": 50})
        await house_joins(newest, id_)
        room = RoomRef(network="matrix", id=id_)
        with pytest.raises(Forbidden):
            await newest.rooms.remove(room, who(anna), key="k1")
        with pytest.raises(Forbidden):
            await newest.rooms.archive_room(room, key="k2")
        await owner.kick(id_, anna.id)
        with pytest.raises(Forbidden):
            await newest.rooms.invite(room, who(anna), key="k3")

    async def test_what_is_not_there_is_missing(self, newest: House, person: Person) -> None:
        """Rooms that never were, rooms of other networks, and rooms we have been put out of."""
        owner = await person("owner")
        left = await owner.create_room(invite=[newest.login.user])
        await house_joins(newest, left)
        await owner.kick(left, newest.login.user)
        for network, id_ in (("matrix", "!nowhere"), ("matrix", "nowhere"), ("console", left), ("matrix", left)):
            room = RoomRef(network=network, id=id_)
            with pytest.raises(Missing):
                await newest.rooms.members(room)
            with pytest.raises(Missing):
                await newest.rooms.archive_room(room, key="k1")
            with pytest.raises(Missing):
                await newest.rooms.remove(room, who(owner), key="k2")
            with pytest.raises(Rejected):
                await newest.rooms.invite(room, who(owner), key=f"k3 {room}")


class TestClosing:
    """Archived rooms."""

    async def test_a_closed_room_can_only_be_read(self, house: House, person: Person) -> None:
        """By whoever was in it and whoever had been invited; closing twice is harmless."""
        anna, ben, cy = [await person(name, on=house.server) for name in ("anna", "ben", "cy")]
        room = await house.rooms.open_room(RoomSpec(title="A room", members=(who(anna), who(ben))), key="k1")
        await anna.join(room.id)
        word = await anna.say(room.id, "before")
        await give_power(house, room.id, anna.id)
        for key in ("k2", "k2", "k3"):
            await house.rooms.archive_room(room, key=key)
        for attempt in (
            anna.say(room.id, "after"),
            anna.react(room.id, word, "👍"),
            anna.invite(room.id, cy.id),
            anna.put_state(room.id, "m.room.topic", {"topic": "x"}),
            anna.put_state(room.id, "m.room.pinned_events", {"pinned": []}),
            anna.kick(room.id, ben.id),
            cy.knock(room.id),
            cy.join(room.id),
        ):
            with pytest.raises(Refused):
                await attempt
        assert (await anna.event(room.id, word))["content"]["body"] == "before"
        await ben.join(room.id)
        assert (await ben.event(room.id, word))["content"]["body"] == "before"
        events = [one["type"] for one in await anna.messages(room.id)]
        assert events.count("m.room.power_levels") == 3
        state = await house.states.read(room.id)
        assert state.power.may_send(house.login.user, "m.room.message")

    async def test_a_closed_room_leaves_its_space_and_its_people_may_still_read(
        self, house: House, person: Person
    ) -> None:
        """Nobody knocks any more."""
        owner, anna, ben = [await person(name, on=house.server) for name in ("owner", "anna", "ben")]
        space = await new_space(owner, house.login.user, anna.id)
        await anna.join(space)
        await house_joins(house, space)
        house.again(space=space)
        room = await house.rooms.open_room(RoomSpec(title="A room"), key="k1")
        await house.rooms.archive_room(room, key="k2")
        assert await children(owner, space) == set()
        await anna.join(room.id)
        with pytest.raises(Refused):
            await anna.say(room.id, "hello")
        with pytest.raises(Refused):
            await ben.knock(room.id)


class TestDirect:
    """One chat with each person."""

    async def test_somebody_has_one_chat(self, house: House, person: Person) -> None:
        """Whatever the key, at the same time, and after a restart."""
        anna, ben = await person("anna", on=house.server), await person("ben", on=house.server)
        rooms = await asyncio.gather(*(house.rooms.direct_room(who(anna), key=f"k{n}") for n in range(3)))
        house.again()
        assert {*rooms, await house.rooms.direct_room(who(anna), key="k9")} == {rooms[0]}
        assert await house.rooms.direct_room(who(ben), key="k1") != rooms[0]
        assert list(await house.rooms.members(rooms[0])) == [who(anna)]
        await anna.join(rooms[0].id)
        [invitation] = [
            event
            for event in await anna.messages(rooms[0].id)
            if event["type"] == "m.room.member" and event["content"]["membership"] == "invite"
        ]
        assert invitation["content"]["is_direct"] is True
        assert await house.directs.user(rooms[0].id) == anna.id

    async def test_a_lost_answer_makes_no_second_chat(self, newest: House, person: Person) -> None:
        """Nor does a crash before it is written down."""
        anna = await person("anna")
        newest.wire.lose_answer_of = "createRoom"
        with pytest.raises(Unreachable):
            await newest.rooms.direct_room(who(anna), key="k1")
        newest.again()
        room = await newest.rooms.direct_room(who(anna), key="k2")
        assert await newest.joined() == [room.id]
        assert await newest.directs.room(anna.id) == room.id

    async def test_who_left_is_invited_again(self, newest: House, person: Person) -> None:
        """Into the same chat."""
        anna = await person("anna")
        room = await newest.rooms.direct_room(who(anna), key="k1")
        await anna.join(room.id)
        await anna.leave(room.id)
        assert await newest.rooms.direct_room(who(anna), key="k2") == room
        assert list(await newest.rooms.members(room)) == [who(anna)]

    async def test_with_somebody_else_in_it_it_is_none(self, newest: House, person: Person) -> None:
        """A new one is made."""
        anna, ben = await person("anna"), await person("ben")
        room = await newest.rooms.direct_room(who(anna), key="k1")
        await newest.rooms.invite(room, who(ben), key="k2")
        other = await newest.rooms.direct_room(who(anna), key="k3")
        assert other != room
        assert list(await newest.rooms.members(other)) == [who(anna)]
        assert await newest.directs.user(room.id) is None

    async def test_a_chat_we_were_put_out_of_is_replaced(self, newest: House, person: Person) -> None:
        """One the person made."""
        anna = await person("anna")
        theirs = await anna.create_room(invite=[newest.login.user], is_direct=True)
        await house_joins(newest, theirs)
        await newest.directs.remember(anna.id, theirs)
        assert (await newest.rooms.direct_room(who(anna), key="k1")).id == theirs
        await anna.kick(theirs, newest.login.user)
        assert (await newest.rooms.direct_room(who(anna), key="k2")).id != theirs

    async def test_nobody_out_of_reach_has_one(self, newest: House) -> None:
        """The homeserver could not invite them."""
        with pytest.raises(Forbidden):
            await newest.rooms.direct_room(Identity(network="matrix", id="@cy:elsewhere.test"), key="k1")
        newest.again(federate=True)
        with pytest.raises(Forbidden):
            await newest.rooms.direct_room(Identity(network="matrix", id="@cy:elsewhere.test"), key="k1")
        with pytest.raises(Missing):
            await newest.rooms.direct_room(Identity(network="console", id="cy"), key="k1")


@pytest.mark.faults
async def test_a_homeserver_that_dies_over_it_leaves_one_room(own_synapse: OwnSynapse, person: Person) -> None:
    """Whenever it is killed: all are invited to one room, and we are in no other."""
    own = await asyncio.to_thread(own_synapse)
    people = [await person(f"p{n}", on=own) for n in range(4)]
    spec = RoomSpec(title="A room", members=tuple(who(one) for one in people))
    async with _house(own) as house:
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


async def persistent(house: House, spec: RoomSpec, key: str) -> RoomRef:
    """Open a room as the engine does: again, a few seconds later, for as long as that may help."""
    for _n in range(5):
        try:
            return await house.rooms.open_room(spec, key=key)
        except Unreachable:
            house.clock.advance(timedelta(seconds=6))
    message = "it never worked"
    raise AssertionError(message)


def who(person: MatrixPerson) -> Identity:
    """Return somebody as the core knows them."""
    return Identity(network="matrix", id=person.id)


def content(state: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the contents of state events by type."""
    return {event["type"]: event["content"] for event in state}


async def new_space(owner: MatrixPerson, bot: str, *invited: str) -> str:
    """Return a space in which the bot may add rooms, once it has joined."""
    return await owner.create_room(
        invite=[bot, *invited],
        creation_content={"type": "m.space"},
        power_level_content_override={"events": {"m.space.child": 0}},
    )


async def house_joins(house: House, room: str) -> None:
    """Let our account accept an invitation."""
    await asyncio.to_thread(
        house.server.call, "POST", f"/_matrix/client/v3/join/{quoted(room)}", {}, token=house.login.token
    )


async def give_power(house: House, room: str, user: str) -> None:
    """Make somebody a moderator."""
    path = f"/_matrix/client/v3/rooms/{quoted(room)}/state/m.room.power_levels/"
    levels = await asyncio.to_thread(house.server.call, "GET", path, token=house.login.token)
    levels["users"] = {**levels.get("users", {}), user: 60}
    await asyncio.to_thread(house.server.call, "PUT", path, levels, token=house.login.token)


async def children(owner: MatrixPerson, space: str) -> set[str]:
    """Return the rooms that stand in a space."""
    events = await owner.state(space)
    return {event["state_key"] for event in events if event["type"] == "m.space.child" and event["content"].get("via")}


def quoted(room: str) -> str:
    """Return a room's id as it stands in a path."""
    return quote(room, safe="")
