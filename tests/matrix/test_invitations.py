"""Whose invitations are accepted, what a direct chat is, and that no invitation is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatops import Body
from chatops.core.message import MemberChange, Message
from chatops.ports.chat import Answered
from chatops.ports.store import Checkpoint
from matrix_ears import Ears, room_with, until
from matrix_network.settings import Invitations, MatrixSettings
from matrix_people import MatrixPerson, Person
from matrix_proxy import MatrixProxy, unavailable
from synapse_server import Synapse


async def becomes(owner: MatrixPerson, room: str, user: str, membership: str) -> None:
    """Wait until somebody has that membership."""
    seen: dict[str, str] = {}
    while seen.get(user) != membership:
        seen = await owner.members(room)


async def test_people_of_the_directory_are_welcome(synapse: Synapse, person: Person) -> None:
    """And what they say after that is heard; what stood in the room before is not."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room()
        await anna.say(room, "!old")
        await anna.invite(room, robot.id)
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "!new")
        message = await ears.hears_text("new")
    assert ears.texts() == ["new"]
    assert (message.direct, message.addressed) == (False, True)


async def test_invitations_that_wait_at_the_first_start_are_accepted(synapse: Synapse, person: Person) -> None:
    """By the same policy."""
    anna, spam, robot = await person("anna"), await person("spam"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    good, bad = await anna.create_room(invite=[robot.id]), await spam.create_room(invite=[robot.id])
    async with ears.listening():
        await becomes(anna, good, robot.id, "join")
        await becomes(spam, bad, robot.id, "leave")


async def test_strangers_are_declined(synapse: Synapse, person: Person) -> None:
    """Once, without a word, however often they try; and nothing of their rooms is heard."""
    spam, robot = await person("spam"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        rooms = [await spam.create_room(invite=[robot.id], is_direct=True) for _n in range(5)]
        for room in rooms:
            await becomes(spam, room, robot.id, "leave")
        await spam.invite(rooms[0], robot.id)
        await becomes(spam, rooms[0], robot.id, "leave")
        await ears.remembers("invitation", some=False)
    assert ears.heard.bodies() == []
    assert await ears.directs.user(rooms[1]) is None


@pytest.mark.parametrize("by", ["people", "servers", "rooms"])
async def test_settings_name_further_ones(synapse: Synapse, person: Person, by: str) -> None:
    """People, homeservers, rooms."""
    anna, robot = await person("anna"), await person("chatops")
    room = await anna.create_room()
    lists = {"people": (anna.id,), "servers": (synapse.server_name,), "rooms": (room,)}
    policy = Invitations(directory=False, **{by: lists[by]})
    ears = Ears(synapse.url, robot.login, MatrixSettings(invitations=policy))
    async with ears.listening():
        await anna.invite(room, robot.id)
        await becomes(anna, room, robot.id, "join")


async def test_the_directory_can_be_left_out(synapse: Synapse, person: Person) -> None:
    """Then being known is not enough."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login, MatrixSettings(invitations=Invitations(directory=False)))
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id])
        await becomes(anna, room, robot.id, "leave")


async def test_a_direct_chat_speaks_to_us(synapse: Synapse, person: Person) -> None:
    """Without a prefix, from its first word, and that its owner is in it is no news."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True, preset="trusted_private_chat")
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "me")
        message = await ears.hears_text("me")
    assert (message.direct, message.addressed) == (True, True)
    assert await ears.directs.room(anna.id) == room


async def test_a_third_person_ends_a_direct_chat(synapse: Synapse, person: Person) -> None:
    """From the invitation on: who accepts it can read everything after that."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id, ben.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True, preset="trusted_private_chat")
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "private")
        await ears.hears_text("private")
        await anna.invite(room, ben.id)
        await ben.join(room)
        await anna.say(room, "public")
        await ears.hears_text("public")
        assert await ears.directs.room(anna.id) is None
    assert [(message.text, message.direct) for message in ears.of(Message)] == [("private", True), ("public", False)]


async def test_what_was_said_before_the_third_person_is_not_lost(synapse: Synapse, person: Person) -> None:
    """Though the server ends when it has read of both, and before that is accepted."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id, ben.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True, preset="trusted_private_chat")
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "one")
        await ears.hears_text("one")
    await anna.say(room, "two")
    await anna.invite(room, ben.id)
    await anna.say(room, "three")
    with pytest.raises(ExceptionGroup):
        await ears.run(Ending(ears))
    async with ears.listening():
        await ears.hears_texts(["one", "two", "three"])
    assert [(each.text, each.addressed) for each in ears.of(Message)] == [
        ("one", True),
        ("two", True),
        ("three", False),
    ]


