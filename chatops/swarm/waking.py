"""The timers of a swarm, armed and forgotten by how it changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops.core.effects import Timer
from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.swarm.clocks import (
    HandoverDue,
    HandoverLapses,
    RestEnds,
    TimeboxEnds,
    handover_series,
    rest_series,
    timebox_series,
)
from chatops.swarm.model import State, Swarm, lane

REMIND = timedelta(hours=24)
"""How long a swarm rests without a stated end before its owner is asked whether it still has to."""


def wake(unit: Unit, before: Swarm, after: Swarm) -> None:
    """Arm what `after` waits for, forget what it no longer does."""
    if before.live and not after.live:
        unit.disarm(timebox_series(after.id))
    elif after.live and after.ends_at != before.ends_at and after.ends_at is not None:
        _arm(unit, after, timebox_series(after.id), TimeboxEnds(swarm=after.id), after.ends_at)
    _rest(unit, before, after)
    _handover(unit, before, after)


def _rest(unit: Unit, before: Swarm, after: Swarm) -> None:
    resting = after.state is State.ON_HOLD
    if resting and (after.rested != before.rested or after.waits_until != before.waits_until):
        body = RestEnds(swarm=after.id, rested=after.rested)
        _arm(unit, after, rest_series(after.id), body, after.waits_until or unit.now + REMIND)
    elif not resting and before.state is State.ON_HOLD:
        unit.disarm(rest_series(after.id))


def _handover(unit: Unit, before: Swarm, after: Swarm) -> None:
    one, was = after.handover, before.handover
    if one == was:
        return
    series = handover_series(after.id)
    if one is None:
        unit.disarm(series)
    elif one.state == "planned":
        _arm(unit, after, series, HandoverDue(swarm=after.id, handover=one.number), one.at)
    elif (was is None or was.state == "planned") and one.lapses_at is not None:
        _arm(unit, after, series, HandoverLapses(swarm=after.id, handover=one.number), one.lapses_at)


def _arm(unit: Unit, swarm: Swarm, series: str, body: Body, due: datetime) -> None:
    unit.arm(Timer(series=series, lane=lane(swarm.id), body=body, due=due.isoformat()))
