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
WITH marked AS (
  UPDATE outbox SET state = $3, remote = COALESCE($4, remote), reason = $5, not_before = $6, ended_at = $7,
    lease_until = NULL
  WHERE id = $1 AND fence = $2 AND state = 'sending' RETURNING cause
), placed AS (
  INSERT INTO placed (target, slot, remote, room, outbox_id, inbox_seq)
  SELECT $8::text, $9::text, $10::text, $11::text, $12::bigint, $13::bigint FROM marked WHERE $8 IS NOT NULL
  ON CONFLICT (target, slot) DO UPDATE SET remote = excluded.remote, room = excluded.room,
  outbox_id = excluded.outbox_id, inbox_seq = excluded.inbox_seq
)
SELECT cause FROM marked
"""


async def plan(connection: Connection, id_: int, fence: int, text: str) -> None:
    """Remember how a row is going to be sent. Raise StaleUnit when the claim is no longer ours."""
    if await connection.fetchval(_PLAN, id_, fence, text) is None:
        raise StaleUnit(FENCE, str(id_))


def is_alone(outcome: Mark) -> bool:
    """Whether nothing follows from an outcome but where the post stands: then `mark` needs no transaction."""
    follows = outcome.receipt is not None or outcome.follow_up
    return outcome.forget is None and outcome.rewritten is None and not follows


async def mark(connection: Connection, outcome: Mark, *, at: datetime) -> News:
    """Write what became of a row and what follows from it. Raise StaleUnit when the claim is no longer ours."""
    outcome = _storable(outcome)
    receipts = () if outcome.receipt is None else (outcome.receipt,)
    locks = Locks().targets([row.target for row in outcome.follow_up]).lanes([row.lane for row in receipts])
    await locks.take(connection)
    if outcome.forget is not None:
        await connection.execute("DELETE FROM placed WHERE target = $1 AND slot = $2", *outcome.forget)
    later = outcome.not_before if outcome.state == "ready" else None
    cause: str | None = await connection.fetchval(
        _MARK,
        outcome.id,
        outcome.fence,
        outcome.state,
        outcome.remote,
        outcome.reason,
        later,
        None if outcome.state == "ready" else at,
        *_where(outcome.placed),
    )
    if cause is None:
        raise StaleUnit(FENCE, str(outcome.id))
    if outcome.rewritten is not None:
        await connection.execute("UPDATE outbox SET body = $2 WHERE id = $1", outcome.id, outcome.rewritten)
    news = News(posts=True, causes={cause}, times=[] if later is None else [later])
    await news.enqueue(connection, outcome.follow_up, at)
    await news.accept(connection, receipts, at)
    return news


def _where(placed: Placed | None) -> tuple[str | int | None, ...]:
    if placed is None:
        return (None,) * 6
    return (placed.target, placed.slot, placed.remote, placed.room, placed.outbox_id, placed.inbox_seq)


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
