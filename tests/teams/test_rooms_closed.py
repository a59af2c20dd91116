"""What we closed stays closed, also where Teams would let us write."""

from __future__ import annotations

import pytest

from chatops.core.message import RoomRef
from chatops.errors import Forbidden
from chatops.ports.chat import Line, Outgoing
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.records import MemoryRecords
from teams_network.own_rooms import OwnRooms
from teams_network.plugin import TeamsNetwork

APP = "5f1f5a3e-8f6c-4e0b-9c35-0f6a1f0d7b11"
TENANT = "0b8f3f0c-6f0e-4a52-8d0c-3e1c2f4b5a66"
THREAD = "19:swarms@thread.tacv2;messageid=1"


async def test_nothing_more_is_said_in_a_closed_thread() -> None:
    """Nobody is asked, and a server started anew knows it as well."""
    records, clock = MemoryRecords(), ManualClock()
    own = OwnRooms(records)
    await own.opened(THREAD, "thread", clock.now())
    await own.close(THREAD, "thread", clock.now())
    plugin = TeamsNetwork(plugin_context({"app_id": APP, "tenant": TENANT}, records=records, clock=clock))
    with pytest.raises(Forbidden, match="closed"):
        await plugin.network.post(RoomRef(network="teams", id=THREAD), Outgoing(text=(Line(text="x"),)), key="k")
    await plugin.network.close()


async def test_a_room_is_remembered_once() -> None:
    """What it was opened as stays, and when it was closed."""
    records, clock = MemoryRecords(), ManualClock()
    own = OwnRooms(records)
    assert not await own.is_room(THREAD)
    await own.opened(THREAD, "thread", clock.now())
    assert await own.is_room(THREAD)
    await own.close(THREAD, "chat", clock.now())
    await own.opened(THREAD, "chat", clock.now())
    found = await OwnRooms(records).of(THREAD)
    assert found is not None
    assert (found.form, found.closed) == ("thread", clock.now())
