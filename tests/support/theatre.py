"""Stages with tallies on them, on whichever store a test is about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import story_stores
from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.core.message import Person
from chatops.ports.store import Store
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import KEY, MemoryStore
from chatops.testing.stage import Stage, person
from migrated import migrated
from tallies import BODIES, OWNER, Heard, Stamps, TallyCommands

SLOWER = 0.5
"""Real seconds in which a part that is not stuck takes a step on PostgreSQL, on a busy machine too."""

STORES = ("postgres",) if story_stores.ON_POSTGRES else ("memory", "sqlite")

PEOPLE: tuple[Person, ...] = (
    person("anna", "agent", name="Anna Berg"),
    person("ben", "agent", "pod_lead", name="Ben Cole"),
    person("cleo", "guest", name="Cleo Dorn"),
    person("mia", "manager", name="Mia Berg"),
)


class Theatre:
    """Builds stages, and takes them down."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self._stack = AsyncExitStack()
        self.tallies = TallyCommands()
        self.heard = Heard()
        self.stamps = Stamps()

    def store(self, clock: ManualClock) -> Store:
        """Return a new store of the kind the test is about."""
        if self.kind == "sqlite":
            return SqliteStore(migrated(self.folder), Codec(), Seal(KEY), clock)
        if self.kind == "postgres":
            return story_stores.postgres(clock)
        return MemoryStore(clock=clock)

    async def stage(self, **more: Any) -> Stage:
        """Return a started stage with tallies, people, and everything of this theatre listening."""
        clock = more.pop("clock", None) or ManualClock()
        if self.kind == "postgres" and "patience" in more:
            more["patience"] = max(more["patience"], SLOWER)
        stage = Stage(
            commands=[self.tallies],
            bodies=BODIES,
            relations=[OWNER],
            listeners=[*self.heard.listeners(), *more.pop("more_listeners", ())],
            performers=[self.stamps.performer(), *more.pop("more_performers", ())],
            people=PEOPLE,
            clock=clock,
            store=more.pop("store", None) or self.store(clock),
            **more,
        )
        return await self._stack.enter_async_context(stage)

    async def close(self) -> None:
        """Take every stage down."""
        await self._stack.aclose()


@asynccontextmanager
async def theatre_of(kind: str, folder: Path) -> AsyncIterator[Theatre]:
    """A theatre for one test."""
    theatre = Theatre(kind, folder)
    try:
        yield theatre
    finally:
        await theatre.close()


def said(posts: list[Any]) -> list[str]:
    """What was posted, as plain text."""
    return [post.body.plain for post in posts]


Probe = Callable[[str], None]
