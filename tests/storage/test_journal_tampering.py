"""Whoever can edit the database file, but has not the key, is found out."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chatops.core.journal import ZERO, Head, NewEntry, Seal, xor
from chatops.storage.sqlite_journal import verify
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import do, entry
from sqlite_stores import SEAL, sqlite_store

Edit = Callable[[sqlite3.Connection], object]


async def keep_records(path: Path) -> None:
    """Three chains, an erased entry, two anchors, entries after the last."""
    clock = ManualClock()
    store = sqlite_store(path, clock)
    await store.open()
    for n in range(4):
        await do(store, clock, f"e{n}", entries=(entry("timeline:swarm:1", f'"t{n}"'), entry("audit:x", f'"x{n}"')))
    await store.anchor()
    await do(store, clock, "other", entries=(entry("audit:y", '"y0"'),))
    await store.erase("timeline:swarm:1", 2)
    await store.anchor()
    await do(store, clock, "last", entries=(entry("audit:x", '"x4"'), entry("audit:y", '"y1"')))
    await store.close()


async def go_on(path: Path, *, after: str) -> None:
    """The server runs on, unaware: an audit record to each chain, another chain, an anchor."""
    clock = ManualClock()
    store = sqlite_store(path, clock)
    await store.open()
    for chain in ("audit:x", "audit:y", "timeline:swarm:1", "audit:new"):
        await do(store, clock, f"{after}/{chain}", entries=(entry(chain, f'"{after}"'),))
    await store.anchor()
    await store.close()


@pytest.fixture(scope="module")
def sound(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with journals in it."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("sound") / "chatops.db"))
    asyncio.run(keep_records(path))
    return path


@pytest.fixture
def journals(sound: Path, tmp_path: Path) -> Path:
    """This test's own copy of them."""
    return Path(shutil.copy(sound, tmp_path / "chatops.db"))


def tamper(path: Path, edit: Edit) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        edit(db)
        db.commit()
    return verify(path, SEAL)


def sql(*statements: str) -> Edit:
    return lambda db: [db.execute(statement) for statement in statements]


def swap(db: sqlite3.Connection) -> None:
    """Two entries of a chain change places, with everything but their numbers."""
    db.execute("UPDATE journal SET seq = -1 WHERE chain = 'audit:x' AND seq = 2")
    db.execute("UPDATE journal SET seq = 2 WHERE chain = 'audit:x' AND seq = 3")
    db.execute("UPDATE journal SET seq = 3 WHERE chain = 'audit:x' AND seq = -1")


def cut_tail_with_head(db: sqlite3.Connection) -> None:
    """The newest entry goes; the head is set back to a seal that was right once, the ledger adjusted."""
    entries = db.execute("SELECT seq, mac FROM journal WHERE chain = 'audit:x' ORDER BY seq").fetchall()
    seal = db.execute("SELECT seal FROM journal_head WHERE chain = 'audit:x'").fetchone()[0]
    seq, mac = entries[-2]
    once = SEAL.head_seal("audit:x", seq, mac)  # from an old copy of the row
    db.execute("DELETE FROM journal WHERE chain = 'audit:x' AND seq = ?", (entries[-1][0],))
    db.execute("UPDATE journal_head SET seq = ?, mac = ?, seal = ? WHERE chain = 'audit:x'", (seq, mac, once))
    total = db.execute("SELECT total FROM ledger").fetchone()[0]
    db.execute("UPDATE ledger SET total = ?, entries = entries - 1", (xor(total, seal, once),))


def remove_chain_from_ledger(db: sqlite3.Connection) -> None:
    """A whole chain goes, and its head, and what the ledger holds of it: that needs no key."""
    seal = db.execute("SELECT seal FROM journal_head WHERE chain = 'audit:y'").fetchone()[0]
    gone = db.execute("DELETE FROM journal WHERE chain = 'audit:y'").rowcount
    db.execute("DELETE FROM journal_head WHERE chain = 'audit:y'")
    total = db.execute("SELECT total FROM ledger").fetchone()[0]
    db.execute("UPDATE ledger SET total = ?, entries = entries - ?", (xor(total, seal), gone))


