"""Coming back and growing together: a swarm reopened, two swarms that become one. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops.core.frozen import replace
from chatops.core.text import _, to_type
from chatops.errors import Impossible
from chatops.swarm.asking import came
from chatops.swarm.model import Asked, Member, Place, Question, State, Swarm
from chatops.swarm.moves import LEARNER_SEATS, like, spent, wrong_state
from chatops.swarm.parts import Absorbed

REOPENS_FOR = timedelta(days=14)
"""How long after its end a swarm can be reopened."""

REOPENABLE = frozenset({State.RESOLVED, State.CLOSED, State.CANCELLED})


def reopened(swarm: Swarm, because: str, at: datetime, *, places: tuple[Place, ...], by: str = "") -> Swarm:
    """It was not over after all: it goes on with the same people. What was learned stays, and is decided on anew.

    What was thought to solve it counts as tried. Raise Impossible when it is too long ago, or without a reason; `by`
    needs none to take back their own end.
    """
    if swarm.state not in REOPENABLE:
        raise wrong_state(swarm)
    ended = swarm.ended_at or swarm.resolved_at or swarm.opened_at
    if at - ended > REOPENS_FOR:
        raise Impossible(
            _("{swarm} ended more than two weeks ago.", swarm=swarm.name),
            hint=None
            if swarm.has_guests
            else _("Open a new one: {command}", command=to_type(f"swarm open {swarm.case.ref} …")),
            commands=(f"swarm show {swarm.name}",),
        )
    if not because.strip() and not takes_back(swarm, by):
        raise Impossible(_("Say why, so that nobody wonders."), hint=like(f"swarm reopen {swarm.name} because …"))
    tried = [words for words in (swarm.tried, swarm.solution.text if swarm.solution else "") if words]
    return replace(
        swarm,
        state=State.ACTIVE,
        places=places,
        tried="; ".join(tried),
        solution=None,
        resolved_at=None,
        ended_at=None,
        ended_by=None,
        cancelled_because="",
        finish=None,
        ends_at=None,
        time_up=False,
        decision=None,
        earlier=(*swarm.earlier, swarm.decision) if swarm.decision is not None else swarm.earlier,
        # Given back when it ended: somebody else may hold them by now.
        absorbed=tuple(replace(one, claim="") for one in swarm.absorbed),
        reopened=swarm.reopened + 1,
    )


def takes_back(swarm: Swarm, by: str) -> bool:
    """Whether somebody only takes back what they did: they cancelled it themselves."""
    return swarm.state is State.CANCELLED and bool(by) and swarm.ended_by == by


def merged(kept: Swarm, other: Swarm, by: str, at: datetime, *, claim: str) -> tuple[Swarm, Swarm]:
    """Let `other` end in `kept`: people, questions and solution move; return both. Guests stay behind, and learners
    for whom there is no seat.

    `claim`: the name that keeps a second swarm on the other's question away. Raise Impossible.
    """
    for swarm in (kept, other):
        if not swarm.live:
            raise wrong_state(swarm)
    if kept.id == other.id:
        raise Impossible(_("A swarm cannot be merged with itself."), commands=(f"swarm show {kept.name}",))
    if kept.private != other.private:
        raise Impossible(
            _("One of the two is private; together everybody would read it."),
            commands=(f"swarm show {kept.name}", f"swarm show {other.name}"),
        )
    if kept.has_guests:
        raise Impossible(
            _("A guest is in {swarm}, who would read what was said in {other}.", swarm=kept.name, other=other.name),
            hint=_("The other way round guests stay behind."),
            commands=(f"swarm merge {other.name} {kept.name}",),
        )
    for one in other.present:
        if not one.guest and kept.invited(one.person, Asked.SENT):
            kept = came(kept, one.person, at)
    seats = max(LEARNER_SEATS - sum(one.learner for one in kept.present), 0)
    new = [one for one in other.present if not one.guest and kept.member(one.person) is None]
    learners = [one for one in new if one.learner][:seats]
    coming = tuple(
        Member(person=one.person, since=at, learner=one.learner, stays=_stays(kept, one.person))
        for one in new
        if not one.learner or one in learners
    )
    back = {one.person for one in coming}
    dues = [case.due for case in (kept.case, other.case) if case.due is not None]
    boxes = [swarm.ends_at for swarm in (kept, other) if swarm.ends_at is not None and not swarm.time_up]
    first = len(kept.questions)
    after = replace(
        kept,
        state=State.ACTIVE if kept.state is State.REQUESTED and coming else kept.state,
        case=replace(kept.case, due=min(dues) if dues else None),
        ends_at=min(boxes) if boxes else kept.ends_at,
        time_up=kept.time_up and not boxes,
        members=(*(one for one in kept.members if one.person not in back), *coming),
        questions=(*kept.questions, *(_moved(one, first + n) for n, one in enumerate(other.questions, 1))),
        solution=kept.solution or other.solution,
        absorbed=(
            *kept.absorbed,
            *other.absorbed,
            Absorbed(swarm=other.id, question=other.question, case=other.case.ref, claim=claim),
        ),
    )
    end = replace(
        spent(other),
        state=State.MERGED,
        merged_into=kept.id,
        absorbed=(),
        ended_at=at,
        ended_by=by,
        finish=None,
        waiting_for="",
        waits_until=None,
    )
    return after, end


def _stays(swarm: Swarm, person: str) -> int:
    before = next((one for one in swarm.members if one.person == person), None)
    return 1 if before is None else before.stays + 1


def _moved(question: Question, number: int) -> Question:
    return replace(question, number=number)
