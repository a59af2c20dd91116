"""What people can do from the menu of a message and from the box they write in, each a small form that becomes a command.

Declared here once, for the app's manifest and for the door. The command is the person's own: it is handed over as if they
had typed it there, so who may do what, and what is answered, is the core's. A server that has no such command says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from chatops import Frozen
from chatops.core.message import Field
from chatops.core.text import Text, _
from teams_network.command_line import free_text, option, quoted

Where = Literal["message", "compose", "commandBox"]
"""The menu of a message, the box people write in, the search box on top. The manifest's words (`context`)."""

LONGEST = 10_000
"""Characters of one field."""


class Input(Frozen, frozen=True, kw_only=True):
    """A field of the form, and how it stands in the command."""

    field: Field
    stands: Literal["word", "option", "flag", "text"]
    """An argument in its place; `name="…"`; `--name` for yes; the free text, which comes last."""
    from_message: bool = False
    """Filled in beforehand with the words of the message that the menu belongs to."""


class Action(Frozen, frozen=True, kw_only=True):
    """Something to do."""

    id: str
    """At most 64 characters; what Teams calls the command."""
    title: Text
    """At most 32 characters."""
    description: Text
    """At most 128 characters."""
    where: tuple[Where, ...]
    command: str
    """The command's words."""
    inputs: tuple[Input, ...]


class Unfilled(Exception):
    """A field that must be filled in is empty, or holds what cannot be chosen. `field` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _text(name: str, label: Text, *, from_message: bool = True) -> Input:
    return Input(
        field=Field(name=name, label=label, kind="text", required=True), stands="text", from_message=from_message
    )


def _option(name: str, label: Text) -> Input:
    return Input(field=Field(name=name, label=label), stands="option")


_PRIVATE = Input(field=Field(name="private", label=_("only for who is in it"), kind="yesno"), stands="flag")

_SEVERITIES = (
    ("sev1", _("1: critical")),
    ("sev2", _("2: high")),
    ("sev3", _("3: medium")),
    ("sev4", _("4: low")),
    ("sev5", _("5: minor")),
)

ACTIONS: tuple[Action, ...] = (
    Action(
        id="timeline",
        title=_("Timeline"),
        description=_("Put this message on the timeline"),
        where=("message",),
        command="timeline add",
        inputs=(_text("text", _("What happened")),),
    ),
    Action(
        id="task",
        title=_("Task"),
        description=_("Make a task of this message"),
        where=("message",),
        command="task add",
        inputs=(
            Input(field=Field(name="who", label=_("Who"), kind="person", required=True), stands="word"),
            _text("text", _("What is to be done")),
            _option("in", _("By when, like 30m")),
        ),
    ),
    Action(
        id="step",
        title=_("Step"),
        description=_("Keep this message as a step of the solution"),
        where=("message",),
        command="step add",
        inputs=(_text("text", _("What was done")),),
    ),
    Action(
        id="decision",
        title=_("Decision"),
        description=_("Record this message as a decision"),
        where=("message",),
        command="decision add",
        inputs=(_text("text", _("What was decided")),),
    ),
    Action(
        id="declare",
        title=_("Declare incident"),
        description=_("Declare an incident"),
        where=("compose", "message", "commandBox"),
        command="incident declare",
        inputs=(
            Input(field=Field(name="severity", label=_("Severity"), kind="choice", choices=_SEVERITIES), stands="word"),
            _text("title", _("What is wrong")),
            _option("component", _("Component")),
            _option("case", _("Case")),
            _PRIVATE,
        ),
    ),
    Action(
        id="question",
        title=_("Question"),
        description=_("Put a question on the swarm's list"),
        where=("message",),
        command="swarm question",
        inputs=(_text("text", _("Question")),),
    ),
    Action(
        id="solution",
        title=_("Solution"),
        description=_("Say what solves it; the owner finishes"),
        where=("message",),
        command="swarm solution",
        inputs=(_text("text", _("What solves it")),),
    ),
    Action(
        id="swarm",
        title=_("Open swarm"),
        description=_("Bring people together around a case"),
        where=("compose", "message", "commandBox"),
        command="swarm open",
        inputs=(
            Input(field=Field(name="case", label=_("Case, like demo:1001"), required=True), stands="word"),
            _text("help_needed", _("What help is needed")),
            _option("tried", _("What was tried")),
            _option("skills", _("Skills, with commas between them")),
            _option("timebox", _("How long, like 60m")),
            _PRIVATE,
        ),
    ),
)


def offered(commands: Collection[str]) -> tuple[Action, ...]:
    """Return the actions that a server with these commands can do."""
    return tuple(action for action in ACTIONS if action.command in commands)


def action_of(id: str | None) -> Action | None:
    """Return an action, or None when there is none of this id."""
    return next((action for action in ACTIONS if action.id == id), None)


def line(action: Action, filled: Mapping[str, str]) -> str:
    """Return the command for what was filled in. Raise Unfilled. What is no field of the form is left out."""
    words, options, text = [action.command], [], []
    for one in action.inputs:
        told = filled.get(one.field.name, "").strip()[:LONGEST]
        if not told or (one.stands == "flag" and told != "yes"):
            if one.field.required:
                raise Unfilled(one.field.name)
            continue
        if one.field.kind == "choice" and told not in {value for value, _label in one.field.choices}:
            raise Unfilled(one.field.name)
        match one.stands:
            case "word":
                words.append(told if one.field.kind == "choice" else quoted(told))
            case "option":
                options.append(option(one.field.name, told))
            case "flag":
                options.append(f"--{one.field.name}")
            case "text":
                text.append(free_text(told))
    return " ".join([*words, *options, *text])
