"""Who watches is told what changed, and after a broken line, what changed meanwhile; also by another replica."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Mapping, Sequence

from chatops import Frozen

_KEPT = 1000
_MOST_ORIGINS = 16
_LONGEST = 1000
_CURSOR = re.compile(r"[0-9a-f]{8}-[0-9]{1,15}(\.[0-9a-f]{8}-[0-9]{1,15})*")


class Touched(Frozen, frozen=True, kw_only=True):
    """An entry, or (when `entry` is None) a room itself, is no longer as it was."""

    room: str
    entry: str | None = None
    thread: str | None = None


class Change(Frozen, frozen=True, kw_only=True):
    """What one write touched. Numbers count the writes of one replica, its `origin`, from its start."""

    origin: str
    number: int
    touched: tuple[Touched, ...]


class Changes:
    """The newest changes, as far as they are known here.

    A cursor (`ORIGIN-NUMBER`, one for each replica, with dots in between) says how far somebody has been told. Any replica
    can read it, so a tab may go on at another one. In doubt, what it shows is read anew.
    """

    def __init__(self) -> None:
        self._me = secrets.token_hex(4)
        self._heads = {self._me: 0}
        """By origin, the newest number heard of; the origin heard of last stands last."""
        self._gaps = {self._me: 0}
        """By origin, the newest number of which we cannot tell any more what it touched."""
        self._kept: deque[Change] = deque()
        self._told = asyncio.Event()

    @property
    def cursor(self) -> str:
        """Where we are now."""
        return ".".join(f"{origin}-{number}" for origin, number in sorted(self._heads.items()))

    @property
    def heads(self) -> Mapping[str, int]:
        """How far each replica's changes are known."""
        return dict(self._heads)

    def publish(self, touched: Sequence[Touched]) -> Change:
        """Tell everybody who watches here; return what the other replicas are to be told."""
        change = Change(origin=self._me, number=self._heads[self._me] + 1, touched=tuple(touched))
        self._add(change)
        return change

    def heard(self, change: Change) -> None:
        """Another replica has changed something. Our own come back as well, and count for nothing."""
        head = self._heads.get(change.origin)
        if head is not None and change.number <= head:
            return
        if head is None or change.number > head + 1:
            self._gaps[change.origin] = change.number - 1
        self._add(change)

    def behind(self, heads: Mapping[str, int]) -> bool:
        """Whether others have come further than we have heard."""
        return any(origin != self._me and self._heads.get(origin, -1) < number for origin, number in heads.items())

    def reached(self, heads: Mapping[str, int]) -> None:
        """Other replicas have come that far. What was not heard of it is a gap."""
        for origin, number in heads.items():
            if origin != self._me and self._heads.get(origin, -1) < number:
                self._gaps[origin] = self._heads[origin] = number
                self._few_origins()
        self._wake()

    def lost(self) -> None:
        """Something may not have been heard: whatever is watched is read anew."""
        mine = self._heads[self._me] + 1
        self._heads = {self._me: mine}
        self._gaps = {self._me: mine}
        self._kept.clear()
        self._wake()

    def since(self, cursor: str) -> tuple[Touched, ...] | None:
        """Return what changed after `cursor`; None when we cannot tell: too long ago, or before a restart."""
        if len(cursor) > _LONGEST or _CURSOR.fullmatch(cursor) is None:
            return None
        seen = {origin: int(number) for origin, _, number in (part.partition("-") for part in cursor.split("."))}
        unknown = any(origin not in self._heads for origin in seen)
        ahead = seen.get(self._me, 0) > self._heads[self._me]
        if unknown or ahead or any(seen.get(origin, 0) < gap for origin, gap in self._gaps.items()):
            return None
        new = (change for change in self._kept if change.number > seen.get(change.origin, 0))
        return tuple(touched for change in new for touched in change.touched)

    async def wait(self, cursor: str) -> None:
        """Return when something has changed after `cursor`; at once when something has."""
        if cursor == self.cursor:
            await self._told.wait()

    def _add(self, change: Change) -> None:
        self._heads.pop(change.origin, None)
        self._heads[change.origin] = change.number
        self._gaps.setdefault(change.origin, 0)
        self._kept.append(change)
        if len(self._kept) > _KEPT:
            gone = self._kept.popleft()
            if gone.origin in self._gaps:
                self._gaps[gone.origin] = max(self._gaps[gone.origin], gone.number)
        self._few_origins()
        self._wake()

    def _few_origins(self) -> None:
        """Forget replicas that have been silent for longest: most of them ended long ago."""
        while len(self._heads) > _MOST_ORIGINS:
            oldest = next(origin for origin in self._heads if origin != self._me)
            del self._heads[oldest]
            self._gaps.pop(oldest, None)

    def _wake(self) -> None:
        self._told.set()
        self._told = asyncio.Event()