def recompute(db: sqlite3.Connection) -> None:
    """One payload is edited and everything after it made anew, with another key."""
    forger = Seal(b"some other key, as long as the right")
    db.execute("UPDATE journal SET payload = '\"innocent\"' WHERE chain = 'audit:x' AND seq = 2")
    rows = db.execute("SELECT seq, payload, salt FROM journal WHERE chain = 'audit:x' ORDER BY seq").fetchall()
    head: Head | None = None
    for seq, payload, salt in rows:
        new = NewEntry(chain="audit:x", kind="note", payload=payload, salt=salt)
        made, head = forger.append(new, recorded_at=ManualClock().now(), before=head)
        db.execute(
            "UPDATE journal SET commitment = ?, mac = ? WHERE chain = 'audit:x' AND seq = ?",
            (made.commitment, made.mac, seq),
        )
    assert head is not None
    db.execute("UPDATE journal_head SET mac = ?, seal = ? WHERE chain = 'audit:x'", (head.mac, head.seal))
    seals = [seal for (seal,) in db.execute("SELECT seal FROM journal_head")]
    ledger = forger.ledger("sqlite", xor(ZERO, *seals), db.execute("SELECT entries FROM ledger").fetchone()[0])
    db.execute("UPDATE ledger SET total = ?, seal = ?", (ledger.total, ledger.seal))


