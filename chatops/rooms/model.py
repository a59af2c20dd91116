"""A room that is watched: since when, and who wanted it."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Aggregate, Body, Instant

MOST_NAME = 80
"""Characters of what people call a room."""


class Watch(Aggregate, frozen=True, kw_only=True):
    """What is said in a room is kept, also what is not said to us; `id` is the room's.

    The room itself says whether it is watched now (`Room.watched`), in the same commit.
    """

    kind: ClassVar[str] = "room.watch"

    where: str
    """`NETWORK:ID`."""
    name: str = ""
    """What people call it here; empty when nobody said."""
    by: str = ""
    """Id of the person who wanted it; empty when the settings name the room."""
    since: Instant
    ended: Instant | None = None

    @property
    def live(self) -> bool:
        """Whether it is watched now."""
        return self.ended is None

    def keys(self) -> frozenset[tuple[str, str]]:
        """Those that are live are found together."""
        return frozenset({("live", "yes")}) if self.live else frozenset()


BODIES: tuple[type[Body], ...] = (Watch,)
