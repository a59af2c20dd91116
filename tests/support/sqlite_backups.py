"""A database that has been lived in, its backups, and ways to look at them."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from chatops.core.commit import Outcome
from chatops.ports.records import Write
from chatops.ports.store import Checkpoint
from chatops.storage import snapshot_sqlite
from chatops.storage.backup import Backup, back_up, place_for
from chatops.storage.records import SqliteRecords
from chatops.storage.restore import Restored, look_into, restore
from chatops.storage.restore_sqlite import SqliteTarget
from chatops.storage.tables import tables
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import do, entry, event, post, put
from sqlite_stores import KEY, sqlite_store

KEYS = {"journal.key": KEY, "action.key": b"another key, for buttons, 32 bytes or more"}

Rows = dict[str, list[tuple[Any, ...]]]


async def backed_up(database: Path, clock: ManualClock, **options: Any) -> Backup:
    """Back a database up, forced."""
    async with snapshot_sqlite.opened(database) as snapshot:
        place = await asyncio.to_thread(place_for, database.parent, clock.now(), force=True)
        return await back_up(snapshot, place, keys=KEYS, at=clock.now(), force=True, **options)


async def restored(path: Path, target: Path, **options: Any) -> Restored:
    """Restore an archive to a database."""
    head, sums = await look_into(path)
    return await restore(path, SqliteTarget(target), head=head, sums=sums, **{"keys": KEYS, **options})


def rows_of(database: Path) -> Rows:
    """Return all rows of all tables."""
    with closing(sqlite3.connect(database)) as db:
        return {
            table.name: db.execute(f'SELECT * FROM "{table.name}" ORDER BY "{table.key}"').fetchall()  # noqa: S608
            for table in tables()
        }


def edit(database: Path, *statements: str) -> None:
    """Change a database behind the store’s back."""
    with closing(sqlite3.connect(database)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def names_in(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> str:
    """Return who may read and write a file."""
    return oct(path.stat().st_mode & 0o777)


async def lived_in(database: Path, clock: ManualClock) -> None:
    """A database with something in every table that SQLite uses."""
    store = sqlite_store(database, clock)
    await store.open()
    try:
        await store.accept_many(
            [event("seen", not_before=clock.now() + timedelta(days=1))], Checkpoint(name="net", value="s1")
        )
        outbox = (post("a", slot="card"), post("b", "room:2", bulk=True, reply=True))
        await do(
            store,
            clock,
            "1",
            puts=(put(case="c"),),
            outbox=outbox,
            entries=(entry("audit:x", "„é\n🐝"),),
            claims=(("n", "h"),),
        )
        await do(store, clock, "2", outcome=Outcome(state="dead", error="E-7F3A2C KeyError"))
        await store.allocate("SW")
        await SqliteRecords(store, "wiki").write(
            Write(kind="page", id="1", body={"n": 1}, columns={"a": "b"}, text="Übergabe")
        )
        await store.anchor()
        await store.ping()
        await do(store, clock, "3")
        clock.advance(timedelta(days=1))
        await store.purge(events_before=clock.now(), posts_before=clock.now())
    finally:
        await store.close()
