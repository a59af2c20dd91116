"""Usage lines, examples and help cards, from the declarations of the commands alone. A help card has at most 12 lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from chatops.core import values
from chatops.core.command import Command, Parameter, ReadContext
from chatops.core.lexer import quote
from chatops.core.message import Button, Card
from chatops.core.text import Arg, Code, Text, _, lines, listed, said, to_type

LINES = 12
"""The most lines of a help card, title and footer included."""

VERBS = 6
"""The most verbs listed behind a noun; the others are counted."""

SOURCE = "en"
"""The language of declarations."""


def wording(command: Command, locale: str) -> str:
    """Return what people of a language call the command."""
    own_language = language(locale)
    own = () if own_language == SOURCE else command.aliases.get(own_language, ())
    return next(iter(own), command.words)


def key(parameter: Parameter, locale: str) -> str:
    """Return the word before `=` in a language."""
    own_language = language(locale)
    own = () if own_language == SOURCE else parameter.aliases.get(own_language, ())
    return next(iter(own), parameter.name.replace("_", "-"))


def line(command: Command, locale: str) -> Text:
    """Return how the command is written: `swarm open <case> <help needed> [tried=<what>] [private]`."""
    args: dict[str, Text] = {}
    parts = [wording(command, locale)]
    for number, parameter in enumerate(command.parameters):
        args[f"p{number}"] = name(parameter)
        part = f"‹{{p{number}}}›" + ("…" if parameter.many else "")
        if not parameter.positional:
            part = key(parameter, locale) if parameter.type is bool else f"{key(parameter, locale)}={part}"
        elif parameter.id_of is not None:
            part = values.id_text(parameter.id_of, "…")
        needed = parameter.required and parameter.id_of is None  # in its room an id is implied
        parts.append(part if needed else f"[{part}]")
    return Text(msgid=" ".join(parts), args=dict(args), verbatim=True) if args else said(parts[0])


def name(parameter: Parameter) -> Text:
    """Return what people read for a parameter."""
    return parameter.label or said(parameter.name.replace("_", " "))


def example(command: Command, context: ReadContext, *, wording: str | None = None) -> str:
    """Return a whole command that works: what is required, filled with samples."""
    parts = [wording or command.words]
    for parameter in command.parameters:
        if not parameter.required:
            continue
        word = values.sample(parameter, context)
        word = quote(word) if " " in word else word
        parts.append(word if parameter.positional else f"{key(parameter, context.locale)}={word}")
    return " ".join(parts)


def choices(command: Command, context: ReadContext) -> Iterator[str]:
    """Yield the words that stand for something without being anybody's own: choices, and what the room is about."""
    for parameter in command.parameters:
        if isinstance(parameter.type, type) and issubclass(parameter.type, Enum):
            yield from (str(one.value) for one in parameter.type)
        if parameter.id_of is not None and context.noun == parameter.id_of.kind and context.id:
            yield values.id_text(parameter.id_of, context.id)


def overview(commands: Sequence[Command], locale: str, *, page: int = 1) -> Card:
    """Return the card of all nouns, each with its verbs; `commands` are those the reader may use.

    First what is said in one word, then the nouns in the order they were registered: what people come for first.
    """
    by_noun: dict[str, list[Command]] = {}
    for command in commands:
        by_noun.setdefault(command.noun, []).append(command)
    single = [own[0] for own in by_noun.values() if len(own) == 1 and not own[0].verb]
    together = single if len(single) > 1 else []
    entries = [listed(*(to_type(wording(command, locale)) for command in together))] if together else []
    entries += [
        _noun_line(sorted(own, key=lambda command: bool(command.verb)), locale)
        for own in by_noun.values()
        if own[0] not in together
    ]
    return _paged(
        _("What you can do"),
        entries,
        page,
        more="help",
        footer=_("{help} shows one of them in full.", help=to_type(f"help {next(iter(by_noun), 'help')}")),
    )


def of_noun(commands: Sequence[Command], locale: str, *, page: int = 1) -> Card:
    """Return the card of one noun's commands, one a line; `commands` are those the reader may use, at least one."""
    noun = commands[0].noun
    entries = [
        _shown("{command} – {summary}", command=to_type(wording(command, locale)), summary=command.summary)
        for command in commands
    ]
    return _paged(
        said(noun_wording(commands, locale)),
        entries,
        page,
        more=f"help {noun}",
        footer=_("{help} shows one of them in full.", help=to_type(f"help {commands[0].words}")),
    )


def of_command(command: Command, locale: str, label: Callable[[str], Text]) -> Card:
    """Return the card of one command. `label` gives the words for a role or relation."""
    told = [parameter for parameter in command.parameters if parameter.label is not None]
    who = _("For: {who}", who=listed(*(label(name) for name in sorted(command.who.roles | command.who.relations))))
    examples = [_shown("{example}", example=to_type(one)) for one in command.examples[:2]]
    head = [command.summary, _("Usage: {usage}", usage=line(command, locale))]
    room = LINES - 1 - len(head) - 1 - len(examples)
    if len(told) > room:
        # What stands without a name is told by the usage already.
        told = [parameter for parameter in told if not parameter.positional]
    about = (
        _shown("{name}: {label}", name=Code(code=_as_typed(parameter, locale)), label=name(parameter))
        for parameter in told[:room]
    )
    return Card(
        title=said(wording(command, locale)),
        text=lines(*head, *about, *examples),
        footer=who,
    )


def noun_wording(commands: Sequence[Command], locale: str) -> str:
    """Return what people of a language call the noun of these commands."""
    found = [wording(command, locale).split(" ")[0] for command in commands if command.verb]
    return max(found, key=found.count) if found else wording(commands[0], locale)


def language(locale: str) -> str:
    """Return the language of a locale: `de` of `de-AT`."""
    return locale.replace("_", "-").split("-")[0].lower()


def _shown(pattern: str, **args: Arg) -> Text:
    """Return texts between signs that are the same in every language."""
    return Text(msgid=pattern, args=args, verbatim=True)


def _noun_line(commands: Sequence[Command], locale: str) -> Text:
    first = commands[0]
    if len(commands) == 1:
        return _shown("{command} – {summary}", command=to_type(wording(first, locale)), summary=first.summary)
    # A command of one word, which stands first, is told by that word: its noun says nothing of it.
    verbs = [wording(command, locale).partition(" ")[2] or wording(command, locale) for command in commands]
    words = [*verbs[:VERBS], *([f"+{len(verbs) - VERBS}"] if len(verbs) > VERBS else [])]
    return _shown("{noun}: {verbs}", noun=Code(code=noun_wording(commands, locale)), verbs=listed(*words))


def _as_typed(parameter: Parameter, locale: str) -> str:
    if parameter.positional:
        return parameter.name.replace("_", "-")
    return key(parameter, locale) if parameter.type is bool else f"{key(parameter, locale)}=…"


def _paged(title: Text, entries: Sequence[Text], page: int, *, more: str, footer: Text) -> Card:
    room = LINES - 2
    pages = max(1, -(-len(entries) // room))
    page = min(max(page, 1), pages)
    shown = entries[(page - 1) * room : page * room]
    return Card(
        title=title if pages == 1 else _("{title} ({page} of {pages})", title=title, page=page, pages=pages),
        text=lines(*shown),
        footer=footer,
        buttons=(Button(label=_("More"), command=f"{more} page={page + 1}", icon="➡️"),) if page < pages else (),
    )
