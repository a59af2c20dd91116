"""What operators, replicas' lives and the passing of time ask of PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from chatops.ports.store import Checkpoint
from chatops.storage.postgres_claims import FENCE, INCARNATION_BITS, OPEN
from chatops.storage.postgres_locks import Locks, alive
from chatops.storage.postgres_pool import Connection
from chatops.storage.postgres_rows import News

PURGE_BATCH = 500
"""Rows forgotten in one transaction, so that nobody else waits long."""

_KEEP = """
INSERT INTO {table} (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_ALLOCATE = """
INSERT INTO sequence AS last (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = last.value + 1
RETURNING value
"""
_MASK = (1 << INCARNATION_BITS) - 1
_RELEASE_EVENTS = f"""
UPDATE inbox SET lease_until = NULL
WHERE state = 'ready' AND lease_until IS NOT NULL AND fence & {_MASK} = $1
"""  # noqa: S608 - put together from constants
_RELEASE_POSTS = f"""
UPDATE outbox SET lease_until = NULL
WHERE state = 'sending' AND lease_until IS NOT NULL AND fence & {_MASK} = $1
"""  # noqa: S608 - put together from constants
_DEAD_EVENT = "SELECT seq, lane, cause FROM inbox WHERE key = $1 AND state = 'dead' FOR UPDATE"
_GIVEN_UP = "state IN ('dead', 'failed', 'unknown')"
_DEAD_POST = f"SELECT id, target, cause FROM outbox WHERE key = $1 AND {_GIVEN_UP} FOR UPDATE"  # noqa: S608 - put together from constants
_WHERE_DEAD = f"SELECT target FROM outbox WHERE key = $1 AND {_GIVEN_UP}"  # noqa: S608 - put together from constants
_DROP_POST = f"UPDATE outbox SET state = 'dropped', ended_at = $2 WHERE key = $1 AND {_GIVEN_UP} RETURNING id"  # noqa: S608 - put together from constants
_TOUCH_EVENT = f"""
UPDATE inbox AS mine SET fence = {FENCE}
WHERE seq = (SELECT seq FROM inbox WHERE lane = $2 AND state = 'ready' ORDER BY seq LIMIT 1 FOR UPDATE)
AND (lease_until IS NULL OR lease_until <= COALESCE($3::timestamptz, clock_timestamp()))
"""  # noqa: S608 - put together from constants
_TOUCH_POST = f"""
UPDATE outbox AS mine SET fence = {FENCE}
WHERE id = (SELECT id FROM outbox WHERE target = $2 AND {OPEN} ORDER BY id LIMIT 1 FOR UPDATE)
AND (lease_until IS NULL OR lease_until <= COALESCE($3::timestamptz, clock_timestamp()))
"""  # noqa: S608 - put together from constants
_REPLAY_EVENT = """
UPDATE inbox SET state = 'ready', attempts = 0, not_before = NULL, error = NULL, ended_at = NULL, lease_until = NULL,
  fence = -abs(COALESCE(fence, 1))
WHERE seq = $1
"""
_REPLAY_POST = """
UPDATE outbox SET state = 'ready', attempts = 0, not_before = NULL, reason = NULL, ended_at = NULL, lease_until = NULL,
  fence = -abs(fence)
WHERE id = $1
"""
_SETTLED = f"""
NOT EXISTS (SELECT 1 FROM inbox AS event WHERE event.cause = old.cause AND event.state = 'ready')
AND NOT EXISTS (SELECT 1 FROM outbox AS post WHERE post.cause = old.cause AND post.{OPEN})
"""  # noqa: S608 - put together from constants
_OLD_EVENTS = f"""
DELETE FROM inbox WHERE seq IN (
  SELECT seq FROM inbox AS old WHERE state = 'done' AND ended_at < $1 AND {_SETTLED} LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING key
"""  # noqa: S608 - put together from constants
_OLD_POSTS = f"""
DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox AS old WHERE state IN ('sent', 'unknown', 'dropped') AND ended_at < $1 AND {_SETTLED}
  LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING key
"""  # noqa: S608 - put together from constants
_EXPIRED = """
DELETE FROM aggregate WHERE number IN (
  SELECT number FROM aggregate WHERE expires <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING number
"""
_OLD_KEYS = """
DELETE FROM spent_key WHERE id IN (
  SELECT id FROM (SELECT id, purged_at FROM spent_key ORDER BY id LIMIT $2) AS oldest WHERE purged_at < $1)
RETURNING id
"""
"""They were purged in the order of their ids: looking at the first is enough."""

_SPENT = """
INSERT INTO spent_key (key, space, purged_at) SELECT key, $2, $3 FROM unnest($1::text[]) AS gone (key)
ON CONFLICT (key, space) DO NOTHING
"""


async def keep_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    """Remember how far a network has been read."""
    await connection.execute(_KEEP.format(table="checkpoint"), checkpoint.name, checkpoint.value)


async def keep_state(connection: Connection, name: str, value: str) -> None:
    """Remember something about the database itself, or about one of its servers."""
    await connection.execute(_KEEP.format(table="state"), name, value)


async def state(connection: Connection, name: str) -> str | None:
    """Return what was kept under a name."""
    value: str | None = await connection.fetchval("SELECT value FROM state WHERE name = $1", name)
    return value


async def allocate(connection: Connection, sequence: str) -> int:
    """Return the next number of a sequence."""
    number: int = await connection.fetchval(_ALLOCATE, sequence)
    return number


async def release(connection: Connection, incarnation: int) -> None:
    """End all claims of a process that is gone, or is going."""
    await connection.execute(_RELEASE_EVENTS, incarnation)
    await connection.execute(_RELEASE_POSTS, incarnation)


async def outlived(connection: Connection, incarnation: int) -> bool:
    """Whether the process of that incarnation is gone: it holds a lock as long as it lives (see `postgres_signals`)."""
    gone: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", alive(incarnation))
    return gone


async def replay(connection: Connection, key: str, incarnation: int, *, now: datetime | None) -> News | None:
    """Put a dead letter back into its place; None when there is none of that key.

    Its lane's present head is touched, so that whoever is just now claiming it looks again; somebody already at work there
    is waited for by the claim (see `postgres_claims`). `now`: None for the database's time.
    """
    lane = await connection.fetchval("SELECT lane FROM inbox WHERE key = $1 AND state = 'dead'", key)
    target = await connection.fetchval(_WHERE_DEAD, key)
    # Nothing joins the queue while its head is touched, or that might become the head, untouched.
    locks = Locks().lanes([] if lane is None else [lane]).targets([] if target is None else [target])
    await locks.take(connection)
    event = await connection.fetchrow(_DEAD_EVENT, key)
    if event is not None:
        await connection.execute(_TOUCH_EVENT, incarnation, event["lane"], now)
        await connection.execute(_REPLAY_EVENT, event["seq"])
        return News(events=True, causes={event["cause"]})
    post = await connection.fetchrow(_DEAD_POST, key)
    if post is None:
        return None
    await connection.execute(_TOUCH_POST, incarnation, post["target"], now)
    await connection.execute(_REPLAY_POST, post["id"])
    return News(posts=True, causes={post["cause"]})


async def drop(connection: Connection, key: str, *, at: datetime) -> bool:
    """Give a dead letter up for good: forgotten by purging once it is old. False when there is none of that key."""
    event = await connection.fetchval(
        "UPDATE inbox SET state = 'done', ended_at = $2 WHERE key = $1 AND state = 'dead' RETURNING seq", key, at
    )
    post = await connection.fetchval(_DROP_POST, key, at)
    return event is not None or post is not None


async def purge(
    connection: Connection,
    *,
    events_before: datetime,
    posts_before: datetime,
    keys_before: datetime | None,
    at: datetime,
) -> tuple[int, bool]:
    """Forget up to a batch each of settled and of expired rows; return how many, and whether there may be more.

    The keys of events and posts stay taken, until they were purged before `keys_before`. Dead letters stay until they are
    replayed or dropped.
    """
    spent = [] if keys_before is None else await connection.fetch(_OLD_KEYS, keys_before, PURGE_BATCH)
    await Locks().purging().take(connection)
    events = [row["key"] for row in await connection.fetch(_OLD_EVENTS, events_before, PURGE_BATCH)]
    posts = [row["key"] for row in await connection.fetch(_OLD_POSTS, posts_before, PURGE_BATCH)]
    expired = [row["number"] for row in await connection.fetch(_EXPIRED, at, PURGE_BATCH)]
    for keys, space in ((events, "inbox"), (posts, "outbox")):
        if keys:
            await connection.execute(_SPENT, keys, space, at)
    if expired:
        await connection.execute("DELETE FROM aggregate_key WHERE owner = ANY($1::bigint[])", expired)
    gone = (len(events), len(posts), len(expired), len(spent))
    return sum(gone), PURGE_BATCH in gone
