"""Whom somebody has thanked for a swarm is one question to the store, however many are in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chatops.pages.reading import Reading
from chatops.swarm.model import Swarm
from swarm_story import Story


class Counted:
    """A store that counts what is asked of it."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        """Return what the store does, counted."""
        self.asked[name] += 1
        return getattr(self._store, name)


async def test_whom_somebody_has_thanked_is_read_at_once() -> None:
    """Those thanked by them, for this swarm: not by others, not for another one."""
    story = Story()
    async with story.stage as stage:
        for who, line in (
            ("olga", "swarm open cases:1001 refund loops"),
            ("anna", "swarm join SW-1"),
            ("ben", "swarm join SW-1"),
            ("lea", "swarm join SW-1"),
            ("olga", "swarm open cases:1001 another question"),
            ("ben", "swarm join SW-2"),
            ("olga", "kudos anna swarm=SW-1 for the lock"),
            ("olga", "kudos lea swarm=SW-1 for the time"),
            ("olga", "kudos ben swarm=SW-2 for the other one"),
            ("anna", "kudos ben swarm=SW-1 for the log"),
        ):
            await stage.says(who, line)
        counted = Counted(stage.store)
        pages = Reading(counted, stage.codec, stage.clock)
        for who, number, thanked in (
            ("olga", "1", {"anna", "lea"}),
            ("olga", "2", {"ben"}),
            ("anna", "1", {"ben"}),
            ("ben", "1", set()),
        ):
            person, stored = stage.directory.by_id(who), await stage.store.get(Swarm.kind, number)
            assert person is not None
            assert stored is not None
            counted.asked.clear()
            assert await pages.thanked(person, stage.codec.decode_as(Swarm, stored.body)) == thanked
            assert counted.asked == {"find": 1}
