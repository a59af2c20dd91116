"""What every store of ours answers in the same way: questions through the reading connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chatops.core.commit import Stored
from chatops.core.journal import Entry
from chatops.ports.store import ClaimedEvent, DeadLetter, Depths, Placed, Sent
from chatops.storage import reads
from chatops.storage.reads import Reads


class ReadingStore:
    """The part of `chatops.ports.store.Store` that only reads what is committed."""

    reads: Reads
    """The reading connections, for the other parts of `chatops.storage`."""

    async def checkpoint(self, name: str) -> str | None:
        """Return the value last stored under `name`."""
        return await self.reads.ask(reads.checkpoint(name))

    async def lane_used(self, lane: str) -> bool:
        """Whether any event was ever accepted in `lane` (and not purged)."""
        return await self.reads.ask(reads.lane_used(lane))

    async def accepted(self, key: str) -> bool:
        """Whether an event of that key was ever accepted (and not purged)."""
        return await self.reads.ask(reads.accepted(key))

    async def get(self, kind: str, id: str) -> Stored | None:
        """Return one aggregate, or None."""
        return await self.reads.ask(reads.get(kind, id))

    async def find(self, kind: str, keys: Mapping[str, str], *, limit: int = 200) -> Sequence[Stored]:
        """Return those that have all of `keys`, oldest first."""
        return await self.reads.ask(reads.find(kind, keys, limit))

    async def entries(self, chain: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> Sequence[Entry]:
        """Return journal entries with a higher number than `after`, oldest first."""
        return await self.reads.ask(reads.entries(chain, after, limit, newest=newest))

    async def messages(self, room: str, *, limit: int = 50) -> Sequence[ClaimedEvent]:
        """Return the newest stored events of a remote room, oldest first."""
        return await self.reads.ask(reads.messages(room, limit))

    async def placed(self, target: str, slot: str) -> Placed | None:
        """Return where a slot's newest post stands."""
        return await self.reads.ask(reads.placed(target, slot))

    async def scrolled(self, placed: Placed) -> int:
        """Return how many messages and posts came into the room after `placed`."""
        return await self.reads.ask(reads.scrolled(placed))

    async def next_due(self) -> datetime | None:
        """Return when the earliest timer is due."""
        return await self.reads.ask(reads.next_due())

    async def depths(self) -> Depths:
        """Count what waits."""
        return await self.reads.ask(reads.depths())

    async def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """Return what was given up, newest first."""
        return await self.reads.ask(reads.dead_letters(limit))

    async def sent(self, *, after: int = 0, limit: int = 1000) -> Sequence[Sent]:
        """Return outbox rows of any state in order of id."""
        return await self.reads.ask(reads.sent(after, limit))
