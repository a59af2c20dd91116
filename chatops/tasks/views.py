"""Looking at tasks: show, list, mine, and what of them stands in `me`."""

from __future__ import annotations

from datetime import datetime

from chatops.core.message import Card, Person
from chatops.core.params import Selector
from chatops.core.text import Text, _, _n, to_type
from chatops.core.unit import Unit
from chatops.errors import NotAllowed
from chatops.hookspecs import Section
from chatops.tasks.cards import list_card, task_card, task_line
from chatops.tasks.desk import MEMBERS, TaskDesk, Visited, bound_room, is_guest, seen, subject_of
from chatops.tasks.model import State, Task

LIMIT = 200


class TaskViews:
    """Shows tasks; changes nothing."""

    def __init__(self, desk: TaskDesk) -> None:
        self._desk = desk

    async def show(self, unit: Unit, id: str) -> None:
        """Show a task's card."""
        task = await self._desk.task(unit, id)
        if not task.private and not is_guest(unit.actor):
            unit.require(task, "staff")
        elif task.concerns(unit.actor):
            unit.require(task, "assignee | author | offered")
        unit.answer(task_card(task, self._desk.name), private=await self._alone(unit, task.private))

    async def listed(self, unit: Unit, which: str, pod: str) -> None:
        """List tasks: of what the room belongs to, of a pod, or of everybody the asker shares one with."""
        room = bound_room(unit)
        subject = await subject_of(unit, room.subject if room is not None else None)
        if pod:
            if not is_guest(unit.actor):  # who learn no names of pods
                self._desk.pod(Selector(kind="pod", value=pod))  # an empty list would hide a slip in the name
            pod = self._desk.pod_id(pod)
            found = await unit.glance(Task, limit=LIMIT, pod=pod)
            title = _("Tasks of {pod}", pod=pod)
        elif room is not None and room.subject is not None and subject is not None:
            seen(unit, subject)
            unit.require(subject, f"{MEMBERS} | viewer")
            found = await unit.glance(Task, limit=LIMIT, subject=room.subject)
            title = _n("{count} task", "{count} tasks", len(found))
        else:
            found = await self._own(unit)
            title = _("Tasks you have or gave")
        if is_guest(unit.actor):
            unit.require(subject, f"{MEMBERS} | viewer") if subject is not None else _refuse()
        shown = [task for task in found if (which == "all" or task.live) and await self._desk.visible(unit, task)]
        private = await self._alone(unit, any(task.private for task in shown) and subject is None)
        if not shown:
            unit.answer(_none(), private=private)
            return
        if pod == "" and room is not None:
            title = _n("{count} task", "{count} tasks", len(shown))
        unit.answer(list_card(title, sorted(shown, key=_order), self._desk.name), private=private)

    async def mine(self, unit: Unit) -> None:
        """List what the asker has to do, may take, and has given away."""
        found = [*await self._own(unit), *await self._takeable(unit)]
        tasks = list({task.id: task for task in found if task.live}.values())
        if not tasks:
            unit.answer(_none(), private=True)
            return
        tasks.sort(key=lambda task: (task.assignee != unit.actor.id, *_order(task)))
        title = _n("{count} task", "{count} tasks", len(tasks))
        unit.answer(list_card(title, tasks, self._desk.name), private=True)

    def section(self) -> Section:
        """Return the part of `me`."""
        return Section(name="tasks", order=30, title=_("Tasks"), read=self._my_tasks)

    # inside

    async def _my_tasks(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        own = sorted(await unit.glance(Task, limit=LIMIT, assignee=person.id), key=_order)
        offered = sorted(await self._takeable(unit), key=_order)
        return (
            *(_waiting(task, "ack" if task.state is State.OPEN else "done", self._desk) for task in own),
            *(_waiting(task, "claim", self._desk) for task in offered),
        )

    async def _own(self, unit: Unit) -> list[Task]:
        found = await unit.glance(Task, limit=LIMIT, assignee=unit.actor.id)
        found += await unit.glance(Task, limit=LIMIT, author=unit.actor.id)
        return list({task.id: task for task in found}.values())

    async def _takeable(self, unit: Unit) -> list[Task]:
        if is_guest(unit.actor):
            return []
        found: list[Task] = []
        for pod in self._desk.pods(unit.actor):
            found += await unit.glance(Task, limit=LIMIT, pod=pod)
        return [
            task
            for task in found
            if task.assignee is None and task.author != unit.actor.id and task.visible_to(unit.actor, unit.now)
        ]

    async def _alone(self, unit: Unit, private: bool) -> bool:  # noqa: FBT001 - whether what is shown is private
        """Whether the asker alone is answered: also in a room with guests, who know only what they were told."""
        room = bound_room(unit)
        subject = await subject_of(unit, room.subject if room is not None else None)
        return private or (isinstance(subject, Visited) and subject.has_guests)


def _waiting(task: Task, verb: str, desk: TaskDesk) -> Text:
    return _("{task} – {command}", task=task_line(task, desk.name), command=to_type(f"task {verb} {task.name}"))


def _order(task: Task) -> tuple[bool, bool, datetime, int]:
    """Return where a task stands: what is over last, what is due soonest first."""
    return (not task.live, task.due is None, task.due or task.created_at, int(task.id))


def _none() -> Card:
    return Card(title=_("No tasks"), text=_("Give one with {command}.", command=to_type('task add @anna "…" in=30m')))


def _refuse() -> None:
    raise NotAllowed(_("Guests see the tasks they have."), commands=("task mine",))
