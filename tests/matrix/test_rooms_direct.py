"""Direct chats on a real homeserver."""

from __future__ import annotations

import asyncio

import pytest

from chatops.core.message import Identity
from chatops.errors import Forbidden, Missing, Unreachable
from matrix_people import Person
from matrix_rooms_house import (
    House,
    house_joins,
    who,
)


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
