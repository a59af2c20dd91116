"""Files on their way from a chat to a ticket: a few at a time, a few in line, the rest later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatops.core.message import File
from chatops.engine.file_performing import AT_ONCE, LATER, QUEUED, file_performers
from chatops.engine.performing import NotYet
from chatops.engine.ticket_effects import UploadFile
from chatops.ports.tickets import NewTicket, WriteContext
from chatops.testing.clock import ManualClock
from chatops.testing.network import FakeNetwork
from chatops.testing.tickets import FakeTickets
from local_desk import Systems


class SlowNetwork(FakeNetwork):
    """Brings no file before it may."""

    def __init__(self) -> None:
        super().__init__(clock=ManualClock())
        self.gate = asyncio.Event()
        self.under_way = 0

    async def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield the file, later."""
        self.under_way += 1
        await self.gate.wait()
        async for piece in super().read_file(ref, most=most):
            yield piece


async def test_files_take_few_places_and_none_is_lost() -> None:
    """Two are read, those that came with them wait, more are put off; put off, they are tried again."""
    network, tickets = SlowNetwork(), FakeTickets()
    ticket = await tickets.create(NewTicket(subject="Till hangs", description="It does."), WriteContext(key="new"))
    performer = file_performers(Systems(tickets), lambda _name: network)[0]

    async def put(number: int) -> object:
        file: File = network.file(f"{number}.log", b"x")
        return await performer.perform(UploadFile(ticket=ticket.ref, network="fake", file=file), f"k{number}")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(put(number)) for number in range(AT_ONCE + QUEUED)]
        for _turn in range(10):
            await asyncio.sleep(0)
        assert network.under_way == AT_ONCE
        with pytest.raises(NotYet) as put_off:
            await put(99)
        assert put_off.value.after == LATER
        network.gate.set()
    assert all(task.done() for task in tasks)
    await put(99)
    assert len(tickets.extras.uploads) == AT_ONCE + QUEUED + 1
