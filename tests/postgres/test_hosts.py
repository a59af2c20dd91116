"""An address that names several hosts."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chatops.core.clock import SystemClock
from chatops.testing.conformance.store_base import event
from postgres_stores import postgres_store


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a host that takes connections and says nothing, as one that swallows packets does."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


async def test_the_next_host_is_asked_when_the_first_is_silent(postgres_url: str, silent: int) -> None:
    """Each has the time to connect for itself: a machine that is switched off does not hide its standby."""
    url = postgres_url.replace("@", f"@127.0.0.1:{silent},", 1)
    store = postgres_store(url, SystemClock(), connect_timeout=0.5)
    await store.open()
    accepted = await store.accept_many([event("e")])
    await store.close()

    assert accepted == (True,)
