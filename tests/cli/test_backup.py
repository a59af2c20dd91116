"""`chatops db backup`, `restore` and `copy`, as an operator types them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatops.storage.tables import tables
from running import Demo, Ran, chatops, demo

pytestmark = [pytest.mark.timeout(90), pytest.mark.xdist_group("cli")]

KEYS = ("journal.key", "action.key", "secrets.key")
PASSING = {"allowance", "held", "state"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A server with a swarm."""
    with demo(tmp_path_factory.mktemp("demo")) as running:
        assert running.do("swarm open demo:1001 refund loops").code == 0
        yield running


@pytest.fixture(scope="module")
def saved(server: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup made beside it."""
    folder = tmp_path_factory.mktemp("backups")
    ran = chatops("db", "backup", str(folder), folder=server.folder)
    assert (ran.code, ran.err) == (0, "")
    (path,) = folder.iterdir()
    assert str(path) in ran.out
    assert "It was read back and is whole." in ran.out
    return path


@pytest.fixture
def fresh(server: Demo, tmp_path: Path) -> Path:
    """A new data folder with copies of the keys."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    for name in (*KEYS, "demo"):
        shutil.copy(server.folder / name, folder / name)
    return folder


def restore(path: Path, folder: Path, *words: str) -> Ran:
    return chatops("db", "restore", str(path), *words, folder=folder)


def rows_of(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / "chatops.db")) as db:
        return {
            table.name: db.execute(f'SELECT * FROM "{table.name}" ORDER BY "{table.key}"').fetchall()  # noqa: S608
            for table in tables()
            if table.name not in PASSING
        }


def test_what_lies_beside_the_database_is_named(server: Demo, tmp_path: Path) -> None:
    """A backup says which folders it does not hold, and how much is in them; restoring says to copy them."""
    beside = server.folder / "console-files"
    beside.mkdir()
    (beside / ("0" * 32)).write_bytes(b"x" * 2048)
    try:
        ran = chatops("db", "backup", str(tmp_path / "one.backup"), folder=server.folder)
    finally:
        shutil.rmtree(beside)
    assert f"Nor is {beside} in it (1 file, 2.0 KiB): copy that folder now" in ran.out


def test_a_backup_of_a_running_server_is_restored_elsewhere(saved: Path, fresh: Path) -> None:
    """The swarm is there, and the journals verify; the server never stopped."""
    done = restore(saved, fresh)
    assert (done.code, done.err) == (0, "")
    assert "The journals are whole." in done.out
    assert f"is in no backup: copy them into {fresh} before you start the server" in done.out

    assert "refund loops" in chatops("do", "swarm", "show", "SW-1", folder=fresh).out
    assert chatops("audit", "verify", folder=fresh).code == 0


@pytest.mark.faults
def test_going_back_on_purpose_is_no_finding(saved: Path, fresh: Path) -> None:
    """What the newer journals' anchor told of is kept beside, and said."""
    assert restore(saved, fresh).code == 0
    assert chatops("do", "swarm", "cancel", "SW-1", "because", "solved", folder=fresh).code == 0
    gone = fresh / "gone"
    gone.mkdir()
    for file in fresh.glob("chatops.db*"):
        file.rename(gone / file.name)

    done = restore(saved, fresh)
    (aside,) = fresh.glob("journal.anchor.before-*")
    assert done.code == 0
    assert str(aside) in done.out
    assert "Note when and why" in done.out
    assert chatops("audit", "verify", folder=fresh).out == "The journals are whole.\n"
    assert chatops("do", "swarm", "cancel", "SW-1", "because", "solved", folder=fresh).code == 0


def test_a_server_on_the_folder(server: Demo, saved: Path) -> None:
    """It is named, and nothing happens to its database."""
    done = restore(saved, server.folder)
    assert done.code == 1
    assert server.url in done.err
    assert server.do("swarm show SW-1").code == 0


def test_without_the_keys(saved: Path, tmp_path: Path) -> None:
    """A new folder would make new ones, so they are asked for; without them it goes on request, and is said."""
    folder = tmp_path / "new"
    folder.mkdir()
    refused = restore(saved, folder)
    assert refused.code == 1
    assert "journal.key, action.key, secrets.key" in refused.err
    assert "--other-keys" in refused.err
    assert [*folder.iterdir()] == []

    done = restore(saved, folder, "--other-keys")
    assert done.code == 0
    assert "journal.key is another one: audit and timelines can no longer be verified." in done.out


