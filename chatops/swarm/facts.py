"""What a swarm tells the rest of the house. Ids and words of our own only: nothing people wrote stands in a fact.

A listener that wants more loads the swarm, and is then asked whether its reader may see it.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from chatops.core.frozen import Body, Instant
from chatops.swarm.model import Swarm


class SwarmFact(Body, frozen=True, kw_only=True):
    """Base of all facts about one swarm."""

    swarm: str
    """Its id: `12`; people say `SW-12`."""
    case: str
    """`demo:1001`."""
    owner: str
    """Id of the person who owned it when this happened."""
    private: bool = False
    at: Instant


class SwarmOpened(SwarmFact, frozen=True, kw_only=True):
    """People come together around a case."""

    kind: ClassVar[str] = "swarm.opened"

    person: str
    """Who opened it."""


class SwarmJoined(SwarmFact, frozen=True, kw_only=True):
    """Somebody came in."""

    kind: ClassVar[str] = "swarm.joined"

    person: str
    learner: bool = False
    guest: bool = False


class SwarmLeft(SwarmFact, frozen=True, kw_only=True):
    """Somebody went out, or was let go."""

    kind: ClassVar[str] = "swarm.left"

    person: str
    learner: bool = False
    guest: bool = False


class SwarmHeld(SwarmFact, frozen=True, kw_only=True):
    """It rests until somebody outside has done their part."""

    kind: ClassVar[str] = "swarm.held"

    person: str
    waiting: str = ""
    """For whom: `customer` or `vendor`."""
    until: Instant | None = None
    """When it goes on by itself, if it does."""


class SwarmResumed(SwarmFact, frozen=True, kw_only=True):
    """It goes on."""

    kind: ClassVar[str] = "swarm.resumed"

    person: str
    """Who let it go on; its owner when it did so by itself."""


class SwarmResolved(SwarmFact, frozen=True, kw_only=True):
    """The problem is gone."""

    kind: ClassVar[str] = "swarm.resolved"

    person: str
    cause: str = ""
    """Root-cause tag."""
    seconds: int = 0
    """From opening to here, wall clock."""


class SwarmClosed(SwarmFact, frozen=True, kw_only=True):
    """Put away, with the knowledge decision."""

    kind: ClassVar[str] = "swarm.closed"

    person: str
    article: str
    """`linked`, `draft` or `none`."""
    helpers: tuple[str, ...] = ()
    """Who helped: everybody who was in it but the owner, learners left out."""
    seconds: int = 0


class SwarmCancelled(SwarmFact, frozen=True, kw_only=True):
    """It ended without a solution."""

    kind: ClassVar[str] = "swarm.cancelled"

    person: str
    seconds: int = 0


class SwarmReopened(SwarmFact, frozen=True, kw_only=True):
    """It was not over after all."""

    kind: ClassVar[str] = "swarm.reopened"

    person: str


class SwarmMerged(SwarmFact, frozen=True, kw_only=True):
    """It ended in another swarm."""

    kind: ClassVar[str] = "swarm.merged"

    person: str
    into: str
    """Id of the swarm that goes on."""


class HandoverAccepted(SwarmFact, frozen=True, kw_only=True):
    """Somebody else owns it now: `owner` is the new one."""

    kind: ClassVar[str] = "swarm.handover_accepted"

    previous: str


class KudosGiven(Body, frozen=True, kw_only=True):
    """Somebody thanked somebody else by name."""

    kind: ClassVar[str] = "swarm.kudos_given"

    person: str
    """Who is thanked."""
    by: str
    swarm: str = ""
    """Id of the swarm it was for; empty when it was for something else."""
    private: bool = False
    at: Instant


FACTS: tuple[type[Body], ...] = (
    SwarmOpened,
    SwarmJoined,
    SwarmLeft,
    SwarmHeld,
    SwarmResumed,
    SwarmResolved,
    SwarmClosed,
    SwarmCancelled,
    SwarmReopened,
    SwarmMerged,
    HandoverAccepted,
    KudosGiven,
)


def helpers(swarm: Swarm) -> tuple[str, ...]:
    """Return who helped: everybody who was ever in it but the owner, learners left out."""
    return tuple(one.person for one in swarm.members if one.person != swarm.owner and not one.learner)


def seconds_since_opening(swarm: Swarm, at: datetime) -> int:
    """Return how long it took from the opening until `at`, wall clock."""
    return max(int((at - swarm.opened_at).total_seconds()), 0)
