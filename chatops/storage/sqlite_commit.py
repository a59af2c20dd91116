"""The statements of one unit of work, inside the writer's savepoint: all of them, or StaleUnit and none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from chatops.core.commit import Commit, Put, TimerRow
from chatops.core.journal import Seal
from chatops.errors import StaleUnit
from chatops.storage.sqlite_journal import append
from chatops.storage.sqlite_rows import News, written, written_or_none

FENCE, VERSION, CLAIM = "fence", "version", "claim"
"""What StaleUnit says was stale."""

_ENDED = """
UPDATE inbox SET state = ?, attempts = attempts + ?, not_before = ?, error = ?, ended_at = ?
WHERE seq = ? AND state = 'ready' RETURNING cause
"""

_INSERT = "INSERT INTO aggregate (kind, ident, version, body, keys, expires) VALUES (?, ?, 1, ?, ?, ?)"

_ARM = """
INSERT INTO timer (series, lane, kind, body, due, zone, rule, missed, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (series) DO UPDATE SET lane = excluded.lane, kind = excluded.kind, body = excluded.body,
due = excluded.due, zone = excluded.zone, rule = excluded.rule, missed = excluded.missed, cause = excluded.cause
"""


def write(connection: sqlite3.Connection, commit: Commit, *, seal: Seal, at: datetime) -> News:
    """Write `commit`; return what is new. Raise StaleUnit when anything it relied on has moved on."""
    news = News()
    news.causes.add(_end(connection, commit, at))
    if commit.rewritten is not None:
        connection.execute("UPDATE inbox SET body = ? WHERE seq = ?", (commit.rewritten, commit.seq))
    _unchanged(connection, commit.reads)
    for put in commit.puts:
        _put(connection, put)
    if commit.ensures:
        _ensure(connection, commit.ensures)
    for name in commit.releases:
        connection.execute("DELETE FROM claim WHERE name = ?", (name,))
    for name, holder in commit.claims:
        _claim(connection, name, holder)
    for row in commit.outbox:
        news.enqueue(connection, row, at)
    for series in commit.disarmed:
        connection.execute("DELETE FROM timer WHERE series = ?", (series,))
    for timer in commit.armed:
        _arm(connection, timer)
    append(connection, commit.entries, seal=seal, at=at)
    for emitted in commit.emitted:
        news.accept(connection, emitted, at)
    return news


def _end(connection: sqlite3.Connection, commit: Commit, at: datetime) -> str:
    outcome = commit.outcome
    retried = outcome.state == "retry"
    cause = connection.execute(
        _ENDED,
        (
            "ready" if retried else outcome.state,
            int(retried),
            written_or_none(outcome.not_before) if retried else None,
            outcome.error,
            None if retried else written(at),
            commit.seq,
        ),
    ).fetchone()
    if cause is None:
        raise StaleUnit(FENCE, str(commit.seq))
    found: str = cause[0]
    return found


def _unchanged(connection: sqlite3.Connection, reads: Iterable[tuple[str, str, int]]) -> None:
    for kind, ident, version in reads:
        if _present(connection, kind, ident)[1] != version:
            raise StaleUnit(VERSION, f"{kind}:{ident}")


def _put(connection: sqlite3.Connection, put: Put) -> None:
    number, version, keys = _present(connection, put.kind, put.id)
    if version != put.expected:
        raise StaleUnit(VERSION, f"{put.kind}:{put.id}")
    if number is None:
        _insert(connection, put)
        return
    connection.execute(
        "UPDATE aggregate SET version = ?, body = ?, keys = ?, expires = ? WHERE number = ?",
        (version + 1, put.body, _keys(put), written_or_none(put.expires), number),
    )
    if keys != _keys(put):
        connection.execute("DELETE FROM aggregate_key WHERE owner = ?", (number,))
        _index(connection, put, number)


def _ensure(connection: sqlite3.Connection, puts: Sequence[Put]) -> None:
    connection.executemany(
        _INSERT + " ON CONFLICT (kind, ident) DO NOTHING",
        [(put.kind, put.id, put.body, _keys(put), written_or_none(put.expires)) for put in puts if not put.keys],
    )
    for put in puts:
        if put.keys and _present(connection, put.kind, put.id)[0] is None:
            _insert(connection, put)


def _insert(connection: sqlite3.Connection, put: Put) -> None:
    cursor = connection.execute(
        _INSERT,
        (put.kind, put.id, put.body, _keys(put), written_or_none(put.expires)),
    )
    _index(connection, put, cursor.lastrowid or 0)


def _index(connection: sqlite3.Connection, put: Put, number: int) -> None:
    if put.keys:
        connection.executemany(
            "INSERT INTO aggregate_key (kind, name, value, owner) VALUES (?, ?, ?, ?)",
            [(put.kind, name, value, number) for name, value in sorted(put.keys)],
        )


def _keys(put: Put) -> str:
    return json.dumps(sorted(put.keys), ensure_ascii=False) if put.keys else "[]"


def _present(connection: sqlite3.Connection, kind: str, ident: str) -> tuple[int | None, int, str]:
    """Return number, version and keys of an aggregate; (None, 0, "") when there is none."""
    found: tuple[int, int, str] | None = connection.execute(
        "SELECT number, version, keys FROM aggregate WHERE kind = ? AND ident = ?", (kind, ident)
    ).fetchone()
    return (None, 0, "") if found is None else found


def _claim(connection: sqlite3.Connection, name: str, holder: str) -> None:
    taken = connection.execute(
        "INSERT INTO claim (name, holder) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, holder)
    ).rowcount
    if taken:
        return
    present = connection.execute("SELECT holder FROM claim WHERE name = ?", (name,)).fetchone()
    if present != (holder,):
        raise StaleUnit(CLAIM, name)


def _arm(connection: sqlite3.Connection, timer: TimerRow) -> None:
    connection.execute(
        _ARM,
        (
            timer.series,
            timer.lane,
            timer.kind,
            timer.body,
            written(timer.due),
            timer.zone,
            timer.rule,
            timer.missed,
            timer.cause,
        ),
    )
