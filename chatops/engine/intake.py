"""The door of the hall: gives each event its key and lane, drops noise before it costs anything, stores the rest."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body
from chatops.core.message import (
    ButtonPress,
    CommandCall,
    MemberChange,
    Message,
    MessageRef,
    Reaction,
    Redaction,
    RoomMoved,
    RoomRef,
    TurnedAway,
    clean,
)
from chatops.core.rooms import own_lane
from chatops.engine.answering import Answering
from chatops.engine.courtesy import Courtesy
from chatops.engine.roombook import DIRECT_OVER, RoomBook
from chatops.engine.router import fit
from chatops.engine.turned_away import door_lane
from chatops.engine.unsaid import without_codes
from chatops.errors import CodecError
from chatops.ports.chat import Accept, Answered
from chatops.ports.roster import Directory
from chatops.ports.store import Checkpoint, Store

log = structlog.get_logger("chatops.engine")

UNREADABLE = "unreadable"
"""Stored in place of a body that cannot be written; nothing decodes it."""

CHECKPOINT_PAUSE = 5.0
"""Seconds between stores of a checkpoint behind nothing but noise."""

RECENT = 10_000
"""Messages in rooms of no interest whose deletion would still be noticed, and deletions known by heart."""

T = TypeVar("T")


class Intake:
    """Accepts what networks and callers bring."""

    def __init__(
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        directory: Directory,
        rooms: RoomBook,
        probe: Callable[[str], None],
        accepted: Callable[[], None],
        heard: Callable[[str], None],
        courtesy: Courtesy,
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._directory = directory
        self._rooms = rooms
        self._probe = probe
        self._accepted = accepted
        self._heard = heard
        self._courtesy = courtesy
        self._recent: OrderedDict[str, str] = OrderedDict()
        self._redacted: OrderedDict[str, None] = OrderedDict()
        self._since = clock.now()
        self._checkpointed: dict[str, float] = {}

    def accept_for(self, network: str, answering: Answering) -> Accept:
        """Return the door through which `network` hands over what it received."""
        return _Door(self, network, answering)

    async def take(
        self, network: str, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None
    ) -> None:
        """Accept what a network received, and the checkpoint behind it."""
        self._heard(network)
        if self._store.shared:
            await self._learn(events)
        rows = [row for key, body in events if (row := self._row(network, key, body)) is not None]
        if not rows and not self._checkpoint_due(checkpoint):
            return
        if any(_asks(body) for _key, body in events):
            self._courtesy.somebody()
        await self._store.accept_many(rows, checkpoint)
        self._probe("accept")
        self._accepted()

    async def checkpoint(self, name: str) -> str | None:
        """Return a checkpoint's value as it was last stored."""
        return await self._store.checkpoint(name)

    async def call(self, call: CommandCall, key: str) -> bool:
        """Accept a command that came by API or command line. False when `key` was accepted before."""
        self._courtesy.somebody()
        room = None if call.room is None else self._rooms.by_id(call.room)
        lane = room.lane if room is not None else f"person:{call.person}"
        row = InboxRow(key=fit(key), lane=lane, kind=call.kind, body=self._codec.encode(call), cause=fit(key))
        accepted = await self._store.accept_many([row])
        self._probe("accept")
        self._accepted()
        return accepted[0]

    async def redacted(self, ref: MessageRef, accepted_at: datetime) -> bool:
        """Whether a message accepted then has been deleted since.

        What came in through this process is known by heart; for what it found in the inbox, and for what may have come
        in through other processes, the store is asked.
        """
        key = redaction_key(ref)
        if key in self._redacted:
            return True
        elsewhere = self._store.shared or accepted_at <= self._since
        return elsewhere and await self._store.accepted(key)

    async def _learn(self, events: Sequence[tuple[str, Body]]) -> None:
        """Catch up with other replicas: rooms they have opened, and for them, direct chats that are none any more."""
        places = [(body, room) for _key, body in events if (room := place(body)) is not None]
        await self._rooms.ask(room for body, room in places if not (isinstance(body, Message) and body.direct))
        for body, room in places:
            if isinstance(body, MemberChange) and self._ends_direct(body, room):
                await self._store.signals.send(DIRECT_OVER, str(room))

    def _row(self, network: str, key: str, body: Body) -> InboxRow | None:
        if isinstance(body, TurnedAway):
            full = _full(network, key)
            return InboxRow(key=full, lane=door_lane(network), kind=body.kind, body=self._encoded(body), cause=full)
        room = place(body)
        if room is None:
            return None
        self._rooms_changed(body, room)
        if self._noise(body, room):
            return None
        known = self._rooms.by_remote(room)
        full = _full(network, key)
        if isinstance(body, Redaction):
            full = redaction_key(body.ref)
            _remember(self._redacted, full, None)
        return InboxRow(
            key=full,
            lane=_storable(known.lane if known is not None else self._lane(body, room)),
            kind=body.kind,
            body=self._encoded(without_codes(body) if _never_runs(body) else body),
            cause=full,
            room=_storable(str(room)),
        )

    def _encoded(self, body: Body) -> str:
        """Return the body as stored. What cannot be written becomes a dead letter instead of stalling its network."""
        try:
            return self._codec.encode(body)
        except CodecError:
            log.warning("an event cannot be stored", kind=body.kind)
            return UNREADABLE

    def _lane(self, body: Body, room: RoomRef) -> str:
        if isinstance(body, Message) and body.direct:
            person = self._directory.by_identity(body.sender)
            if person is not None:
                if not body.unreadable:
                    self._rooms.met(body.sender, room)
                return f"person:{person.id}"
        if isinstance(body, Redaction):
            return self._recent.get(_name(body.ref), own_lane(room))
        return own_lane(room)

    def _rooms_changed(self, body: Body, room: RoomRef) -> None:
        """Forget a direct chat that its person has left, or in which somebody else reads now; follow a room that moved."""
        match body:
            case MemberChange():
                gone = self._ends_direct(body, room)
            case Message(direct=False):
                gone = True
            case RoomMoved():
                # What is said in the new room may stand right behind this in the same batch.
                self._rooms.moved(body.room, body.to)
                return
            case _:
                return
        partner = self._rooms.partner(room)
        if gone and partner is not None:
            self._rooms.forget_direct(partner)

    def _ends_direct(self, change: MemberChange, room: RoomRef) -> bool:
        """Whether a room is no direct chat after this. One whose partner is not known here may be known elsewhere."""
        partner = self._rooms.partner(room)
        if change.change == "knocked":
            return False
        if change.change in {"joined", "invited"}:
            return not change.ourselves and change.member != partner
        return change.ourselves or change.member == partner or partner is None

    def _noise(self, body: Body, room: RoomRef) -> bool:
        known = self._rooms.by_remote(room)
        if isinstance(body, ButtonPress) or (known is not None and (known.watched or known.subject is not None)):
            return False
        if isinstance(body, Message) and (body.addressed or body.direct):
            _remember(self._recent, _name(body.ref), self._lane(body, room))
            return False
        # A room we know may have been watched; another replica may have received what is deleted here.
        kept = known is not None or self._store.shared
        return not (isinstance(body, Redaction) and (kept or _name(body.ref) in self._recent))

    def _checkpoint_due(self, checkpoint: Checkpoint | None) -> bool:
        if checkpoint is None:
            return False
        now = self._clock.monotonic()
        if now - self._checkpointed.get(checkpoint.name, float("-inf")) < CHECKPOINT_PAUSE:
            return False
        self._checkpointed[checkpoint.name] = now
        return True


