"""What operators and the passing of time ask of SQLite: putting dead letters back, forgetting what is settled."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from chatops.ports.store import Checkpoint
from chatops.storage.lanes import Open
from chatops.storage.sqlite_rows import News, PostTag, read_or_none, written

PURGE_BATCH = 500
"""Rows forgotten in one transaction, so that nobody else waits long."""

OLD_EVENTS = """
SELECT seq, key FROM inbox x WHERE state = 'done' AND ended_at < ?
AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.cause = x.cause AND e.state = 'ready')
AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.cause = x.cause AND p.state IN ('ready', 'sending'))
LIMIT ?
"""
OLD_POSTS = """
SELECT id, key FROM outbox x WHERE state IN ('sent', 'unknown', 'dropped') AND ended_at < ?
AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.cause = x.cause AND e.state = 'ready')
AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.cause = x.cause AND p.state IN ('ready', 'sending'))
LIMIT ?
"""
"""In any order: by number, SQLite would rather read the whole table."""

OLD_KEYS = """
DELETE FROM spent_key WHERE id IN (
  SELECT id FROM (SELECT id, purged_at FROM spent_key ORDER BY id LIMIT ?) WHERE purged_at < ?)
"""
"""They were purged in the order of their ids: looking at the first is enough."""

EXPIRED = "SELECT number FROM aggregate WHERE expires <= ? LIMIT ?"


@dataclass(frozen=True, slots=True)
class Present:
    """What is open in the database, read when a writing connection is made."""

    epoch: int
    events: list[Open[None]]
    posts: list[Open[PostTag]]


def take_over(connection: sqlite3.Connection) -> int:
    """Begin a new epoch: whoever wrote to this database before can no longer. Return its number."""
    row = connection.execute("SELECT value FROM state WHERE name = 'epoch'").fetchone()
    epoch = 1 if row is None else int(row[0]) + 1
    connection.execute(
        "INSERT INTO state (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(epoch),),
    )
    return epoch


def epoch(connection: sqlite3.Connection) -> int:
    """Return the present epoch."""
    row = connection.execute("SELECT value FROM state WHERE name = 'epoch'").fetchone()
    return int(row[0])


def present(connection: sqlite3.Connection, number: int) -> Present:
    """Return what is open."""
    events = connection.execute("SELECT seq, lane, not_before FROM inbox WHERE state = 'ready' ORDER BY lane, seq")
    posts = [
        Open(id=id_, lane=target, not_before=read_or_none(not_before), tag=(bool(bulk), kind))
        for state in ("ready", "sending")
        for id_, target, not_before, bulk, kind in connection.execute(
            "SELECT id, target, not_before, bulk, kind FROM outbox WHERE state = ?", (state,)
        )
    ]
    return Present(
        epoch=number,
        events=[Open(id=seq, lane=lane, tag=None, not_before=read_or_none(at)) for seq, lane, at in events],
        posts=sorted(posts, key=lambda post: post.id),
    )


def proof_of_life(connection: sqlite3.Connection, *, at: datetime) -> None:
    """Write something."""
    connection.execute(
        "INSERT INTO state (name, value) VALUES ('alive', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (written(at),),
    )


def keep_checkpoint(connection: sqlite3.Connection, checkpoint: Checkpoint) -> None:
    """Remember how far a network has been read."""
    connection.execute(
        "INSERT INTO checkpoint (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (checkpoint.name, checkpoint.value),
    )


def allocate(connection: sqlite3.Connection, sequence: str) -> int:
    """Return the next number of a sequence."""
    row = connection.execute(
        "INSERT INTO sequence (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        " RETURNING value",
        (sequence,),
    ).fetchone()
    number: int = row[0]
    return number


def replay(connection: sqlite3.Connection, key: str) -> News | None:
    """Put a dead letter back to ready; None when there is none of that key."""
    event = connection.execute(
        "UPDATE inbox SET state = 'ready', attempts = 0, not_before = NULL, error = NULL, ended_at = NULL"
        " WHERE key = ? AND state = 'dead' RETURNING seq, lane, cause",
        (key,),
    ).fetchone()
    if event is not None:
        return News(events=[Open(id=event[0], lane=event[1], tag=None)], causes={event[2]})
    post = connection.execute(
        "UPDATE outbox SET state = 'ready', attempts = 0, not_before = NULL, reason = NULL, ended_at = NULL"
        " WHERE key = ? AND state IN ('dead', 'failed', 'unknown') RETURNING id, target, bulk, kind, cause",
        (key,),
    ).fetchone()
    if post is None:
        return None
    return News(posts=[Open(id=post[0], lane=post[1], tag=(bool(post[2]), post[3]))], causes={post[4]})


def drop(connection: sqlite3.Connection, key: str, *, at: datetime) -> bool:
    """Give a dead letter up for good: forgotten by purging once it is old. False when there is none of that key."""
    done = connection.execute(
        "UPDATE inbox SET state = 'done', ended_at = ? WHERE key = ? AND state = 'dead'", (written(at), key)
    ).rowcount
    dropped = connection.execute(
        "UPDATE outbox SET state = 'dropped', ended_at = ? WHERE key = ? AND state IN ('dead', 'failed', 'unknown')",
        (written(at), key),
    ).rowcount
    return done + dropped > 0


def purge(
    connection: sqlite3.Connection,
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
    keys = 0 if keys_before is None else connection.execute(OLD_KEYS, (PURGE_BATCH, written(keys_before))).rowcount
    events = connection.execute(OLD_EVENTS, (written(events_before), PURGE_BATCH)).fetchall()
    posts = connection.execute(OLD_POSTS, (written(posts_before), PURGE_BATCH)).fetchall()
    expired = connection.execute(EXPIRED, (written(at), PURGE_BATCH)).fetchall()
    spent = [(key, "inbox", written(at)) for _seq, key in events] + [(key, "outbox", written(at)) for _id, key in posts]
    connection.executemany("INSERT INTO spent_key (key, space, purged_at) VALUES (?, ?, ?)", spent)
    connection.executemany("DELETE FROM inbox WHERE seq = ?", [(seq,) for seq, _key in events])
    connection.executemany("DELETE FROM outbox WHERE id = ?", [(id_,) for id_, _key in posts])
    connection.executemany("DELETE FROM aggregate_key WHERE owner = ?", expired)
    connection.executemany("DELETE FROM aggregate WHERE number = ?", expired)
    return len(spent) + len(expired) + keys, PURGE_BATCH in (len(events), len(posts), len(expired), keys)
