"""Who watches is told what changed, and after a broken line, what changed meanwhile."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque

from chatops import Frozen

_KEPT = 1000


class Change(Frozen, frozen=True, kw_only=True):
    """An entry, or (when `entry` is None) a room itself, is no longer as it was."""

    number: int
    room: str
    entry: str | None = None
    thread: str | None = None


class Changes:
    """The newest changes, numbered. A cursor (`EPOCH-NUMBER`) says how far somebody has been told."""

    def __init__(self) -> None:
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._kept: deque[Change] = deque(maxlen=_KEPT)
        self._told = asyncio.Event()

    @property
    def cursor(self) -> str:
        """Where we are now."""
        return f"{self._epoch}-{self._number}"

    def publish(self, room: str, *, entry: str | None = None, thread: str | None = None) -> None:
        """Tell everybody who watches."""
        self._number += 1
        self._kept.append(Change(number=self._number, room=room, entry=entry, thread=thread))
        self._told.set()
        self._told = asyncio.Event()

    def since(self, cursor: str) -> tuple[Change, ...] | None:
        """Return what changed after `cursor`; None when that is too long ago to know, or before a restart."""
        epoch, _, digits = cursor.partition("-")
        if epoch != self._epoch or not digits.isdecimal() or not digits.isascii() or len(digits) > 15:  # noqa: PLR2004
            return None
        number = int(digits)
        if number > self._number or (self._kept and number < self._kept[0].number - 1):
            return None
        return tuple(change for change in self._kept if change.number > number)

    async def wait(self, cursor: str) -> None:
        """Return when something has changed after `cursor`; at once when something has."""
        if cursor == self.cursor:
            await self._told.wait()
