"""Tasks of a swarm that its ticket is to hear of: an internal note when one is given, and when it is done or dropped."""

from __future__ import annotations

from chatops.core.text import Text, _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import AddNote
from chatops.hookspecs import Listener
from chatops.swarm.consequences import Consequences
from chatops.swarm.model import Swarm
from chatops.tasks.clocks import TaskChanged


class TaskNotes:
    """Hears of tasks."""

    def __init__(self, consequences: Consequences) -> None:
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one."""
        return (Listener(name="swarm.task_changed", of=TaskChanged, handle=self.changed),)

    async def changed(self, unit: Unit, fact: TaskChanged) -> None:
        """Note it on the ticket, if that was asked for."""
        kind, _colon, id_ = fact.subject.partition(":")
        swarm = await unit.get(Swarm, id_) if kind == Swarm.kind and fact.noted else None
        if swarm is None:
            return
        note = AddNote(
            ticket=swarm.case.ref,
            acting_for=self._follow.names(fact.by),
            text=self._words(swarm, fact),
            locale=swarm.locale,
        )
        after = self._follow.write(unit, swarm, f"note/task-{fact.task}-{fact.what}-{fact.turn}", note)
        self._follow.follow(unit, swarm, after)

    def _words(self, swarm: Swarm, fact: TaskChanged) -> Text:
        who, text = self._follow.names(fact.by), said(fact.words)
        if fact.what == "given":
            whom = self._follow.names(fact.assignee) if fact.assignee else fact.pod
            return _("{swarm}: {who} gave {whom} a task: {text}", swarm=swarm.name, who=who, whom=whom, text=text)
        if fact.what == "done":
            return _("{swarm}: {who} has done: {text}", swarm=swarm.name, who=who, text=text)
        if fact.what == "dropped":
            return _("{swarm}: not needed any more, says {who}: {text}", swarm=swarm.name, who=who, text=text)
        return _("{swarm}: {who} took up again: {text}", swarm=swarm.name, who=who, text=text)
