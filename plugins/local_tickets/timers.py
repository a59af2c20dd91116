"""SLA clocks: they run while it is our turn and stand still while the customer's answer is awaited. All pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops import replace
from chatops.ports.tickets import Clock, Priority, Status
from local_tickets.documents import PlanDoc, TimerDoc

NAMES = {"first_response": "First response", "resolution": "Resolution"}


def begun(plan: PlanDoc, priority: Priority, at: datetime) -> tuple[TimerDoc, ...]:
    """Return the clocks of a new case."""
    targets = {"first_response": plan.first_response, "resolution": plan.resolution}
    return tuple(
        TimerDoc(name=name, target=targets[name][priority], since=at)
        for name in ("first_response", "resolution")
        if priority in targets[name]
    )


def answered(timers: tuple[TimerDoc, ...], at: datetime) -> tuple[TimerDoc, ...]:
    """Return the clocks once the customer has been answered."""
    return tuple(_stopped(timer, at) if timer.name == "first_response" else timer for timer in timers)


def turned(timers: tuple[TimerDoc, ...], status: Status, at: datetime) -> tuple[TimerDoc, ...]:
    """Return the clocks after the status changed to `status`."""
    if status in {Status.RESOLVED, Status.CLOSED}:
        return tuple(_stopped(timer, at) for timer in timers)
    if status is Status.WAITING:
        return tuple(timer if timer.stopped else _paused(timer, at) for timer in timers)
    # Reopened: the resolution goes on where it stood; the first response has been given.
    return tuple(timer if timer.stopped and timer.name == "first_response" else _running(timer, at) for timer in timers)


def aimed(timers: tuple[TimerDoc, ...], plan: PlanDoc, priority: Priority) -> tuple[TimerDoc, ...]:
    """Return the clocks with the targets of another priority; time spent stays spent."""
    targets = {"first_response": plan.first_response, "resolution": plan.resolution}
    return tuple(
        timer if timer.stopped else replace(timer, target=targets[timer.name].get(priority, timer.target))
        for timer in timers
    )


def shown(timer: TimerDoc, now: datetime) -> Clock:
    """Return a clock as the port shows it."""
    name = NAMES[timer.name]
    late = _spent(timer, now) > timer.target
    if timer.stopped:
        return Clock(name=name, goal=timer.name, state="breached" if late else "met")
    if timer.since is None:
        return Clock(name=name, goal=timer.name, state="breached" if late else "paused")
    due = timer.since + timedelta(seconds=timer.target - timer.spent)
    return Clock(name=name, goal=timer.name, state="breached" if late else "running", due=due)


def next_due(timers: tuple[TimerDoc, ...], now: datetime) -> datetime | None:
    """Return when the first running clock runs out, or ran out."""
    return min((clock.due for timer in timers if (clock := shown(timer, now)).due is not None), default=None)


def _spent(timer: TimerDoc, now: datetime) -> int:
    return timer.spent + (int((now - timer.since).total_seconds()) if timer.since else 0)


def _paused(timer: TimerDoc, at: datetime) -> TimerDoc:
    return replace(timer, spent=_spent(timer, at), since=None)


def _running(timer: TimerDoc, at: datetime) -> TimerDoc:
    return timer if timer.since else replace(timer, since=at, stopped=False)


def _stopped(timer: TimerDoc, at: datetime) -> TimerDoc:
    return replace(_paused(timer, at), stopped=True)
