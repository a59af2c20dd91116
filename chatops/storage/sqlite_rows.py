"""How values stand in SQLite's columns, and the two inserts everything ends in."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chatops.core.commit import InboxRow, OutboxRow
from chatops.ports.store import ClaimedEvent
from chatops.storage.lanes import Open

PostTag = tuple[bool, str]
"""Whether it is bulk, and the kind: which senders take it."""

_INBOX = """
INSERT INTO inbox (key, lane, kind, body, cause, room, accepted_at, state, attempts, not_before)
SELECT ?, ?, ?, ?, ?, ?, ?, 'ready', 0, ?
WHERE NOT EXISTS (SELECT 1 FROM spent_key WHERE key = ? AND space = 'inbox')
ON CONFLICT (key) DO NOTHING
"""

_OUTBOX = """
INSERT INTO outbox (key, target, kind, body, cause, lane, slot, bulk, reply, created_at, state, attempts, fence)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready', 0, 0
WHERE NOT EXISTS (SELECT 1 FROM spent_key WHERE key = ? AND space = 'outbox')
ON CONFLICT (key) DO NOTHING
"""


def written(at: datetime) -> str:
    """Return an instant as Tortoise reads it back; texts of this form sort as the instants do."""
    return at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")


def written_or_none(at: datetime | None) -> str | None:
    """Return an instant as `written`, or None."""
    return None if at is None else written(at)


def read(text: str) -> datetime:
    """Return the instant that `written` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read_or_none(text: str | None) -> datetime | None:
    """Return the instant, or None."""
    return None if text is None else read(text)


@dataclass(slots=True)
class News:
    """What a job has changed and the lanes must learn once it is durable."""

    events: list[Open[None]] = field(default_factory=list)
    posts: list[Open[PostTag]] = field(default_factory=list)
    causes: set[str] = field(default_factory=set)
    accepted: list[ClaimedEvent] = field(default_factory=list)
    """The events that are new, as they will be claimed; nobody has a claim on them yet."""

    def accept(self, connection: sqlite3.Connection, row: InboxRow, at: datetime) -> bool:
        """Insert an event; False when its key has been seen."""
        cursor = connection.execute(
            _INBOX,
            (
                row.key,
                row.lane,
                row.kind,
                row.body,
                row.cause,
                row.room,
                written(at),
                written_or_none(row.not_before),
                row.key,
            ),
        )
        if cursor.rowcount != 1:
            return False
        seq = cursor.lastrowid or 0
        self.events.append(Open(id=seq, lane=row.lane, tag=None, not_before=row.not_before))
        self.accepted.append(
            ClaimedEvent(
                seq=seq,
                key=row.key,
                lane=row.lane,
                kind=row.kind,
                body=row.body,
                cause=row.cause,
                room=row.room,
                accepted_at=at.astimezone(UTC),
                attempts=0,
                fence=0,
            )
        )
        self.causes.add(row.cause)
        return True

    def enqueue(self, connection: sqlite3.Connection, row: OutboxRow, at: datetime) -> bool:
        """Insert a post or effect; False when its key has been seen."""
        cursor = connection.execute(
            _OUTBOX,
            (
                row.key,
                row.target,
                row.kind,
                row.body,
                row.cause,
                row.lane,
                row.slot,
                row.bulk,
                row.reply,
                written(at),
                row.key,
            ),
        )
        if cursor.rowcount != 1:
            return False
        self.posts.append(Open(id=cursor.lastrowid or 0, lane=row.target, tag=(row.bulk, row.kind)))
        self.causes.add(row.cause)
        return True
