"""Commands, declared on typed async functions; usage, help and checks all come from the declaration.

::

    class SwarmCommands:
        @command("swarm open", who="owner | pod_lead", summary=_("Bring experts to a case"),
                 aliases={"de": ("schwarm öffnen",)}, examples=("swarm open demo:1001 refund loops",))
        async def open(self, unit: Unit, case: TicketName, help_needed: Rest, *,
                       tried: str = "", skills: Annotated[tuple[str, ...], Many()] = (), private: bool = False) -> None:
            ...

Positional parameters are read in order; the last may be `Rest`. Keyword-only parameters are `key=value` options; a `bool`
one is a bare word (`private`). A default makes a parameter optional. Types: `str`, `int`, `bool`, an Enum, `Duration`,
`When`, `Until`, `TicketName`, `Selector`, `Person`, `Rest`, and `Annotated[str, IdOf(kind=…, prefix=…)]`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from chatops.core.access import Relations, Who
from chatops.core.frozen import Frozen, Instant
from chatops.core.message import Person
from chatops.core.params import Duration, IdOf, Many, RestOfLine, Selector, TicketName, Until, When
from chatops.core.text import Text

Handler = Callable[..., Awaitable[None]]
Awaiting = Callable[[Any], Awaitable[Sequence[str]]]
"""Given the unit of somebody's command: the whole commands that would settle what awaits them."""
HandlerT = TypeVar("HandlerT", bound=Callable[..., Awaitable[None]])

_TYPES = (str, int, bool, Duration, When, Until, TicketName, Selector, Person)


class Option(Frozen, frozen=True, kw_only=True):
    """What people read and may type for one parameter."""

    label: Text
    aliases: Mapping[str, Sequence[str]] = {}
    """Other keys by language: `{"de": ("versucht",)}`."""


class Declaration(Frozen, frozen=True, kw_only=True):
    """What `@command` remembers on the function."""

    words: str
    who: str
    summary: Text
    aliases: Mapping[str, Sequence[str]]
    anywhere: Sequence[str]
    examples: Sequence[str]
    options: Mapping[str, Option]
    outward: bool
    destructive: bool
    acts: bool
    replying: Sequence[str] = ()
    reaction: str = ""
    awaiting: str = ""
    secret: bool = False
    strangers: bool = False
    inside: bool | None = None
    among: str = ""
    alone: bool = False


def command(  # noqa: PLR0913 - everything a command declares, by name
    words: str,
    *,
    who: str,
    summary: Text,
    aliases: Mapping[str, Sequence[str]] | None = None,
    anywhere: Sequence[str] = (),
    examples: Sequence[str] = (),
    options: Mapping[str, Option] | None = None,
    outward: bool = False,
    destructive: bool = False,
    acts: bool = True,
    replying: Sequence[str] = (),
    reaction: str = "",
    awaiting: str = "",
    secret: bool = False,
    strangers: bool = False,
    inside: bool | None = None,
    among: str = "",
    alone: bool = False,
) -> Callable[[HandlerT], HandlerT]:
    """Declare an async function as the command `words` (`noun verb`, or one word).

    `aliases` are whole other wordings by language. `anywhere` are single words that mean this command wherever one thing
    awaits the asker (`accept`). `outward`: what it does leaves the house; `destructive`: it cannot be undone; both ask for
    confirmation. `acts=False` for commands that only show something.

    `replying` are single words that mean this command in a reply to somebody's message, and `reaction` the emoji that
    means it on one; the handler finds the message in `unit.origin.reply_to`. `awaiting` names the method (unit → whole
    commands) that tells what awaits the asker, for words in `anywhere` that several commands share.

    `secret`: its arguments are nobody else's business and are not audited. `strangers`: an identity that the directory does
    not know may say it too, alone with us and with one argument; its unit has no actor, so it must look first who asks.

    `inside`: what it answers is for members of the house, and said to the asker alone where a guest reads along. So is,
    unless this says otherwise, the answer of every command that only roles of the house allow.

    `among`: who may in the room of something, where they are fewer than `who`. Help says so; the handler asks for it.

    `alone`: a ticket's name or address, and nothing else, means this command. At most one command has it.
    """

    def mark(function: HandlerT) -> HandlerT:
        declaration = Declaration(
            words=words,
            who=who,
            summary=summary,
            aliases=dict(aliases or {}),
            anywhere=tuple(anywhere),
            examples=tuple(examples),
            options=dict(options or {}),
            outward=outward,
            destructive=destructive,
            acts=acts,
            replying=tuple(replying),
            reaction=reaction,
            awaiting=awaiting,
            secret=secret,
            strangers=strangers,
            inside=inside,
            among=among,
            alone=alone,
        )
        function.__chatops_command__ = declaration  # type: ignore[attr-defined]
        return function

    return mark


class Parameter(Frozen, frozen=True, kw_only=True):
    """One parameter, read off the signature."""

    name: str
    type: Any
    """One of the types above, an Enum, or a bare `str` for `Rest` and `IdOf`."""
    positional: bool
    required: bool
    rest: bool = False
    many: bool = False
    id_of: IdOf | None = None
    label: Text | None = None
    aliases: Mapping[str, Sequence[str]] = {}


