"""The commands of tasks. Thin: each says what it is called and hands over to the service."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import Duration, IdOf, Rest, Selector, When
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.errors import BadArgument
from chatops.tasks.desk import MEMBERS
from chatops.tasks.model import PREFIX, Task
from chatops.tasks.service import TaskService, due_at
from chatops.tasks.views import TaskViews

TaskId = Annotated[str, IdOf(kind=Task.kind, prefix=PREFIX)]
"""`T-12`."""

AboutId = Annotated[str, IdOf(kind="swarm", prefix="SW")]
"""What a task given elsewhere belongs to; in its room, that is what it belongs to anyway."""

MAY_CHANGE = "assignee | author | pod_lead | manager | owner"

_WITHIN = Option(label=_("how long, like 30m"), aliases={"en": ("in",), "de": ("innerhalb",), "nl": ("binnen",)})
_AT = Option(
    label=_("until when, like 16:00"),
    aliases={"en": ("due", "by", "until"), "de": ("bis", "um"), "nl": ("tot", "om")},
)


class Show(StrEnum):
    """Which tasks to list."""

    OPEN = "open"
    ALL = "all"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {"offen": "open", "alle": "all", "alles": "all"}


class TaskCommands:
    """Everything people say about tasks."""

    def __init__(self, service: TaskService, views: TaskViews) -> None:
        self._service = service
        self._views = views

    @command(
        "task add",
        who="staff | participant",
        among=MEMBERS,
        summary=_("Give somebody, or a pod, something to do by some time"),
        aliases={
            "en": ("task give",),
            "de": ("aufgabe hinzufügen", "aufgabe neu", "aufgabe geben"),
            "nl": ("taak toevoegen", "taak nieuw", "taak geven"),
        },
        replying=("task", "aufgabe", "taak"),
        reaction="🎯",
        examples=(
            'task add @anna "look into the refund log" in=10m',
            'task add pod:emea "call the customer back"',
            'task add SW-12 @anna "look into the refund log"',
        ),
        options={
            "swarm": Option(label=_("for which swarm"), aliases={"de": ("schwarm",), "nl": ("zwerm",)}),
            "who": Option(label=_("whom")),
            "text": Option(label=_("what is to be done")),
            "within": _WITHIN,
            "at": _AT,
            "ticket": Option(label=_("note it on the ticket"), aliases={"de": ("vermerken",), "nl": ("noteren",)}),
        },
    )
    async def add(
        self,
        unit: Unit,
        swarm: AboutId = "",
        who: Selector | None = None,
        text: Rest = "",
        *,
        within: Duration | None = None,
        at: When | None = None,
        ticket: bool = False,
    ) -> None:
        """Give a task."""
        about = f"swarm:{swarm}" if swarm else ""
        await self._service.add(unit, who, text, due=due_at(unit, within, at), noted=ticket, about=about)

    @command(
        "todo",
        who="staff | participant",
        among=MEMBERS,
        summary=_("Give yourself something to do"),
        aliases={"de": ("merken",), "nl": ("onthouden",)},
        examples=("todo call the customer back in=2h",),
        options={"text": Option(label=_("what is to be done")), "within": _WITHIN, "at": _AT},
    )
    async def todo(
        self, unit: Unit, text: Rest = "", *, within: Duration | None = None, at: When | None = None
    ) -> None:
        """Give oneself a task."""
        await self._service.add(unit, None, text, due=due_at(unit, within, at), noted=False)

    @command(
        "task show",
        who="staff | assignee | author | offered",
        summary=_("Show a task"),
        aliases={"de": ("aufgabe zeigen", "aufgabe anzeigen"), "nl": ("taak tonen", "taak bekijken")},
        examples=("task show T-12",),
        acts=False,
    )
    async def show(self, unit: Unit, task: TaskId) -> None:
        """Show a task's card."""
        await self._views.show(unit, task)

    @command(
        "task list",
        who="staff | participant",
        among=f"{MEMBERS} | viewer",
        summary=_("List the tasks here, yours, or a pod’s"),
        aliases={"de": ("aufgabe liste", "aufgaben"), "nl": ("taak lijst", "taken")},
        examples=("task list", "task list all", "task list pod:emea"),
        options={
            "which": Option(label=_("open or all")),
            "of": Option(label=_("whose, like pod:emea-1")),
            "pod": Option(label=_("pod")),
        },
        acts=False,
    )
    async def list(self, unit: Unit, which: Show = Show.OPEN, of: Selector | None = None, *, pod: str = "") -> None:
        """List tasks."""
        if of is not None and of.kind != "pod":
            raise BadArgument(
                _("Tasks are listed for a pod, not for {who}.", who=said(str(of))), commands=("task list", "task mine")
            )
        await self._views.listed(unit, which.value, pod if of is None else of.value)

    @command(
        "task mine",
        who="anyone",
        summary=_("What you have to do, may take, or gave away"),
        aliases={"de": ("aufgabe meine", "meine aufgaben"), "nl": ("taak mijn", "mijn taken")},
        examples=("task mine",),
        acts=False,
    )
    async def mine(self, unit: Unit) -> None:
        """List one's own tasks, privately."""
        await self._views.mine(unit)

    @command(
        "task ack",
        who="assignee",
        summary=_("Say yes to a task"),
        aliases={"de": ("aufgabe bestätigen", "aufgabe annehmen"), "nl": ("taak bevestigen", "taak aannemen")},
        anywhere=("ack", "bestätigen", "bevestigen"),
        reaction="👀",
        awaiting="awaiting_ack",
        examples=("ack", "task ack T-12"),
    )
    async def ack(self, unit: Unit, task: TaskId = "") -> None:
        """Accept the task named, or the one that waits."""
        await self._service.ack(unit, task)

    @command(
        "task start",
        who="assignee",
        summary=_("Say that you are at it"),
        aliases={"de": ("aufgabe beginnen", "aufgabe anfangen"), "nl": ("taak beginnen", "taak starten")},
        examples=("task start T-12",),
    )
    async def start(self, unit: Unit, task: TaskId = "") -> None:
        """Begin a task."""
        await self._service.start(unit, task)

    @command(
        "task claim",
        who="staff",
        summary=_("Take a task that was offered to your pod"),
        aliases={"de": ("aufgabe übernehmen",), "nl": ("taak oppakken",)},
        examples=("task claim T-12",),
    )
    async def claim(self, unit: Unit, task: TaskId) -> None:
        """Take a task."""
        await self._service.claim(unit, task)

    @command(
        "task pass",
        who=MAY_CHANGE,
        summary=_("Pass a task on to somebody else"),
        aliases={"de": ("aufgabe weitergeben",), "nl": ("taak doorgeven",)},
        examples=("task pass T-12 @ben",),
        options={"who": Option(label=_("whom"))},
    )
    async def pass_on(self, unit: Unit, task: TaskId, who: Selector) -> None:
        """Pass a task on."""
        await self._service.give(unit, task, who)

    @command(
        "task due",
        who=MAY_CHANGE,
        summary=_("Give a task more time, or another time"),
        aliases={"de": ("aufgabe frist", "aufgabe verlängern"), "nl": ("taak termijn", "taak verlengen")},
        examples=("task due T-12 in=30m", "task due T-12 at=16:00"),
        options={"within": _WITHIN, "at": _AT},
    )
    async def due(
        self, unit: Unit, task: TaskId = "", *, within: Duration | None = None, at: When | None = None
    ) -> None:
        """Give a task another time."""
        await self._service.retime(unit, task, due_at(unit, within, at))

    @command(
        "task done",
        who=MAY_CHANGE,
        summary=_("Finish a task"),
        aliases={"de": ("aufgabe fertig", "aufgabe erledigt"), "nl": ("taak klaar", "taak gereed")},
        anywhere=("done", "fertig", "klaar"),
        reaction="✅",
        awaiting="awaiting_done",
        examples=("task done T-12",),
    )
    async def done(self, unit: Unit, task: TaskId = "") -> None:
        """Finish the task named, or the one that waits."""
        await self._service.done(unit, task)

    @command(
        "task drop",
        who=MAY_CHANGE,
        summary=_("Say that a task need not be done"),
        aliases={"de": ("aufgabe verwerfen", "aufgabe streichen"), "nl": ("taak schrappen", "taak laten vallen")},
        examples=("task drop T-12 because the customer found it",),
        options={"because": Option(label=_("why"), aliases={"de": ("weil", "grund"), "nl": ("omdat", "reden")})},
    )
    async def drop(self, unit: Unit, task: TaskId, because: Rest = "") -> None:
        """Drop a task."""
        await self._service.drop(unit, task, because)

    @command(
        "task reopen",
        who=MAY_CHANGE,
        summary=_("Take a finished or dropped task up again"),
        aliases={"de": ("aufgabe wiederöffnen",), "nl": ("taak heropenen",)},
        examples=("task reopen T-12",),
    )
    async def reopen(self, unit: Unit, task: TaskId) -> None:
        """Take a task up again."""
        await self._service.reopen(unit, task)

    async def awaiting_ack(self, unit: Unit) -> tuple[str, ...]:
        """Return what would say yes to what awaits the asker."""
        return await self._service.awaiting_ack(unit)

    async def awaiting_done(self, unit: Unit) -> tuple[str, ...]:
        """Return what would finish what awaits the asker."""
        return await self._service.awaiting_done(unit)
