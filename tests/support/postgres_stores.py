"""PostgreSQL stores for tests."""

from __future__ import annotations

from typing import Any

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_server import PostgresServer
from chatops.testing.clock import ManualClock
from sqlite_stores import SEAL


def server_at(url: str, **settings: Any) -> PostgresServer:
    """How to reach a database: with few connections, since a test has several stores."""
    return PostgresServer(**{"url": url, "name": "one", "writers": 4, "readers": 2, **settings})


def postgres_store(url: str, clock: Clock, **settings: Any) -> PostgresStore:
    """A store over the database at `url`, not open yet; `name` says which of several replicas it is.

    With a clock of a test's own, leases are measured by it.
    """
    own_time = isinstance(clock, ManualClock)
    return PostgresStore(server_at(url, **settings), Codec(), SEAL, clock, own_time=own_time)
