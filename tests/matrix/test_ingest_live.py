"""Edits, deletions, reactions and hostile content, as a real homeserver delivers them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chatops.core.message import ButtonPress, Message, Reaction, Redaction
from matrix_ears import Ears, room_with
from matrix_people import Person, Refused
from matrix_proxy import MatrixProxy, unavailable
from synapse_server import Synapse


async def test_an_edit_never_comes_as_a_new_message(synapse: Synapse, person: Person) -> None:
    """It is the original, marked."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        first = await anna.say(room, "helo")
        await anna.edit(room, first, "!help")
        await anna.say(room, "the end")
        await ears.hears_text("the end")
    told = [(message.ref.id == first, message.text, message.edited) for message in ears.of(Message)]
    assert told == [(True, "helo", False), (True, "help", True), (False, "the end", False)]


@pytest.mark.parametrize("version", ["10", "11", "12"])
async def test_a_deletion_names_the_message(synapse: Synapse, person: Person, version: str) -> None:
    """In every room version; and what was deleted while we were away is not heard at all."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot, room_version=version)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        first = await anna.say(room, "!one")
        await ears.hears_text("one")
        await anna.redact(room, first)
        redaction = await ears.hears_some(Redaction)
    assert redaction.ref.id == first
    second = await anna.say(room, "!two")
    await anna.redact(room, second)
    async with ears.listening():
        await ears.hears(lambda bodies: sum(isinstance(body, Redaction) for body in bodies) == 2)
    assert ears.texts() == ["one"]
    assert [redaction.ref.id for redaction in ears.of(Redaction)] == [first, second]


async def test_reactions_come_and_go(synapse: Synapse, person: Person) -> None:
    """On anybody's message."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    room = await room_with(anna, robot, ben)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        message = await anna.say(room, "look")
        reaction = await ben.react(room, message, "👀")
        await ears.hears_some(Reaction)
        await ben.redact(room, reaction)
        await ears.hears(lambda bodies: sum(isinstance(body, Reaction) for body in bodies) == 2)
    told = [(each.ref.id, each.sender.id, each.emoji, each.removed) for each in ears.of(Reaction)]
    assert told == [(message, ben.id, "👀", False), (message, ben.id, "👀", True)]
    assert ears.of(Redaction) == []


async def test_a_reaction_that_cannot_be_looked_up_is_not_lost(
    synapse: Synapse, person: Person, proxy: MatrixProxy
) -> None:
    """The whole answer is asked for again, and nothing in it counts twice."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    message = await anna.say(room, "look")
    ears = Ears(proxy.url, robot.login)
    async with ears.listening():
        proxy.plan(unavailable(), times=2, path="/event/")
        await anna.say(room, "before")
        await anna.react(room, message, "👀")
        await anna.say(room, "after")
        await ears.hears_text("after")
    assert ears.texts() == ["before", "after"]
    assert len(ears.of(Reaction)) == 1
    assert ears.of(ButtonPress) == []


def nested(depth: int) -> Any:
    """Return lists in lists."""
    found: Any = "x"
    for _n in range(depth):
        found = [found]
    return found


async def test_hostile_content_stalls_nothing(synapse: Synapse, person: Person) -> None:
    """Whatever the homeserver lets through; what comes after is heard."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        hostile: list[dict[str, Any]] = [
            {},
            {"msgtype": 5, "body": []},
            {"msgtype": "m.text", "body": {"a": 1}, "m.relates_to": []},
            {"msgtype": "m.text", "body": "x", "m.relates_to": {"rel_type": "m.replace", "event_id": 7}},
            {"msgtype": "m.text", "body": "x" * 60_000, "m.mentions": {"user_ids": "@a:b"}},
            *({"msgtype": "m.text", "body": "deep", "nested": nested(depth)} for depth in (10, 100, 800)),
            {"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": [[], {}, None, "@"]}},
        ]
        for content in hostile:
            with suppress(Refused):
                await anna.send(room, "m.room.message", content)
            with suppress(Refused):
                await anna.send(room, "com.example.odd", content)
        with suppress(Refused):
            await anna.send(
                room, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": [], "key": {}}}
            )
        await anna.put_state(room, "m.room.tombstone", {"replacement_room": 7})
        await anna.say(room, "the end")
        await ears.hears_text("the end")
    assert ears.texts()[-1] == "the end"
    assert "deep" in ears.texts()
