"""What has to happen next in a swarm, and by when."""

from __future__ import annotations

from chatops.core.text import Moment, Text, _, _n, said, to_type
from chatops.swarm.model import Asked, State, Swarm
from chatops.swarm.parts import Handover
from chatops.swarm.wording import Names, dotted, short


def next_line(swarm: Swarm, names: Names) -> Text:
    """Return what has to happen next, and by when."""
    return dotted(_step(swarm, names), clock(swarm))


def _step(swarm: Swarm, names: Names) -> Text | None:
    if not swarm.live:
        return _("close it: what becomes of what you learned?") if swarm.state is State.RESOLVED else None
    if swarm.state is State.ON_HOLD:
        whom = _("waiting for the customer") if swarm.waiting_for == "customer" else _("waiting for a vendor")
        if swarm.waits_until is None:
            return whom
        return dotted(whom, _("until {time}", time=Moment(at=swarm.waits_until, style="datetime")))
    return _pending(swarm, names) or _work(swarm, names)


def _pending(swarm: Swarm, names: Names) -> Text | None:
    if swarm.handover is not None:
        return _passing(swarm, swarm.handover, names)
    offers = sum(one.state == "waiting" for one in swarm.offers)
    if offers:
        return _n(
            "{owner} answers {count} offer of help",
            "{owner} answers {count} offers of help",
            offers,
            owner=names(swarm.owner),
        )
    if swarm.finish is not None:
        return _("{who}: send the reply and finish", who=names(swarm.finish.by))
    return question_line(swarm)


def _passing(swarm: Swarm, one: Handover, names: Names) -> Text:
    if one.state == "planned":
        time = Moment(at=one.at, style="datetime")
        return _(
            "{owner} hands it over to {wanted} at {time}", owner=names(swarm.owner), wanted=said(one.wanted), time=time
        )
    return _("offered to {wanted}; {owner} owns it until then", owner=names(swarm.owner), wanted=said(one.wanted))


def _work(swarm: Swarm, names: Names) -> Text:
    if swarm.solution is not None:
        return _(
            "{who}: finish, if “{solution}” is it",
            who=names(swarm.owner),
            solution=said(short(swarm.solution.text, 50)),
        )
    waiting = [one for one in swarm.invitations if one.state is Asked.SENT and one.expires_at is not None]
    if waiting:
        soonest = min(waiting, key=lambda one: one.expires_at or swarm.opened_at)
        return _(
            "{who} answers by {time}",
            who=names(soonest.person),
            time=Moment(at=soonest.expires_at or swarm.opened_at),
        )
    if swarm.state is State.REQUESTED:
        return _("ask somebody: {command}", command=to_type("swarm invite …"))
    return _("find the solution: {command}", command=to_type("swarm solution …"))


def question_line(swarm: Swarm) -> Text | None:
    """Return the question that waits, a blocking one before the oldest, and how many more there are."""
    waiting = sorted(swarm.open_questions, key=lambda question: (not question.blocking, question.number))
    if not waiting:
        return None
    first = waiting[0]
    line = _(
        "answer {number}, open since {time}: {question}",
        number=f"Q{first.number}",
        time=Moment(at=first.at),
        question=said(short(first.text, 50)),
    )
    more = len(waiting) - 1
    return line if not more else dotted(line, _n("{count} more question", "{count} more questions", more))


def clock(swarm: Swarm, *, guest: bool = False) -> Text | None:
    """Return when the time box or the case's clock runs out, whichever is first; guests know no case."""
    if not swarm.live:
        return None
    box, due = swarm.ends_at, None if guest else swarm.case.due
    if box is not None and swarm.time_up:
        return _("time box over since {time}", time=Moment(at=box))
    if box is not None and (due is None or box <= due):
        return _("time box until {time}", time=Moment(at=box))
    return None if due is None else _("case due by {time}", time=Moment(at=due, style="datetime"))
