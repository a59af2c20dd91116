"""Transitions of a task: pure functions from a task to the next, or `Impossible` with what would work instead."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops.core.frozen import replace
from chatops.core.text import _, to_type
from chatops.errors import Impossible
from chatops.tasks.model import State, Task

LONGEST = 2000
"""Letters of a task."""

SOONEST_ANSWER = timedelta(minutes=1)
LATEST_ANSWER = timedelta(hours=1)
"""Between these, half of a task's time is left for saying yes."""

STATE_WORDS = {
    State.OPEN: _("not answered yet"),
    State.ACKED: _("accepted"),
    State.IN_PROGRESS: _("in progress"),
    State.DONE: _("done"),
    State.DROPPED: _("dropped"),
}
"""How people read a state."""


def acked(task: Task, at: datetime) -> Task:
    """Its assignee says yes. A second yes changes nothing."""
    _live(task)
    if task.state is not State.OPEN:
        raise Impossible(
            _("You have accepted {task} already.", task=task.name),
            commands=(f"task done {task.name}", f"task show {task.name}"),
        )
    return replace(task, state=State.ACKED, acked_at=at)


def started(task: Task, at: datetime) -> Task:
    """Its assignee is at it; that is a yes as well."""
    _live(task)
    if task.state is State.IN_PROGRESS:
        raise Impossible(_("{task} is in progress already.", task=task.name), commands=(f"task done {task.name}",))
    return replace(task, state=State.IN_PROGRESS, acked_at=task.acked_at or at)


def claimed(task: Task, person: str, at: datetime) -> Task:
    """Somebody of the pod takes it."""
    _live(task)
    if task.assignee is not None:
        raise Impossible(_("{task} is taken already.", task=task.name), commands=(f"task show {task.name}",))
    return replace(task, assignee=person, state=State.ACKED, acked_at=at)


def given(task: Task, person: str) -> Task:
    """Somebody else is to do it, and has to say yes."""
    _live(task)
    if task.assignee == person:
        raise Impossible(_("They have {task} already.", task=task.name), commands=(f"task show {task.name}",))
    return replace(task, assignee=person, state=State.OPEN, acked_at=None)


def finished(task: Task, by: str, at: datetime) -> Task:
    """It is done."""
    _live(task)
    return replace(task, state=State.DONE, ended_at=at, ended_by=by, acked_at=task.acked_at or at)


def dropped(task: Task, by: str, at: datetime, because: str) -> Task:
    """It need not be done."""
    _live(task)
    return replace(task, state=State.DROPPED, ended_at=at, ended_by=by, because=because.strip()[:LONGEST])


def reopened(task: Task) -> Task:
    """It has to be done after all, by whoever had it."""
    if task.live:
        raise Impossible(_("{task} is open.", task=task.name), commands=(f"task show {task.name}",))
    state = State.ACKED if task.acked_at is not None and task.assignee is not None else State.OPEN
    return replace(task, state=state, ended_at=None, ended_by=None, because="", expired_at=None)


def retimed(task: Task, due: datetime, now: datetime) -> Task:
    """It has another time."""
    _live(task)
    if due <= now:
        raise past(_like_due(task))
    return replace(task, due=due, expired_at=None)


def expired(task: Task, at: datetime) -> Task:
    """Its time is over."""
    return replace(task, expired_at=at)


def answer_by(task: Task, now: datetime) -> datetime | None:
    """Return by when its assignee should have said yes; None when nobody has to."""
    if task.state is not State.OPEN or task.assignee is None or task.assignee == task.author:
        return None
    if task.due is None:
        return now + LATEST_ANSWER
    return now + min(max((task.due - now) / 2, SOONEST_ANSWER), LATEST_ANSWER)


def past(example: str) -> Impossible:
    """Return the refusal of a time that is over."""
    return Impossible(_("That time is over."), hint=_("For example: {command}", command=to_type(example)))


def _like_due(task: Task) -> str:
    return f"task due {task.name} in=30m"


def _live(task: Task) -> None:
    if not task.live:
        raise Impossible(
            _("{task} is {state}; that does not work now.", task=task.name, state=STATE_WORDS[task.state]),
            commands=(f"task reopen {task.name}", f"task show {task.name}"),
        )
