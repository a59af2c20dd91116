"""Whoever can edit the tables in PostgreSQL, but has not the key, is found out: by any replica."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from chatops.storage.postgres_verify import verify
from chatops.testing.clock import ManualClock
from journal_edits import KINDS, go_on, keep_records
from postgres_server import Postgres
from postgres_stores import postgres_store, server_at
from sqlite_stores import SEAL

GROWING = ("journal", "journal_head", "ledger")

Row = tuple[str, ...]


@dataclass
class Answer:
    """What a statement returned, as `sqlite3` gives it; every value as text."""

    rows: list[Row] = field(default_factory=list)

    def fetchall(self) -> list[Row]:
        """All rows."""
        return self.rows

    def fetchone(self) -> Row:
        """The first."""
        return self.rows[0]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


class Psql:
    """A database in the hands of somebody with psql."""

    def __init__(self, server: Postgres, url: str) -> None:
        self._server = server
        self._url = url

    def execute(self, statement: str, given: Sequence[object] = (), /) -> Answer:
        """Run one statement, with `?` for what is given."""
        for value in given:
            statement = statement.replace("?", f"'{value}'", 1)
        return Answer([tuple(line.split("|")) for line in self._server.psql(statement, self._url).splitlines()])


@pytest.fixture(scope="module")
def sound(postgres: Postgres) -> str:
    """Journals as a script for psql."""
    url = postgres.database()
    clock = ManualClock()
    asyncio.run(keep_records(postgres_store(url, clock), clock))
    script = "".join(copied(postgres, url, table) for table in (*GROWING, "anchor"))
    postgres.drop(url)
    return f"{script}SELECT setval(pg_get_serial_sequence('journal', 'id'), max(id)) FROM journal;\n"


@pytest.fixture
def journals(postgres: Postgres, postgres_url: str, sound: str) -> str:
    """A database with them in it."""
    postgres.psql(sound, postgres_url)
    return postgres_url


def copied(server: Postgres, url: str, table: str) -> str:
    """A script that puts a table back to how it is now."""
    rows = server.psql(f"COPY {table} TO STDOUT", url)
    return "\n".join((f"DELETE FROM {table};", f"COPY {table} FROM STDIN;", *rows.splitlines(), "\\.", ""))


def findings(url: str) -> list[str]:
    """What is wrong with a database's journals."""
    return verify(server_at(url), SEAL)


def again(url: str, after: str, *, name: str = "one") -> None:
    """A replica runs on, unaware."""
    clock = ManualClock()
    asyncio.run(go_on(postgres_store(url, clock, name=name), clock, after=after))


def test_sound_journals_verify(journals: str) -> None:
    """Untouched, with an erasure and anchors, there is nothing to say; nor when another replica goes on."""
    assert findings(journals) == []
    again(journals, "1", name="two")
    assert findings(journals) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found(postgres: Postgres, journals: str, kind: str) -> None:
    """Each kind of tampering is found, and the finding says where."""
    edit, finding = KINDS[kind]
    edit(Psql(postgres, journals))

    found = findings(journals)
    assert any(re.search(finding, one) for one in found), found


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS)
def test_the_running_servers_do_not_cover_it_up(postgres: Postgres, journals: str, kind: str) -> None:
    """Appending to tampered journals, and anchoring them, at two replicas, leaves the tampering to be found."""
    KINDS[kind][0](Psql(postgres, journals))
    again(journals, "1")
    again(journals, "2", name="two")
    assert findings(journals) != []


@pytest.mark.parametrize("goes_on", [False, True])
def test_going_back_to_an_older_copy(postgres: Postgres, journals: str, *, goes_on: bool) -> None:
    """Journal, heads and ledgers as they were, while an anchor knows better: found, even after they have grown again."""
    older = "".join(copied(postgres, journals, table) for table in GROWING)
    again(journals, "the copy")
    postgres.psql(older, journals)

    assert any("older copy" in found for found in findings(journals))
    if goes_on:
        again(journals, "1")
        again(journals, "2")
        assert findings(journals) != []
