"""Handing a swarm over, in two steps: offered, and only then, perhaps, accepted. Pure.

The old owner stays the owner until the very transition `accepted`, unless the case itself is given to somebody else in its
ticket system (`reassigned`); nothing else here, or anywhere, changes who that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chatops.core.frozen import replace
from chatops.core.text import _
from chatops.errors import Impossible
from chatops.swarm.asking import came
from chatops.swarm.model import Swarm
from chatops.swarm.moves import wrong_state
from chatops.swarm.parts import Handover

STANDS = timedelta(hours=1)
"""How long an offer stands before it lapses."""


def planned(
    swarm: Swarm,
    *,
    by: str,
    to: Sequence[str],
    wanted: str,
    at: datetime,
    now: datetime,
    why: str = "",
    awake: datetime | None = None,
) -> Swarm:
    """Offer the swarm to `to`, now or at a later time. Raise Impossible when nobody is left to offer it to.

    `awake`: when the first of them is, if it is offered now.
    """
    if not swarm.live:
        raise wrong_state(swarm)
    if swarm.handover is not None:
        raise Impossible(
            _("{swarm} is offered to somebody already.", swarm=swarm.name),
            commands=(f"swarm handover {swarm.name} stop", f"swarm show {swarm.name}"),
        )
    people = tuple(one for one in dict.fromkeys(to) if one != swarm.owner)
    if not people:
        raise Impossible(_("{swarm} is theirs already.", swarm=swarm.name), commands=(f"swarm show {swarm.name}",))
    handover = Handover(
        number=len(swarm.handovers) + 1, by=by, wanted=wanted, to=people, why=why.strip(), at=max(at, now)
    )
    swarm = replace(swarm, handovers=(*swarm.handovers, handover))
    return offered(swarm, handover.number, now, awake=awake) if at <= now else swarm


def offered(swarm: Swarm, number: int, now: datetime, *, awake: datetime | None = None) -> Swarm:
    """The time has come to show it to them. Changes nothing when it has been settled.

    `awake`: when the first of them is; nobody can answer in their sleep, so the offer stands an hour from then.
    """
    one = swarm.handover
    if one is None or one.number != number or one.state != "planned" or not swarm.live:
        return swarm
    return with_handover(swarm, replace(one, state="offered", at=now, lapses_at=max(now, awake or now) + STANDS))


def seen(swarm: Swarm, person: str) -> Swarm:
    """Somebody has opened the packet."""
    one = _waiting(swarm, person)
    return swarm if person in one.seen else with_handover(swarm, replace(one, seen=(*one.seen, person)))


def accepted(swarm: Swarm, person: str, now: datetime) -> Swarm:
    """Take it over. Raise Impossible when the packet was not opened."""
    one = _waiting(swarm, person)
    if person not in one.seen:
        raise Impossible(_("Read what is handed over first."), commands=(f"swarm accept {swarm.name}",))
    return _owned(with_handover(swarm, replace(one, state="accepted", accepted_by=person)), person, now)


def reassigned(swarm: Swarm, person: str, *, wanted: str, now: datetime) -> Swarm:
    """Follow the case, which was given to somebody outside: nobody was asked, so nobody has to have read anything.

    What was offered to them has come true; what was offered to others is not offered any more.
    """
    if not swarm.live:
        raise wrong_state(swarm)
    one = swarm.handover
    if one is not None and person in one.to:
        return _owned(with_handover(swarm, replace(one, state="reassigned", accepted_by=person)), person, now)
    if one is not None:
        swarm = with_handover(swarm, replace(one, state="withdrawn"))
    number = len(swarm.handovers) + 1
    passed = Handover(number=number, by="", wanted=wanted, to=(person,), state="reassigned", at=now, accepted_by=person)
    return _owned(replace(swarm, handovers=(*swarm.handovers, passed)), person, now)


def declined(swarm: Swarm, person: str) -> Swarm:
    """Say no. When all have, it is settled and the owner stays."""
    one = _waiting(swarm, person)
    no = (*one.declined, person)
    return with_handover(swarm, replace(one, declined=no, state="declined" if set(one.to) <= set(no) else "offered"))


def lapsed(swarm: Swarm, number: int) -> Swarm:
    """Nobody has answered in time. Changes nothing when it has been settled."""
    one = swarm.handover
    if one is None or one.number != number or one.state != "offered":
        return swarm
    return with_handover(swarm, replace(one, state="lapsed"))


def withdrawn(swarm: Swarm) -> Swarm:
    """The owner keeps it after all. Raise Impossible when it is offered to nobody."""
    one = swarm.handover
    if one is None:
        raise Impossible(_("{swarm} is offered to nobody.", swarm=swarm.name), commands=(f"swarm show {swarm.name}",))
    return with_handover(swarm, replace(one, state="withdrawn"))


def with_handover(swarm: Swarm, one: Handover) -> Swarm:
    """Return the swarm with one handover in its place."""
    return replace(swarm, handovers=tuple(one if other.number == one.number else other for other in swarm.handovers))


def _owned(swarm: Swarm, person: str, now: datetime) -> Swarm:
    if swarm.member(person) is None:
        swarm = came(swarm, person, now)
    members = tuple(
        replace(other, learner=False) if other.person == person and other.left is None else other
        for other in swarm.members
    )
    return replace(swarm, owner=person, members=members)


def _waiting(swarm: Swarm, person: str) -> Handover:
    if not swarm.live:
        raise wrong_state(swarm)
    one = swarm.handover
    if one is None or not one.waits_for(person):
        raise not_offered(swarm)
    return one


def not_offered(swarm: Swarm) -> Impossible:
    """Return the refusal of an answer to what is settled."""
    return Impossible(
        _("{swarm} is not offered to you any more.", swarm=swarm.name), commands=(f"swarm show {swarm.name}",)
    )
