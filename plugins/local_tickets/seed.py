"""A company to begin with, from a TOML file whose times are ages: `-3d` is three days before the records are filled.

What happened to a case is told in order, and goes through the same changes as if it happened now, so that clocks and
history are right.
"""

from __future__ import annotations

import asyncio
import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from chatops.errors import Conflict, SettingsError
from chatops.ports.tickets import Audience, Priority, Ref, Status, TicketPatch
from local_tickets.changes import commented, patched, tagged
from local_tickets.documents import (
    ArticleDoc,
    CustomerDoc,
    Document,
    DutyDoc,
    LinkDoc,
    OrderDoc,
    PersonDoc,
    PlanDoc,
    QueueDoc,
    TicketDoc,
)
from local_tickets.shelf import Shelf, fresh
from local_tickets.system import FIRST
from local_tickets.timers import begun

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    id: str


class PlanRow(_Row, frozen=True, kw_only=True):
    """`[[plans]]`: durations such as `30m` per priority."""

    name: str
    first_response: dict[Priority, str] = {}
    resolution: dict[Priority, str] = {}


class NamedRow(_Row, frozen=True, kw_only=True):
    """`[[queues]]`, `[[staff]]`, a customer's contact."""

    name: str
    email: str | None = None


class DutyRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is asked of us when a customer is hit, and how soon."""

    name: str
    within: str | None = None


class OrderRow(_Row, frozen=True, kw_only=True):
    """Something a customer ordered."""

    at: str
    detail: str = ""


class CustomerRow(_Row, frozen=True, kw_only=True):
    """`[[customers]]`."""

    name: str
    segment: str = ""
    country: str = ""
    locale: str = "en"
    plan: str | None = None
    plan_ends: str | None = None
    contacts: tuple[NamedRow, ...] = ()
    duties: tuple[DutyRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()


class EventRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Something that happened: somebody said or noted something, or changed a field, or both."""

    at: str
    by: str
    says: str = ""
    notes: str = ""
    status: Status | None = None
    priority: Priority | None = None
    owner: str | None = None
    queue: str | None = None


class TicketRow(_Row, frozen=True, kw_only=True):
    """`[[tickets]]`."""

    at: str
    subject: str
    description: str
    customer: str
    requester: str
    queue: str
    owner: str | None = None
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    origin: Literal["email", "phone", "web", "chat"] = "email"
    events: tuple[EventRow, ...] = ()


class ArticleRow(_Row, frozen=True, kw_only=True):
    """`[[articles]]`; `helped` are the cases it is linked with."""

    title: str
    text: str
    locale: str = "en"
    state: Literal["draft", "published", "archived"] = "published"
    helped: tuple[str, ...] = ()


class SeedFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole file."""

    plans: tuple[PlanRow, ...] = ()
    queues: tuple[NamedRow, ...] = ()
    staff: tuple[NamedRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    tickets: tuple[TicketRow, ...] = ()
    articles: tuple[ArticleRow, ...] = ()


class Seed:
    """Fills empty records once, whoever comes first; a second start finds them full."""

    def __init__(self, shelf: Shelf, source: str | None, *, folder: Path) -> None:
        self._shelf = shelf
        self._source = source
        """A file, relative to `folder`, or `PACKAGE:PATH` for one that is shipped in a package."""
        self._folder = folder
        self._lock = asyncio.Lock()
        self._done = source is None

    async def sow(self, now: datetime) -> None:
        """Fill the records if nothing is in them. Raise SettingsError when the file is not right."""
        if self._done:
            return
        async with self._lock:
            if not self._done and not await self._shelf.records.find(QueueDoc.kind, limit=1):
                await self._fill(now)
            self._done = True

    async def _fill(self, now: datetime) -> None:
        documents = list(documents_of(await asyncio.to_thread(self._read), now))
        # Numbers first: after a crash in between some are skipped, none is given out twice.
        await self._number("ticket", (int(doc.id) - FIRST for doc in documents if isinstance(doc, TicketDoc)))
        await self._number("article", (int(doc.id[2:]) for doc in documents if isinstance(doc, ArticleDoc)))
        try:
            await self._shelf.records.write(*fresh(*documents))
        except Conflict:
            return  # another process was quicker

    async def _number(self, sequence: str, used: Iterable[int]) -> None:
        last = max(used, default=0)
        while last and await self._shelf.records.number(sequence) < last:
            pass

    def _read(self) -> SeedFile:
        source = self._source or ""
        try:
            return msgspec.convert(tomllib.loads(self._text(source)), SeedFile)
        except (OSError, ImportError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            message = f"[plugins.local_tickets] seed = {source!r} cannot be read: {error}"
            raise SettingsError(message) from error

    def _text(self, source: str) -> str:
        package, colon, path = source.partition(":")
        if colon and package.replace(".", "").isidentifier():
            return importlib.resources.files(package).joinpath(path).read_text(encoding="utf-8")
        return (self._folder / source).read_text(encoding="utf-8")


def documents_of(seed: SeedFile, now: datetime) -> Iterator[Document]:
    """Return everything the file tells, as documents. Raise SettingsError naming what is not right."""
    plans = {row.id: _plan(row) for row in seed.plans}
    customers = {row.id: row for row in seed.customers}
    staff = {row.id for row in seed.staff}
    yield from plans.values()
    yield from (QueueDoc(id=row.id, name=row.name) for row in seed.queues)
    yield from (PersonDoc(id=row.id, name=row.name, email=row.email) for row in seed.staff)
    for row in seed.customers:
        ends = now + _duration(row.plan_ends) if row.plan_ends else None
        yield CustomerDoc(
            id=row.id,
            name=row.name,
            segment=row.segment,
            country=row.country,
            locale=row.locale,
            plan=row.plan,
            plan_ends=ends,
            duties=tuple(DutyDoc(name=duty.name, within=_seconds(duty.within)) for duty in row.duties),
            orders=tuple(
                OrderDoc(id=order.id, detail=order.detail, at=now + _duration(order.at)) for order in row.orders
            ),
        )
        for person in row.contacts:
            yield PersonDoc(id=person.id, name=person.name, email=person.email, side="customer", customer=row.id)
    for ticket in seed.tickets:
        if ticket.customer not in customers or not ticket.id.isdecimal() or int(ticket.id) <= FIRST:
            message = f"ticket {ticket.id}: its number or its customer {ticket.customer!r} is not right"
            raise SettingsError(message)
        plan = plans.get(customers[ticket.customer].plan or "")
        yield from _lived(ticket, plan, staff, now)
    for article in seed.articles:
        yield ArticleDoc(
            id=article.id, title=article.title, text=article.text, state=article.state, locale=article.locale
        )
        yield from (
            LinkDoc(id=f"{article.id}-{helped}", article=article.id, ticket=helped) for helped in article.helped
        )


def _lived(row: TicketRow, plan: PlanDoc | None, staff: set[str], now: datetime) -> Sequence[Document]:
    """Return a case after all that happened to it, with its comments and history."""
    born = now + _duration(row.at)
    case = TicketDoc(
        id=row.id,
        subject=row.subject,
        description=row.description,
        priority=row.priority,
        customer=row.customer,
        requester=row.requester,
        owner=row.owner,
        queue=row.queue,
        tags=tagged(row.tags),
        origin=row.origin,
        created_at=born,
        updated_at=born,
        timers=begun(plan, row.priority, born) if plan else (),
    )
    left: list[Document] = []
    last = born
    for event in row.events:
        at = now + _duration(event.at)
        if not last <= at <= now:
            message = f"ticket {row.id}: what happened at {event.at} is out of order"
            raise SettingsError(message)
        last = at
        for text, audience in ((event.says, Audience.PUBLIC), (event.notes, Audience.INTERNAL)):
            if text:
                case, comment = commented(
                    case, text.strip(), audience, at=at, author=event.by, acting_for="", staff=event.by in staff
                )
                left.append(comment)
        case, changes = patched(case, _patch(event), plan=plan, by=event.by, at=at)
        left.extend(changes)
    return [case, *left]


def _patch(event: EventRow) -> TicketPatch:
    patch = TicketPatch()
    if event.status is not None:
        patch = msgspec.structs.replace(patch, status=event.status)
    if event.priority is not None:
        patch = msgspec.structs.replace(patch, priority=event.priority)
    if event.owner is not None:
        patch = msgspec.structs.replace(patch, owner=Ref(system="", kind="person", id=event.owner))
    if event.queue is not None:
        patch = msgspec.structs.replace(patch, queue=Ref(system="", kind="queue", id=event.queue))
    return patch


def _plan(row: PlanRow) -> PlanDoc:
    def seconds(targets: dict[Priority, str]) -> dict[Priority, int]:
        return {priority: int(_duration(target).total_seconds()) for priority, target in targets.items()}

    return PlanDoc(
        id=row.id, name=row.name, first_response=seconds(row.first_response), resolution=seconds(row.resolution)
    )


def _seconds(length: str | None) -> int | None:
    return int(_duration(length).total_seconds()) if length else None


def _duration(text: str) -> timedelta:
    """Read `-3d4h`, `30m`."""
    match = re.fullmatch(r"([+-]?)((?:\d+[dhm])+)", text)
    if match is None:
        message = f"{text!r} is no length of time such as 30m, 4h or -3d"
        raise SettingsError(message)
    length = sum(
        (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in re.findall(r"(\d+)([dhm])", match.group(2))),
        timedelta(),
    )
    return -length if match.group(1) == "-" else length
