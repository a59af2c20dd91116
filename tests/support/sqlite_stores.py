"""SQLite stores for tests."""

from __future__ import annotations

from pathlib import Path

from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock

KEY = b"a key for the journals of tests, 32+"
SEAL = Seal(KEY)


def sqlite_store(path: Path, clock: ManualClock, *, busy: float = 5.0) -> SqliteStore:
    """A store over the database at `path`, not open yet."""
    return SqliteStore(path, Codec(), SEAL, clock, busy=busy)
