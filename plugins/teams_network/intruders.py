"""Those who were turned away at the door: told to the core, so that the audit has them, but never so many as to fill it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from chatops import Clock, Frozen
from chatops.core.message import Identity, TurnedAway

WINDOW = 60.0
"""Seconds in which the same is told once."""

MOST_CLAIMS = 20
"""Claimed identities that are told apart in one window; all further ones count as nobody's."""

_LONGEST_ADDRESS = 100

Claim = tuple[str, Identity | None]


class _Count(Frozen, frozen=True, kw_only=True):
    address: str
    count: int
    at: datetime


class Intruders:
    """Counts. The first of a reason and a claimed identity is told at once, the others together when the window is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: set[Claim] = set()
        self._waiting: dict[Claim, _Count] = {}
        self._began = clock.monotonic()

    def seen(self, reason: str, claimed: Identity | None, address: str) -> None:
        """Somebody was turned away."""
        claim = (reason, claimed)
        if (
            claim not in self._told
            and claim not in self._waiting
            and len(self._told | set(self._waiting)) >= MOST_CLAIMS
        ):
            claim = (reason, None)
        before = self._waiting.get(claim)
        self._waiting[claim] = _Count(
            address=address[:_LONGEST_ADDRESS],
            count=before.count + 1 if before else 1,
            at=self._clock.now(),
        )

    def due(self, *, all_of_it: bool = False) -> Sequence[tuple[str, TurnedAway]]:
        """Return what is to be told now, and take it for told. What cannot be told goes back with `back`."""
        now = self._clock.monotonic()
        if now - self._began >= WINDOW:
            self._began = now
            self._told.clear()
        ready = [claim for claim in self._waiting if all_of_it or claim not in self._told]
        self._told.update(ready)
        return [(f"t/{uuid.uuid4().hex}", _body(claim, self._waiting.pop(claim))) for claim in ready]

    def back(self, told: Sequence[tuple[str, TurnedAway]]) -> None:
        """Count again what could not be told."""
        for _key, body in told:
            claim = (body.reason, body.claimed)
            now = self._waiting.get(claim)
            self._waiting[claim] = _Count(
                address=body.address, count=body.count + (now.count if now else 0), at=now.at if now else body.at
            )


def _body(claim: Claim, count: _Count) -> TurnedAway:
    reason, claimed = claim
    return TurnedAway(claimed=claimed, reason=reason, address=count.address, count=count.count, at=count.at)
