"""Everything the store answers without writing, through Tortoise: the same for every database."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.expressions import Subquery
from tortoise.timezone import get_default_timezone
from tortoise.transactions import in_transaction

from chatops.core.commit import Stored
from chatops.core.effects import Post
from chatops.core.journal import Entry
from chatops.core.message import Message
from chatops.errors import StoreUnavailable
from chatops.ports.store import ClaimedEvent, DeadLetter, Depths, OutboxState, Placed, Sent, Settlement
from chatops.storage.lanes import Taken
from chatops.storage.models import (
    AggregateKey,
    AggregateRow,
    CheckpointRow,
    InboxEvent,
    JournalEntry,
    OutboxPost,
    PlacedPost,
    TimerEntry,
)
from chatops.storage.names import storable
from chatops.storage.schema import CONNECTION, config

T = TypeVar("T")

OPEN = ("ready", "sending")
GIVEN_UP = ("dead", "failed", "unknown")
"""States of an outbox row that make it a dead letter."""


class Reads:
    """One reading connection. Answers with what is committed; raises StoreUnavailable when it cannot."""

    def __init__(self, settings: Mapping[str, Any] | str, *, faults: tuple[type[Exception], ...] = ()) -> None:
        self._settings = config(settings)
        self._faults: tuple[type[Exception], ...] = (BaseORMException, OSError, *faults)
        self._tortoise = TortoiseContext()
        self._surroundings = contextvars.copy_context()

    async def open(self) -> None:
        """Connect. Raise StoreUnavailable when that fails."""
        # Tortoise finds its connections through a context variable. Ours is set only in the tasks made by `ask`, so
        # that several stores live side by side and no caller needs to know.
        self._surroundings.run(self._tortoise.__enter__)
        await self.ask(self._tortoise.init(config=self._settings))
        await asyncio.to_thread(get_default_timezone)  # a file, read with the first time of day otherwise
        await self.ask(checkpoint(""))  # connects: if that failed later, Tortoise would keep its lock for ever

    async def close(self) -> None:
        """Disconnect."""
        await self._tortoise.close_connections()

    async def ask(self, question: Coroutine[Any, Any, T]) -> T:
        """Return the answer to a question put with Tortoise's models."""
        try:
            return await asyncio.create_task(question, context=self._surroundings.copy())
        except self._faults as error:
            message = f"The database cannot be read: {error}"
            raise StoreUnavailable(message) from error


async def checkpoint(name: str) -> str | None:
    """Return the value last stored under `name`."""
    row = await CheckpointRow.get_or_none(name=name)
    return None if row is None else row.value


async def lane_used(lane: str) -> bool:
    """Whether the inbox holds anything of `lane`."""
    return storable(lane) and await InboxEvent.filter(lane=lane).exists()


async def accepted(key: str) -> bool:
    """Whether the inbox holds an event of that key."""
    return storable(values=(key,)) and await InboxEvent.filter(key=key).exists()


async def events(taken: Sequence[Taken]) -> list[ClaimedEvent]:
    """Return the claimed events, in the order of `taken`; without those that are not there or not ready any more."""
    rows = {row.seq: row for row in await InboxEvent.filter(seq__in=[claim.id for claim in taken], state="ready")}
    return [_claimed(rows[claim.id], claim.fence) for claim in taken if claim.id in rows]


async def get(kind: str, id_: str) -> Stored | None:
    """Return one aggregate, or None."""
    row = await AggregateRow.get_or_none(kind=kind, ident=id_) if storable(id_) else None
    return None if row is None else _stored(row)


async def find(kind: str, keys: Mapping[str, str], limit: int) -> list[Stored]:
    """Return the oldest that have all of `keys`."""
    if not storable(values=keys.values()):
        return []
    query = AggregateRow.filter(kind=kind)
    for name, value in keys.items():
        owners = AggregateKey.filter(kind=kind, name=name, value=value).values("owner")
        query = query.filter(number__in=Subquery(owners))
    return [_stored(row) for row in await query.order_by("number").limit(limit)]


async def entries(chain: str, after: int, limit: int, *, newest: bool) -> list[Entry]:
    """Return the oldest or the newest journal entries after a number, oldest first."""
    if not storable(values=(chain,)):
        return []
    rows = await JournalEntry.filter(chain=chain, seq__gt=after).order_by("-seq" if newest else "seq").limit(limit)
    return [
        Entry(
            chain=row.chain,
            seq=row.seq,
            kind=row.kind,
            recorded_at=_utc(row.recorded_at),
            payload=row.payload,
            salt=row.salt,
            commitment=row.commitment,
            mac=row.mac,
        )
        for row in (reversed(rows) if newest else rows)
    ]


async def messages(room: str, limit: int) -> list[ClaimedEvent]:
    """Return the newest stored events of a remote room, oldest first."""
    if not storable(values=[room]):
        return []
    rows = await InboxEvent.filter(room=room).order_by("-seq").limit(limit)
    return [_claimed(row, 0) for row in reversed(rows)]


