"""Cases that people mention get a small card in the thread, but never where guests read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from chatops.cases.cards import STATUS_WORDS, case_card
from chatops.cases.desk import CaseDesk
from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.message import Button, Card, Message
from chatops.core.rooms import Room, room_target
from chatops.core.text import said
from chatops.core.unit import Unit
from chatops.errors import ChatopsError, Missing, PortError
from chatops.hookspecs import Listener
from chatops.ports.gatherings import Gathering
from chatops.ports.tickets import Ref, Ticket, TicketSystem

MOST = 3
"""Cases of one message."""

AGAIN = timedelta(minutes=10)
"""How long a case is not shown a second time in a room."""

LOOKED_AT = 10
"""Names and addresses in one message that are looked at."""

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


class Shown(Frozen, frozen=True, kw_only=True):
    """A case that was shown."""

    case: str
    at: Instant


class Unfurled(Aggregate, frozen=True, kw_only=True):
    """What was shown in a room lately; `id` is the room's."""

    kind: ClassVar[str] = "case.unfurled"

    shown: tuple[Shown, ...] = ()

    def lately(self, now: datetime) -> tuple[Shown, ...]:
        """Return what is still too fresh to be shown again."""
        return tuple(one for one in self.shown if now - one.at < AGAIN)


def mentioned(text: str, systems: Sequence[str]) -> tuple[str, ...]:
    """Return what in a text may name a case, each once, in order: `demo:1001`, and addresses."""
    names = "|".join(re.escape(name) for name in systems)
    found = [(match.start(), match[0].rstrip(".,;:!?)]}")) for match in _ADDRESS.finditer(text)]
    spans = [match.span() for match in _ADDRESS.finditer(text)]
    if names:
        pattern = re.compile(rf"(?<![\w:/.-])(?:{names}):#?[A-Za-z0-9][A-Za-z0-9-]{{0,39}}", re.IGNORECASE)
        found += [
            (match.start(), match[0])
            for match in pattern.finditer(text)
            if not any(begin <= match.start() < end for begin, end in spans)
        ]
    return tuple(dict.fromkeys(words for _at, words in sorted(found)))[:LOOKED_AT]


class Unfurling:
    """Listens to what is said in rooms that are ours or watched."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one that hears messages."""
        return (Listener(name="cases.unfurl", of=Message, handle=self.heard),)

    async def heard(self, unit: Unit, message: Message) -> None:
        """Show cases that are mentioned. Commands, edits and machines are left alone."""
        if message.addressed or message.direct or message.edited or message.automated or message.unreadable:
            return
        words = mentioned(message.text, self._desk.tickets.names())
        if not words:
            return
        sender = self._desk.directory.by_identity(message.sender)
        room = next(iter(await unit.glance(Room, remote=str(message.ref.room))), None)
        if sender is None or "guest" in sender.roles or room is None or room.state != "open":
            return
        inside, own = await self._inside(unit, room)
        if not inside:
            return
        record = await unit.get(Unfurled, room.id) or Unfurled(id=room.id)
        fresh = list(record.lately(unit.now))
        known = {one.case for one in fresh}
        cards: list[Card] = []
        for named in words:
            ref = await self._named(named)
            if ref is None or _key(ref) in known or _key(ref) == own:
                continue
            ticket = await self._read(ref)
            if ticket is None:
                continue
            known.add(_key(ref))
            fresh.append(Shown(case=_key(ref), at=unit.now))
            cards.append(self._card(ticket))
            if len(cards) == MOST:
                break
        if cards:
            unit.put(replace(record, shown=tuple(fresh)))
            for card in cards:
                unit.post(room_target(room.id), card, thread=message.thread or message.ref.id)

    async def _inside(self, unit: Unit, room: Room) -> tuple[bool, str]:
        """Return whether only members of the house read in a room, and the case everybody there knows already."""
        if room.subject is None:
            return room.watched, ""
        kind, _colon, id_ = room.subject.partition(":")
        subject = await unit.subject(kind, id_)
        # Of what is about no case nobody can say who reads along.
        return (not subject.has_guests, _key(subject.case.ref)) if isinstance(subject, Gathering) else (False, "")

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

    def _card(self, ticket: Ticket) -> Card:
        owner = self._desk.person(ticket.owner)
        whole = case_card(ticket, owner.name if owner is not None else None)
        # Who the customer is stays on the case's own card: a watched room may have readers we do not know.
        state = STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status)
        return Card(
            title=whole.title,
            text=state,
            facts=whole.facts[2:],
            tone=whole.tone,
            buttons=(Button(label=said("👁"), command=f"case show {ticket.ref}"),),
        )


def _key(ref: Ref) -> str:
    return f"{ref.system}:{ref.id}"