@pytest.mark.faults
def test_a_folder_with_data(saved: Path, fresh: Path) -> None:
    """The way out is named: another folder, or the old database moved away by the command it shows."""
    assert restore(saved, fresh).code == 0
    refused = restore(saved, fresh)
    assert refused.code == 1
    assert "There is data in" in refused.err
    assert "--data NEW" in refused.err


@pytest.mark.faults
def test_what_is_no_backup(server: Demo, fresh: Path, tmp_path: Path) -> None:
    """The database itself, nothing at all, and half a backup."""
    assert "no backup of chatops" in restore(server.folder / "action.key", fresh).err
    assert "No such file" in restore(tmp_path / "none", fresh).err


def test_a_damaged_backup(saved: Path, fresh: Path) -> None:
    """Nothing is restored from it."""
    half = fresh / "half.backup"
    half.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    refused = restore(half, fresh)
    assert (refused.code, "damaged" in refused.err) == (1, True)
    assert not (fresh / "chatops.db").exists()


@pytest.mark.faults
def test_never_over_another_file(server: Demo, saved: Path) -> None:
    """Unless that is said."""
    before = saved.read_bytes()
    refused = chatops("db", "backup", str(saved), folder=server.folder)
    assert (refused.code, "--force" in refused.err) == (1, True)
    assert saved.read_bytes() == before
    assert chatops("db", "backup", "--force", str(saved), folder=server.folder).code == 0


@pytest.mark.faults
def test_nothing_to_back_up(tmp_path: Path) -> None:
    """A folder without a database, and no folder at all."""
    for folder in (tmp_path, tmp_path / "none"):
        ran = chatops("db", "backup", str(tmp_path / "x"), folder=folder)
        assert ran.code == 1
        assert "There is no database in" in ran.err
    assert [*tmp_path.iterdir()] == []


@pytest.mark.faults
def test_copying_needs_a_place(server: Demo, fresh: Path) -> None:
    """Without PostgreSQL in the settings there is none; and a running server would go on in the old database."""
    assert "The settings name no PostgreSQL" in chatops("db", "copy", folder=fresh).err
    url = "postgresql://postgres@127.0.0.1:1/x"
    refused = chatops("db", "copy", folder=server.folder, CHATOPS_DATABASE__URL=url)
    assert (refused.code, server.url in refused.err) == (1, True)


@pytest.mark.timeout(180)
@pytest.mark.faults
def test_from_sqlite_to_postgresql_and_back(
    saved: Path, fresh: Path, fresh_postgres_url: Callable[..., str], tmp_path: Path
) -> None:
    """The same rows at the end; between, the server works on PostgreSQL as it did before."""
    assert restore(saved, fresh).code == 0
    before = rows_of(fresh)
    url = {"CHATOPS_DATABASE__URL": fresh_postgres_url(migrated=False)}

    there = chatops("db", "copy", folder=fresh, **url)
    assert (there.code, there.err) == (0, "")
    assert "Start the server with these settings" in there.out
    back = tmp_path / "back"
    back.mkdir()
    for name in (*KEYS, "demo", *(anchor.name for anchor in fresh.glob("journal.anchor"))):
        shutil.copy(fresh / name, back / name)
    again = chatops("db", "copy", "--to", "sqlite", folder=back, **url)
    assert (again.code, again.err) == (0, "")

    after = rows_of(back)
    assert _without_fences(after) == _without_fences(before)
    assert chatops("audit", "verify", folder=back).code == 0
    assert "There is data in" in chatops("db", "copy", folder=fresh, **url).err

    assert chatops("do", "swarm", "cancel", "SW-1", "because", "solved", folder=fresh, **url).code == 0
    assert chatops("audit", "verify", folder=fresh, **url).out == "The journals are whole.\n"


def _without_fences(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Fences of open rows grow with every restore."""
    places = {"inbox": (13, 14), "outbox": (14,)}
    return {
        name: [tuple(value for place, value in enumerate(row) if place not in places.get(name, ())) for row in found]
        for name, found in rows.items()
    }
