"""Who reads in a room, as its network and the directory know it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from chatops.core.frozen import Frozen
from chatops.core.message import Identity, Person, RoomRef
from chatops.ports.roster import Directory

Members = Callable[[RoomRef], Awaitable[Sequence[Identity] | None]]
"""Given a room: who is in it, ourselves left out, or None when its network does not say."""


class Reading(Frozen, frozen=True, kw_only=True):
    """Those who read in a room."""

    people: tuple[Person, ...]
    """Members of the house."""
    others: int
    """How many are guests, or in no directory: people and programs alike."""

    @property
    def inside(self) -> bool:
        """Whether only members of the house read here."""
        return self.others == 0


class Readers:
    """Tells who reads in a room."""

    def __init__(self, directory: Directory, members: Members) -> None:
        self._directory = directory
        self._members = members

    async def of(self, room: RoomRef, *also: Identity) -> Reading | None:
        """Return who reads in `room`, and `also` those who have just written there; None when nobody can say."""
        members = await self._members(room)
        if members is None:
            return None
        people: dict[str, Person] = {}
        others = 0
        for identity in dict.fromkeys((*members, *also)):
            person = self._directory.by_identity(identity)
            if person is None or "guest" in person.roles:
                others += 1
            else:
                people[person.id] = person
        return Reading(people=tuple(people.values()), others=others)
