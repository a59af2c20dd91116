"""What only the anchor kept outside the database shows: anchors removed, and older copies put back whole."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from chatops.core.codec import Codec
from chatops.core.journal import Anchor, Seal
from chatops.errors import StoreUnavailable
from chatops.storage import sqlite_journal
from chatops.storage.sqlite import SqliteStore
from chatops.storage.witness import Witness
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import do, entry
from sqlite_stores import SEAL

JOURNAL = ("journal", "journal_head", "ledger", "anchor")
OLDER = "The database does not hold anchor 2 of 2026-03-02 09:02:00 UTC"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.anchor"


@pytest.fixture
def store(database: Path, file: Path, clock: ManualClock) -> SqliteStore:
    """Not open yet."""
    return SqliteStore(database, Codec(), SEAL, clock, witness=file)


def live(store: SqliteStore, clock: ManualClock, *names: str) -> None:
    """A start, a minute, an entry and a stop for each name."""

    async def once(name: str) -> None:
        await store.open()
        try:
            clock.advance(timedelta(minutes=1))
            await do(store, clock, name, entries=(entry("audit:x"), entry(f"audit:{name}")))
        finally:
            await store.close()

    for name in names:
        asyncio.run(once(name))


def edit(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def verify(database: Path, file: Path) -> list[str]:
    return sqlite_journal.verify(database, SEAL, Witness(file, SEAL))


def number_in(file: Path) -> int:
    return msgspec.json.decode(file.read_bytes(), type=Anchor).number


def look_in(store: SqliteStore) -> None:
    """A start, a look at the journals, a stop."""

    async def once() -> None:
        await store.open()
        assert not await store.verify()
        await store.close()

    asyncio.run(once())


def test_stopping_anchors_what_was_appended(store: SqliteStore, clock: ManualClock, database: Path, file: Path) -> None:
    """Once, for the owner alone to read; a start and stop without entries writes nothing."""
    look_in(store)
    assert not file.exists()

    live(store, clock, "a")
    assert (number_in(file), oct(file.stat().st_mode & 0o777)) == (1, "0o600")
    before = file.read_bytes()
    look_in(store)
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir() if "anchor" in path.name) == ["journal.anchor"]
    assert verify(database, file) == []


def test_an_anchor_tells_of_something_new(store: SqliteStore, clock: ManualClock, database: Path, file: Path) -> None:
    """A quiet hour adds none; what a killed server had not anchored, the next one does."""

    async def quietly(one: SqliteStore) -> int:
        await one.open()
        try:
            for _minute in range(60):
                await one.anchor()
            return number_in(file)
        finally:
            await one.close()

    live(store, clock, "a")
    assert asyncio.run(quietly(store)) == 1

    # Without its witness a store does not anchor as it closes: the entry is there, the anchor is not, as after a kill.
    live(SqliteStore(database, Codec(), SEAL, clock), clock, "b")
    assert asyncio.run(quietly(store)) == 2
    assert verify(database, file) == []


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM anchor"],
        ["DELETE FROM anchor WHERE number = 2"],
        [f"DELETE FROM {table}" for table in JOURNAL],  # noqa: S608 - this file's own
    ],
    ids=["all anchors", "the newest anchor", "all four tables"],
)
@pytest.mark.parametrize("goes_on", [False, True])
def test_anchors_removed(
    store: SqliteStore, clock: ManualClock, database: Path, file: Path, statements: list[str], *, goes_on: bool
) -> None:
    """Found, with the time of the anchor that is missed; also after the server went on and anchored again."""
    live(store, clock, "a", "b")
    edit(database, *statements)
    if goes_on:
        live(store, clock, "c", "d", "e")

    assert any(found.startswith(OLDER) for found in verify(database, file))


@pytest.mark.parametrize("whole", [False, True], ids=["four tables", "the whole file"])
@pytest.mark.parametrize("goes_on", [False, True])
def test_an_older_copy_put_back(
    store: SqliteStore, clock: ManualClock, database: Path, file: Path, *, whole: bool, goes_on: bool
) -> None:
    """Whole in itself, and found all the same; removing the file accepts it."""
    live(store, clock, "a")
    older = Path(shutil.copy(database, database.with_name("older.db")))
    live(store, clock, "b")
    if whole:
        shutil.copy(older, database)
    else:
        copies = (f"INSERT INTO {table} SELECT * FROM older.{table}" for table in JOURNAL)  # noqa: S608
        edit(database, f"ATTACH '{older}' AS older", *(f"DELETE FROM {table}" for table in JOURNAL), *copies)  # noqa: S608
    if goes_on:
        live(store, clock, "c", "d")

    (finding,) = verify(database, file)
    assert finding.startswith(OLDER)
    assert finding.endswith("After a backup was restored on purpose, remove journal.anchor.")

    file.unlink()
    live(store, clock, "e")
    assert verify(database, file) == []


def test_the_file_edited(store: SqliteStore, clock: ManualClock, database: Path, file: Path) -> None:
    """Another number, another key's seal, or no anchor at all: found, and not covered up by the server's next anchor."""
    live(store, clock, "a", "b")
    forged = Seal(b"some other key, as long as the right").anchor(
        number=1, writer="sqlite", anchored_at=clock.now(), chains=1, total="0" * 64, entries=1
    )
    sound = file.read_bytes()
    renumbered = sound.replace(b'"number":2', b'"number":1')
    for n, content in enumerate((renumbered, msgspec.json.encode(forged), b"", b"\xff{", b"[]")):
        file.write_bytes(content)
        live(store, clock, f"after {n}")
        assert verify(database, file) == ["The anchor kept outside the database (journal.anchor) was edited."]


def test_the_file_missing(store: SqliteStore, clock: ManualClock, database: Path, file: Path) -> None:
    """Said as long as the database holds anchors; one that never was anchored misses nothing."""
    assert verify(database, file) == []
    live(store, clock, "a")
    file.unlink()

    assert verify(database, file) == ["The anchor kept outside the database (journal.anchor) is missing."]


@pytest.mark.parametrize("earlier", [(), ("a", "b")], ids=["the first", "a later one"])
def test_killed_between_commit_and_file(
    store: SqliteStore, clock: ManualClock, database: Path, file: Path, earlier: tuple[str, ...]
) -> None:
    """An anchor that only the database knows is no finding, nor is a half-written file beside; both are made good."""
    live(store, clock, *earlier)
    Witness(file, SEAL).begin(sqlite_journal.WRITER, clock.now())
    for _ in range(2):
        edit_with_anchor(database, clock)
        file.with_name("journal.anchor.new").write_bytes(b'{"numb')
        assert verify(database, file) == []

    live(store, clock, "later")
    assert number_in(file) == len(earlier) + 3
    assert verify(database, file) == []


def edit_with_anchor(database: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(database)) as db:
        sqlite_journal.anchor(db, seal=SEAL, at=clock.now())
        db.commit()


def test_a_file_that_cannot_be_written(store: SqliteStore, clock: ManualClock, database: Path, file: Path) -> None:
    """The caller is told; stopping does not mind, and what was to be anchored is anchored as soon as it can be."""

    async def anchor() -> None:
        await store.open()
        try:
            await store.anchor()
        finally:
            await store.close()

    file.mkdir()
    live(store, clock, "a")
    with pytest.raises(StoreUnavailable, match="outside the database"):
        asyncio.run(anchor())
    file.rmdir()
    asyncio.run(anchor())

    assert verify(database, file) == []
    assert number_in(file) == 1
