"""What every chat network keeps to. Subclass it where your tests are, and give it a stage::

    class TestMyNetwork(ChatNetworkSuite):
        @pytest.fixture
        def stage(self) -> ChatStage:
            return MyStage(...)

Needs pytest and pytest-asyncio in auto mode. What a network says it cannot do is skipped, or must raise Unsupported.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from chatops.testing.conformance.chat_acting import Acting
from chatops.testing.conformance.chat_filing import Filing
from chatops.testing.conformance.chat_receiving import Receiving
from chatops.testing.conformance.chat_stage import ChatStage, Heard, Shown

__all__ = ["ChatNetworkSuite", "ChatStage", "Heard", "Shown"]


class ChatNetworkSuite(Receiving, Acting, Filing):
    """Every promise of `chatops.ports.chat.ChatNetwork`, as a person on the other side sees it."""

    @pytest.fixture
    def stage(self) -> ChatStage:
        """Return a network with two people on it. Override this."""
        raise NotImplementedError

    @pytest.fixture
    async def heard(self, stage: ChatStage) -> AsyncIterator[Heard]:
        """Run the network, and remember what it hands over."""
        heard = Heard(stage.checkpoints)
        task = asyncio.ensure_future(stage.network.run(heard))
        await asyncio.sleep(0)
        yield heard
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
