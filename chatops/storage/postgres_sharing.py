"""What replicas share in PostgreSQL: allowances, and names that one of them has."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops.errors import StaleUnit
from chatops.ports.store import Grant
from chatops.storage.postgres_pool import Connection

_NOW = "COALESCE($2::timestamptz, clock_timestamp())"

_NEW_BUCKET = f"""
INSERT INTO allowance (bucket, tokens, filled_at) VALUES ($1, $3, {_NOW}) ON CONFLICT (bucket) DO NOTHING
"""  # noqa: S608 - put together from constants
_TAKE = f"""
WITH filled AS (
  SELECT bucket, rests_until, {_NOW} AS now,
    LEAST($5::float8, tokens + GREATEST(0, extract(epoch FROM {_NOW} - filled_at)) * $4::float8) AS tokens
  FROM allowance WHERE bucket = $1 FOR UPDATE
), granted AS (
  SELECT *, CASE WHEN rests_until > now THEN 0
    ELSE GREATEST(0, LEAST($3::int, floor(tokens - $6::float8 + 1e-9)))::int END AS count
  FROM filled
)
UPDATE allowance AS mine SET tokens = granted.tokens - count, filled_at = now FROM granted
WHERE mine.bucket = granted.bucket
RETURNING count, mine.tokens, GREATEST(0, extract(epoch FROM mine.rests_until - now)) AS rests
"""  # noqa: S608 - put together from constants
_REST = f"""
INSERT INTO allowance AS mine (bucket, tokens, filled_at, rests_until) VALUES ($1, 0, {_NOW}, {_NOW} + $3::interval)
ON CONFLICT (bucket) DO UPDATE SET rests_until = GREATEST(mine.rests_until, excluded.rests_until)
"""  # noqa: S608 - put together from constants
_HOLD = f"""
INSERT INTO held AS mine (name, until, holder) VALUES ($1, {_NOW} + $3::interval, $4)
ON CONFLICT (name) DO UPDATE SET until = excluded.until, holder = excluded.holder
WHERE mine.holder = excluded.holder OR mine.until <= {_NOW}
RETURNING name
"""  # noqa: S608 - put together from constants
_CHECK = f"SELECT name FROM held WHERE name = $1 AND holder = $3 AND until > {_NOW} FOR SHARE"  # noqa: S608 - constants

HELD = "held"
"""What StaleUnit says was stale: a name that somebody else holds by now, or nobody."""


async def take(
    connection: Connection,
    bucket: str,
    *,
    wanted: int,
    rate: float,
    burst: float,
    reserve: float,
    now: datetime | None,
) -> Grant:
    """Take up to `wanted`, and leave `reserve`. `now`: None for the database's time."""
    row = await connection.fetchrow(_TAKE, bucket, now, wanted, rate, burst, reserve)
    if row is None:
        await connection.execute(_NEW_BUCKET, bucket, now, burst)
        row = await connection.fetchrow(_TAKE, bucket, now, wanted, rate, burst, reserve)
    granted: int = row["count"]
    rests = float(row["rests"] or 0)
    if granted == wanted:
        return Grant(granted=granted, after=0.0)
    return Grant(granted=granted, after=rests or max(0.0, (1.0 + reserve - float(row["tokens"])) / rate))


async def rest(connection: Connection, bucket: str, seconds: float, *, now: datetime | None) -> None:
    """Grant nothing for so long. A bucket that never was starts empty."""
    await connection.execute(_REST, bucket, now, timedelta(seconds=seconds))


async def hold(connection: Connection, name: str, holder: str, lease: timedelta, *, now: datetime | None) -> bool:
    """Have `name` alone until the lease ends. False while another has it."""
    return await connection.fetchval(_HOLD, name, now, lease, holder) is not None


async def check(connection: Connection, name: str | None, holder: str, *, now: datetime | None) -> None:
    """Raise StaleUnit unless `holder` has the name, and keep it from changing hands before this transaction ends."""
    if name is not None and await connection.fetchval(_CHECK, name, now, holder) is None:
        raise StaleUnit(HELD, name)


async def let_go(connection: Connection, holder: str, name: str | None = None) -> None:
    """Give one name back, or all of a holder's."""
    if name is None:
        await connection.execute("DELETE FROM held WHERE holder = $1", holder)
    else:
        await connection.execute("DELETE FROM held WHERE holder = $1 AND name = $2", holder, name)
