"""How tasks look: a card of at most four lines, and one line in a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatops.core.message import Button, Card, Fact, Field, Table
from chatops.core.text import Moment, Text, _, _n, lines, said
from chatops.tasks.model import State, Task
from chatops.tasks.moves import STATE_WORDS

Names = Callable[[str], str]
"""Person id → the name people read."""

MOST_LETTERS = 90
MOST_ROWS = 15


def short(words: str, most: int = MOST_LETTERS) -> str:
    """Return somebody's words in one line, cut when they are long."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def task_card(
    task: Task, names: Names, *, told: Text | None = None, asks: Text | None = None, tone_late: bool = True
) -> Card:
    """Return the card of a task. `told`: a line above the rest, for the one reader it concerns; `asks`: in the place of
    the title, who asks that reader."""
    facts = [] if asks is not None else [Fact(label=_("Who"), value=_who(task, names))]
    facts.append(Fact(label=_("State"), value=_state(task, names)))
    if task.about:
        facts.append(Fact(label=_("Part of"), value=said(task.about)))
    late = task.live and task.expired_at is not None and tone_late
    return Card(
        title=_("{task} · {text}", task=task.name, text=asks or said(short(task.text))),
        text=told or (said(task.text) if len(task.text) > MOST_LETTERS else None),
        facts=tuple(facts),
        tone="good" if task.state is State.DONE else "attention" if late else "plain",
        buttons=buttons(task),
        shrunk=_("{task} · {state} · the card is further down", task=task.name, state=STATE_WORDS[task.state]),
    )


def buttons(task: Task) -> tuple[Button, ...]:
    """Return what can be done with a task, the important first."""
    if not task.live:
        return ()
    if task.assignee is None:
        return (_button(_("I’ll do it"), f"task claim {task.name}", "🙋", primary=True), _drop(task))
    done = _button(_("Done"), f"task done {task.name}", "✅", primary=task.state is not State.OPEN)
    if task.state is State.OPEN:
        return (_button(_("Got it"), f"task ack {task.name}", "👀", primary=True), done, _drop(task))
    return (done, more_time(task), _drop(task))


def more_time(task: Task) -> Button:
    """Return the button that gives a task another time."""
    return Button(
        label=_("More time"),
        icon="⏳",
        command=f"task due {task.name}",
        form=(Field(name="within", label=_("How long, like 30m"), required=True, value="30m"),),
    )


def overdue_said(tasks: Sequence[Task], names: Names) -> Card:
    """Return what is told when time is over: one task's card, or one line for each of several."""
    if len(tasks) == 1:
        task = tasks[0]
        who = names(task.assignee) if task.assignee is not None else _("nobody")
        words = (
            _("The time is over, and {who} has not said yes.", who=who)
            if task.state is State.OPEN
            else _("The time is over, and {who} is not done.", who=who)
        )
        return task_card(task, names, told=words)
    return Card(
        title=_n("{count} task is overdue", "{count} tasks are overdue", len(tasks)),
        text=lines(*(task_line(task, names) for task in tasks[:MOST_ROWS])),
        tone="attention",
        buttons=(Button(label=_("Show"), command="task mine", icon="👀"),),
    )


def task_line(task: Task, names: Names) -> Text:
    """Return a task in one line."""
    who = names(task.assignee) if task.assignee is not None else task.pod
    words, name = said(short(task.text, 60)), task.name
    if task.due is not None:
        due = Moment(at=task.due, style="datetime")
        return _("{task} {who}, by {time}: {text}", task=name, who=who, time=due, text=words)
    return _("{task} {who}: {text}", task=name, who=who, text=words)


def list_card(title: Text, tasks: Sequence[Task], names: Names) -> Card:
    """Return tasks in a table."""
    hidden = len(tasks) - MOST_ROWS
    return Card(
        title=title,
        table=Table(
            head=(_("Task"), _("Who"), _("State")),
            rows=tuple(
                (said(f"{task.name} {short(task.text, 60)}"), _who(task, names), _state(task, names))
                for task in tasks[:MOST_ROWS]
            ),
        ),
        footer=_n("{count} more", "{count} more", hidden) if hidden > 0 else None,
    )


def _who(task: Task, names: Names) -> Text:
    if task.assignee is None:
        return _("anybody of {pod}, asked by {author}", pod=said(task.pod), author=names(task.author))
    if task.assignee == task.author:
        return said(names(task.assignee))
    return _("{who}, asked by {author}", who=names(task.assignee), author=names(task.author))


def _state(task: Task, names: Names) -> Text:
    state = STATE_WORDS[task.state]
    if task.state is State.DROPPED and task.because:
        return _("{state}: {reason}", state=state, reason=said(short(task.because)))
    if task.state is State.DONE and task.ended_by not in {None, task.assignee}:
        return _("{state}, by {who}", state=state, who=names(task.ended_by or ""))
    if not task.live or task.due is None:
        return state
    due = Moment(at=task.due, style="datetime")
    if task.expired_at is not None:
        return _("{state}, overdue since {time}", state=state, time=due)
    return _("{state}, by {time}", state=state, time=due)


def _drop(task: Task) -> Button:
    return Button(
        label=_("Drop"),
        icon="🗑️",
        command=f"task drop {task.name}",
        form=(Field(name="because", label=_("Why is it not needed?")),),
    )


def _button(label: Text, command: str, icon: str, *, primary: bool) -> Button:
    return Button(label=label, command=command, icon=icon, style="primary" if primary else "plain")
