"""Whoever can edit the database file, but has not the key, is found out."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import journal_edits
from chatops.core.journal import ZERO
from chatops.storage.sqlite_journal import verify
from chatops.testing.clock import ManualClock
from journal_edits import Edit, Tables, go_on, keep_records, sql
from sqlite_stores import SEAL, sqlite_store

KINDS: dict[str, tuple[Edit, str]] = {
    **journal_edits.KINDS,
    "time written otherwise": (
        sql("UPDATE journal SET recorded_at = replace(recorded_at, ' ', 'T') WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: the row was edited",
    ),
}


def again(path: Path, after: str) -> None:
    """The server runs on, unaware."""
    clock = ManualClock()
    asyncio.run(go_on(sqlite_store(path, clock), clock, after=after))


@pytest.fixture(scope="module")
def sound(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with journals in it."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("sound") / "chatops.db"))
    clock = ManualClock()
    asyncio.run(keep_records(sqlite_store(path, clock), clock))
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


def test_sound_journals_verify(journals: Path) -> None:
    """Untouched, with an erasure and two anchors, there is nothing to say."""
    assert verify(journals, SEAL) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found(journals: Path, kind: str) -> None:
    """Each kind of tampering is found, and the finding says where."""
    edit, finding = KINDS[kind]
    findings = tamper(journals, edit)
    assert any(re.search(finding, found) for found in findings), findings


@pytest.mark.parametrize("kind", KINDS)
def test_the_running_server_does_not_cover_it_up(journals: Path, kind: str) -> None:
    """Appending to tampered journals, and anchoring them, leaves the tampering to be found."""
    with closing(sqlite3.connect(journals)) as db:
        KINDS[kind][0](db)
        db.commit()
    again(journals, "tampering")
    assert verify(journals, SEAL) != []


@pytest.mark.parametrize("goes_on", [False, True])
def test_going_back_to_an_older_copy(journals: Path, tmp_path: Path, *, goes_on: bool) -> None:
    """Journal, heads and ledger as they were, while an anchor knows better: found, even after they have grown again."""
    older = Path(shutil.copy(journals, tmp_path / "older.db"))
    again(journals, "the copy")

    def put_back(db: Tables) -> None:
        db.execute("ATTACH ? AS older", (str(older),))
        for table in ("journal", "journal_head", "ledger"):
            db.execute(f"DELETE FROM {table}")
            db.execute(f"INSERT INTO {table} SELECT * FROM older.{table}")

    assert any("older copy" in found for found in tamper(journals, put_back))
    if goes_on:
        again(journals, "1")
        again(journals, "2")
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
