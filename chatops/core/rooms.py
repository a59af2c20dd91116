"""Rooms by our own names, whatever the networks call them."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Body
from chatops.core.message import Identity, RoomRef


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
    former: tuple[str, ...] = ()
    """What the network called it before it was renewed: what still comes from there belongs here."""
    state: Literal["opening", "open", "archived", "failed", "lost"] = "opening"
    """`lost`: the server has been put out of it."""
    locale: str = "en"
    """The language of what is posted here for everybody."""
    zone: str = "UTC"
    private: bool = False
    watched: bool = False
    """True for rooms that belong to nothing, yet whose messages are kept for context."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by remote room and by subject."""
        found: set[tuple[str, str]] = set()
        found.update(("remote", str(ref)) for ref in self.refs)
        if self.subject is not None:
            found.add(("subject", self.subject))
        return frozenset(found)

    @property
    def ref(self) -> RoomRef | None:
        """The remote room, or None while it does not exist."""
        return None if self.remote is None else RoomRef(network=self.network, id=self.remote)

    @property
    def refs(self) -> tuple[RoomRef, ...]:
        """The remote room and those it has been before."""
        ids = (*self.former, self.remote) if self.remote is not None else self.former
        return tuple(RoomRef(network=self.network, id=id_) for id_ in ids)


class RoomLost(Body, frozen=True, kw_only=True):
    """The server has been put out of a room of ours. What is posted there from now on is not delivered."""

    kind: ClassVar[str] = "room.lost"

    room: str
    subject: str | None = None
    change: Literal["left", "removed", "banned"]
    by: Identity | None = None


class RoomFound(Body, frozen=True, kw_only=True):
    """The server is in a room again that it had been put out of."""

    kind: ClassVar[str] = "room.found"

    room: str
    subject: str | None = None
    by: Identity | None = None


class RoomRebound(Body, frozen=True, kw_only=True):
    """A logical room stands for another remote room now; what was posted stayed behind in the old one."""

    kind: ClassVar[str] = "room.rebound"

    room: str
    subject: str | None = None
    before: RoomRef
    to: RoomRef


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
