"""Usage lines and examples of commands, from their declarations alone."""

from __future__ import annotations

from chatops.core import values
from chatops.core.command import Command, Parameter, ReadContext
from chatops.core.lexer import quote
from chatops.core.text import Text, said

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
        part = f"‹{{p{number}}}›" + ("…" if parameter.many else "")  # noqa: RUF001 - typographic brackets
        if not parameter.positional:
            part = key(parameter, locale) if parameter.type is bool else f"{key(parameter, locale)}={part}"
        parts.append(part if parameter.required else f"[{part}]")
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


def language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()
