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
