"""A chat network. Its adapter translates; it decides nothing about commands, people or permissions.

Conformance: `chatops.testing.conformance.ChatNetworkSuite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from chatops.core.frozen import Body, Frozen, replace
from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.ports.store import Checkpoint


class Capabilities(Frozen, frozen=True, kw_only=True):
    """What a network can do. What it lacks, the core offers another way; it never asks for a network by name."""

    buttons: bool = False
    reaction_buttons: bool = False
    """Seeded reactions stand for buttons."""
    foreign_reactions: bool = False
    """Reactions on anybody's message are reported, not only on ours."""
    message_actions: bool = False
    forms: bool = False
    edits: bool = False
    threads: bool = False
    pins: bool = False
    open_rooms: bool = False
    private_rooms: bool = False
    direct_rooms: bool = False
    typing: bool = False
    files: bool = False
    """Messages tell of the files that came with them, and these can be read: see `chatops.ports.chat_files`."""
    encryption: bool = False
    native_keys: bool = False
    """A write repeated with the same key happens once. Without it an interrupted send is reported as unknown."""
    keyed_rooms: bool = False
    """Opening a room again with the same key gives the room made before, also where posts have no such keys."""
    one_reader: bool = False
    """Reads one stream from where it stopped: of several replicas one listens, and all send."""
    max_text: int = 32_000
    """Longest rendered post, in UTF-8 bytes."""
    per_second: float = 50.0
    """Sends per second the network takes for the whole server."""
    room_per_second: float = 10.0


class Line(Frozen, frozen=True, kw_only=True):
    """One rendered run of text; only `code`, `command` and `mention` may be marked up. Everything is data: escape it."""

    text: str
    style: Literal["plain", "code", "command", "mention"] = "plain"
    """`command` is code for people to type: `as_typed` puts before it what commands begin with in a room."""
    identity: Identity | None = None
    """For `mention`: whom to mention effectively on this network; None renders the name only."""


Lines = tuple[Line, ...]


class RenderedField(Frozen, frozen=True, kw_only=True):
    """One input of a small form."""

    name: str
    label: str
    kind: Literal["line", "text", "choice", "yesno", "person"]
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    value: str = ""


class RenderedButton(Frozen, frozen=True, kw_only=True):
    """A button, or on networks without buttons a typed alternative."""

    ref: str
    label: str
    command: str
    """What to type where buttons cannot be had."""
    style: Literal["plain", "primary", "danger"] = "plain"
    form: tuple[RenderedField, ...] = ()
    icon: str = ""
    """One emoji for the same, or nothing."""


class RenderedFact(Frozen, frozen=True, kw_only=True):
    """A label and its value."""

    label: str
    value: Lines


class Outgoing(Frozen, frozen=True, kw_only=True):
    """A post in one language, ready to be turned into a network's own form."""

    title: str = ""
    """Empty for plain sentences."""
    text: Lines = ()
    facts: tuple[RenderedFact, ...] = ()
    table: tuple[tuple[Lines, ...], ...] = ()
    """Rows; the first is the heading."""
    buttons: tuple[RenderedButton, ...] = ()
    footer: Lines = ()
    tone: Literal["plain", "good", "attention", "danger"] = "plain"
    locale: str = "en"
    plain: str = ""
    """All of it as plain text: the fallback every network can show."""
    notify: tuple[Identity, ...] = ()


def as_typed(outgoing: Outgoing, prefix: str) -> Outgoing:
    """Return a post whose commands to type, in its sentences, begin with `prefix`; its buttons and `plain` stay."""

    def lines(told: Lines) -> Lines:
        return tuple(
            Line(text=f"{prefix}{line.text}", style="code") if line.style == "command" else line for line in told
        )

    return replace(
        outgoing,
        text=lines(outgoing.text),
        facts=tuple(replace(fact, value=lines(fact.value)) for fact in outgoing.facts),
        table=tuple(tuple(lines(cell) for cell in row) for row in outgoing.table),
        footer=lines(outgoing.footer),
    )


class RoomSpec(Frozen, frozen=True, kw_only=True):
    """A room to create."""

    title: str
    topic: str = ""
    members: tuple[Identity, ...] = ()
    private: bool = False
    """Nobody but its members may know of it."""
    public: bool = False
    """Everybody of the organisation may find and read it. Neither: its members, and whoever they let in."""


class CheckResult(Frozen, frozen=True, kw_only=True):
    """One thing `check` looked at."""

    name: str
    ok: bool
    detail: str = ""
    fix: str = ""


class Answered(Frozen, frozen=True, kw_only=True):
    """Something said because of an accepted event."""

    body: Outgoing
    message: str | None = None
    """The network's id of the message that says it, or that is going to; None when it will be a new one."""
    room: RoomRef | None = None
    """Where that message stands, if it stood before: ids may be unique within a room only."""
    reply: bool = False
    """It answers whoever asked."""
    refused: bool = False
    """It says no."""


class Accept(Protocol):
    """How a network hands over what it received."""

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Return what is said because of an accepted event, oldest first, as soon as that is known.

        None when it is not known after `at_most` seconds. For networks that answer a click where it was made; everything
        is posted as well. Raise StoreUnavailable.
        """
        ...

    async def checkpoint(self, name: str) -> str | None:
        """Return the value of a checkpoint as it was last stored, or None. Raise StoreUnavailable."""
        ...

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Durably accept (key, body) pairs and the checkpoint behind them, together.

        Keys are unique per event for ever within the network (`EVENTID`); repeating one is harmless. Bodies: Message,
        ButtonPress, Reaction, MemberChange, RoomMoved, Redaction, TurnedAway. A checkpoint behind nothing worth storing
        may be stored a few seconds late, so what follows it may have to be handed over again. Returns only when
        everything is on disk; raises StoreUnavailable, in which case nothing was accepted and the same call may be
        repeated.
        """
        ...


class ChatNetwork(Protocol):
    """One connected chat network.

    Every method that writes takes a `key` that is stable over retries: with `native_keys`, repeating a call with the same
    key changes nothing and returns the same result. Errors: RateLimited, Unreachable (nothing happened), OutcomeUnknown
    (it may have), Missing, Forbidden, Rejected, Unsupported, AuthExpired.
    """

    @property
    def name(self) -> str:
        """The connection's name in the settings: `console`, `chat-emea`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do; constant."""
        ...

    async def run(self, accept: Accept) -> None:
        """Receive until cancelled. Reconnects by itself; raises only AuthExpired.

        Called again after it has ended. With `one_reader` it may be called much later, or never, and the checkpoint may
        have moved on meanwhile, by another replica: what was learnt from the stream before counts for nothing. Sending
        works all the same.
        """
        ...

    async def post(
        self,
        room: RoomRef,
        body: Outgoing,
        *,
        key: str,
        thread: str | None = None,
    ) -> MessageRef:
        """Post and return the message."""
        ...

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our own messages. Raise Missing when it is gone."""
        ...

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Put a reaction on a message."""
        ...

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Pin a message. Harmless when it is pinned."""
        ...

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take a message off what is pinned. Harmless when it is not."""
        ...

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Create a room, with its members invited."""
        ...

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Let somebody in. Harmless when they are in."""
        ...

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out. Harmless when they are not in."""
        ...

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room for writing. Harmless when it is closed."""
        ...

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the direct chat with somebody, made when there is none."""
        ...

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room or has been let in, ourselves left out."""
        ...

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message, or None when it is gone or cannot be seen."""
        ...

    async def check(self) -> Sequence[CheckResult]:
        """Look at credentials, rights and reachability. Never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections. Called when nothing is received or sent any more; calling twice is harmless."""
        ...
