"""Smaller things that belong to a swarm: offers of help, the handing over of it, what it took in."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from chatops.core.frozen import Frozen, Instant
from chatops.ports.tickets import Ref

USUAL_STAY = timedelta(days=7)
"""Of a guest for whom nobody named a time."""


class Offer(Frozen, frozen=True, kw_only=True):
    """Somebody outside says that they could help."""

    person: str
    text: str
    at: Instant
    state: Literal["waiting", "taken", "declined"] = "waiting"


class Handover(Frozen, frozen=True, kw_only=True):
    """The owner offers the swarm to somebody, or to a pod. Until one of them accepts, nothing has changed."""

    number: int
    by: str
    wanted: str
    """The selector as typed: `ben`, `pod:apac`."""
    to: tuple[str, ...]
    """Ids of the people who may accept; the first who does has it."""
    why: str = ""
    state: Literal["planned", "offered", "accepted", "declined", "lapsed", "withdrawn", "reassigned"] = "planned"
    """`reassigned`: nobody was asked; the case was given to them in its ticket system."""
    at: Instant
    """When it is, or was, to be offered."""
    lapses_at: Instant | None = None
    seen: tuple[str, ...] = ()
    """Who has opened the packet."""
    declined: tuple[str, ...] = ()
    accepted_by: str | None = None

    @property
    def open(self) -> bool:
        """Whether it may still come to something."""
        return self.state in {"planned", "offered"}

    def waits_for(self, person: str) -> bool:
        """Whether somebody has it before them and has not answered."""
        return self.state == "offered" and person in self.to and person not in self.declined


class Glass(Frozen, frozen=True, kw_only=True):
    """An admin who may look into a private swarm for a time."""

    person: str
    because: str
    until: Instant


class Inside(Frozen, frozen=True, kw_only=True):
    """A guest nobody asked in who is in a room of a swarm until the network has taken them out."""

    person: str
    room: str
    """Its logical name."""
    key: str
    """Of the effect that takes them out."""


class Absorbed(Frozen, frozen=True, kw_only=True):
    """Another swarm that ended in this one."""

    swarm: str
    """Its id."""
    question: str
    case: Ref
    claim: str
    """The name it kept a second swarm on the same question away with; held on until this one ends, then empty."""