class Command(Frozen, frozen=True, kw_only=True):
    """A registered command."""

    words: str
    who: Who
    summary: Text
    parameters: tuple[Parameter, ...]
    handler: Handler
    plugin: str
    """Which plugin brought it, for messages about clashes."""
    aliases: Mapping[str, Sequence[str]] = {}
    anywhere: Sequence[str] = ()
    examples: Sequence[str] = ()
    outward: bool = False
    destructive: bool = False
    acts: bool = True
    replying: Sequence[str] = ()
    reaction: str = ""
    awaiting: Awaiting | None = None
    secret: bool = False
    strangers: bool = False
    inside: bool | None = None
    among: Who | None = None
    alone: bool = False

    @property
    def noun(self) -> str:
        """The first word."""
        return self.words.split(" ", 1)[0]

    @property
    def verb(self) -> str:
        """What follows the noun; empty for commands of one word."""
        return self.words.partition(" ")[2]


class ReadContext(Frozen, frozen=True, kw_only=True):
    """What the words depend on besides themselves: when, where and by whom they were said."""

    now: Instant
    zone: str = "UTC"
    """The speaker's IANA zone: times without a zone are meant in it."""
    locale: str = "en"
    """The speaker's language: its wordings win where several languages' could be meant."""
    noun: str | None = None
    """The kind of thing the room belongs to (`swarm`); its commands need no noun there."""
    id: str | None = None
    """The id of that thing, implied where a command wants one of its kind."""
    systems: tuple[str, ...] = ()
    """Names of the connected ticket systems."""
    replied: bool = False
    """Whether they were said in reply to a message."""
    may: Callable[[Command], bool] | None = None
    """Whether the speaker may use a command: no other is offered. None: whoever speaks may use all of them."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A command with its arguments read: ready for `call.command.handler(unit, **call.arguments)`.

    Parameters that were not given are not in `arguments`, so the handler's own defaults hold. A parameter of type `Person`
    arrives as the `Selector` that was typed: only the directory knows who that is.
    """

    command: Command
    arguments: dict[str, object]
    typed: str
    """What was typed, for the audit; values of a form are written behind it."""
    dry_run: bool = False


def _names(source: object) -> Iterable[str]:
    own = (name for each in type(source).__mro__ for name in vars(each))
    return [name for name in dict.fromkeys((*own, *dir(source))) if not name.startswith("__")]


def declared(source: object, *, relations: Relations, plugin: str) -> Iterator[Command]:
    """Yield the commands declared on `source`: a function, or an object with declared methods, in the order they stand.

    Raise ValueError when a declaration is wrong: no role or relation, a parameter of an unknown type, a `Rest` that is not
    last, an `IdOf` without `unit` first.
    """
    candidates: Iterable[Any] = (
        [source] if hasattr(source, "__chatops_command__") else [getattr(source, name) for name in _names(source)]
    )
    for function in candidates:
        declaration: Declaration | None = getattr(function, "__chatops_command__", None)
        if declaration is None:
            continue
        yield Command(
            words=declaration.words,
            who=Who.parse(declaration.who, relations.names()),
            summary=declaration.summary,
            parameters=_parameters(getattr(function, "__func__", function)),
            handler=function,
            plugin=plugin,
            aliases=declaration.aliases,
            anywhere=declaration.anywhere,
            examples=declaration.examples,
            outward=declaration.outward,
            destructive=declaration.destructive,
            acts=declaration.acts,
            replying=declaration.replying,
            reaction=declaration.reaction,
            awaiting=getattr(source, declaration.awaiting) if declaration.awaiting else None,
            secret=declaration.secret,
            strangers=declaration.strangers,
            inside=declaration.inside,
            among=Who.parse(declaration.among, relations.names()) if declaration.among else None,
            alone=declaration.alone,
        )


@lru_cache(maxsize=1024)
def _parameters(function: Handler) -> tuple[Parameter, ...]:
    """Return what a declared function takes; it takes the same on every object it is a method of."""
    return tuple(_each_parameter(function, function.__chatops_command__))  # type: ignore[attr-defined]


def _each_parameter(function: Handler, declaration: Declaration) -> Iterator[Parameter]:
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function, include_extras=True)
    names = [name for name in signature.parameters if name != "self"]
    if not names or names[0] != "unit":
        message = f"{declaration.words}: the first parameter must be called unit"
        raise ValueError(message)
    unknown = set(declaration.options) - set(names)
    if unknown:
        message = f"{declaration.words}: options for parameters that are not there: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    rest_seen = False
    for name in names[1:]:
        parameter = signature.parameters[name]
        kind, marks = _unwrap(hints[name])
        positional = parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        rest = any(isinstance(mark, RestOfLine) for mark in marks)
        if positional and rest_seen:
            message = f"{declaration.words}: {name} stands after the rest of the line"
            raise ValueError(message)
        rest_seen = rest_seen or rest
        if kind not in _TYPES and not (isinstance(kind, type) and issubclass(kind, Enum)):
            message = f"{declaration.words}: {name} has a type commands cannot read: {kind}"
            raise ValueError(message)
        option = declaration.options.get(name)
        yield Parameter(
            name=name,
            type=kind,
            positional=positional,
            required=parameter.default is inspect.Parameter.empty,
            rest=rest,
            many=any(isinstance(mark, Many) for mark in marks),
            id_of=next((mark for mark in marks if isinstance(mark, IdOf)), None),
            label=option.label if option else None,
            aliases=option.aliases if option else {},
        )


def _unwrap(hint: Any) -> tuple[Any, tuple[object, ...]]:
    """Return the plain type of a hint and its marks: optional and tuple wrappers taken off."""
    marks: tuple[object, ...] = ()
    while True:
        origin = typing.get_origin(hint)
        if origin is typing.Annotated:
            hint, *extra = typing.get_args(hint)
            marks += tuple(extra)
        elif origin is tuple:
            hint = typing.get_args(hint)[0]
        elif origin is not None and type(None) in typing.get_args(hint):
            hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        else:
            return hint, marks
