"""Migrated databases are what the models declare, and no start can leave half of one."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from chatops.errors import SchemaMismatch, StoreUnavailable
from chatops.storage.models import APP
from chatops.storage.schema import config, migrate
from chatops.storage.sqlite_file import settings, url
from chatops.storage.sqlite_upkeep import EXPIRED, OLD_EVENTS, OLD_POSTS

NOT_DECLARED = ("tortoise_migrations", "record_text")
"""Tortoise's own table, and the search index that no model can declare."""


def connect(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path))


def shape(path: Path) -> dict[str, Any]:
    """Every table's columns, and its indexes with their columns, order, uniqueness and condition."""
    with connect(path) as db:
        tables = [
            (name, sql)
            for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("sqlite_", *NOT_DECLARED))
        ]
        return {
            name: {
                "columns": sorted(column[1:] for column in db.execute(f"PRAGMA table_info('{name}')")),
                "numbers once only": "AUTOINCREMENT" in sql,
                "indexes": sorted(
                    (
                        "" if index.startswith("sqlite_autoindex") else index,
                        unique,
                        origin,
                        partial,
                        [row[1:] for row in db.execute(f"PRAGMA index_xinfo('{index}')")],
                        condition(db, index),
                    )
                    for _seq, index, unique, origin, partial in db.execute(f"PRAGMA index_list('{name}')")
                ),
            }
            for name, sql in tables
        }


def condition(db: sqlite3.Connection, index: str) -> str:
    sql = db.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (index,)).fetchone()[0] or ""
    return str(sql).partition("WHERE")[2].strip(" ;")


async def generate(path: Path) -> None:
    async with TortoiseContext() as context:
        await context.init(config=config(settings(path)))
        await context.generate_schemas()


async def migrate_to(path: Path, name: str) -> None:
    wanted = config(settings(path))
    async with TortoiseContext() as context:
        await context.init(config=wanted)
        await MigrationExecutor(context.db(), wanted["apps"]).migrate([MigrationTarget(APP, name)])


def test_migrated_is_declared(migrated: Path, tmp_path: Path) -> None:
    """Columns, uniqueness, indexes and their conditions are the same, whether migrated or generated from the models."""
    declared = tmp_path / "declared.db"
    asyncio.run(generate(declared))

    assert shape(migrated) == shape(declared)


def test_the_comparison_sees_a_lost_index(migrated: Path, database: Path) -> None:
    """Without one partial index, or with another condition, the shapes differ."""
    whole = shape(database)
    with connect(database) as db:
        db.execute("DROP INDEX inbox_ready")
    lost = shape(database)
    with connect(database) as db:
        db.execute("CREATE INDEX inbox_ready ON inbox (lane, seq) WHERE state = 'done'")

    assert lost != whole
    assert shape(database) != whole
    assert shape(migrated) == whole


def test_migrating_again_does_nothing(database: Path) -> None:
    """A database at this program's version is left alone."""
    before = database.read_bytes()
    assert asyncio.run(migrate(url(database))) == ()
    assert database.read_bytes() == before


def test_an_older_database_keeps_its_rows(tmp_path: Path) -> None:
    """Migrating forward keeps what is there, whatever characters the path has."""
    path = tmp_path / "100% ä?#.db"
    asyncio.run(migrate_to(path, "0001_initial"))
    with connect(path) as db:
        db.execute("INSERT INTO checkpoint (name, value) VALUES ('net', 's1')")
        db.commit()

    assert asyncio.run(migrate(url(path))) == ("0002_record_text", "0003_replicas")
    with connect(path) as db:
        assert db.execute("SELECT value FROM checkpoint").fetchall() == [("s1",)]
        assert db.execute("SELECT count(*) FROM record_text").fetchone() == (0,)


def test_a_migration_that_was_killed_half_way(tmp_path: Path, migrated: Path) -> None:
    """What an earlier attempt left beside the database is of no account: Tortoise alone would fail on its tables."""
    path = tmp_path / "chatops.db"
    with connect(path.with_name("chatops.db.new")) as db:
        db.execute("CREATE TABLE inbox (half TEXT)")
        db.commit()

    assert asyncio.run(migrate(url(path)))
    assert shape(path) == shape(migrated)
    assert [file.name for file in tmp_path.iterdir()] == ["chatops.db"]


