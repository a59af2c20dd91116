"""Microsoft Teams, simulated, and a bot that only listens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from teams_bot import PlainBot
from teams_simulator import TeamsSimulator


@pytest.fixture
async def simulator() -> AsyncIterator[TeamsSimulator]:
    """A tenant without anybody in it, on a free port."""
    made = TeamsSimulator()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def plain_bot(simulator: TeamsSimulator) -> AsyncIterator[PlainBot]:
    """The simulator's bot, played by the test."""
    made = PlainBot(simulator)
    await made.start()
    yield made
    await made.stop()
