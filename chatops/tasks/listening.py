"""What a task hears: that nobody said yes, and that its time is over. What is over is told in one place, many in one go."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.rooms import direct_target
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.tasks.cards import overdue_said, short
from chatops.tasks.clocks import TaskDue, TaskUnanswered
from chatops.tasks.desk import Owned, TaskDesk, subject_of
from chatops.tasks.following import Following
from chatops.tasks.model import State, Task
from chatops.tasks.moves import expired

TOGETHER = timedelta(minutes=15)
"""Tasks whose time is over within this are told of together."""


class TaskListeners:
    """Reacts to time. What is late, or about a task that has ended, changes nothing."""

    def __init__(self, directory: Directory) -> None:
        self._desk = TaskDesk(directory)
        self._follow = Following(self._desk)

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="task.due", of=TaskDue, handle=self.due),
            Listener(name="task.unanswered", of=TaskUnanswered, handle=self.unanswered),
        )

    async def unanswered(self, unit: Unit, body: TaskUnanswered) -> None:
        """Ask once more."""
        task = await unit.get(Task, body.task)
        if task is not None and task.state is State.OPEN:
            self._follow.remind(unit, task)

    async def due(self, unit: Unit, body: TaskDue) -> None:
        """Tell whoever does it, whoever gave it, and whoever sees through what it belongs to."""
        before = await unit.get(Task, body.task)
        if before is None or not before.live or before.due is None or before.due > unit.now:
            return
        task = await self._follow.follow(unit, before, expired(before, unit.now))
        subject = await subject_of(unit, task.subject)
        if subject is not None:
            words = _("The time for {task} is over: {text}", task=task.name, text=said(short(task.text)))
            unit.note(subject, words, tag="task")
        owner = subject.owner if isinstance(subject, Owned) else None
        for person in dict.fromkeys((task.assignee, task.author, owner)):
            if person is not None:
                await self._tell(unit, task, person)

    async def _tell(self, unit: Unit, task: Task, person: str) -> None:
        overdue = [one for one in await self._theirs(unit, task, person) if _just(one, unit)]
        overdue.sort(key=lambda one: (one.expired_at or unit.now, int(one.id)))
        slot = f"task:{overdue[0].id}/overdue"
        card = overdue_said(overdue, self._desk.name)
        unit.post(direct_target(person), card, slot=slot, notify=(person,), resurface=True)

    async def _theirs(self, unit: Unit, task: Task, person: str) -> list[Task]:
        """Return the tasks that somebody is told of, this one among them as it is now."""
        found = [*await unit.glance(Task, assignee=person), *await unit.glance(Task, author=person)]
        subject = await subject_of(unit, task.subject)
        if task.subject is not None and isinstance(subject, Owned) and subject.owner == person:
            found += await unit.glance(Task, subject=task.subject)
        return list({**{one.id: one for one in found}, task.id: task}.values())


def _just(task: Task, unit: Unit) -> bool:
    return task.live and task.expired_at is not None and unit.now - task.expired_at < TOGETHER
