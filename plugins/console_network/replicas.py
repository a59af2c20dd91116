"""What replicas of the console tell each other: that something changed, never what. The truth is in the records."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import msgspec
import structlog

from chatops import Frozen
from chatops.errors import StoreUnavailable
from chatops.ports.signals import Signals
from console_network.live import Change, Changes

log = structlog.get_logger("console_network")

BEAT = 5.0
"""Seconds between signs of how far we are, while we change anything: a signal that got lost is noticed by then."""

PAUSE = 1.0
"""Seconds before records that could not be read are read again."""


class Word(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One signal."""

    change: Change | None = None
    heads: dict[str, int] = {}
    asks: bool = False
    """Whoever sends it has just begun to listen, and wants to know how far everybody is."""
    seen: tuple[str, str, int] | None = None
    """Somebody has seen so many posts of a room."""


class Keeper(Protocol):
    """Keeps the rooms (`console_network.store.Store`)."""

    async def reread(self, rooms: Iterable[str]) -> None:
        """Read rooms again. Raise StoreUnavailable."""
        ...

    async def reread_all(self) -> None:
        """Read everything again. Raise StoreUnavailable."""
        ...

    def note_seen(self, person: str, room: str, posts: int) -> None:
        """Somebody has seen so many posts of a room."""
        ...


class Replicas:
    """The line to the other replicas."""

    def __init__(
        self, signals: Signals, changes: Changes, *, topic: str, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._signals = signals
        self._changes = changes
        self._topic = topic
        self._sleep = sleep
        self._heard: asyncio.Queue[Word | None] = asyncio.Queue()
        self._listening = False

    async def listen(self) -> None:
        """Begin to listen, and ask the others how far they are. Harmless when that has been done."""
        if not self._listening:
            self._listening = True
            self._signals.listen(self._topic, self._word, missed=lambda: self._heard.put_nowait(None))
        await self._send(Word(asks=True))

    async def tell(self, change: Change) -> None:
        """Tell the others what was changed here."""
        await self._send(Word(change=change))

    async def tell_seen(self, person: str, room: str, posts: int) -> None:
        """Tell the others what somebody has seen."""
        await self._send(Word(seen=(person, room, posts)))

    async def follow(self, keeper: Keeper) -> None:
        """Take over what the others tell, in its order, until cancelled."""
        while True:
            word = await self._heard.get()
            try:
                await self._take(keeper, word)
            except StoreUnavailable:
                await self._sleep(PAUSE)
                self._heard.put_nowait(None)

    async def beat(self) -> None:
        """Tell now and then how far we are, while anything changes, until cancelled."""
        told = self._changes.cursor
        while True:
            await self._sleep(BEAT)
            if self._changes.cursor != told:
                told = self._changes.cursor
                await self._send(Word(heads=dict(self._changes.heads)))

    async def _take(self, keeper: Keeper, word: Word | None) -> None:
        if word is None:
            await keeper.reread_all()
            self._changes.lost()
            await self._send(Word(asks=True))
            return
        if word.change is not None:
            await keeper.reread({touched.room for touched in word.change.touched})
            self._changes.heard(word.change)
        if word.heads and self._changes.behind(word.heads):
            await keeper.reread_all()
            self._changes.reached(word.heads)
        if word.asks:
            await self._send(Word(heads=dict(self._changes.heads)))
        if word.seen is not None:
            keeper.note_seen(*word.seen)

    def _word(self, text: str) -> None:
        try:
            self._heard.put_nowait(msgspec.json.decode(text, type=Word))
        except msgspec.MsgspecError:
            log.warning("a signal of another replica cannot be read; is it of another version?")

    async def _send(self, word: Word) -> None:
        await self._signals.send(self._topic, msgspec.json.encode(word).decode())
