"""What is always true of a swarm, whatever happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from chatops.swarm.model import OVER, Asked, State, Swarm
from chatops.swarm.moves import LEARNER_SEATS


def invariants(swarm: Swarm) -> list[str]:
    """Return what is broken, in plain English; nothing when all is well."""
    return [*_people(swarm), *_invitations(swarm), *_ending(swarm), *_passing(swarm)]


def _people(swarm: Swarm) -> Iterator[str]:
    present = Counter(member.person for member in swarm.members)
    if any(count > 1 for count in present.values()):
        yield "somebody is listed twice"
    if not swarm.owner:
        yield "I2: there is no owner"
    owner = swarm.member(swarm.owner)
    if owner is None:
        yield "I2: the owner is not in the swarm"
    elif owner.guest:
        yield "I2: a guest owns the swarm"


def _invitations(swarm: Swarm) -> Iterator[str]:
    numbers = [one.number for one in swarm.invitations]
    if len(set(numbers)) != len(numbers):
        yield "two invitations have one number"
    calls = {call.number: call for call in swarm.calls}
    waiting = Counter(one.call for one in swarm.invitations if one.state is Asked.SENT)
    for one in swarm.invitations:
        call = calls[one.call]
        if one.quiet and not call.page:
            yield f"I4: {one.person} was asked in quiet hours without a page"
        if one.state is Asked.SENT and swarm.member(one.person):
            yield f"{one.person} is in the swarm and still asked"
        if one.state is Asked.SENT and call.filled_by is not None:
            yield f"{one.person} waits for a place that is taken"
    for number, count in waiting.items():
        if count > calls[number].ask:
            yield f"call {number} asks {count} people at once"
    accepted = [one for one in swarm.invitations if one.state in {Asked.ACCEPTED, Asked.JOINED}]
    if any(swarm.member(one.person) is None for one in accepted):
        yield "somebody accepted and is not in the swarm"
    if any(call.candidates and not waiting[call.number] for call in swarm.calls if not swarm.over):
        yield "candidates are left, and nobody is asked"


def _passing(swarm: Swarm) -> Iterator[str]:
    if sum(one.open for one in swarm.handovers) > 1:
        yield "it is offered to two at once"
    if not swarm.live and any(one.open for one in swarm.handovers):
        yield "it is offered although nobody works on it any more"
    taken = [one.accepted_by for one in swarm.handovers if one.state in {"accepted", "reassigned"}]
    if taken and swarm.owner != taken[-1]:
        yield "I2: who accepted it last does not own it"
    for one in swarm.handovers:
        if one.state == "accepted" and one.accepted_by not in one.seen:
            yield "somebody took over without opening the packet"
    if sum(member.learner for member in swarm.present) > LEARNER_SEATS:
        yield "there are more learners than seats"


def _ending(swarm: Swarm) -> Iterator[str]:
    if not swarm.live and any(one.state in {Asked.SENT, Asked.SUGGESTED} for one in swarm.invitations):
        yield "an invitation is open in a swarm where nobody works any more"
    if swarm.state in {State.RESOLVED, State.CLOSED} and swarm.solution is None:
        yield "it is resolved without a solution"
    if swarm.state is State.CLOSED and swarm.decision is None:
        yield "it is closed without a knowledge decision"
    if swarm.state is State.CANCELLED and not swarm.cancelled_because:
        yield "it is cancelled without a reason"
    if (swarm.state in OVER) != (swarm.ended_at is not None):
        yield "its end and its state disagree"
    if (swarm.state is State.MERGED) != (swarm.merged_into is not None):
        yield "it is merged into nothing"
    if swarm.waits_until is not None and swarm.state is not State.ON_HOLD:
        yield "it waits for a time and does not rest"
    if swarm.state is State.ON_HOLD and not swarm.waiting_for:
        yield "it is on hold for nothing"
