"""Word between the processes that share a database: that something has changed, never what must not be lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

LONGEST = 4000
"""Bytes of a signal's text, at most; PostgreSQL takes just under 8000 with what we put around it."""


class Signals(Protocol):
    """Best effort: a signal is not stored. Whoever listens reads the truth from the store."""

    async def send(self, topic: str, text: str) -> None:
        """Tell every process that listens, this one included. Never raises because nobody could be told."""
        ...

    def listen(self, topic: str, heard: Callable[[str], None], *, missed: Callable[[], None]) -> None:
        """Call `heard` with each signal's text, on the event loop, until the store is closed.

        `missed` is called when signals may have been lost, because the connection was: read everything again.
        """
        ...
