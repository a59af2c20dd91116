"""The statements of one unit of work, inside one transaction: all of them, or StaleUnit and none.

Whatever is locked is locked in the same order by everybody: advisory locks first, then rows by name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from chatops.core.commit import Commit, Put
from chatops.core.journal import Seal
from chatops.errors import StaleUnit
from chatops.storage.postgres_journal import CHAINS, append
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection
from chatops.storage.postgres_rows import News

FENCE, VERSION, CLAIM = "fence", "version", "claim"
"""What StaleUnit says was stale."""

FACTS = "aggregate"
"""The space of the locks on aggregates that are not there: alone to create one, shared to rely on its absence."""

_ENDED = """
UPDATE inbox SET state = $3, attempts = attempts + $4, not_before = $5, error = $6, ended_at = $7, lease_until = NULL
WHERE seq = $1 AND state = 'ready' AND fence = $2 AND lease_until IS NOT NULL RETURNING cause
"""
_PRESENT = """
SELECT number, kind, ident, version, keys FROM aggregate
JOIN unnest($1::text[], $2::text[]) AS wanted (kind, ident) USING (kind, ident) ORDER BY kind, ident
FOR NO KEY UPDATE OF aggregate
"""
_UPDATE = """
UPDATE aggregate SET version = version + 1, body = given.body, keys = given.keys, expires = given.expires
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) AS given (number, body, keys, expires)
WHERE aggregate.number = given.number
"""
_INSERT = """
INSERT INTO aggregate (kind, ident, version, body, keys, expires)
SELECT kind, ident, 1, body, keys, expires
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
WITH ORDINALITY AS given (kind, ident, body, keys, expires, place) ORDER BY place
RETURNING number, kind, ident
"""
_INDEX = "INSERT INTO aggregate_key (kind, name, value, owner) VALUES ($1, $2, $3, $4)"
_TAKE = """
INSERT INTO claim (name, holder) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (name) DO NOTHING
"""
_ARM = """
INSERT INTO timer (series, lane, kind, body, due, zone, rule, missed, cause) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (series) DO UPDATE SET lane = excluded.lane, kind = excluded.kind, body = excluded.body,
due = excluded.due, zone = excluded.zone, rule = excluded.rule, missed = excluded.missed, cause = excluded.cause
"""

Name = tuple[str, str]
"""(kind, id) of an aggregate."""

Row = tuple[int | None, int, str]
"""Its number, version and keys."""

NONE: Row = (None, 0, "")


async def write(
    connection: Connection, commit: Commit, *, seal: Seal, at: datetime, writer: str, announced: Collection[str]
) -> News:
    """Write `commit`; return what is new. Raise StaleUnit when anything it relied on has moved on."""
    news = News()
    await _locks(commit).take(connection)
    news.causes.add(await _end(connection, commit, at))
    if commit.rewritten is not None:
        await connection.execute("UPDATE inbox SET body = $2 WHERE seq = $1", commit.seq, commit.rewritten)
    news.events = True  # the lane's next
    if commit.outcome.state == "retry" and commit.outcome.not_before is not None:
        news.times.append(commit.outcome.not_before)
    await _facts(connection, commit)
    await _claims(connection, commit)
    await news.enqueue(connection, commit.outbox, at)
    await _timers(connection, commit)
    await append(connection, commit.entries, seal=seal, at=at, writer=writer)
    await news.accept(connection, commit.emitted, at)
    news.announced = [(put.kind, put.id) for put in (*commit.puts, *commit.ensures) if put.kind in announced]
    return news


def _locks(commit: Commit) -> Locks:
    made = [f"{put.kind}:{put.id}" for put in (*commit.puts, *commit.ensures) if put.expected == 0]
    missing = [f"{kind}:{ident}" for kind, ident, version in commit.reads if version == 0]
    return (
        Locks()
        .own(FACTS, made)
        .share(FACTS, missing)
        .own(CHAINS, [entry.chain for entry in commit.entries])
        .lanes([row.lane for row in commit.emitted])
        .targets([row.target for row in commit.outbox])
    )


async def _end(connection: Connection, commit: Commit, at: datetime) -> str:
    outcome = commit.outcome
    retried = outcome.state == "retry"
    cause: str | None = await connection.fetchval(
        _ENDED,
        commit.seq,
        commit.fence,
        "ready" if retried else outcome.state,
        int(retried),
        outcome.not_before if retried else None,
        outcome.error,
        None if retried else at,
    )
    if cause is None:
        raise StaleUnit(FENCE, str(commit.seq))
    return cause


async def _facts(connection: Connection, commit: Commit) -> None:
    written = {(put.kind, put.id) for put in (*commit.puts, *commit.ensures)}
    relied = {(kind, ident): version for kind, ident, version in commit.reads}
    present = await _present(connection, written | relied.keys())
    for name, version in relied.items():
        if present.get(name, NONE)[1] != version:
            raise StaleUnit(VERSION, ":".join(name))
    await _put(connection, commit.puts, commit.ensures, present)


async def _present(connection: Connection, names: Collection[Name]) -> dict[Name, Row]:
    """Return those that exist, locked in one order: also what is only relied on, or two units could lock crosswise."""
    if not names:
        return {}
    ordered = sorted(names)
    rows = await connection.fetch(_PRESENT, [kind for kind, _id in ordered], [ident for _kind, ident in ordered])
    return {(row["kind"], row["ident"]): (row["number"], row["version"], row["keys"]) for row in rows}


async def _put(connection: Connection, puts: Sequence[Put], ensures: Sequence[Put], present: dict[Name, Row]) -> None:
    changed: list[tuple[int, Put]] = []
    moved: list[tuple[int, Put]] = []
    fresh: dict[Name, Put] = {}
    for put in puts:
        number, version, keys = present.get((put.kind, put.id), NONE)
        if version != put.expected or (put.kind, put.id) in fresh:
            raise StaleUnit(VERSION, f"{put.kind}:{put.id}")
        if number is None:
            fresh[put.kind, put.id] = put
            continue
        changed.append((number, put))
        if keys != _keys(put):
            moved.append((number, put))
    for put in ensures:
        if (put.kind, put.id) not in present:
            fresh.setdefault((put.kind, put.id), put)
    if changed:
        await connection.execute(
            _UPDATE,
            [number for number, _put in changed],
            [put.body for _number, put in changed],
            [_keys(put) for _number, put in changed],
            [put.expires for _number, put in changed],
        )
    if moved:
        await connection.execute(
            "DELETE FROM aggregate_key WHERE owner = ANY($1::bigint[])", [one for one, _put in moved]
        )
    if fresh:
        moved += await _insert(connection, fresh)
    keyed = [(put.kind, name, value, number) for number, put in moved for name, value in sorted(put.keys)]
    if keyed:
        await connection.executemany(_INDEX, keyed)


async def _insert(connection: Connection, fresh: dict[Name, Put]) -> list[tuple[int, Put]]:
    puts = list(fresh.values())
    rows = await connection.fetch(
        _INSERT,
        [put.kind for put in puts],
        [put.id for put in puts],
        [put.body for put in puts],
        [_keys(put) for put in puts],
        [put.expires for put in puts],
    )
    return [(row["number"], fresh[row["kind"], row["ident"]]) for row in rows]


def _keys(put: Put) -> str:
    return json.dumps(sorted(put.keys), ensure_ascii=False)


async def _claims(connection: Connection, commit: Commit) -> None:
    if commit.releases:
        await connection.execute("DELETE FROM claim WHERE name = ANY($1::text[])", sorted(commit.releases))
    if not commit.claims:
        return
    wanted = dict(sorted(commit.claims))
    await connection.execute(_TAKE, list(wanted), list(wanted.values()))
    rows = await connection.fetch(
        "SELECT name, holder FROM claim WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE", list(wanted)
    )
    holders = {row["name"]: row["holder"] for row in rows}
    for name, holder in commit.claims:
        if holders.get(name) != holder:
            raise StaleUnit(CLAIM, name)


async def _timers(connection: Connection, commit: Commit) -> None:
    if commit.disarmed:
        await connection.execute("DELETE FROM timer WHERE series = ANY($1::text[])", sorted(commit.disarmed))
    if commit.armed:
        await connection.executemany(
            _ARM,
            [
                (
                    timer.series,
                    timer.lane,
                    timer.kind,
                    timer.body,
                    timer.due,
                    timer.zone,
                    timer.rule,
                    timer.missed,
                    timer.cause,
                )
                for timer in sorted(commit.armed, key=lambda timer: timer.series)
            ],
        )
