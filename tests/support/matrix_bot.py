"""The whole Matrix plugin on a real homeserver, speaking as one account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from chatops.core.clock import Clock, SystemClock
from chatops.core.frozen import replace
from chatops.testing.context import plugin_context
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from matrix_network.plugin import MatrixNetwork
from matrix_network.session import Kept
from synapse_server import Login

NETWORK = "matrix"


@asynccontextmanager
async def speaking(
    url: str,
    login: Login,
    *,
    clock: Clock | None = None,
    records: MemoryRecords | None = None,
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[MatrixNetwork]:
    """Make the plugin, logged in, and close it at the end. Pass the same records again to act out a restart."""
    context = plugin_context(settings, records=records or MemoryRecords(), secrets=MemorySecrets())
    plugin = MatrixNetwork(replace(context, clock=clock or SystemClock()))
    kept = Kept(homeserver=url, user=login.user, device=login.device, access_token=login.token)
    await plugin.session.begin(kept)
    try:
        yield plugin
    finally:
        await plugin.network.close()
