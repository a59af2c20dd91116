"""Claiming heads in PostgreSQL: the oldest open row of each lane or target, by one worker at a time, of however many.

The recursive query hops from one lane to the next through a partial index, so a long queue in one lane costs nothing. It
starts behind the lane claimed last, so all get their turn. What it finds is locked with SKIP LOCKED and looked at again:
state, lease and fence must still be what they were. A fence's upper bits count the claims of its row, its lower ones name
the process (`incarnation`): no two processes ever share one, even should a crash of the database forget a claim.

A fence below zero marks a dead letter put back into its place: its lane may have somebody at work behind it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from chatops.ports.store import ClaimedEvent, ClaimedPost
from chatops.storage.postgres_pool import Connection

INCARNATION_BITS = 31

NOW = "COALESCE($2::timestamptz, clock_timestamp())"
FENCE = f"(((abs(COALESCE(mine.fence, 0)) >> {INCARNATION_BITS}) + 1) << {INCARNATION_BITS}) | $1::bigint"

OPEN = "state IN ('ready', 'sending')"
"""As the partial indexes say it: another wording would not use them."""

_EVENTS = f"""
WITH RECURSIVE heads AS (
  (SELECT 1 AS turn, lane, seq, fence, not_before, lease_until FROM inbox WHERE state = 'ready' AND lane > $6
   ORDER BY lane, seq LIMIT 1)
  UNION ALL
  SELECT heads.turn + 1, next.* FROM heads CROSS JOIN LATERAL (
    SELECT lane, seq, fence, not_before, lease_until FROM inbox WHERE state = 'ready' AND lane > heads.lane
    ORDER BY lane, seq LIMIT 1) AS next
), candidates AS MATERIALIZED (
  SELECT turn, seq, fence FROM heads
  WHERE (lease_until IS NULL OR lease_until <= {NOW}) AND (not_before IS NULL OR not_before <= $3)
  AND (fence IS NULL OR fence >= 0 OR NOT EXISTS (
    SELECT 1 FROM inbox AS other
    WHERE other.lane = heads.lane AND other.state = 'ready' AND other.lease_until > {NOW}))
  LIMIT $5
), locked AS (
  SELECT mine.seq, turn FROM inbox AS mine JOIN candidates ON candidates.seq = mine.seq
  WHERE mine.state = 'ready' AND (mine.lease_until IS NULL OR mine.lease_until <= {NOW})
  AND mine.fence IS NOT DISTINCT FROM candidates.fence
  FOR UPDATE OF mine SKIP LOCKED
)
UPDATE inbox AS mine SET fence = {FENCE}, lease_until = {NOW} + $4::interval
FROM locked WHERE mine.seq = locked.seq
RETURNING turn, mine.seq, key, lane, kind, body, cause, room, accepted_at, attempts, fence
"""  # noqa: S608 - put together from constants


def _posts(heads: str) -> str:
    return f"""
WITH RECURSIVE targets AS (
  (SELECT 1 AS turn, target FROM outbox WHERE {heads} AND target > $6 ORDER BY target, id LIMIT 1)
  UNION ALL
  SELECT targets.turn + 1, next.* FROM targets CROSS JOIN LATERAL (
    SELECT target FROM outbox WHERE {heads} AND target > targets.target ORDER BY target, id LIMIT 1) AS next
), candidates AS MATERIALIZED (
  SELECT turn, head.id, head.fence FROM targets CROSS JOIN LATERAL (
    SELECT id, fence, kind, bulk, lease_until, not_before FROM outbox
    WHERE outbox.target = targets.target AND {OPEN} ORDER BY id LIMIT 1) AS head
  WHERE ($7 OR NOT head.bulk) AND ($8::text[] IS NULL OR head.kind = ANY($8))
  AND (head.lease_until IS NULL OR head.lease_until <= {NOW}) AND (head.not_before IS NULL OR head.not_before <= $3)
  AND (head.fence >= 0 OR NOT EXISTS (
    SELECT 1 FROM outbox AS other
    WHERE other.target = targets.target AND other.state = 'sending' AND other.lease_until > {NOW}))
  LIMIT $5
), locked AS (
  SELECT mine.id, turn, mine.state AS was FROM outbox AS mine JOIN candidates ON candidates.id = mine.id
  WHERE mine.{OPEN} AND (mine.lease_until IS NULL OR mine.lease_until <= {NOW})
  AND mine.fence = candidates.fence
  FOR UPDATE OF mine SKIP LOCKED
)
UPDATE outbox AS mine SET state = 'sending', attempts = attempts + 1, fence = {FENCE},
  lease_until = {NOW} + $4::interval
FROM locked WHERE mine.id = locked.id
RETURNING turn, mine.id, key, target, kind, body, cause, lane, slot, bulk, attempts, was, plan, fence, created_at
"""  # noqa: S608 - put together from constants


_ALL = _posts(OPEN)
_PROMPT = _posts(f"{OPEN} AND NOT bulk")


class Turns:
    """Claims, beginning each time where the last one ended."""

    def __init__(self, incarnation: int, *, own_time: bool) -> None:
        """`incarnation`: names this process in its fences. `own_time`: leases are measured by `now`, not by the database."""
        self._incarnation = incarnation
        self._own_time = own_time
        self._behind_lane = ""
        self._behind_target = {True: "", False: ""}

    async def events(
        self, connection: Connection, *, limit: int, now: datetime, lease: timedelta
    ) -> list[ClaimedEvent]:
        """Claim the heads of up to `limit` lanes."""
        given = (self._incarnation, now if self._own_time else None, now, lease)
        found, self._behind_lane = await _round(connection, _EVENTS, given, limit, self._behind_lane, "lane")
        return [
            ClaimedEvent(
                seq=row["seq"],
                key=row["key"],
                lane=row["lane"],
                kind=row["kind"],
                body=row["body"],
                cause=row["cause"],
                room=row["room"],
                accepted_at=row["accepted_at"],
                attempts=row["attempts"],
                fence=row["fence"],
            )
            for row in found
        ]

    async def posts(
        self,
        connection: Connection,
        *,
        limit: int,
        now: datetime,
        lease: timedelta,
        bulk: bool,
        kinds: Collection[str] | None,
    ) -> list[ClaimedPost]:
        """Claim the heads of up to `limit` targets."""
        given = (self._incarnation, now if self._own_time else None, now, lease)
        wanted = (bulk, None if kinds is None else list(kinds))
        found, self._behind_target[bulk] = await _round(
            connection, _ALL if bulk else _PROMPT, given, limit, self._behind_target[bulk], "target", *wanted
        )
        return [
            ClaimedPost(
                id=row["id"],
                key=row["key"],
                target=row["target"],
                kind=row["kind"],
                body=row["body"],
                cause=row["cause"],
                lane=row["lane"],
                slot=row["slot"],
                bulk=row["bulk"],
                attempts=row["attempts"] - 1,
                resumed=row["was"] == "sending",
                plan=row["plan"],
                fence=row["fence"],
                created_at=row["created_at"],
            )
            for row in found
        ]


async def _round(
    connection: Connection, query: str, given: tuple[Any, ...], limit: int, behind: str, name: str, *wanted: Any
) -> tuple[list[Any], str]:
    """Claim up to `limit` heads behind a lane, and then from the first on; return them, and where to go on."""
    found: list[Any] = []
    for start in dict.fromkeys((behind, "")):
        missing = limit - len(found)
        if missing <= 0:
            break
        rows = await connection.fetch(query, *given, missing, start, *wanted)
        found += sorted(rows, key=lambda row: row["turn"])
    return found, str(found[-1][name]) if found and len(found) == limit else ""
