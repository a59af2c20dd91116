"""What holds for every test: no blocked event loop, long tests get their time, recorded traffic only on request."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

from chatops.core.catalogue import Catalogues

OURS = ("chatops", "console_network", "local_tickets", "matrix_network")

START_UP: tuple[tuple[str, frozenset[str]], ...] = (
    # Runs in a thread, with a loop of its own for Tortoise's migrations.
    ("chatops/storage/schema.py", frozenset({"_migrate"})),
)
"""Functions that may block, as (end of the file's path, names): only what runs before the loop serves anybody."""


def pytest_configure() -> None:
    """Read what the server reads at start, too."""
    Catalogues.load()


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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("faults") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
    if not os.environ.get("CHATOPS_CONTRACTS"):
        recorded = [item for item in items if item.get_closest_marker("contracts")]
        config.hook.pytest_deselected(items=recorded)
        items[:] = [item for item in items if item not in recorded]