class _Door:
    """Implements `chatops.ports.chat.Accept` for one network."""

    def __init__(self, intake: Intake, network: str, answering: Answering) -> None:
        self._intake = intake
        self._network = network
        self._answering = answering

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        return await self._answering.answers(self._network, _full(self._network, key), at_most)

    async def checkpoint(self, name: str) -> str | None:
        return await self._intake.checkpoint(name)

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        await self._intake.take(self._network, events, checkpoint)


def _asks(body: Body) -> bool:
    return isinstance(body, ButtonPress) or (isinstance(body, Message) and (body.addressed or body.direct))


def _never_runs(body: Body) -> bool:
    return isinstance(body, Message) and (body.edited or body.automated)


def place(body: Body) -> RoomRef | None:
    """Return the room something happened in."""
    match body:
        case Message() | Reaction() | Redaction():
            return body.ref.room
        case ButtonPress() | MemberChange() | RoomMoved():
            return body.room
        case _:
            return None


def redaction_key(ref: MessageRef) -> str:
    """Return the inbox key of a message's deletion: whether it was deleted is one look-up, in every process."""
    digest = hashlib.sha256(_name(ref).encode(errors="surrogatepass")).hexdigest()[:40]
    return f"{ref.room.network}:redacted:{digest}"


def _full(network: str, key: str) -> str:
    """Return the inbox key of what a network calls `key`."""
    return _storable(f"{network}:{key}")


def _storable(name: str) -> str:
    """Return a key, lane or room as it can be stored, whatever the network calls things."""
    cleaned, _cut = clean(name)
    return fit(cleaned)


def _remember(names: OrderedDict[str, T], name: str, value: T) -> None:
    names[name] = value
    if len(names) > RECENT:
        names.popitem(last=False)


def _name(ref: MessageRef) -> str:
    return f"{ref.room}\0{ref.id}"
