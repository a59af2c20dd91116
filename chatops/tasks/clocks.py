"""What a task is woken up for, and what it tells the rest of the house."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Body


class TaskDue(Body, frozen=True, kw_only=True):
    """The time for a task is over."""

    kind: ClassVar[str] = "task.due"

    task: str


class TaskUnanswered(Body, frozen=True, kw_only=True):
    """Whoever is to do a task should have said yes by now."""

    kind: ClassVar[str] = "task.unanswered"

    task: str


class TaskChanged(Body, frozen=True, kw_only=True):
    """A task that belongs to something was given, done, dropped or taken up again. Ids only: a listener loads the task."""

    kind: ClassVar[str] = "task.changed"

    task: str
    subject: str
    """`swarm:12`."""
    what: Literal["given", "done", "dropped", "reopened"]
    by: str
    """Id of the person."""
    noted: bool = False
    """The ticket is to hear of it."""
    words: str = ""
    """The task in its author's words, where the ticket is to hear of it."""
    assignee: str | None = None
    pod: str = ""
    turn: int = 0
    """Number of the event, so that what happens twice is told twice."""