KINDS: dict[str, tuple[Edit, str]] = {
    "payload": (sql("UPDATE journal SET payload = '\"z\"' WHERE chain = 'audit:x' AND seq = 2"), "payload was edited"),
    "kind": (sql("UPDATE journal SET kind = 'audit' WHERE chain = 'audit:x' AND seq = 2"), "audit:x, entry 2: it was"),
    "time": (
        sql("UPDATE journal SET recorded_at = '2026-03-02 09:00:01.000000+00:00' WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: it was",
    ),
    "time written otherwise": (
        sql("UPDATE journal SET recorded_at = replace(recorded_at, ' ', 'T') WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: the row was edited",
    ),
    "salt": (sql("UPDATE journal SET salt = '00' WHERE chain = 'audit:x' AND seq = 2"), "payload was edited"),
    "mac": (sql(f"UPDATE journal SET mac = '{ZERO}' WHERE chain = 'audit:x' AND seq = 2"), "audit:x, entry 2: it was"),
    "commitment": (
        sql(f"UPDATE journal SET commitment = '{ZERO}' WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: it was",
    ),
    "number": (sql("UPDATE journal SET seq = 9 WHERE chain = 'audit:x' AND seq = 5"), "entry 5 is missing"),
    "chain": (sql("UPDATE journal SET chain = 'audit:z' WHERE chain = 'audit:x' AND seq = 5"), "audit:z"),
    "writer": (sql("UPDATE journal SET writer = 'x' WHERE chain = 'audit:x' AND seq = 5"), "ledger of x is missing"),
    "swap": (swap, "audit:x, entry 2: it was edited, moved"),
    "middle": (sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 3"), "entry 3 is missing before entry 4"),
    "first": (sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 1"), "entry 1 is missing"),
    "tail": (
        sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 5"),
        "audit:x: it ends with entry 4, but its head says 5",
    ),
    "tail with its head set back": (cut_tail_with_head, "ledger of sqlite was edited"),
    "chain without its head": (
        sql("DELETE FROM journal WHERE chain = 'audit:y'"),
        "audit:y: all its entries are missing",
    ),
    "chain with its head": (
        sql("DELETE FROM journal WHERE chain = 'audit:y'", "DELETE FROM journal_head WHERE chain = 'audit:y'"),
        "do not add up",
    ),
    "chain with head and ledger": (remove_chain_from_ledger, "ledger of sqlite was edited"),
    "head missing": (sql("DELETE FROM journal_head WHERE chain = 'audit:y'"), "audit:y: its head is missing"),
    "head": (sql("UPDATE journal_head SET seq = 4 WHERE chain = 'audit:x'"), "audit:x: its head was edited"),
    "ledger": (sql("UPDATE ledger SET entries = 3"), "ledger of sqlite was edited"),
    "ledger missing": (sql("DELETE FROM ledger"), "do not add up"),
    "everything but the anchors": (
        sql("DELETE FROM journal", "DELETE FROM journal_head", "DELETE FROM ledger"),
        "counted 8 entries of sqlite; now there are 0",
    ),
    "anchor": (sql("UPDATE anchor SET entries = 3 WHERE number = 1"), "Anchor 1 was edited"),
    "anchor missing": (sql("DELETE FROM anchor WHERE number = 1"), "Anchor 1 is missing"),
    "recomputed with another key": (recompute, "audit:x, entry 1: it was edited"),
    "emptied without a record": (
        sql("UPDATE journal SET payload = NULL, salt = NULL WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: emptied without a record",
    ),
    "record of the erasure removed": (
        sql("DELETE FROM journal WHERE kind = 'erased'"),
        "timeline:swarm:1, entry 2: emptied without a record",
    ),
    "salt alone gone": (sql("UPDATE journal SET salt = NULL WHERE chain = 'audit:x' AND seq = 2"), "do not belong"),
}


def test_sound_journals_verify(journals: Path) -> None:
    """Untouched, with an erasure and two anchors, there is nothing to say."""
    assert verify(journals, SEAL) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found(journals: Path, kind: str) -> None:
    """Each kind of tampering is found, and the finding says where."""
    edit, finding = KINDS[kind]
    findings = tamper(journals, edit)
    assert any(finding in found for found in findings), findings


@pytest.mark.parametrize("kind", KINDS)
def test_the_running_server_does_not_cover_it_up(journals: Path, kind: str) -> None:
    """Appending to tampered journals, and anchoring them, leaves the tampering to be found."""
    with closing(sqlite3.connect(journals)) as db:
        KINDS[kind][0](db)
        db.commit()
    asyncio.run(go_on(journals, after="tampering"))
    assert verify(journals, SEAL) != []


@pytest.mark.parametrize("goes_on", [False, True])
def test_going_back_to_an_older_copy(journals: Path, tmp_path: Path, *, goes_on: bool) -> None:
    """Journal, heads and ledger as they were, while an anchor knows better: found, even after they have grown again."""
    older = Path(shutil.copy(journals, tmp_path / "older.db"))
    asyncio.run(go_on(journals, after="the copy"))

    def put_back(db: sqlite3.Connection) -> None:
        db.execute("ATTACH ? AS older", (str(older),))
        for table in ("journal", "journal_head", "ledger"):
            db.execute(f"DELETE FROM {table}")
            db.execute(f"INSERT INTO {table} SELECT * FROM older.{table}")

    assert any("older copy" in found for found in tamper(journals, put_back))
    if goes_on:
        asyncio.run(go_on(journals, after="1"))
        asyncio.run(go_on(journals, after="2"))
        assert any("exchanged" in found for found in verify(journals, SEAL))


def cells(path: Path) -> list[tuple[str, str, str, Any]]:
    """Every cell of the journal's tables: table, column, row, value. `journal.id` only orders; it says nothing."""
    found: list[tuple[str, str, str, Any]] = []
    with closing(sqlite3.connect(path)) as db:
        for table in ("journal", "journal_head", "ledger", "anchor"):
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            found.extend(
                (table, column, rowid, value)
                for column in columns
                if (table, column) != ("journal", "id")
                for rowid, value in db.execute(f"SELECT rowid, {column} FROM {table}")
            )
    return found


VALUES = st.one_of(
    st.none(), st.integers(-3, 12), st.text(max_size=8), st.binary(max_size=4), st.just(ZERO), st.just('"x0"')
)


@pytest.mark.timeout(60)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_edit_is_found(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever cell is given whatever other value, `verify` has something to say."""
    table, column, row, before = data.draw(st.sampled_from(cells(sound)))
    value = data.draw(VALUES)
    copy = Path(shutil.copy(sound, tmp_path / "chatops.db"))
    with closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA synchronous=OFF")  # a copy that nobody needs tomorrow
        try:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))
        except sqlite3.IntegrityError:
            assume(False)  # noqa: FBT003 - the database itself refuses this value
        # The key of `anchor` is its row id, so the edited row may have moved.
        after = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
        assume(after is None or after[0] != before)
        db.commit()

    assert verify(copy, SEAL) != []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_row_taken_away_is_found(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Each row of the journal's tables is missed; of the anchors, each but the last."""
    rows = {(table, row) for table, _column, row, _value in cells(sound)} - {("anchor", "2"), ("anchor", 2)}
    table, row = data.draw(st.sampled_from(sorted(rows)))
    copy = Path(shutil.copy(sound, tmp_path / "chatops.db"))
    assert tamper(copy, lambda db: db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))) != []
