"""What holds for every test: no blocked event loop, long tests get their time, recorded traffic only on request.

PostgreSQL and SQLite never meet in one process; `scripts/test` runs pytest once for each.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings

import story_stores
from chatops.core.catalogue import Catalogues
from postgres_fixtures import fresh_postgres_url, own_postgres, postgres, postgres_url, reused_postgres_url

__all__ = ["fresh_postgres_url", "own_postgres", "postgres", "postgres_url", "reused_postgres_url"]

OURS = ("chatops", "console_network", "local_tickets", "matrix_network", "teams_network")

START_UP: tuple[tuple[str, frozenset[str]], ...] = (
    # Runs in a thread, with a loop of its own for Tortoise's migrations.
    ("chatops/storage/schema.py", frozenset({"_migrate", "apply"})),
    # asyncpg looks for password and certificate files in the home folder, once per connection made.
    ("asyncpg/connect_utils.py", frozenset({"_parse_connect_dsn_and_args"})),
)
"""Functions that may block, as (end of the file's path, names): what runs before the loop serves anybody, or hardly ever."""


LONG_ON_POSTGRES = ("engine", "promises")
"""Folders whose tests are with the long ones there, though not in memory and on SQLite."""


PATIENT = 60
"""Seconds for what waits for servers to start, or for many answers of a database: a busy machine may hold them up."""

SERVERS = {"own_postgres", "own_synapse", "synapse", "home", "short"}
"""Fixtures that start one, each time or for the first test that asks."""


def pytest_configure() -> None:
    """Read what the server reads at start, too. How long an example takes depends on the machine and proves nothing."""
    Catalogues.load()
    settings.register_profile("untimed", settings(deadline=None))
    settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Whatever looks for garbage need not go through all modules and thousands of tests each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_blocking(request: pytest.FixtureRequest) -> Iterator[None]:
    """Our code raises BlockingError when it sleeps or does file, socket or database I/O on the event loop."""
    if request.node.get_closest_marker("may_block"):
        yield
        return
    with blockbuster_ctx(OURS) as detector:
        for function in detector.functions.values():
            for file, names in START_UP:
                function.can_block_in(file, names)
        yield


@pytest.fixture(autouse=True)
def _stories_on_postgres(request: pytest.FixtureRequest) -> None:
    """Give each story an empty database, in a process that has PostgreSQL."""
    if story_stores.ON_POSTGRES and _tells_a_story(request.node):
        story_stores.use(request.getfixturevalue("postgres_url"))


IN_MEMORY = {"test_life.py", "test_limits.py", "test_poison.py", "test_replicas.py", "test_outage.py"}
"""Of tests/engine, those that count on a store which answers within a turn of the event loop, or make one themselves."""


ON_SQLITE = {"test_ten_commands_over_http.py"}
"""Stories on a whole server that has SQLite wherever they are told."""


def _tells_a_story(item: pytest.Item) -> bool:
    """Whether a test is about what people live through, on whichever store."""
    if (_folder(item) == "engine" and item.path.name in IN_MEMORY) or item.path.name in ON_SQLITE:
        return False
    return "theatre" in getattr(item, "fixturenames", ()) or _folder(item) == "stories"


def _waits_for_servers(item: pytest.Item) -> bool:
    started = SERVERS.intersection(getattr(item, "fixturenames", ()))
    return bool(started) or (story_stores.ON_POSTGRES and _tells_a_story(item))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


def _elsewhere(item: pytest.Item) -> bool:
    """Whether a test is for a process with the other database."""
    own = _folder(item) == "postgres"
    return not (own or _tells_a_story(item)) if story_stores.ON_POSTGRES else own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("faults") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
        if story_stores.ON_POSTGRES and _folder(item) in LONG_ON_POSTGRES:
            item.add_marker(pytest.mark.faults)
        if _waits_for_servers(item) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PATIENT))
    away = [item for item in items if _elsewhere(item)]
    if not os.environ.get("CHATOPS_CONTRACTS"):
        away += [item for item in items if item.get_closest_marker("contracts")]
    config.hook.pytest_deselected(items=away)
    gone = set(away)
    items[:] = [item for item in items if item not in gone]
