"""What follows when a task becomes another: its timers, its card and letters, the timeline of what it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chatops.core.effects import Timer
from chatops.core.frozen import Body, replace
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, said
from chatops.core.unit import Unit
from chatops.tasks.cards import short, task_card
from chatops.tasks.clocks import TaskChanged, TaskDue, TaskUnanswered
from chatops.tasks.desk import TaskDesk, subject_of
from chatops.tasks.model import State, Task, ack_series, expiry_series
from chatops.tasks.moves import answer_by

What = Literal["given", "done", "dropped", "reopened"]


def card_slot(task: Task) -> str:
    """Return the slot of a task's card."""
    return f"task:{task.id}/card"


class Following:
    """Puts a task into a unit, with everything that follows from how it changed."""

    def __init__(self, desk: TaskDesk) -> None:
        self._desk = desk

    async def follow(self, unit: Unit, before: Task | None, after: Task) -> Task:
        """Put `after`; return it with whoever has got a letter about it noted."""
        written = self._to_write(before, after)
        after = replace(after, offered=tuple(dict.fromkeys((*after.offered, *written))))
        unit.put(after)
        self._timers(unit, before, after)
        self._card(unit, before, after)
        for person in after.offered:
            new = person in written
            asks = self._asked(after) if new and after.live else None
            unit.post(
                direct_target(person),
                task_card(after, self._desk.name, asks=asks),
                slot=card_slot(after),
                notify=(person,) if new else (),
                anew=new and before is not None,
            )
        await self._timeline(unit, before, after)
        return after

    def remind(self, unit: Unit, task: Task) -> None:
        """Ask somebody once more to say yes."""
        if task.assignee is not None:
            told = _("{author} waits for your word.", author=self._desk.name(task.author))
            unit.post(
                direct_target(task.assignee),
                task_card(task, self._desk.name, told=told),
                slot=card_slot(task),
                notify=(task.assignee,),
                anew=True,
            )

    def _to_write(self, before: Task | None, after: Task) -> tuple[str, ...]:
        """Return who is to get a letter now."""
        if before is None and after.assignee is None:
            return after.offered
        if after.assignee is None or after.assignee == after.author or not after.live:
            return ()
        asked = after.state is State.OPEN and (before is None or before.assignee != after.assignee)
        return (after.assignee,) if asked else ()

    def _asked(self, task: Task) -> Text:
        author = self._desk.name(task.author)
        words = said(short(task.text))
        if task.assignee is None:
            return _("{author} asks {pod}: {text}", author=author, pod=said(task.pod), text=words)
        return _("{author} asks you: {text}", author=author, text=words)

    def _timers(self, unit: Unit, before: Task | None, after: Task) -> None:
        if not after.live:
            unit.disarm(expiry_series(after.id))
            unit.disarm(ack_series(after.id))
            return
        revived = before is not None and not before.live
        if (
            after.due is not None
            and after.expired_at is None
            and (before is None or revived or before.due != after.due)
        ):
            due = max(after.due, unit.now)
            self._arm(unit, after, expiry_series(after.id), TaskDue(task=after.id), due)
        asked_anew = before is None or revived or before.assignee != after.assignee
        by = answer_by(after, unit.now)
        if by is None:
            unit.disarm(ack_series(after.id))
        elif asked_anew:
            self._arm(unit, after, ack_series(after.id), TaskUnanswered(task=after.id), by)

    def _arm(self, unit: Unit, task: Task, series: str, body: Body, due: datetime) -> None:
        unit.arm(Timer(series=series, lane=task.lane, body=body, due=due.isoformat()))

    def _card(self, unit: Unit, before: Task | None, after: Task) -> None:
        if after.place is None:
            return
        here = unit.origin is not None and unit.origin.target == after.place
        card = task_card(after, self._desk.name)
        unit.post(after.place, card, slot=card_slot(after), thread=after.thread, reply=here and before is None)

    async def _timeline(self, unit: Unit, before: Task | None, after: Task) -> None:
        what = _happened(before, after)
        subject = await subject_of(unit, after.subject)
        if what is None or subject is None or after.subject is None:
            return
        words = self._words(after, what, unit.actor.name)
        unit.note(subject, words, tag="task")
        fact = TaskChanged(
            task=after.id,
            subject=after.subject,
            what=what,
            by=unit.actor.id,
            noted=after.noted,
            words=after.text if after.noted else "",
            assignee=after.assignee,
            pod=after.pod,
            turn=unit.event.seq,
        )
        unit.emit(fact, lane=after.lane)

    def _words(self, task: Task, what: What, who: str) -> Text:
        text = said(short(task.text))
        if what == "given":
            whom = said(self._desk.name(task.assignee) if task.assignee is not None else task.pod)
            return _("{who} gave {task} to {whom}: {text}", who=who, task=task.name, whom=whom, text=text)
        if what == "done":
            return _("{who} finished {task}: {text}", who=who, task=task.name, text=text)
        if what == "dropped":
            return _("{who} dropped {task}: {text}", who=who, task=task.name, text=text)
        return _("{who} took {task} up again: {text}", who=who, task=task.name, text=text)


def _happened(before: Task | None, after: Task) -> What | None:
    if before is None or (before.assignee != after.assignee and after.live):
        return "given"
    if before.live and not after.live:
        return "done" if after.state is State.DONE else "dropped"
    return "reopened" if after.live and not before.live else None
