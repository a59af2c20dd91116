"""Claiming, planning and marking outbox rows in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from chatops.errors import StaleUnit
from chatops.ports.store import ClaimedPost, Mark, Placed
from chatops.storage.lanes import Taken
from chatops.storage.sqlite_commit import FENCE
from chatops.storage.sqlite_rows import News, read, written, written_or_none

_FOUND = """
SELECT id, key, target, kind, body, cause, lane, slot, bulk, attempts, state, plan, created_at FROM outbox
WHERE id = ? AND state IN ('ready', 'sending')
"""
_SENDING = "UPDATE outbox SET state = 'sending', attempts = attempts + 1, fence = ? WHERE id = ?"
_MARK = """
UPDATE outbox SET state = ?, remote = COALESCE(?, remote), reason = ?, not_before = ?, ended_at = ?
WHERE id = ? AND state = 'sending' AND fence = ? RETURNING cause
"""
_PLACE = """
INSERT INTO placed (target, slot, remote, room, outbox_id, inbox_seq) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (target, slot) DO UPDATE SET remote = excluded.remote, room = excluded.room,
outbox_id = excluded.outbox_id, inbox_seq = excluded.inbox_seq
"""


def start_sending(connection: sqlite3.Connection, taken: Sequence[Taken]) -> list[ClaimedPost]:
    """Write `sending` for each row taken that is still open. One that is `sending` already was cut off there."""
    started = (_start(connection, claim) for claim in taken)
    return [post for post in started if post is not None]


def _start(connection: sqlite3.Connection, claim: Taken) -> ClaimedPost | None:
    found = connection.execute(_FOUND, (claim.id,)).fetchone()
    if found is None:
        return None
    id_, key, target, kind, body, cause, lane, slot, bulk, attempts, state, plan, created_at = found
    connection.execute(_SENDING, (claim.fence, claim.id))
    return ClaimedPost(
        id=id_,
        key=key,
        target=target,
        kind=kind,
        body=body,
        cause=cause,
        lane=lane,
        slot=slot,
        bulk=bool(bulk),
        attempts=attempts,
        resumed=state == "sending",
        plan=plan,
        fence=claim.fence,
        created_at=read(created_at),
    )


def plan(connection: sqlite3.Connection, id_: int, fence: int, text: str) -> None:
    """Remember how a row is going to be sent. Raise StaleUnit when the claim is no longer ours."""
    cursor = connection.execute(
        "UPDATE outbox SET plan = ? WHERE id = ? AND state = 'sending' AND fence = ?", (text, id_, fence)
    )
    if cursor.rowcount != 1:
        raise StaleUnit(FENCE, str(id_))


def mark(connection: sqlite3.Connection, outcome: Mark, *, at: datetime) -> News:
    """Write what became of a row and what follows from it. Raise StaleUnit when the claim is no longer ours."""
    again = outcome.state == "ready"
    marked = connection.execute(
        _MARK,
        (
            outcome.state,
            outcome.remote,
            outcome.reason,
            written_or_none(outcome.not_before) if again else None,
            None if again else written(at),
            outcome.id,
            outcome.fence,
        ),
    ).fetchone()
    if marked is None:
        raise StaleUnit(FENCE, str(outcome.id))
    if outcome.rewritten is not None:
        connection.execute("UPDATE outbox SET body = ? WHERE id = ?", (outcome.rewritten, outcome.id))
    news = News(causes={marked[0]})
    if outcome.forget is not None:
        connection.execute("DELETE FROM placed WHERE target = ? AND slot = ?", outcome.forget)
    if outcome.placed is not None:
        _place(connection, outcome.placed)
    for row in outcome.follow_up:
        news.enqueue(connection, row, at)
    if outcome.receipt is not None:
        news.accept(connection, outcome.receipt, at)
    return news


def _place(connection: sqlite3.Connection, placed: Placed) -> None:
    connection.execute(
        _PLACE, (placed.target, placed.slot, placed.remote, placed.room, placed.outbox_id, placed.inbox_seq)
    )
