"""What a suite for chat networks needs of the one it tries: two people on it, and a way to act as them."""

from __future__ import annotations

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chatops.core.frozen import Body
from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.errors import StoreUnavailable
from chatops.ports.chat import Answered, ChatNetwork, Line, Outgoing, RenderedButton, RenderedField
from chatops.ports.store import Checkpoint


@dataclass(frozen=True)
class Shown:
    """A message as people see it in a room."""

    id: str
    text: str
    ours: bool
    """Whether the server wrote it."""
    thread: str | None = None


class ChatStage(ABC):
    """A network with two people on it. Every method acts or looks as a person would."""

    network: ChatNetwork
    ann: Identity
    ben: Identity
    room: RoomRef
    """A room both are in, and nobody else writes in."""
    prefix: str = "!"
    """What speaks to the server in a room."""
    keeps: bool = True
    """Whether people can write while the server is away, and the network hands it over later."""
    checkpoints: Mapping[str, str] = {}
    """What an earlier run has stored, when the network needs one to hand over everything that is said from now on."""

    @abstractmethod
    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write something."""

    @abstractmethod
    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """Change one's own message."""

    @abstractmethod
    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete one's own message."""

    @abstractmethod
    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """Press the button with that reference, or put the reaction on the message that stands for it."""

    @abstractmethod
    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """Put a reaction on a message; a second time takes it back."""

    async def send_file(
        self, who: Identity, room: RoomRef, name: str, content: bytes, media_type: str, *, text: str = ""
    ) -> MessageRef:
        """Send a file, with or without words. For networks with `files`."""
        raise NotImplementedError

    @abstractmethod
    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return everything in a room, threads included, oldest first."""

    @abstractmethod
    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Return the ids of the pinned messages."""

    @abstractmethod
    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Return whether somebody can write in a room now."""

    @abstractmethod
    async def pass_time(self) -> None:
        """Let the network's clock move on by a minute."""


class Heard:
    """Takes what the network hands over, and remembers every call."""

    def __init__(self, checkpoints: Mapping[str, str] | None = None) -> None:
        self.batches: list[tuple[tuple[str, Body], ...]] = []
        self.checkpoints = dict(checkpoints or {})
        """As they were last stored, in this run or before."""
        self.refusals = 0
        """How many of the next calls find the store unavailable."""
        self.refused = asyncio.Event()
        self._told = asyncio.Condition()

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Take events, or refuse them."""
        async with self._told:
            if self.refusals:
                self.refusals -= 1
                self.refused.set()
                message = "the test says so"
                raise StoreUnavailable(message)
            self.batches.append(tuple(events))
            if checkpoint is not None:
                self.checkpoints[checkpoint.name] = checkpoint.value
            self._told.notify_all()

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Return nothing: here nobody does anything about what was heard."""
        return None

    async def checkpoint(self, name: str) -> str | None:
        """Return a checkpoint as it was last stored."""
        return self.checkpoints.get(name)

    @property
    def events(self) -> list[tuple[str, Body]]:
        """Everything taken, a repeated key once, oldest first."""
        return list(dict(reversed([event for batch in reversed(self.batches) for event in reversed(batch)])).items())

    def bodies(self) -> list[Body]:
        """Return the bodies taken."""
        return [body for _key, body in self.events]

    async def until(self, seen: Callable[[list[Body]], bool]) -> list[Body]:
        """Return what was taken, once `seen` is satisfied with it."""
        async with self._told:
            await self._told.wait_for(lambda: seen(self.bodies()))
        return self.bodies()


def fresh() -> str:
    """Return a key, or a word, nobody has used before."""
    return f"k{uuid.uuid4().hex}"


def sentence(text: str) -> Outgoing:
    """Return a plain post."""
    return Outgoing(text=(Line(text=text),), plain=text)


def card_with_buttons() -> tuple[Outgoing, str, str]:
    """Return a card, the reference of its plain button, and that of its button with a form."""
    plain, asking = fresh(), fresh()
    form = (
        RenderedField(name="why", label="Why", kind="line", required=True),
        RenderedField(name="page", label="Page them", kind="yesno"),
    )
    card = Outgoing(
        title="A card",
        buttons=(
            RenderedButton(ref=plain, label="Accept", command="accept"),
            RenderedButton(ref=asking, label="Invite", command="invite", form=form),
        ),
        plain="A card",
    )
    return card, plain, asking
