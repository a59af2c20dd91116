"""The console, and the network of the testing kit, keep what every chat network promises."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

import console_stage
from chatops.core.message import File, Identity, MessageRef, Person, Reaction, RoomRef
from chatops.errors import Refusal
from chatops.ports.chat import Outgoing
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.chat import ChatNetworkSuite, ChatStage, Shown
from chatops.testing.network import FakeNetwork
from console_network.uploads import Uploads
from console_stage import ANNA, BEN, COMPANY


class ConsoleStage(ChatStage):
    """Acts as people do in the browser, one layer below it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        stage = console_stage.build(clock=self.clock, folder=folder)
        self.uploads = Uploads(folder / "console-files")
        self.acts, self.records, self.network = stage.acts, stage.records, stage.network
        self.ann, self.ben = ANNA.identities[0], BEN.identities[0]
        self.room = stage.room("support")

    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write something."""
        await self._ready()
        entry = await self.acts.say(_person(who), room.id, text, thread=thread, reply_to=reply_to)
        return MessageRef(room=room, id=entry.id)

    async def send_file(
        self, who: Identity, room: RoomRef, name: str, content: bytes, media_type: str, *, text: str = ""
    ) -> MessageRef:
        """Send a file, as the form does: it is kept, then it is said."""
        await self._ready()
        kept, size = await self.uploads.keep(io.BytesIO(content), who.id)
        file = File(name=name, media_type=media_type, size=size, ref=kept)
        entry = await self.acts.say(_person(who), room.id, text, files=(file,))
        return MessageRef(room=room, id=entry.id)

    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """Change one's own message."""
        await self.acts.edit(_person(who), message.id, text)

    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete one's own message."""
        await self.acts.delete(_person(who), message.id)

    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """Press a button."""
        await self.acts.press(_person(who), message.id, button, fields)

    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """Put a reaction on a message, or take it back."""
        await self.acts.react(_person(who), message.id, emoji)

    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return everything in a room."""
        found = await self.records.find("entry", room=room.id)
        entries = sorted((record.body for record in found), key=lambda body: body["seq"])
        return [
            Shown(
                id=body["id"],
                text="".join(run["text"] for run in body["said"]["text"]) if body.get("said") else body["text"],
                ours=body["author"] == "chatops",
                thread=body.get("thread"),
            )
            for body in entries
        ]

    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Return what is pinned."""
        record = await self.records.get("room", room.id)
        assert record is not None
        return list(record.body["pinned"])

    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Try it."""
        try:
            await self.say(who, room, "may I?")
        except Refusal:
            return False
        return True

    async def pass_time(self) -> None:
        """Let a minute pass."""
        self.clock.advance(timedelta(minutes=1))

    async def _ready(self) -> None:
        await self.network.check()
        await self.network.members(self.room)


class FakeStage(ChatStage):
    """People on the fake network."""

    keeps = False

    def __init__(self) -> None:
        self.fake = FakeNetwork(clock=ManualClock())
        self.network = self.fake
        self.ann = Identity(network="fake", id="ann")
        self.ben = Identity(network="fake", id="ben")
        self.room = self.fake.room("general", self.ann, self.ben).ref
        self._said: list[Shown] = []
        self._reactions: set[tuple[Identity, MessageRef, str]] = set()
        self._numbers = count(1)

    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write something."""
        return await self.fake.say(
            who,
            text.removeprefix(self.prefix),
            room.id,
            addressed=text.startswith(self.prefix),
            direct=self.fake.rooms[room.id].direct,
            thread=thread,
            reply_to=reply_to,
        )

    async def send_file(
        self, who: Identity, room: RoomRef, name: str, content: bytes, media_type: str, *, text: str = ""
    ) -> MessageRef:
        """Send a file."""
        file = self.fake.file(name, content, media_type)
        words = text.removeprefix(self.prefix)
        return await self.fake.say(who, words, room.id, addressed=words != text, files=(file,))

    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """The fake's people edit by saying so."""
        await self.fake.say(who, text, message.room.id, edited=True)

    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete one's own message."""
        await self.fake.redact(message)

    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """Press a button."""
        await self.fake.press(who, button, message.room.id, fields=dict(fields))

    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """Put a reaction on a message, or take it back."""
        mark = (who, message, emoji)
        removed = mark in self._reactions
        self._reactions ^= {mark}
        now = ManualClock().now()
        reaction = Reaction(ref=message, sender=who, emoji=emoji, at=now, removed=removed)
        await self.fake.deliver((f"reaction-{next(self._numbers)}", reaction))

    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return what the server posted: the fake keeps nothing else."""
        return [
            Shown(id=posted.ref.id, text=_words(posted.body), ours=True, thread=posted.thread)
            for posted in self.fake.history(room.id)
        ]

    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Return what is pinned."""
        return [posted.ref.id for posted in self.fake.history(room.id) if posted.pinned]

    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Ask the fake's own memory: it lets tests write anywhere."""
        known = self.fake.rooms[room.id]
        return who in known.members and not known.archived

    async def pass_time(self) -> None:
        """The fake waits for nothing."""


class TestConsole(ChatNetworkSuite):
    """The console."""

    @pytest.fixture
    def stage(self, tmp_path: Path) -> ChatStage:
        """Return a console with two people on it."""
        return ConsoleStage(tmp_path)


class TestFake(ChatNetworkSuite):
    """The network of the testing kit."""

    @pytest.fixture
    def stage(self) -> ChatStage:
        """Return a fake network with two people on it."""
        return FakeStage()


def _person(who: Identity) -> Person:
    found = COMPANY.by_identity(who)
    assert found is not None
    return found


def _words(body: Outgoing) -> str:
    return "".join(run.text for run in body.text)
