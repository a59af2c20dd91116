"""What is said once in a while instead of working: no to a flood, and that something cannot be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chatops.core.commit import InboxRow
from chatops.core.effects import Post
from chatops.core.events import Event
from chatops.core.rooms import remote_target
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.asking import Asker
from chatops.engine.commands import AskedWork, Parts
from chatops.errors import Refusal


class SeldomWork(AskedWork):
    """Something said once in a while, by one of all replicas. Tried again, it stays with what it came to at first."""

    def __init__(
        self,
        event: Event,
        asker: Asker,
        also: tuple[InboxRow, ...],
        parts: Parts,
        *,
        told: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """`told`: whether it is to be said now; without it, it is."""
        super().__init__(event, asker, also, parts)
        self._told = told
        self._says: bool | None = None

    async def says(self) -> bool:
        """Whether it is to be said."""
        if self._says is None:
            self._says = self._told is None or await self._told()
        return self._says


class RefusedWork(SeldomWork):
    """A request refused before it is read."""

    def __init__(
        self,
        event: Event,
        asker: Asker,
        also: tuple[InboxRow, ...],
        parts: Parts,
        *,
        refusal: Refusal,
        told: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        super().__init__(event, asker, also, parts, told=told)
        self._refusal = refusal

    async def attempt(self) -> Unit:
        """Say no."""
        if await self.says():
            raise self._refusal
        return self.nothing()


class UnreadableWork(SeldomWork):
    """Somebody wrote to us alone what we cannot read: they are told, in the same room."""

    async def attempt(self) -> Unit:
        """Say what would work."""
        if not await self.says():
            return self.nothing()
        unit = self.unit()
        origin, person = self.asker.origin, self.asker.person
        words = _(
            "I cannot read this: it is encrypted and I have no key. Please write to me in a chat without encryption."
        )
        if origin.remote is not None:
            # Their direct chat may be another one, where they would not know what this is about.
            reader = person.id if person is not None else None
            unit.effect(
                Post(to=remote_target(origin.remote), said=words, thread=origin.thread, reply=True, reader=reader)
            )
        self.audit(unit, "unreadable")
        return unit
