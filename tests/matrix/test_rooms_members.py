"""Who is let into a room on a real homeserver, and what is left when it is closed."""

from __future__ import annotations

import pytest

from chatops.core.message import RoomRef
from chatops.errors import Forbidden, Missing, Rejected
from chatops.ports.chat import RoomSpec
from matrix_people import Person, Refused
from matrix_rooms_house import (
    House,
    children,
    give_power,
    house_joins,
    new_space,
    who,
)


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
