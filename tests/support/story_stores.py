"""What stories that are about no store in particular run on: memory, and once more PostgreSQL (see scripts/test)."""

from __future__ import annotations

import os

from chatops.core.clock import Clock
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore

ON_POSTGRES = os.environ.get("CHATOPS_TESTS_ON") == "postgres"
"""Whether this process has PostgreSQL. Then it has no SQLite: Tortoise keeps the statements of the first it meets."""

_database: list[str] = []


def use(url: str) -> None:
    """From now on stories run on this database."""
    _database[:] = [url]


def story_store(clock: ManualClock) -> Store:
    """Return a store for a story; the second one of a test is on the same database as the first."""
    return postgres(clock) if ON_POSTGRES else MemoryStore(clock=clock)


def postgres(clock: Clock) -> Store:
    """Return a store on this test's database."""
    from postgres_stores import postgres_store  # noqa: PLC0415 - only a process that has no SQLite may load it

    return postgres_store(_database[0], clock)
