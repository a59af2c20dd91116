"""Nothing that somebody fills in can become anything but what it was filled in for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatops.core.command import Option, ReadContext, command, declared
from chatops.core.lexer import prepared, tokens
from chatops.core.message import Person
from chatops.core.params import Duration, IdOf, Many, Rest, TicketName
from chatops.core.table import CommandTable
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import UsageError
from chatops.testing.clock import START
from sample_commands import AnyRelation
from teams_network.actions import ACTIONS, Action, line

SwarmId = Annotated[str, IdOf(kind="step", prefix="SW")]

NASTY = st.sampled_from(
    [
        *"\"“”„«»'\n \t—\u00a0\u2028\\=aä!",
        "--private",
        "private",
        "--dry-run",
        "case=x",
        "tried=",
        "because",
        "SW-12",
        "12",
        "swarm close",
        "done",
        'x" --private "',
    ]
)
ANYTHING = st.lists(NASTY, max_size=8).map("".join) | st.text(max_size=40)
SOMETHING = ANYTHING.filter(lambda text: bool(text.strip()))


@st.composite
def forms(draw: st.DrawFn) -> tuple[Action, dict[str, str]]:
    """An action with everything that has to be filled in, filled in with anything."""
    action = draw(st.sampled_from(ACTIONS))
    filled = {}
    for one in action.inputs:
        if one.field.kind == "choice":
            filled[one.field.name] = draw(st.sampled_from([value for value, _label in one.field.choices]))
        elif one.field.kind == "yesno":
            filled[one.field.name] = draw(st.sampled_from(["yes", "no"]))
        else:
            filled[one.field.name] = draw(SOMETHING if one.field.required else ANYTHING)
    return action, filled


def expected(action: Action, filled: dict[str, str]) -> Iterator[str]:
    """What each token behind the command's words is for: a name for an option, "" for an argument."""
    given_in = [one for one in action.inputs if filled[one.field.name].strip()]
    yield from ("" for one in given_in if one.stands == "word")
    for one in given_in:
        if one.stands == "option":
            yield one.field.name
        elif one.stands == "flag" and filled[one.field.name] == "yes":
            yield f"--{one.field.name}"
    yield from ("" for one in given_in if one.stands == "text")


@given(forms())
@settings(max_examples=150)
def test_every_field_is_one_token_of_its_kind(form: tuple[Action, dict[str, str]]) -> None:
    """The command's words come first and are the declared ones; options have their own names; nothing is added."""
    action, filled = form

    found = tokens(prepared(line(action, filled)))

    words = action.command.split(" ")
    assert [token.text for token in found[: len(words)]] == words
    kinds = [token.key or (token.text if token.text.startswith("--") and not token.quoted else "") for token in found]
    assert kinds[len(words) :] == list(expected(action, filled))
    choices = {value for one in action.inputs for value, _label in one.field.choices}
    for token in found[len(words) :]:
        assert token.quoted or token.key or token.text.startswith("--") or token.text in choices


class Commands:
    """Commands as greedy as any: options, flags, ids that a room implies, free text that may be left out."""

    @command(
        "swarm open",
        who="staff",
        summary=_("Open"),
        options={
            "tried": Option(label=_("x")),
            "skills": Option(label=_("x")),
            "timebox": Option(label=_("x")),
            "private": Option(label=_("x")),
        },
    )
    async def open(
        self,
        unit: Unit,
        case: TicketName,
        help_needed: Rest,
        *,
        tried: str = "",
        skills: Annotated[tuple[str, ...], Many()] = (),
        timebox: Duration | None = None,
        private: bool = False,
    ) -> None:
        """Open."""

    @command("step add", who="staff", summary=_("Step"), options={"private": Option(label=_("x"))})
    async def step(self, unit: Unit, swarm: SwarmId, text: Rest = "", *, private: bool = False) -> None:
        """Step."""

    @command("step add done", who="staff", summary=_("Step"))
    async def longer(self, unit: Unit, swarm: SwarmId) -> None:
        """Step, of a longer name."""

    @command("task add", who="staff", summary=_("Task"), options={"in_": Option(label=_("x"), aliases={"en": ("in",)})})
    async def task(self, unit: Unit, swarm: SwarmId, who: Person, text: Rest = "", *, in_: str = "") -> None:
        """Task."""


TABLE = CommandTable(list(declared(Commands, relations=AnyRelation(frozenset()), plugin="test")))

FIELDS = {
    "swarm open": {"case", "help_needed", "tried", "skills", "timebox", "private"},
    "step add": {"swarm", "text"},
    "task add": {"swarm", "who", "text", "in_"},
}


@given(forms())
@settings(max_examples=150)
@example((ACTIONS[2], {"text": "SW-12"}))
@example((ACTIONS[2], {"text": "12"}))
@example((ACTIONS[2], {"text": "done"}))
@example((ACTIONS[2], {"text": "--private --dry-run"}))
def test_the_command_that_is_read_is_the_one_that_was_meant(form: tuple[Action, dict[str, str]]) -> None:
    """With no argument but those filled in, on what the room is about; or it is refused."""
    action, filled = form
    context = ReadContext(now=START, noun="step", id="7", systems=("demo",))

    try:
        call = TABLE.read(line(action, filled), context)
    except UsageError:
        return

    assert call.command.words == action.command
    given_in = {name for name, text in filled.items() if text.strip()} | {"swarm"}
    given_in |= {"in_"} if "in" in given_in else set()
    assert set(call.arguments) <= given_in & FIELDS[call.command.words]
    assert not call.dry_run
    if "private" in call.arguments:
        assert filled["private"] == "yes"
    text = next((one.field.name for one in action.inputs if one.stands == "text"), "")
    if text in call.arguments:
        assert letters(str(call.arguments[text])) == letters(filled[text])
    if "swarm" in call.arguments:
        assert call.arguments["swarm"] == "7"


def letters(text: str) -> str:
    """What is left of a text when only letters and digits count: white space, dashes and quotes may be written anew."""
    return "".join(char for char in text if char.isalnum())
