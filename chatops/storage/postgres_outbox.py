"""Planning and marking outbox rows in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from chatops.core.frozen import replace
from chatops.core.message import clean
from chatops.errors import StaleUnit
from chatops.ports.store import Mark, Placed
from chatops.storage.models import KEY
from chatops.storage.postgres_commit import FENCE
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection
from chatops.storage.postgres_rows import News

_PLAN = "UPDATE outbox SET plan = $3 WHERE id = $1 AND fence = $2 AND state = 'sending' RETURNING id"
_MARK = """
UPDATE outbox SET state = $3, remote = COALESCE($4, remote), reason = $5, not_before = $6, ended_at = $7,
  lease_until = NULL
WHERE id = $1 AND fence = $2 AND state = 'sending' RETURNING cause
"""
_MARK_ALONE = f"""
WITH marked AS ({_MARK}), placed AS (
  INSERT INTO placed (target, slot, remote, room, outbox_id, inbox_seq)
  SELECT $8::text, $9::text, $10::text, $11::text, $12::bigint, $13::bigint FROM marked WHERE $8 IS NOT NULL
  ON CONFLICT (target, slot) DO UPDATE SET remote = excluded.remote, room = excluded.room,
  outbox_id = excluded.outbox_id, inbox_seq = excluded.inbox_seq
)
SELECT cause FROM marked
"""  # noqa: S608 - put together from constants
"""Nearly all marks need nothing else: one statement, and no transaction around it."""
_PLACE = """
INSERT INTO placed (target, slot, remote, room, outbox_id, inbox_seq) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (target, slot) DO UPDATE SET remote = excluded.remote, room = excluded.room,
outbox_id = excluded.outbox_id, inbox_seq = excluded.inbox_seq
"""


async def plan(connection: Connection, id_: int, fence: int, text: str) -> None:
    """Remember how a row is going to be sent. Raise StaleUnit when the claim is no longer ours."""
    if await connection.fetchval(_PLAN, id_, fence, text) is None:
        raise StaleUnit(FENCE, str(id_))


def is_alone(outcome: Mark) -> bool:
    """Whether nothing follows from an outcome but where the post stands."""
    return outcome.forget is None and outcome.receipt is None and not outcome.follow_up


async def mark_alone(connection: Connection, outcome: Mark, *, at: datetime) -> News:
    """Do what `mark` does for an outcome that is alone."""
    outcome = _storable(outcome)
    again = outcome.state == "ready"
    placed = outcome.placed
    where = (
        (None,) * 6
        if placed is None
        else (placed.target, placed.slot, placed.remote, placed.room, placed.outbox_id, placed.inbox_seq)
    )
    cause: str | None = await connection.fetchval(
        _MARK_ALONE,
        outcome.id,
        outcome.fence,
        outcome.state,
        outcome.remote,
        outcome.reason,
        outcome.not_before if again else None,
        None if again else at,
        *where,
    )
    return _news(outcome, cause)


async def mark(connection: Connection, outcome: Mark, *, at: datetime) -> News:
    """Write what became of a row and what follows from it. Raise StaleUnit when the claim is no longer ours."""
    outcome = _storable(outcome)
    again = outcome.state == "ready"
    receipts = () if outcome.receipt is None else (outcome.receipt,)
    locks = Locks().targets([row.target for row in outcome.follow_up]).lanes([row.lane for row in receipts])
    await locks.take(connection)
    cause: str | None = await connection.fetchval(
        _MARK,
        outcome.id,
        outcome.fence,
        outcome.state,
        outcome.remote,
        outcome.reason,
        outcome.not_before if again else None,
        None if again else at,
    )
    news = _news(outcome, cause)
    if outcome.forget is not None:
        await connection.execute("DELETE FROM placed WHERE target = $1 AND slot = $2", *outcome.forget)
    if outcome.placed is not None:
        await _place(connection, outcome.placed)
    await news.enqueue(connection, outcome.follow_up, at)
    await news.accept(connection, receipts, at)
    return news


def _storable(outcome: Mark) -> Mark:
    """Return an outcome whose foreign words the columns take: one that cannot be written would be sent again for ever."""
    placed = outcome.placed
    return replace(
        outcome,
        remote=None if outcome.remote is None else _id(outcome.remote),
        reason=None if outcome.reason is None else clean(outcome.reason)[0],
        placed=None if placed is None else replace(placed, remote=_id(placed.remote), room=_id(placed.room)),
    )


def _id(text: str) -> str:
    return clean(text)[0][:KEY]


def _news(outcome: Mark, cause: str | None) -> News:
    if cause is None:
        raise StaleUnit(FENCE, str(outcome.id))
    later = outcome.not_before if outcome.state == "ready" else None
    return News(posts=True, causes={cause}, times=[] if later is None else [later])


async def _place(connection: Connection, placed: Placed) -> None:
    await connection.execute(
        _PLACE, placed.target, placed.slot, placed.remote, placed.room, placed.outbox_id, placed.inbox_seq
    )
