"""Asking people into a swarm: the best are asked at once, the first to accept comes, then the next are tried. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chatops.core.frozen import Frozen, Instant, replace
from chatops.core.text import Moment, Text, _
from chatops.errors import Impossible
from chatops.swarm.model import COUNTS_AS_ASKED, Asked, Call, Invitation, Skip, Swarm
from chatops.swarm.moves import joined, wrong_state

SOONEST = timedelta(minutes=1)
"""Nobody is given less than this to answer because a clock runs out."""


class Candidate(Frozen, frozen=True, kw_only=True):
    """What decides whether somebody may be asked now."""

    person: str
    guest: bool = False
    named_as_guest: bool = False
    load: int = 0
    """Swarms they are in at present."""
    max_load: int = 3
    quiet: bool = False
    away_until: Instant | None = None
    """When they are back, while they are away: then not even a page is for them."""
    local_time: str = ""
    """`23:40`, where they are."""


Look = Callable[[str], Candidate]
"""Looks somebody up by id."""


def hindrance(swarm: Swarm, candidate: Candidate, *, page: bool) -> Text | None:
    """Return why somebody is not asked, or None when they may be."""
    if swarm.member(candidate.person):
        return _("is here already")
    if swarm.invited(candidate.person, *COUNTS_AS_ASKED):
        return _("was asked before")
    if candidate.guest and not candidate.named_as_guest:
        return _("is a guest; write guest: before the name")
    return _rest(candidate, page=page)


def _rest(candidate: Candidate, *, page: bool) -> Text | None:
    """Return why somebody has to be left alone now; a page disturbs quiet hours, but nobody who is away."""
    if candidate.away_until is not None:
        return _("away until {time}", time=Moment(at=candidate.away_until, style="datetime"))
    if candidate.load >= candidate.max_load:
        return _("is busy with other swarms")
    if candidate.quiet and not page:
        return _("{time} there, in quiet hours", time=candidate.local_time)
    return None


def called(
    swarm: Swarm,
    *,
    by: str,
    wanted: str,
    candidates: tuple[str, ...],
    look: Look,
    at: datetime,
    why: str = "",
    ask: int = 1,
    wait: int,
    page: bool = False,
) -> Swarm:
    """Look for one helper among `candidates` (best first): ask the first `ask` of those who may be asked."""
    if not swarm.live:
        raise wrong_state(swarm)
    call = Call(
        number=len(swarm.calls) + 1,
        by=by,
        wanted=wanted,
        why=why.strip(),
        ask=max(ask, 1),
        wait=wait,
        page=page,
        candidates=tuple(dict.fromkeys(candidates)),
    )
    return _tried(replace(swarm, calls=(*swarm.calls, call)), call.number, look, at)


def suggested(swarm: Swarm, person: str, *, by: str, why: str, guest: bool = False) -> Swarm:
    """Put somebody forward whom only the owner can ask. Doing so twice is harmless."""
    if not swarm.live:
        raise wrong_state(swarm)
    if swarm.invited(person, Asked.SUGGESTED):
        return swarm
    call = Call(number=len(swarm.calls) + 1, by=by, wanted=person, why=why.strip(), wait=0)
    one = Invitation(number=_next(swarm), call=call.number, person=person, state=Asked.SUGGESTED, guest=guest)
    return replace(swarm, calls=(*swarm.calls, call), invitations=(*swarm.invitations, one))


def accepted(swarm: Swarm, person: str, at: datetime) -> Swarm:
    """Say yes. The others asked by the same call are let off; who comes too late is told so."""
    if not swarm.live:
        raise wrong_state(swarm)
    one = swarm.invited(person, Asked.SENT)
    if one is None:
        raise _too_late(swarm, person)
    swarm = joined(swarm, person, at, guest=one.guest)
    states = {
        other.number: Asked.WITHDRAWN
        for other in swarm.invitations
        if other.call == one.call and other.state is Asked.SENT
    }
    states.update(
        {
            other.number: Asked.ACCEPTED
            for other in swarm.invitations
            if other.person == person and other.state is Asked.SENT
        }
    )
    filled = {one.call} | {
        other.call for other in swarm.invitations if other.person == person and other.state is Asked.SENT
    }
    return replace(
        _with(swarm, states),
        calls=tuple(
            replace(call, filled_by=call.filled_by or person, candidates=()) if call.number in filled else call
            for call in swarm.calls
        ),
    )


def came(swarm: Swarm, person: str, at: datetime, *, learner: bool = False, guest: bool = False) -> Swarm:
    """Take somebody in who comes by themselves. An invitation that waits for them counts as accepted."""
    if swarm.live and swarm.invited(person, Asked.SENT):
        return accepted(swarm, person, at)
    return joined(swarm, person, at, learner=learner, guest=guest)


def arrived(swarm: Swarm, person: str) -> Swarm:
    """The room has let them in."""
    return _with(
        swarm,
        {one.number: Asked.JOINED for one in swarm.invitations if one.person == person and one.state is Asked.ACCEPTED},
    )


def declined(swarm: Swarm, person: str, reason: str, look: Look, at: datetime) -> Swarm:
    """Say no; the next candidate is asked."""
    one = swarm.invited(person, Asked.SENT)
    if one is None:
        raise _too_late(swarm, person)
    swarm = replace(
        swarm,
        invitations=tuple(
            replace(other, state=Asked.DECLINED, reason=reason) if other.number == one.number else other
            for other in swarm.invitations
        ),
    )
    return _tried(swarm, one.call, look, at)


def expired(swarm: Swarm, number: int, look: Look, at: datetime) -> Swarm:
    """Time is up for an invitation; the next candidate is asked. Changes nothing when it has been answered."""
    one = next((one for one in swarm.invitations if one.number == number), None)
    if one is None or one.state is not Asked.SENT:
        return swarm
    return _tried(_with(swarm, {number: Asked.EXPIRED}), one.call, look, at)


def _tried(swarm: Swarm, number: int, look: Look, at: datetime) -> Swarm:
    """Ask candidates of a call until as many are waiting as it wants, or nobody is left."""
    call = next(call for call in swarm.calls if call.number == number)
    if not swarm.live or call.filled_by is not None:
        return swarm
    waiting = sum(one.call == number and one.state is Asked.SENT for one in swarm.invitations)
    rest, skipped, sent = list(call.candidates), list(call.skipped), list(swarm.invitations)
    while rest and waiting < call.ask:
        candidate = look(rest.pop(0))
        why_not = hindrance(swarm, candidate, page=call.page)
        if why_not is not None:
            awake = hindrance(swarm, candidate, page=True)
            named = hindrance(swarm, replace(candidate, named_as_guest=True), page=call.page)
            skipped.append(Skip(person=candidate.person, reason=why_not, asleep=awake is None, as_guest=named is None))
            continue
        sent = [one for one in sent if not (one.person == candidate.person and one.state is Asked.SUGGESTED)]
        sent.append(
            Invitation(
                number=_next(swarm),
                call=number,
                person=candidate.person,
                state=Asked.SENT,
                sent_at=at,
                expires_at=_until(swarm, call, at),
                quiet=candidate.quiet,
                guest=candidate.guest,
            )
        )
        swarm = replace(swarm, invitations=tuple(sent))
        waiting += 1
    call = replace(call, candidates=tuple(rest), skipped=tuple(skipped), exhausted=waiting == 0)
    return replace(swarm, calls=tuple(call if other.number == number else other for other in swarm.calls))


def _until(swarm: Swarm, call: Call, at: datetime) -> datetime:
    """Return when an invitation sent now expires: never later than the swarm's clocks, as long as they leave a minute."""
    clocks = [clock for clock in (swarm.ends_at, swarm.case.due) if clock is not None and clock >= at + SOONEST]
    return min([at + timedelta(seconds=call.wait), *clocks])


def _next(swarm: Swarm) -> int:
    return max((one.number for one in swarm.invitations), default=0) + 1


def _with(swarm: Swarm, states: dict[int, Asked]) -> Swarm:
    return replace(
        swarm,
        invitations=tuple(
            replace(one, state=states[one.number]) if one.number in states else one for one in swarm.invitations
        ),
    )


def _too_late(swarm: Swarm, person: str) -> Impossible:
    join = (f"swarm join {swarm.name}",)
    if swarm.member(person):
        return Impossible(_("You are in {swarm} already.", swarm=swarm.name))
    last = swarm.invited(person)
    if last is None or last.state is Asked.SUGGESTED:
        return Impossible(_("Nobody has asked you into {swarm} yet.", swarm=swarm.name), commands=join)
    if last.state is Asked.WITHDRAWN and not swarm.live:
        return wrong_state(swarm)
    if last.state is Asked.WITHDRAWN:
        return Impossible(
            _("Somebody else was quicker. You are still welcome in {swarm}.", swarm=swarm.name), commands=join
        )
    return Impossible(_("Your invitation to {swarm} is no longer open.", swarm=swarm.name), commands=join)
