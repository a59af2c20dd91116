"""The two inserts everything ends in, in PostgreSQL, and what others must learn of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chatops.core.commit import InboxRow, OutboxRow
from chatops.storage.postgres_pool import Connection

_INBOX = """
INSERT INTO inbox (key, lane, kind, body, cause, room, accepted_at, state, attempts, not_before)
SELECT key, lane, kind, body, cause, room, $8, 'ready', 0, not_before
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
WITH ORDINALITY AS given (key, lane, kind, body, cause, room, not_before, place)
WHERE NOT EXISTS (SELECT 1 FROM spent_key WHERE spent_key.key = given.key AND space = 'inbox')
ORDER BY place
ON CONFLICT (key) DO NOTHING RETURNING key
"""

_OUTBOX = """
INSERT INTO outbox (key, target, kind, body, cause, lane, slot, bulk, reply, created_at, state, attempts, fence)
SELECT key, target, kind, body, cause, lane, slot, bulk, reply, $10, 'ready', 0, 0
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::bool[])
WITH ORDINALITY AS given (key, target, kind, body, cause, lane, slot, bulk, reply, place)
WHERE NOT EXISTS (SELECT 1 FROM spent_key WHERE spent_key.key = given.key AND space = 'outbox')
ORDER BY place
ON CONFLICT (key) DO NOTHING RETURNING key
"""


@dataclass(slots=True)
class News:
    """What a transaction has changed, to be told once it is committed."""

    events: bool = False
    """There may be events to claim."""
    posts: bool = False
    """There may be posts to claim."""
    times: list[datetime] = field(default_factory=list)
    """When something becomes claimable by time alone."""
    causes: set[str] = field(default_factory=set)
    """Roots of which something has changed."""
    announced: list[tuple[str, str]] = field(default_factory=list)
    """(kind, id) of aggregates others want to hear of."""

    async def accept(self, connection: Connection, rows: Sequence[InboxRow], at: datetime) -> tuple[bool, ...]:
        """Insert events, in order; tell for each whether it is new. The lanes' locks must be held."""
        if not rows:
            return ()
        found = await connection.fetch(
            _INBOX,
            [row.key for row in rows],
            [row.lane for row in rows],
            [row.kind for row in rows],
            [row.body for row in rows],
            [row.cause for row in rows],
            [row.room for row in rows],
            [row.not_before for row in rows],
            at,
        )
        fresh = {key for (key,) in found}
        accepted: list[bool] = []
        for row in rows:
            accepted.append(row.key in fresh)
            if row.key in fresh:
                fresh.discard(row.key)
                self.events = True
                self.causes.add(row.cause)
                if row.not_before is not None:
                    self.times.append(row.not_before)
        return tuple(accepted)

    async def enqueue(self, connection: Connection, rows: Sequence[OutboxRow], at: datetime) -> None:
        """Insert posts and effects, in order; those whose key has been seen are dropped. The targets' locks must be held."""
        if not rows:
            return
        found = await connection.fetch(
            _OUTBOX,
            [row.key for row in rows],
            [row.target for row in rows],
            [row.kind for row in rows],
            [row.body for row in rows],
            [row.cause for row in rows],
            [row.lane for row in rows],
            [row.slot for row in rows],
            [row.bulk for row in rows],
            [row.reply for row in rows],
            at,
        )
        fresh = {key for (key,) in found}
        self.posts = self.posts or bool(fresh)
        self.causes |= {row.cause for row in rows if row.key in fresh}
