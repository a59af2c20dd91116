"""What a swarm is woken up for."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Body


class InvitationExpires(Body, frozen=True, kw_only=True):
    """Time is up for an invitation."""

    kind: ClassVar[str] = "swarm.invitation_expires"

    swarm: str
    invitation: int


class TimeboxEnds(Body, frozen=True, kw_only=True):
    """The time the swarm gave itself is over."""

    kind: ClassVar[str] = "swarm.timebox_ends"

    swarm: str


def invitation_series(swarm: str, invitation: int) -> str:
    """Return the timer series of an invitation."""
    return f"swarm:{swarm}/invitation/{invitation}"


def timebox_series(swarm: str) -> str:
    """Return the timer series of the time box."""
    return f"swarm:{swarm}/timebox"


class RestEnds(Body, frozen=True, kw_only=True):
    """The time a swarm on hold was to wait is over, or its owner is to be reminded that it waits."""

    kind: ClassVar[str] = "swarm.rest_ends"

    swarm: str
    rested: int
    """Which rest: `Swarm.rested`."""


class HandoverDue(Body, frozen=True, kw_only=True):
    """The time has come to offer a swarm to somebody else."""

    kind: ClassVar[str] = "swarm.handover_due"

    swarm: str
    handover: int


class HandoverLapses(Body, frozen=True, kw_only=True):
    """Nobody has taken over what was offered."""

    kind: ClassVar[str] = "swarm.handover_lapses"

    swarm: str
    handover: int


def rest_series(swarm: str) -> str:
    """Return the timer series of a rest."""
    return f"swarm:{swarm}/rest"


def handover_series(swarm: str) -> str:
    """Return the timer series of a handing over: first until it is offered, then until it lapses."""
    return f"swarm:{swarm}/handover"
