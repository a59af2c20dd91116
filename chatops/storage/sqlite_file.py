"""SQLite's database file: how it is opened for reading, and how it is replaced as a whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

ERRORS = (sqlite3.Error,)


def url(path: Path) -> str:
    """Return the URL that `chatops.storage.schema.migrate` takes for the database at `path`."""
    return f"sqlite://{quote(str(path.absolute()))}"


def settings(path: Path, **pragmas: str | int) -> dict[str, Any]:
    """Return Tortoise's settings for the database at `path`, whatever characters that has."""
    return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": str(path), **pragmas}}


def migrations_of(path: Path) -> list[str]:
    """Return the names of the migrations the database at `path` has had; none when there is no file. Writes nothing."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'").fetchone():
            return []
        return [name for (name,) in connection.execute("SELECT name FROM tortoise_migrations")]


@contextmanager
def exchanged(path: Path) -> Iterator[Path]:
    """Give a copy of the database at `path` to work on; when all went well it takes the place of `path` at once.

    After a kill at any moment `path` is the old database or the new one. Blocking.
    """
    copy = path.with_name(f"{path.name}.new")
    for leftover in (copy, *companions(copy)):
        leftover.unlink(missing_ok=True)
    if path.exists():
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # The old write-ahead log must be gone before the new file takes the old name.
            connection.execute("PRAGMA journal_mode=DELETE").close()
            connection.execute("VACUUM INTO ?", (str(copy),)).close()
    yield copy
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()
    flush(copy)
    copy.replace(path)
    flush(path.parent)


def companions(path: Path) -> tuple[Path, ...]:
    """Return the files that SQLite keeps beside the database at `path`, whether they are there or not."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))


def flush(path: Path) -> None:
    """Come back when a file, or the names in a folder, would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
