"""The use cases of a task: each one transition, put into the unit with what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatops.core.message import Person, Quoted
from chatops.core.params import Duration, Selector, When
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound
from chatops.ports.roster import Directory
from chatops.tasks import moves
from chatops.tasks.cards import short, task_card
from chatops.tasks.desk import (
    MEMBERS,
    MOST_ASKED,
    Named,
    Owned,
    Private,
    TaskDesk,
    is_guest,
    seen,
    subject_of,
    together,
)
from chatops.tasks.following import Following
from chatops.tasks.model import LIVE, State, Task, source_key
from chatops.tasks.standing import stands

EXAMPLE = 'task add @anna "…" in=30m'

_ONLY_TOGETHER = _("Guests give tasks to people who are in the swarm with them, by name.")


class TaskService:
    """Everything people can do with tasks."""

    def __init__(self, directory: Directory) -> None:
        self.desk = TaskDesk(directory)
        self._follow = Following(self.desk)

    async def add(
        self,
        unit: Unit,
        who: Selector | None,
        text: str,
        *,
        due: datetime | None,
        noted: bool,
        about: str = "",
    ) -> None:
        """Give somebody, or the people of a pod, something to do. `about`: what it belongs to, `swarm:12`; else the room's.

        Without words, those of the message replied or reacted to. Without anybody, the asker, when it is about a message.
        """
        replied = unit.origin.reply_to if unit.origin is not None else None
        where = await stands(unit, about)
        subject = await self._subject(unit, where.subject)
        assignee, pod, offered = self._whom(unit, who, text, subject)
        words = _words(text, replied, who)
        if due is not None and due <= unit.now:
            raise moves.past(EXAMPLE)
        if noted and subject is None:
            raise Impossible(_("Only a task of a swarm has a ticket to note it on."))
        id_ = str(await unit.next_number("task"))
        task = Task(
            id=id_,
            text=words,
            author=unit.actor.id,
            assignee=None if assignee is None else assignee.id,
            pod=pod,
            offered=offered,
            subject=where.subject,
            about=subject.name if isinstance(subject, Named) else "",
            lane=where.lane,
            place=where.place,
            thread=where.thread,
            private=isinstance(subject, Private) and subject.private,
            noted=noted,
            created_at=unit.now,
            due=due,
            source="" if replied is None else source_key(replied.ref),
        )
        if assignee is not None and assignee.id == unit.actor.id:
            task = moves.acked(task, unit.now)
        task = await self._follow.follow(unit, None, task)
        unit.undo_with(f"task drop {task.name}", task)
        here = unit.origin.target if unit.origin is not None else ""
        if task.place != here and not (here == direct_target(unit.actor.id) and unit.actor.id in task.offered):
            unit.answer(task_card(task, self.desk.name))

    async def ack(self, unit: Unit, id: str) -> None:
        """Say yes."""
        before = await self.desk.meant(unit, id, "task ack", State.OPEN)
        if before is None:
            return
        unit.require(before)
        after = await self._follow.follow(unit, before, moves.acked(before, unit.now))
        unit.answer(_accepted(after))

    async def start(self, unit: Unit, id: str) -> None:
        """Begin."""
        before = await self.desk.meant(unit, id, "task start", State.OPEN, State.ACKED)
        if before is None:
            return
        unit.require(before)
        after = await self._follow.follow(unit, before, moves.started(before, unit.now))
        unit.answer(_("{task} is in progress.", task=after.name))

    async def claim(self, unit: Unit, id: str) -> None:
        """Take what was offered to a pod."""
        before = await self.desk.task(unit, id)
        if before.assignee is None and not self.desk.in_pod(unit.actor, before.pod):
            unit.require(before, "pod_lead | manager")
        after = await self._follow.follow(unit, before, moves.claimed(before, unit.actor.id, unit.now))
        unit.answer(_accepted(after))

    async def give(self, unit: Unit, id: str, who: Selector) -> None:
        """Pass it on to somebody else."""
        before = await self.desk.task(unit, id)
        await self._require(unit, before)
        person = self.desk.assignee(unit, who, "")
        _no_stranger(unit, person, await subject_of(unit, before.subject))
        after = moves.given(before, person.id)
        if person.id == unit.actor.id:
            after = moves.acked(after, unit.now)
        after = await self._follow.follow(unit, before, after)
        unit.answer(_("{task} is with {who} now.", task=after.name, who=person.name))

    async def retime(self, unit: Unit, id: str, due: datetime | None) -> None:
        """Give it another time."""
        before = await self.desk.meant(unit, id, "task due", *LIVE)
        if before is None:
            return
        await self._require(unit, before)
        if due is None:
            raise Impossible(
                _("Until when?"), hint=_("For example: {command}", command=to_type(f"task due {before.name} in=30m"))
            )
        after = await self._follow.follow(unit, before, moves.retimed(before, due, unit.now))
        unit.answer(_("{task}: by {time}.", task=after.name, time=Moment(at=due, style="datetime")))

    async def done(self, unit: Unit, id: str) -> None:
        """Finish it."""
        before = await self.desk.meant(unit, id, "task done", *LIVE)
        if before is None:
            return
        await self._require(unit, before)
        after = await self._follow.follow(unit, before, moves.finished(before, unit.actor.id, unit.now))
        unit.undo_with(f"task reopen {after.name}", after)
        self._tell_author(unit, after, _("{who} finished {task}: {text}", **_told(unit, after)))
        unit.answer(_("{task} is done. Thank you!", task=after.name))

    async def drop(self, unit: Unit, id: str, because: str) -> None:
        """Say that it need not be done."""
        before = await self.desk.task(unit, id)
        await self._require(unit, before)
        after = await self._follow.follow(unit, before, moves.dropped(before, unit.actor.id, unit.now, because))
        unit.undo_with(f"task reopen {after.name}", after)
        self._tell_author(unit, after, _("{who} dropped {task}: {text}", **_told(unit, after)))
        unit.answer(_("{task} is dropped.", task=after.name))

    async def reopen(self, unit: Unit, id: str) -> None:
        """Take it up again."""
        before = await self.desk.task(unit, id)
        await self._require(unit, before)
        after = await self._follow.follow(unit, before, moves.reopened(before))
        unit.undo_with(f"task done {after.name}", after)
        unit.answer(_("{task} is open again.", task=after.name))

    async def awaiting_ack(self, unit: Unit) -> tuple[str, ...]:
        """Return what would say yes to what awaits the asker."""
        return tuple(f"task ack {task.name}" for task in await self.desk.waiting(unit, State.OPEN))

    async def awaiting_done(self, unit: Unit) -> tuple[str, ...]:
        """Return what would finish what awaits the asker."""
        return tuple(f"task done {task.name}" for task in await self.desk.waiting(unit))

    # inside

    async def _subject(self, unit: Unit, name: str | None) -> object:
        """Return what a task would belong to, and make sure that the asker may give tasks there. None: nothing."""
        subject = await subject_of(unit, name)
        if subject is not None:
            seen(unit, subject)
            unit.require(subject, MEMBERS)
        elif is_guest(unit.actor):
            raise NotAllowed(_("Tasks are given by members of the house."), commands=("task mine",))
        return subject

    def _whom(
        self, unit: Unit, who: Selector | None, words: str, subject: object
    ) -> tuple[Person | None, str, tuple[str, ...]]:
        if who is None:
            return unit.actor, "", ()
        if is_guest(unit.actor) and who.kind != "person":
            raise NotAllowed(_ONLY_TOGETHER)
        if who.kind == "pod":
            people = [person.id for person in self.desk.pod(who) if person.id != unit.actor.id]
            return None, self.desk.pod_id(who.value), tuple(people[:MOST_ASKED])
        if who.kind != "person":
            raise Impossible(
                _("A task goes to a person or a pod, not to {who}.", who=said(str(who))),
                hint=_("For example: {command}", command=to_type('task add pod:emea "…"')),
            )
        try:
            person = self.desk.assignee(unit, who, words)
        except (Ambiguous, Impossible, NotFound):
            if is_guest(unit.actor):  # who else is called something like that is not for them
                raise NotAllowed(_ONLY_TOGETHER) from None
            raise
        _no_stranger(unit, person, subject)
        return person, "", ()

    async def _require(self, unit: Unit, task: Task) -> None:
        """Make sure that the asker may: by what they are to the task, or because they see through what it belongs to."""
        subject = await subject_of(unit, task.subject)
        if isinstance(subject, Owned) and subject.owner == unit.actor.id:
            unit.require(subject, "owner")
            return
        unit.require(task)

    def _tell_author(self, unit: Unit, task: Task, words: Text) -> None:
        """Tell whoever gave a task what became of it, if they do not read it where its card stands."""
        if task.author != unit.actor.id and (task.place is None or task.state is State.DROPPED):
            unit.post(direct_target(task.author), words, notify=(task.author,))


def due_at(unit: Unit, within: Duration | None, at: When | None) -> datetime | None:
    """Return the time named either way. Raise Impossible for both."""
    if within is not None and at is not None:
        raise Impossible(_("Say either how long or until when, not both."))
    return unit.now + timedelta(seconds=within.seconds) if within is not None else at.at if at is not None else None


def _words(text: str, about: Quoted | None, who: Selector | None) -> str:
    words = text.strip() or (about.text if about is not None else "")
    if words:
        return words[: moves.LONGEST]
    name = f"@{who.value}" if who is not None and who.kind == "person" and " " not in who.value else "@anna"
    if about is not None:
        raise Impossible(
            _("I do not have the words of that message."),
            hint=_("For example: {command}", command=to_type(f'task add {name} "…"')),
        )
    raise Impossible(
        _("Who is to do what?"), hint=_("For example: {command}", command=to_type(f'task add {name} "…" in=30m'))
    )


def _no_stranger(unit: Unit, person: Person, subject: object) -> None:
    if person.id == unit.actor.id or together(subject, person):
        return
    if is_guest(unit.actor):
        raise NotAllowed(_ONLY_TOGETHER)
    if is_guest(person):
        raise Impossible(_("{who} is a guest: give guests tasks in the room they were asked into.", who=person.name))


def _accepted(task: Task) -> Text:
    if task.due is None:
        return _("{task} is yours. Thank you!", task=task.name)
    return _("{task} is yours, by {time}. Thank you!", task=task.name, time=Moment(at=task.due, style="datetime"))


def _told(unit: Unit, task: Task) -> dict[str, str | Text]:
    return {"who": unit.actor.name, "task": task.name, "text": said(short(task.text))}