def test_a_newer_database_is_refused_untouched(database: Path) -> None:
    """A migration this program does not know means: a newer version was here. The message says what to do."""
    with connect(database) as db:
        db.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('chatops', '0999_later', '2030-01-01')"
        )
        db.commit()
    before = database.read_bytes()

    with pytest.raises(SchemaMismatch, match=r"0999_later.*Install the newer version"):
        asyncio.run(migrate(url(database)))
    assert database.read_bytes() == before


def _had(path: Path, *names: str) -> None:
    """Let a database have had further migrations."""
    with connect(path) as db:
        for name in names:
            db.execute(
                "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('chatops', ?, '2030-01-01')", (name,)
            )
        db.commit()


def test_a_newer_database_that_has_only_grown_is_worked_on(database: Path) -> None:
    """An upgrade can be taken back, as long as the names of its migrations say that they only add."""
    _had(database, "0998_later_expand", "0999_more_expand")
    before = database.read_bytes()

    assert asyncio.run(migrate(url(database))) == ()
    assert database.read_bytes() == before


def test_a_newer_database_that_has_grown_and_shrunk_is_refused(database: Path) -> None:
    """One migration that may take away is enough."""
    _had(database, "0998_later_expand", "0999_less")
    with pytest.raises(SchemaMismatch, match="0999_less"):
        asyncio.run(migrate(url(database)))


def test_a_database_of_another_line_is_refused(tmp_path: Path) -> None:
    """It has had what we do not know, and not what we do."""
    path = tmp_path / "chatops.db"
    asyncio.run(migrate_to(path, "0001_initial"))
    _had(path, "0002_other_expand")
    with pytest.raises(SchemaMismatch, match="0002_other_expand"):
        asyncio.run(migrate(url(path)))


def test_what_is_no_database(tmp_path: Path) -> None:
    """A file of something else is refused and kept."""
    path = tmp_path / "chatops.db"
    path.write_bytes(b"dear diary, " * 1000)

    with pytest.raises(StoreUnavailable):
        asyncio.run(migrate(url(path)))
    assert path.read_bytes() == b"dear diary, " * 1000


@pytest.mark.parametrize(
    "query",
    [
        "SELECT seq FROM inbox WHERE state = 'ready' ORDER BY lane, seq",
        "SELECT id FROM outbox WHERE state = 'sending'",
        "SELECT 1 FROM inbox WHERE lane = 'x'",
        "SELECT 1 FROM inbox WHERE cause = 'x' AND state = 'ready'",
        "SELECT 1 FROM outbox WHERE cause = 'x'",
        "SELECT 1 FROM inbox WHERE room = 'x' AND seq > 1 ORDER BY seq DESC",
        "SELECT 1 FROM timer WHERE due <= 'x' ORDER BY due, series",
        "SELECT owner FROM aggregate_key WHERE kind = 'k' AND name = 'n' AND value = 'v'",
        "SELECT owner FROM record_column WHERE namespace = 's' AND kind = 'k' AND name = 'n' AND value = 'v'",
        "SELECT 1 FROM journal WHERE chain = 'c' AND seq > 1 ORDER BY seq",
        "SELECT 1 FROM inbox WHERE state = 'dead' ORDER BY ended_at DESC LIMIT 100",
        "SELECT COUNT(*) FROM outbox WHERE state = 'failed'",
        OLD_EVENTS,
        OLD_POSTS,
        EXPIRED,
    ],
)
def test_what_is_asked_often_has_an_index(database: Path, query: str) -> None:
    """No query of the running server reads a whole table."""
    with connect(database) as db:
        given = ["2026-01-01", 500][: query.count("?")]
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", given)]
    steps = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert steps
    assert all("USING" in step and "INDEX" in step for step in steps), plan
