"""Matrix keeps what every chat network promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.ports.chat import ChatNetwork
from chatops.testing.conformance.chat import ChatNetworkSuite, ChatStage, Heard, Shown
from matrix_bot import NETWORK, speaking
from matrix_network.render import CARD
from matrix_people import MatrixPerson, Person, Refused
from synapse_server import Login, Synapse


class MatrixStage(ChatStage):
    """People at their clients."""

    def __init__(self, network: ChatNetwork, room: str, people: Mapping[str, MatrixPerson]) -> None:
        self.network = network
        self._people = people
        self._reactions: dict[tuple[str, str, str], str] = {}
        self.ann, self.ben = (Identity(network=NETWORK, id=user) for user in people)
        self.room = RoomRef(network=NETWORK, id=room)

    async def begin(self) -> None:
        """Let the network take its first token: what is said before that does not concern it."""
        heard = Heard()
        task = asyncio.ensure_future(self.network.run(heard))
        await heard.until(lambda _bodies: bool(heard.checkpoints))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        self.checkpoints = heard.checkpoints

    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write something, in a room one is in or invited to."""
        person = self._people[who.id]
        if room != self.room:
            await person.join(room.id)
        return MessageRef(room=room, id=await person.say(room.id, text, thread=thread, reply_to=reply_to))

    async def send_file(
        self, who: Identity, room: RoomRef, name: str, content: bytes, media_type: str, *, text: str = ""
    ) -> MessageRef:
        """Upload a file, and send the message that shows it."""
        person = self._people[who.id]
        said = {
            "msgtype": "m.file",
            "body": text or name,
            "filename": name,
            "url": await person.upload(content, media_type),
            "info": {"mimetype": media_type, "size": len(content)},
            "m.mentions": {},
        }
        return MessageRef(room=room, id=await person.send(room.id, "m.room.message", said))

    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """Change one's own message."""
        await self._people[who.id].edit(message.room.id, message.id, text)

    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete one's own message."""
        await self._people[who.id].redact(message.room.id, message.id)

    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """Click on the reaction that stands for the button. What it stands for is written into the card."""
        person = self._people[who.id]
        card = (await person.event(message.room.id, message.id))["content"][CARD]
        [emoji] = [emoji for emoji, ref in card["buttons"].items() if ref == button]
        await person.react(message.room.id, message.id, emoji)

    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """Put a reaction on a message, or take it back."""
        person, mark = self._people[who.id], (who.id, message.id, emoji)
        before = self._reactions.pop(mark, None)
        if before is None:
            self._reactions[mark] = await person.react(message.room.id, message.id, emoji)
        else:
            await person.redact(message.room.id, before)

    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return the messages as a client shows them, edits in place."""
        found: dict[str, Shown] = {}
        for event in await self._people[self.ann.id].messages(room.id):
            content = event["content"]
            if event["type"] != "m.room.message" or not content:
                continue
            relation = content.get("m.relates_to", {})
            ours = event["sender"] not in self._people
            if relation.get("rel_type") == "m.replace":
                old = found[relation["event_id"]]
                found[old.id] = Shown(id=old.id, text=content["m.new_content"]["body"], ours=ours, thread=old.thread)
                continue
            thread = relation["event_id"] if relation.get("rel_type") == "m.thread" else None
            found[event["event_id"]] = Shown(id=event["event_id"], text=content["body"], ours=ours, thread=thread)
        return list(found.values())

    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Return what is pinned."""
        state = await self._people[self.ann.id].state(room.id)
        return next((event["content"]["pinned"] for event in state if event["type"] == "m.room.pinned_events"), ())

    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Try it."""
        try:
            await self.say(who, room, "may I?")
        except Refused:
            return False
        return True

    async def pass_time(self) -> None:
        """The clock is real."""
        await asyncio.sleep(0.05)


class TestMatrix(ChatNetworkSuite):
    """On a real homeserver."""

    @pytest.fixture
    async def stage(self, synapse: Synapse, person: Person, bot: Login) -> AsyncIterator[ChatStage]:
        """Two people and the server, in one room."""
        ann, ben = await person("ann"), await person("ben")
        room = await ann.create_room(
            [ben.id, bot.user], power_level_content_override={"events": {"m.room.pinned_events": 0}}
        )
        await ben.join(room)
        async with speaking(synapse.url, bot, settings={"invitations": {"rooms": [room]}}) as plugin:
            await asyncio.to_thread(synapse.call, "POST", f"/_matrix/client/v3/join/{room}", {}, token=bot.token)
            stage = MatrixStage(plugin.network, room, {ann.id: ann, ben.id: ben})
            await stage.begin()
            yield stage
