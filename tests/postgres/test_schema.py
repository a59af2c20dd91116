"""PostgreSQL's tables are what the models declare; they only grow, so that two versions of the program can share them."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tortoise.context import TortoiseContext

from chatops.core.clock import SystemClock
from chatops.errors import SchemaMismatch
from chatops.storage.asyncpg_client import settings
from chatops.storage.postgres_claims import _ALL, _EVENTS, _PROMPT
from chatops.storage.postgres_schema import migrate
from chatops.storage.schema import config, known_until
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, claim_posts, unit
from postgres_load import Load
from postgres_server import Postgres
from postgres_shape import columns, indexes, tables
from postgres_stores import postgres_store, server_at

NOT_DECLARED_TABLES = {"record_text"}
"""The search index: no model can declare it."""

NOT_DECLARED_INDEXES = {"outbox.outbox_open", "outbox.outbox_prompt"}
"""Those whose condition no model can declare."""

MIGRATIONS = known_until("")
FIRST_ON_POSTGRES = "0003_replicas"

NewUrl = Callable[..., str]


async def generate(url: str) -> None:
    """Make the tables from the models."""
    async with TortoiseContext() as context:
        await context.init(config=config(settings(server_at(url))))
        await context.generate_schemas()


def declared(names: list[str]) -> list[str]:
    """Leave out what no model can declare."""
    return [
        name
        for name in names
        if name.partition(".")[0] not in NOT_DECLARED_TABLES and name.partition("|")[0] not in NOT_DECLARED_INDEXES
    ]


async def test_migrated_is_declared(postgres: Postgres, fresh_postgres_url: NewUrl) -> None:
    """Columns, uniqueness, indexes and their conditions are the same, whether migrated or generated from the models."""
    migrated, generated = fresh_postgres_url(), fresh_postgres_url(migrated=False)
    await generate(generated)

    ours = columns(postgres, migrated)
    assert {name: ours[name] for name in declared(list(ours))} == columns(postgres, generated)
    assert declared(indexes(postgres, migrated)) == indexes(postgres, generated)
    assert tables(postgres, migrated) - tables(postgres, generated) == NOT_DECLARED_TABLES


def test_the_comparison_sees_a_lost_index(postgres: Postgres, fresh_postgres_url: NewUrl) -> None:
    """Without one partial index, or with another condition, the shapes differ."""
    url = fresh_postgres_url()
    whole = indexes(postgres, url)
    postgres.psql("DROP INDEX inbox_ready", url)
    lost = indexes(postgres, url)
    postgres.psql("CREATE INDEX inbox_ready ON inbox (lane, seq) WHERE state = 'done'", url)

    assert lost != whole
    assert len(indexes(postgres, url)) == len(whole)
    assert indexes(postgres, url) != whole


@pytest.mark.parametrize("name", MIGRATIONS[1:])
async def test_migrations_only_expand(postgres: Postgres, fresh_postgres_url: NewUrl, name: str) -> None:
    """What was there stays as it was; a new column may be empty or has a default; nothing new must be unique in old rows."""
    url = fresh_postgres_url(migrated=False)
    await migrate(server_at(url), upto=MIGRATIONS[MIGRATIONS.index(name) - 1])
    before, had, old = columns(postgres, url), set(indexes(postgres, url)), tables(postgres, url)
    await migrate(server_at(url), upto=name)
    after, has = columns(postgres, url), set(indexes(postgres, url))

    assert before.items() <= after.items()
    assert had <= has
    for column in after.keys() - before.keys():
        if column.partition(".")[0] in old:
            _type, _length, nullable, identity, default = after[column].split("|", 4)
            assert nullable == "YES" or identity == "YES" or default, f"{column} would refuse the older version's rows"
    assert not [index for index in has - had if index.partition(".")[0] in old and "UNIQUE" in index]


async def test_the_older_version_writes_into_the_newer_tables(postgres: Postgres, fresh_postgres_url: NewUrl) -> None:
    """Rows that know nothing of the columns of replicas are taken, and this version handles them."""
    older, newer = fresh_postgres_url(migrated=False), fresh_postgres_url()
    await migrate(server_at(older), upto=MIGRATIONS[MIGRATIONS.index(FIRST_ON_POSTGRES) - 1])
    known = columns(postgres, older)

    for table in sorted(tables(postgres, older)):
        wanted = {
            name.partition(".")[2]: what.split("|") for name, what in known.items() if name.startswith(f"{table}.")
        }
        values = {
            column: f"'{'ready' if column == 'state' else SOMETHING[kind]}'"
            for column, (kind, _length, nullable, identity, _default) in wanted.items()
            if nullable == "NO" and identity == "NO"
        }
        postgres.psql(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})", newer)

    clock = ManualClock()
    store = postgres_store(newer, clock)
    await store.open()
    (found,) = await claim(store, clock)
    assert [post.key for post in await claim_posts(store, clock, bulk=True)] == ["1"]
    await store.commit(unit(found))
    await store.close()


SOMETHING = {
    "bigint": "1",
    "integer": "0",
    "boolean": "false",
    "text": "1",
    "character varying": "1",
    "timestamp with time zone": "2026-01-01 00:00:00+00",
    "double precision": "1",
}
"""A value of each type."""

LATER = """
ALTER TABLE inbox ADD COLUMN later TEXT;
ALTER TABLE outbox ADD COLUMN later BIGINT NOT NULL DEFAULT 7;
ALTER TABLE aggregate ADD COLUMN later TIMESTAMPTZ;
ALTER TABLE journal ADD COLUMN later TEXT;
ALTER TABLE journal_head ADD COLUMN later TEXT;
ALTER TABLE ledger ADD COLUMN later TEXT;
CREATE INDEX CONCURRENTLY inbox_later ON inbox (later);
CREATE TABLE later (id BIGINT PRIMARY KEY);
INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('chatops', '0999_later', now());
"""
"""What a later version may do to the tables while this one runs."""


async def test_this_version_works_on_beside_a_later_one(postgres: Postgres, fresh_postgres_url: NewUrl) -> None:
    """Tables that grow under running replicas cost them nothing; only a start of the older version is refused."""
    url = fresh_postgres_url()
    stores = [postgres_store(url, SystemClock(), name=name) for name in ("one", "two")]
    for store in stores:
        await store.open()
    load = Load(*stores)

    async with asyncio.timeout(18):
        await load.run(lambda: asyncio.to_thread(postgres.psql, LATER, url))
    await load.judge()

    assert not load.refused
    for store in stores:
        await store.close()
    with pytest.raises(SchemaMismatch, match=r"0999_later.*Install the newer version"):
        await stores[0].open()


async def test_replicas_that_start_together_migrate_once(postgres: Postgres, fresh_postgres_url: NewUrl) -> None:
    """One does it, the others wait for it; all of them work afterwards."""
    url = fresh_postgres_url(migrated=False)
    stores = [postgres_store(url, ManualClock(), name=f"replica {n}") for n in range(4)]

    await asyncio.gather(*(store.open() for store in stores))

    for store in stores:
        await store.ping()
        await store.close()
    assert postgres.psql("SELECT name FROM tortoise_migrations ORDER BY id", url).splitlines() == MIGRATIONS


HISTORY = """
INSERT INTO inbox (key, lane, kind, body, cause, accepted_at, state, attempts, ended_at)
SELECT 'e' || n, 'lane ' || n % 500, 'k', '{}', 'e' || n, now(), CASE WHEN n % 100 = 0 THEN 'ready' ELSE 'done' END, 0, now()
FROM generate_series(1, 20000) AS n;
INSERT INTO outbox (key, target, kind, body, cause, lane, bulk, reply, created_at, state, attempts, fence, ended_at)
SELECT 'p' || n, 'room ' || n % 500, 'post', '{}', 'e' || n, 'lane', false, false, now(),
  CASE WHEN n % 100 = 0 THEN 'ready' ELSE 'sent' END, 0, 0, now()
FROM generate_series(1, 20000) AS n;
ANALYZE;
"""


@pytest.mark.parametrize(
    "query",
    [
        _EVENTS,
        _ALL,
        _PROMPT,
        "SELECT 1 FROM inbox WHERE lane = $1 LIMIT 1",
        "SELECT 1 FROM inbox WHERE cause = $1 AND state = 'ready'",
        "SELECT 1 FROM outbox WHERE cause = $1",
        "SELECT 1 FROM inbox WHERE room = $1 AND seq > $2 ORDER BY seq DESC",
        "SELECT 1 FROM inbox WHERE state = 'dead' ORDER BY seq DESC LIMIT 100",
    ],
)
def test_history_costs_nothing(postgres: Postgres, postgres_url: str, query: str) -> None:
    """What is asked often reads no whole table, however much lies behind."""
    postgres.psql(HISTORY, postgres_url)

    plan = postgres.psql(f"EXPLAIN (GENERIC_PLAN) {query}", postgres_url)

    assert "Seq Scan on inbox" not in plan
    assert "Seq Scan on outbox" not in plan
