"""Swarms in every state, and whoever may be asked into them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chatops.ports.tickets import Ref
from chatops.swarm import moves
from chatops.swarm.asking import Candidate, Look, accepted, called
from chatops.swarm.consequences import main_place
from chatops.swarm.model import Case, Decision, State, Swarm, main_room

AT = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
CASE = Case(ref=Ref(system="fake", kind="ticket", id="1001"), subject="Card charged twice", customer="Muster GmbH")


def look(**people: Candidate) -> Look:
    """Return a look at people; those not named are free and awake."""
    return lambda id_: people.get(id_, Candidate(person=id_))


def fresh(*, private: bool = False) -> Swarm:
    """Return a swarm just opened by its owner, olga."""
    return moves.opened(
        "12",
        moves.Request(case=CASE, question="refund loops", tried="restarted", private=private),
        owner="olga",
        by="olga",
        at=AT,
        place=main_place(main_room("12")),
        origin="remote:console:lobby",
    )


def asked(*people: str, swarm: Swarm | None = None, ask: int = 1, wait: int = 180) -> Swarm:
    """Return a swarm that looks for one helper among `people`."""
    return called(
        swarm or fresh(), by="olga", wanted="skill:x", candidates=people, look=look(), at=AT, ask=ask, wait=wait
    )


def in_state(state: State) -> Swarm:
    """Return a swarm in that state, reached by the ordinary way; jan is in it from `active` on."""
    if state is State.REQUESTED:
        return fresh()
    active = accepted(asked("jan"), "jan", AT)
    if state is State.ACTIVE:
        return active
    if state is State.ON_HOLD:
        return moves.held(active, "customer")
    if state is State.CANCELLED:
        return moves.cancelled(active, "olga", "by phone", AT)
    resolved = moves.resolved(active, "olga", "released the lock", AT + timedelta(minutes=42))
    if state is State.RESOLVED:
        return resolved
    decision = Decision(article="none", words="typing mistake", by="olga", at=AT + timedelta(minutes=43))
    return moves.closed(resolved, decision)


STATES = (State.REQUESTED, State.ACTIVE, State.ON_HOLD, State.RESOLVED, State.CLOSED, State.CANCELLED)