async def placed(target: str, slot: str) -> Placed | None:
    """Return where a slot's newest post stands."""
    row = await PlacedPost.get_or_none(target=target, slot=slot)
    if row is None:
        return None
    return Placed(
        target=row.target,
        slot=row.slot,
        remote=row.remote,
        room=row.room,
        outbox_id=row.outbox_id,
        inbox_seq=row.inbox_seq,
    )


async def scrolled(where: Placed) -> int:
    """Return how many messages and posts came into the room after `where`. An edit of an older post is none."""
    said = await InboxEvent.filter(room=where.room, seq__gt=where.inbox_seq, kind=Message.kind).count()
    posts = OutboxPost.filter(target=where.target, kind=Post.kind, remote__isnull=False)
    newer = await posts.filter(id__gt=where.outbox_id).distinct().values_list("remote", flat=True)
    return said + len(set(newer) - {where.remote})


async def settlement(cause: str) -> Settlement:
    """Return what the root event `cause` has led to, as of one moment."""
    if not storable(values=(cause,)):
        return Settlement(known=False, open_events=0, open_effects=0)
    async with in_transaction(CONNECTION):
        known = await InboxEvent.filter(key=cause).exists()
        waiting = await InboxEvent.filter(cause=cause, state="ready").count()
        rows = await OutboxPost.filter(cause=cause).order_by("id")
    return Settlement(
        known=known,
        open_events=waiting,
        open_effects=sum(row.state in OPEN for row in rows),
        sent=tuple(_sent(row) for row in rows),
    )


async def next_due() -> datetime | None:
    """Return when the earliest timer is due."""
    row = await TimerEntry.all().order_by("due").first()
    return None if row is None else _utc(row.due)


async def depths() -> Depths:
    """Count what waits."""
    # Not by number: for that PostgreSQL may come to read the whole table, hoping to meet one soon.
    oldest = await InboxEvent.filter(state="ready").order_by("accepted_at").first()
    queued = [await OutboxPost.filter(state=state).order_by("created_at").first() for state in OPEN]
    ready, sending = [await OutboxPost.filter(state=state).count() for state in OPEN]
    return Depths(
        inbox=await InboxEvent.filter(state="ready").count(),
        outbox=ready + sending,
        sending=sending,
        dead=await InboxEvent.filter(state="dead").count()
        + sum([await OutboxPost.filter(state=state).count() for state in GIVEN_UP]),
        timers=await TimerEntry.all().count(),
        oldest=None if oldest is None else _utc(oldest.accepted_at),
        oldest_post=min((_utc(row.created_at) for row in queued if row is not None), default=None),
    )


async def dead_letters(limit: int) -> list[DeadLetter]:
    """Return what was given up, newest first."""
    dead_events = await InboxEvent.filter(state="dead").order_by("-ended_at").limit(limit)
    dead_posts = await OutboxPost.filter(state__in=GIVEN_UP).order_by("-ended_at").limit(limit)
    letters = [
        DeadLetter(
            kind="event",
            key=row.key,
            lane=row.lane,
            body_kind=row.kind,
            error=row.error or "",
            tries=row.attempts + 1,
            since=_utc(row.accepted_at),
            at=_utc(row.ended_at or row.accepted_at),
        )
        for row in dead_events
    ]
    letters += [
        DeadLetter(
            kind="effect",
            key=row.key,
            lane=row.lane,
            target=row.target,
            body_kind=row.kind,
            error=row.reason or row.state,
            uncertain=row.state == "unknown",
            tries=row.attempts,
            since=_utc(row.created_at),
            at=_utc(row.ended_at or row.created_at),
        )
        for row in dead_posts
    ]
    return sorted(letters, key=lambda letter: letter.at, reverse=True)[:limit]


async def sent(after: int, limit: int) -> list[Sent]:
    """Return outbox rows of any state in order of id."""
    return [_sent(row) for row in await OutboxPost.filter(id__gt=after).order_by("id").limit(limit)]


def _utc(at: datetime) -> datetime:
    """Return the instant in plain UTC, not in Tortoise's zone of that name."""
    return at.astimezone(UTC)


def _claimed(row: InboxEvent, fence: int) -> ClaimedEvent:
    return ClaimedEvent(
        seq=row.seq,
        key=row.key,
        lane=row.lane,
        kind=row.kind,
        body=row.body,
        cause=row.cause,
        room=row.room,
        accepted_at=_utc(row.accepted_at),
        attempts=row.attempts,
        fence=fence,
    )


def _stored(row: AggregateRow) -> Stored:
    keys = frozenset((name, value) for name, value in json.loads(row.keys))
    return Stored(kind=row.kind, id=row.ident, version=row.version, body=row.body, keys=keys)


def _sent(row: OutboxPost) -> Sent:
    state = cast("OutboxState", row.state)
    return Sent(
        id=row.id,
        key=row.key,
        target=row.target,
        kind=row.kind,
        body=row.body,
        cause=row.cause,
        reply=row.reply,
        state=state,
        remote=row.remote,
        reason=row.reason,
    )
