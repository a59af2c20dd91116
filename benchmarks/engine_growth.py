"""A database as it is after years: 10,000 open swarms and 1,000,000 timeline rows, copied from the one there is."""

from __future__ import annotations

import asyncio
import sqlite3

import asyncpg

SWARMS = 10_000
ROWS = 1_000_000

AGGREGATES = """
INSERT INTO aggregate (kind, ident, version, body, keys)
SELECT kind, 'G-' || n, 1, body, keys FROM aggregate CROSS JOIN numbers WHERE kind IN ('swarm', 'room')
"""
KEYS = """
INSERT INTO aggregate_key (kind, name, value, owner)
SELECT grown.kind, name, value || ' ' || grown.ident, grown.number FROM aggregate AS grown
JOIN aggregate AS old ON old.kind = grown.kind AND old.ident NOT LIKE 'G-%'
JOIN aggregate_key ON aggregate_key.owner = old.number
WHERE grown.ident LIKE 'G-%'
"""
JOURNAL = """
INSERT INTO journal (chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer)
SELECT 'timeline:swarm:G-' || (n % {swarms}), n / {swarms} + 1, kind, recorded_at, payload, salt, commitment, mac, writer
FROM (SELECT * FROM journal ORDER BY id LIMIT 1) AS one CROSS JOIN numbers
"""


def grow(database: str) -> None:
    """Grow it. The journal no longer verifies; nobody asks it to."""
    if database.startswith("postgresql:"):
        asyncio.run(_postgres(database))
    else:
        _sqlite(database)


def _sqlite(path: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TEMP TABLE numbers (n INTEGER)")
        db.executemany("INSERT INTO numbers VALUES (?)", ((n,) for n in range(SWARMS)))
        db.execute(AGGREGATES)
        db.execute(KEYS)
        db.executemany("INSERT INTO numbers VALUES (?)", ((n,) for n in range(SWARMS, ROWS)))
        db.execute(JOURNAL.format(swarms=SWARMS))
        db.commit()
        db.execute("ANALYZE")


async def _postgres(url: str) -> None:
    db = await asyncpg.connect(url)
    await db.execute(
        "CREATE TEMP TABLE numbers AS SELECT n FROM generate_series(0, $1) AS n".replace("$1", str(SWARMS - 1))
    )
    await db.execute(AGGREGATES)
    await db.execute(KEYS)
    await db.execute(f"INSERT INTO numbers SELECT generate_series({SWARMS}, {ROWS - 1})")
    await db.execute(JOURNAL.format(swarms=SWARMS))
    await db.execute("ANALYZE")
    await db.close()