class Ending:
    """Accepts nothing: the server ends."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Nobody does anything about what is accepted here."""
        return None

    async def checkpoint(self, name: str) -> str | None:
        """Return what was stored."""
        return await self._ears.heard.checkpoint(name)

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """End."""
        raise ZeroDivisionError


async def test_a_chat_of_three_is_no_direct_chat(synapse: Synapse, person: Person) -> None:
    """Whatever the invitation says."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id, ben.id], is_direct=True)
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "hello")
        message = await ears.hears_text("hello")
    assert not message.direct


async def test_who_leaves_a_direct_chat_ends_it(synapse: Synapse, person: Person) -> None:
    """What is for them goes elsewhere."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True)
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "bye")
        await ears.hears_text("bye")
        await anna.leave(room)
        change = await ears.hears_some(MemberChange)
        assert await ears.directs.room(anna.id) is None
    assert (change.change, change.member.id, change.by) == ("left", anna.id, None)


async def test_an_invitation_outlives_a_restart(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """The homeserver tells of it once; what could not be done then is done later."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(proxy.url, robot.login)
    ears.knows(anna.id)
    proxy.plan(unavailable(), times=1000, path="/join/")
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id], is_direct=True)
        await until(lambda: bool(proxy.asked("/join/")))
        await until(lambda: ears.heard.checkpoints["matrix"] != "")
    proxy.calm()
    async with ears.listening():
        await becomes(anna, room, robot.id, "join")
        await anna.say(room, "me")
        message = await ears.hears_text("me")
    assert message.direct


async def test_a_withdrawn_invitation_is_let_go(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """It is not tried for ever."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(proxy.url, robot.login)
    ears.knows(anna.id)
    proxy.plan(unavailable(), times=1000, path="/join/")
    async with ears.listening():
        room = await anna.create_room(invite=[robot.id])
        await until(lambda: bool(proxy.asked("/join/")))
        await anna.kick(room, robot.id)
        await ears.remembers("invitation", some=False)
    assert ears.heard.bodies() == []


async def test_whoever_is_in_the_room_is_heard_to_come_and_go(synapse: Synapse, person: Person) -> None:
    """Joined, left, removed, banned, knocked; a new name and an invitation are no news."""
    anna, robot = await person("anna"), await person("chatops")
    ben, carl, dora, eve = [await person(name) for name in ("ben", "carl", "dora", "eve")]
    room = await room_with(
        anna,
        robot,
        initial_state=[{"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}],
    )
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        for each in (ben, carl, dora):
            await anna.invite(room, each.id)
            await each.join(room)
        await ben.call("PUT", f"/profile/{ben.id}/displayname", {"displayname": "Benjamin"})
        await ben.leave(room)
        await anna.kick(room, carl.id)
        await anna.ban(room, dora.id)
        await eve.knock(room)
        await anna.say(room, "the end")
        await ears.hears_text("the end")
    assert [(change.change, change.member.id, change.by and change.by.id) for change in ears.of(MemberChange)] == [
        ("joined", ben.id, None),
        ("joined", carl.id, None),
        ("joined", dora.id, None),
        ("left", ben.id, None),
        ("removed", carl.id, anna.id),
        ("banned", dora.id, anna.id),
        ("knocked", eve.id, None),
    ]
