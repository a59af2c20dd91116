"""What every use case of tasks needs: the task meant, the person meant, the thing a room belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from chatops.core.frozen import Aggregate
from chatops.core.lexer import fold, quote
from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.core.rooms import Room
from chatops.core.text import Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound
from chatops.ports.gatherings import Guarded
from chatops.ports.roster import Directory
from chatops.tasks.model import LIVE, PREFIX, State, Task, source_key

MEMBERS = "owner | participant | pod_lead | manager"
"""Who gives tasks in what a room belongs to."""

MOST_ASKED = 12
"""People of a pod who are told of a task that any of them may take."""

SOMEBODY = frozenset(
    fold(word)
    for word in (
        "someone", "somebody", "anyone", "anybody", "everyone", "everybody",
        "jemand", "irgendwer", "irgendjemand", "wer", "alle",
        "iemand", "wie", "iedereen",
    )
)  # fmt: skip
"""Words that name nobody. What everybody may do, nobody does."""

ME = frozenset({"me", "myself", "mich", "mir", "mij", "mezelf", "ik", "ich"})


@runtime_checkable
class Named(Protocol):
    """Something people call by a name: `SW-12`."""

    @property
    def name(self) -> str:
        """The name."""
        ...


@runtime_checkable
class Owned(Protocol):
    """Something that one person sees through."""

    @property
    def owner(self) -> str:
        """Id of that person."""
        ...


@runtime_checkable
class Private(Protocol):
    """Something that may be kept to who is in it."""

    @property
    def private(self) -> bool:
        """Whether it is."""
        ...


@runtime_checkable
class Visited(Protocol):
    """Something that guests may be in."""

    @property
    def has_guests(self) -> bool:
        """Whether some are."""
        ...


@runtime_checkable
class Peopled(Protocol):
    """Something that people are in."""

    def member(self, person: str) -> object | None:
        """Return somebody who is in it now, or None."""
        ...


def bound_room(unit: Unit) -> Room | None:
    """Return the room of ours the command was given in, if it belongs to something."""
    room = unit.origin.room if unit.origin is not None else None
    return room if room is not None and room.subject is not None else None


async def subject_of(unit: Unit, subject: str | None) -> Aggregate | None:
    """Return what a task or a room belongs to, or None."""
    kind, _colon, id_ = (subject or "").partition(":")
    return await unit.subject(kind, id_) if kind and id_ else None


def seen(unit: Unit, subject: Aggregate) -> None:
    """Make sure that the asker may know of what a room belongs to, whatever their role. Raise NotAllowed."""
    if isinstance(subject, Guarded) and not subject.visible_to(unit.actor, unit.now):
        raise NotAllowed(unit.denial(None), commands=("task mine",))


def together(subject: object, person: Person) -> bool:
    """Whether somebody is in what a task belongs to."""
    return isinstance(subject, Peopled) and subject.member(person.id) is not None


def is_guest(person: Person) -> bool:
    """Whether somebody is no member of the house."""
    return "guest" in person.roles


class TaskDesk:
    """Finds people and tasks."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def name(self, person: str) -> str:
        """Return what somebody is called."""
        known = self._directory.by_id(person)
        return known.name if known is not None else person

    def assignee(self, unit: Unit, who: Selector, text: str) -> Person:
        """Return the one person meant. Raise NotFound, Ambiguous, or Impossible for words that name nobody."""
        if fold(who.value) in ME:
            return unit.actor
        first = fold(text.partition(" ")[0].strip(",.:;!?"))
        if fold(who.value) in SOMEBODY or first in SOMEBODY:
            raise self._nobody(who, text)
        exact = self._directory.by_id(who.value)
        found = [exact] if exact is not None else list(self._directory.named(who.value))
        if len(found) > 1:
            raise Ambiguous(
                _("Several people are called {name}.", name=said(who.value)),
                commands=tuple(f"task add @{person.id} {quote(text)}" for person in found[:4]),
            )
        if not found:
            near = self._directory.nearest(who.value)
            if near and text.strip():
                raise NotFound(
                    _("Nobody is called {name}.", name=said(who.value)),
                    hint=self._hint(),
                    commands=tuple(f"task add @{person.id} {quote(text)}" for person in near),
                )
            raise self._nobody(who, text)
        return found[0]

    def pod(self, who: Selector) -> Sequence[Person]:
        """Return the people of a pod, guests left out. Raise NotFound."""
        people = self._directory.select(Selector(kind="pod", value=self.pod_id(who.value)))
        found = [person for person in people if not is_guest(person)]
        if not found:
            raise NotFound(_("There is nobody in {pod}.", pod=said(str(who))), hint=self._hint())
        return found

    def pod_id(self, name: str) -> str:
        """Return the id of a pod named by its id or its name; what was typed when there is no such pod."""
        known = self._directory.pod(name)
        return name if known is None else known.id

    def in_pod(self, person: Person, pod: str) -> bool:
        """Whether somebody is in a pod."""
        return any(one.id == person.id for one in self._directory.select(Selector(kind="pod", value=pod)))

    def pods(self, person: Person) -> tuple[str, ...]:
        """Return the pods somebody is in."""
        return self._directory.profile(person.id).pods

    def _nobody(self, who: Selector, text: str) -> Impossible:
        words = f"{who.value} {text}".strip()
        return Impossible(
            _("A task needs somebody who does it; “{words}” asks nobody.", words=said(words[:80])),
            hint=self._hint(),
            commands=(f"todo {quote(words)}",),
        )

    def _hint(self) -> Text:
        return _(
            "Name a person, or a pod whose people may take it: {person} or {pod}",
            person=to_type('task add @anna "…" in=30m'),
            pod=to_type('task add pod:emea "…"'),
        )

    # tasks

    async def task(self, unit: Unit, id: str) -> Task:
        """Return a task the asker may know of. Raise NotFound."""
        task = await unit.get(Task, id)
        if task is None or not await self.visible(unit, task):
            raise NotFound(_("There is no task {task}.", task=f"{PREFIX}-{id}"), commands=("task mine",))
        return task

    async def visible(self, unit: Unit, task: Task) -> bool:
        """Whether the asker may know of a task: also whoever is in what it belongs to."""
        if task.visible_to(unit.actor, unit.now):
            return True
        return task.subject is not None and not is_guest(unit.actor) and await self._member(unit, task)

    async def _member(self, unit: Unit, task: Task) -> bool:
        subject = await subject_of(unit, task.subject)
        if subject is None:
            return False
        try:
            seen(unit, subject)
            unit.require(subject, MEMBERS)
        except NotAllowed:
            return False
        return True

    async def meant(self, unit: Unit, id: str, verb: str, *states: State) -> Task | None:
        """Return the task named, the one made of the message replied or reacted to, or the one that awaits the asker.

        None for a reaction on a message that no task of theirs was made of: people react to each other, too.
        Raise NotFound, or Ambiguous with a command for each.
        """
        if id:
            return await self.task(unit, id)
        about = unit.origin.reply_to if unit.origin is not None else None
        if about is not None:
            made = await unit.find(Task, source=source_key(about.ref))
            own = [task for task in made if task.assignee == unit.actor.id and task.state in states]
            if own:
                return own[0]
            if unit.origin is not None and unit.origin.via == "reaction":
                unit.required = True  # nothing is meant, so there is nothing to ask about
                return None
        waiting = await self.waiting(unit, *states)
        if not waiting:
            raise NotFound(_("No task awaits that from you."), commands=("task mine",))
        if len(waiting) > 1:
            raise Ambiguous(_("Which one?"), commands=tuple(f"{verb} {task.name}" for task in waiting[:4]))
        return waiting[0]

    async def waiting(self, unit: Unit, *states: State) -> list[Task]:
        """Return what awaits the asker: in a room that belongs to something, what belongs to that, if anything does."""
        own = [task for task in await unit.find(Task, assignee=unit.actor.id) if task.state in (states or LIVE)]
        room = bound_room(unit)
        here = [task for task in own if room is not None and task.subject == room.subject]
        return here or own
