"""Small courtesies on the way in: once something is accepted, people see that it was, and can do it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chatops import Body
from chatops.core.message import ButtonPress, Message
from chatops.ports.chat import Accept, Answered
from chatops.ports.store import Checkpoint
from matrix_network.background import Background
from matrix_network.seeds import Seeds
from matrix_network.threads import Threads
from matrix_network.typing_notice import TypingNotice

FRESH = timedelta(seconds=30)
"""Nobody waits at the screen for what is older."""


class Courtesies:
    """Done beside receiving: nothing here holds it up, or fails it."""

    def __init__(
        self,
        *,
        threads: Threads,
        typing: TypingNotice,
        seeds: Seeds,
        background: Background,
        now: Callable[[], datetime],
    ) -> None:
        self._threads = threads
        self._typing = typing
        self._seeds = seeds
        self._background = background
        self._now = now

    def around(self, accept: Accept) -> Accept:
        """Return `accept` with courtesies behind it."""
        return _Polite(accept, self)

    def accepted(self, key: str, body: Body) -> None:
        """Be polite about one event that is on disk. Whoever clicked gets the button back."""
        if isinstance(body, Message):
            if not body.edited:  # an edit stands where its message does, and does not say where that is
                self._threads.heard(body)
            if self._waits(body):
                self._typing.asked(body)
        elif isinstance(body, ButtonPress) and self._fresh(body.at):
            self._background.spawn(self._seeds.give_back(body.room.id, key), name=f"give back {key}")

    async def close(self) -> None:
        """Stop what is under way."""
        await self._background.close()

    def _waits(self, message: Message) -> bool:
        return message.addressed and not (message.edited or message.automated) and self._fresh(message.at)

    def _fresh(self, at: datetime) -> bool:
        return self._now() - at < FRESH


class _Polite:
    """Implements `chatops.ports.chat.Accept`."""

    def __init__(self, accept: Accept, courtesies: Courtesies) -> None:
        self._accept = accept
        self._courtesies = courtesies

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        return await self._accept.answers(key, at_most)

    async def checkpoint(self, name: str) -> str | None:
        return await self._accept.checkpoint(name)

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        await self._accept(events, checkpoint)
        for key, body in events:
            self._courtesies.accepted(key, body)
