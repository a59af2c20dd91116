"""Rooms by our own names, whatever the networks call them."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate
from chatops.core.message import RoomRef


class Room(Aggregate, frozen=True, kw_only=True):
    """A logical room (`swarm:12/main`) and the one remote room it stands for, once that exists.

    A thing with several mirrored rooms has several of these, sharing `subject`.
    """

    kind: ClassVar[str] = "room"

    network: str
    lane: str
    """Fixed when the room is first seen."""
    subject: str | None = None
    """The aggregate it belongs to, as `kind:id`; gives commands in the room their context."""
    title: str = ""
    remote: str | None = None
    """The network's id; None until the room exists."""
    state: Literal["opening", "open", "archived", "failed"] = "opening"
    locale: str = "en"
    """The language of what is posted here for everybody."""
    zone: str = "UTC"
    private: bool = False
    watched: bool = False
    """True for rooms that belong to nothing, yet whose messages are kept for context."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by remote room and by subject."""
        found = set()
        if self.remote is not None:
            found.add(("remote", f"{self.network}:{self.remote}"))
        if self.subject is not None:
            found.add(("subject", self.subject))
        return frozenset(found)

    @property
    def ref(self) -> RoomRef | None:
        """The remote room, or None while it does not exist."""
        return None if self.remote is None else RoomRef(network=self.network, id=self.remote)


def own_lane(room: RoomRef) -> str:
    """Return the lane of a room that belongs to nothing."""
    return f"room:{room}"


def direct_target(person: str) -> str:
    """Return the post target that reaches a person in a direct chat, on the network they use."""
    return f"person:{person}"


def room_target(room: str) -> str:
    """Return the post target of a logical room."""
    return f"room:{room}"


def remote_target(room: RoomRef) -> str:
    """Return the post target of a room known by its network only."""
    return f"remote:{room}"
