"""Cases that people mention get a small card in the thread, but never where guests or strangers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from chatops.cases.desk import CaseDesk
from chatops.cases.mentions import mentioned
from chatops.cases.unfurled import unfurled
from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.message import Message
from chatops.core.rooms import Room, room_target
from chatops.core.unit import Unit
from chatops.errors import ChatopsError, Missing, PortError
from chatops.hookspecs import Listener
from chatops.ports.gatherings import Gathering
from chatops.ports.tickets import Ref, Ticket, TicketSystem
from chatops.rooms.readers import Readers

MOST = 3
"""Cases of one message."""

AGAIN = timedelta(minutes=10)
"""How long a case is not shown a second time in a room."""

BUDGET = 12
"""Cards that one room gets by itself in `BUDGET_TIME`: then it is quiet."""

BUDGET_TIME = timedelta(hours=1)


class Shown(Frozen, frozen=True, kw_only=True):
    """A case that was shown."""

    case: str
    at: Instant


class Unfurled(Aggregate, frozen=True, kw_only=True):
    """What was shown in a room lately; `id` is the room's."""

    kind: ClassVar[str] = "case.unfurled"

    shown: tuple[Shown, ...] = ()
    posts: tuple[Instant, ...] = ()
    """When cards were posted, oldest first."""

    def lately(self, now: datetime) -> tuple[Shown, ...]:
        """Return what is still too fresh to be shown again."""
        return tuple(one for one in self.shown if now - one.at < AGAIN)

    def counted(self, now: datetime) -> tuple[datetime, ...]:
        """Return the posts that count against the budget."""
        return tuple(at for at in self.posts if now - at < BUDGET_TIME)


class Unfurling:
    """Listens to what is said in rooms that are ours or watched."""

    def __init__(self, desk: CaseDesk, readers: Readers) -> None:
        self._desk = desk
        self._readers = readers

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one that hears messages."""
        return (Listener(name="cases.unfurl", of=Message, handle=self.heard),)

    async def heard(self, unit: Unit, message: Message) -> None:
        """Show cases that are mentioned, on one card. Commands, edits and machines are left alone."""
        if message.addressed or message.direct or message.edited or message.automated or message.unreadable:
            return
        words = mentioned(message.text, self._desk.tickets.names())
        sender = self._desk.directory.by_identity(message.sender) if words else None
        if sender is None or "guest" in sender.roles:
            return
        room = next(iter(await unit.glance(Room, remote=str(message.ref.room))), None)
        if room is None or room.state != "open":
            return
        inside, own = await self._inside(unit, room)
        record = await unit.get(Unfurled, room.id) or Unfurled(id=room.id)
        posts = record.counted(unit.now)
        if not inside or len(posts) >= BUDGET:
            return
        fresh = record.lately(unit.now)
        named = await self._new(words, {own, *(one.case for one in fresh)})
        reading = await self._readers.of(message.ref.room, message.sender) if named else None
        found = await self._found(named) if reading is not None and reading.inside else ()
        if reading is None or not found:
            return
        shown = tuple(Shown(case=_key(ticket.ref), at=unit.now) for ticket in found)
        unit.put(replace(record, shown=(*fresh, *shown), posts=(*posts, unit.now)))
        card = unfurled([(ticket, self._owner(ticket)) for ticket in found], reading.people)
        unit.post(room_target(room.id), card, thread=message.thread or message.ref.id)

    async def _inside(self, unit: Unit, room: Room) -> tuple[bool, str]:
        """Return whether cases may be shown in a room at all, and the case everybody there knows already."""
        if room.subject is None:
            return room.watched, ""
        kind, _colon, id_ = room.subject.partition(":")
        subject = await unit.subject(kind, id_)
        # Of what is about no case nobody can say who reads along.
        return (not subject.has_guests, _key(subject.case.ref)) if isinstance(subject, Gathering) else (False, "")

    async def _new(self, words: Sequence[str], known: set[str]) -> list[Ref]:
        """Return the cases named that the room has not seen lately, each once."""
        found: dict[str, Ref] = {}
        for named in words:
            ref = await self._named(named)
            if ref is not None and _key(ref) not in known:
                found.setdefault(_key(ref), ref)
        return list(found.values())

    async def _found(self, refs: Sequence[Ref]) -> list[Ticket]:
        found: list[Ticket] = []
        for ref in refs:
            ticket = await self._read(ref)
            if ticket is not None:
                found.append(ticket)
            if len(found) == MOST:
                break
        return found

    async def _named(self, words: str) -> Ref | None:
        for system in self._systems(words):
            try:
                return await system.resolve(words.partition(":")[2] if "://" not in words else words)
            except Missing:
                continue
            except PortError:
                return None  # a courtesy is not worth waiting for
        return None

    def _systems(self, words: str) -> Sequence[TicketSystem]:
        names = self._desk.tickets.names()
        if "://" not in words:
            named = words.partition(":")[0].casefold()
            names = [name for name in names if name.casefold() == named]
        return [self._desk.tickets.system(name) for name in names]

    async def _read(self, ref: Ref) -> Ticket | None:
        try:
            return await self._desk.get(ref)
        except ChatopsError:
            return None

    def _owner(self, ticket: Ticket) -> str | None:
        owner = self._desk.person(ticket.owner)
        return owner.name if owner is not None else None


def _key(ref: Ref) -> str:
    return f"{ref.system}:{ref.id}"
