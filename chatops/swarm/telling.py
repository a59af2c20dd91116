"""What the rest of the house hears of a swarm: told by how it changed, once for each change."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.unit import Unit
from chatops.engine.ticket_events import CasePassed, case_lane
from chatops.swarm.facts import (
    HandoverAccepted,
    SwarmCancelled,
    SwarmClosed,
    SwarmHeld,
    SwarmJoined,
    SwarmLeft,
    SwarmMerged,
    SwarmOpened,
    SwarmReopened,
    SwarmResolved,
    SwarmResumed,
    seconds_since_opening,
)
from chatops.swarm.model import State, Swarm


def tell(unit: Unit, before: Swarm, after: Swarm, *, new: bool, by: str) -> None:
    """Emit the facts that tell `after` from `before`. `by`: id of the person who made the change."""
    case = str(after.case.ref)

    def fact(kind: type, **more: object) -> None:
        unit.emit(kind(swarm=after.id, case=case, owner=after.owner, private=after.private, at=unit.now, **more))

    if new:
        fact(SwarmOpened, person=after.opened_by)
    _people(fact, before, after)
    if after.state is State.ON_HOLD and before.rested != after.rested:
        fact(SwarmHeld, person=by, waiting=after.waiting_for, until=after.waits_until)
    if before.state is State.ON_HOLD and after.state in {State.REQUESTED, State.ACTIVE}:
        fact(SwarmResumed, person=by)
    if after.owner != before.owner:
        fact(HandoverAccepted, previous=before.owner)
        passed = CasePassed(ticket=after.case.ref, person=after.owner, previous=before.owner)
        unit.emit(passed, lane=case_lane(after.case.ref))
    if before.live and after.resolved_at is not None and after.resolved_at != before.resolved_at:
        took = seconds_since_opening(after, after.resolved_at)
        fact(SwarmResolved, person=by, cause=after.cause, seconds=took)
    if after.state is State.CLOSED and before.state is not State.CLOSED and after.decision is not None:
        fact(
            SwarmClosed,
            person=by,
            article=after.decision.article,
            helpers=tuple(member.person for member in after.helpers),
            seconds=seconds_since_opening(after, unit.now),
        )
    if after.state is State.CANCELLED and before.state is not State.CANCELLED:
        fact(SwarmCancelled, person=by, seconds=seconds_since_opening(after, unit.now))
    if after.reopened != before.reopened:
        fact(SwarmReopened, person=by)
    if after.state is State.MERGED and before.state is not State.MERGED:
        fact(SwarmMerged, person=by, into=after.merged_into or "")


def _people(fact: Callable[..., None], before: Swarm, after: Swarm) -> None:
    """Tell who came and who went."""
    was, stay = ({member.person for member in swarm.present} for swarm in (before, after))
    for member in after.present:
        if member.person not in was:
            fact(SwarmJoined, person=member.person, learner=member.learner, guest=member.guest)
    for member in before.present:
        if member.person not in stay:
            fact(SwarmLeft, person=member.person, learner=member.learner, guest=member.guest)
