"""PostgreSQL for tests: the run's server, databases on it, and servers of a test's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import pytest

from postgres_server import Postgres
from postgres_shared import shared


class OwnPostgres(Protocol):
    """What the fixture `own_postgres` is: starts a server for this test alone."""

    def __call__(self, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> Postgres:
        """Give one that answers."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The run's server. Make databases of your own; never stop it, nor change its settings."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # a worker's base lies in the run's
    with shared(base) as server:
        yield server


@pytest.fixture(scope="session")
def reused_postgres_url(postgres: Postgres) -> Iterator[str]:
    """One database of this process, in whatever state. Ask for `postgres_url`."""
    url = postgres.database()
    yield url
    postgres.drop(url)


@pytest.fixture
def postgres_url(postgres: Postgres, reused_postgres_url: str) -> str:
    """A migrated database without rows, this test's alone. Whoever changes its tables takes `fresh_postgres_url`."""
    postgres.empty(reused_postgres_url)
    return reused_postgres_url


@pytest.fixture
def fresh_postgres_url(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Make databases that are deleted after the test: `fresh_postgres_url(migrated=False)`."""
    made: list[str] = []

    def make(*, migrated: bool = True) -> str:
        made.append(postgres.database(migrated=migrated))
        return made[-1]

    yield make
    for url in made:
        postgres.drop(url)


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """Make servers to kill, pause, or set up otherwise; they and their standbys end with the test. One takes a second."""
    made: list[Postgres] = []

    def make(*, durable: bool = True, settings: Mapping[str, str] | None = None) -> Postgres:
        server = Postgres(durable=durable, settings=settings)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.remove()
