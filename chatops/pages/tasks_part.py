"""The tasks of a swarm on its page."""

from __future__ import annotations

from markupsafe import Markup

from chatops.core.frozen import Frozen
from chatops.core.message import Button, Card, Field
from chatops.core.text import Text, _
from chatops.pages.paper import Pen
from chatops.pages.reading import Reading
from chatops.ports.chat import Outgoing
from chatops.swarm.model import Swarm
from chatops.tasks.cards import buttons
from chatops.tasks.model import Task
from chatops.tasks.moves import STATE_WORDS


class TaskRow(Frozen, frozen=True, kw_only=True):
    """A task in the list."""

    name: str
    text: str
    who: str
    state: str
    due: str
    late: bool
    over: bool
    offers: Outgoing | None
    """What the visitor can do with it, when it is theirs."""


class TasksPart:
    """Shows tasks, those still to be done first."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def part(self, pen: Pen, swarm: Swarm, page: str) -> Markup:
        """Return the HTML of a swarm's tasks."""
        tasks = await self._reading.find(Task, subject=f"{Swarm.kind}:{swarm.id}")
        seen = sorted(
            (task for task in tasks if task.visible_to(pen.visit.person, pen.now)),
            key=lambda task: (not task.live, int(task.id)),
        )
        inside = swarm.member(pen.visit.person.id) is not None and not swarm.over
        return pen.piece(
            "swarm_tasks.html",
            rows=[_row(pen, task) for task in seen],
            swarm=swarm,
            page=page,
            add=pen.card(Card(title=Text(msgid=""), buttons=(_ADD,))) if inside else None,
        )


def _row(pen: Pen, task: Task) -> TaskRow:
    offered = buttons(task) if task.live and task.concerns(pen.visit.person) else ()
    return TaskRow(
        name=task.name,
        text=task.text,
        who=pen.name(task.assignee) if task.assignee is not None else task.pod,
        state=pen.say(STATE_WORDS[task.state]),
        due=pen.when(task.due) if task.due is not None and task.live else "",
        late=task.live and task.expired_at is not None,
        over=not task.live,
        offers=pen.card(Card(title=Text(msgid=""), buttons=offered)) if offered else None,
    )


_ADD = Button(
    label=_("Add a task"),
    command="task add",
    form=(
        Field(name="who", label=_("Who is to do it? A name, or pod:emea"), required=True),
        Field(name="text", label=_("What is to be done?"), kind="text", required=True),
        Field(name="within", label=_("How long, like 30m")),
    ),
)
