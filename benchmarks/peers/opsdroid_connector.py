"""A chat network for Opsdroid that takes every message and tells nobody."""

from __future__ import annotations

import asyncio
from typing import Any

from opsdroid.connector import Connector, register_event
from opsdroid.events import Message


class SilentConnector(Connector):
    """Remembers its last answer."""

    def __init__(self, config: Any, opsdroid: Any = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "silent"
        self.answer = ""
        self.default_target = "room"
        self._end = asyncio.Event()

    async def connect(self) -> None:
        """Connect to nothing."""

    async def listen(self) -> None:
        """Hear nothing."""
        await self._end.wait()

    async def disconnect(self) -> None:
        """End."""
        self._end.set()

    @register_event(Message)
    async def _send(self, message: Message) -> None:
        self.answer = message.text
