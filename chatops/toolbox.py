"""What is typed to use a plugin's tool: `chatops GROUP NAME [--option value]`. Which tools there are, only plugins know.

So the words behind the group are read here, and not by the command line's parser.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from chatops.calling import Described, Option
from chatops.core.frozen import Frozen
from chatops.errors import ChatopsError

GROUP = "chatops.tools"
"""The entry point group in which a package names the groups of its tools, each with its plugin's name: `shop =
"shop_network"`. It is read for `chatops --help`, which imports no plugin."""

COMMON = {
    "config": "Settings file.",
    "data": "Data folder (or CHATOPS_DATA).",
}
"""What every tool takes besides its own options."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Wrong(ChatopsError):
    """What was typed is no use of a tool; the message ends with a command that works."""


class Typed(Frozen, frozen=True, kw_only=True):
    """What stood behind the group."""

    tool: str = ""
    options: dict[str, str] = {}
    help: bool = False

    def path(self, name: str) -> Path | None:
        """Return the folder or file given as `--config` or `--data`. Raise Wrong when it is empty."""
        given = self.options.get(name)
        if given == "":
            message = f"--{name} needs a value: it is empty."
            raise Wrong(message)
        return None if given is None else Path(given)

    @property
    def common(self) -> Mapping[str, str]:
        """What was given of the options that every tool takes."""
        return {name: value for name, value in self.options.items() if name in COMMON}


def announced() -> Mapping[str, str]:
    """Return the groups that installed packages name, each with its plugin."""
    points: Sequence[EntryPoint] = tuple(entry_points(group=GROUP))
    return {point.name: point.value for point in points}


def enabled(group: str, tools: Sequence[Described]) -> None:
    """Raise Wrong when no enabled plugin has tools of that group."""
    if any(tool.group == group for tool in tools):
        return
    plugin = announced().get(group)
    message = f"No enabled plugin has tools called {group}. Try: chatops --help"
    if plugin is not None:
        message = (
            f"The plugin {plugin}, which has these tools, is not enabled. Name it in the settings, under [plugins] "
            f"enabled, and say which settings: chatops {group} --help --config FILE"
        )
    raise Wrong(message)


def read(group: str, words: Sequence[str]) -> Typed:
    """Read the words behind the group. Raise Wrong for what can be no option."""
    tool, options, wants_help = "", {}, False
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--help":
            wants_help = True
        elif word.startswith("--") and len(word) > len("--"):
            name, equals, value = word.removeprefix("--").partition("=")
            if not equals:
                if not left:
                    message = f"--{name} needs a value. Try: chatops {group} --help"
                    raise Wrong(message)
                value = left.pop(0)
            options[name] = value
        elif not tool:
            tool = word
        else:
            # Not repeated: somebody may have typed a password.
            message = f"There is a word too many behind {tool}. Values are given by name: --user VALUE. "
            message += f"Try: chatops {group} --help"
            raise Wrong(message)
    return Typed(tool=tool, options=options, help=wants_help)


def choose(group: str, typed: Typed, tools: Sequence[Described]) -> Described:
    """Return the tool that is meant. Raise Wrong, naming those there are."""
    known = [tool for tool in tools if tool.group == group]
    for tool in known:
        if tool.name == typed.tool:
            return tool
    names = ", ".join(tool.name for tool in known)
    message = f"{group} has no {typed.tool}. It has: {names}. Try: chatops {group} {known[0].name}"
    raise Wrong(message)


def given(tool: Described, typed: Typed) -> Mapping[str, str]:
    """Return the tool's own options as they were typed. Raise Wrong for an unknown one, and for a secret one."""
    own = {name: value for name, value in typed.options.items() if name not in COMMON}
    known = {option.name: option for option in tool.options}
    for name in own:
        if name not in known:
            message = f"{tool.group} {tool.name} has no --{name}. Try: chatops {tool.group} {tool.name} --help"
            raise Wrong(message)
        if known[name].secret:
            rest = {other: value for other, value in own.items() if other in known and not known[other].secret}
            message = (
                f"The {name} is never given on the command line, where others could read it. It is asked for, or read "
                f"from standard input: {command(tool, {**typed.common, **rest})} < FILE"
            )
            raise Wrong(message)
    return own


def command(tool: Described, options: Mapping[str, str]) -> str:
    """Return the command that uses a tool with options."""
    words = [f"--{name} {shlex.quote(value)}" for name, value in options.items()]
    return " ".join(["chatops", tool.group, tool.name, *words])


def complete(
    tool: Described,
    told: Mapping[str, str],
    ask: Callable[[Option], str | None],
    *,
    common: Mapping[str, str] = NOTHING,
) -> Mapping[str, str]:
    """Return all options, those missing asked for. Raise Wrong when there is nobody to ask.

    `common`: what else was typed, for the command that would work.
    """
    options = dict(told)
    typed = command(tool, {**common, **told})
    for option in tool.options:
        if option.name in options or (option.default is not None and not option.secret):
            continue
        if option.instead_of and options.get(option.instead_of):
            continue
        answer = ask(option)
        if answer is not None:
            options[option.name] = answer
        elif option.instead_of:
            options[option.name] = ""
        elif option.secret:
            message = f"The {option.name} is missing. Give it on standard input: {typed} < FILE"
            raise Wrong(message)
        else:
            message = f"The {option.name} is missing. Try: {typed} --{option.name} VALUE"
            raise Wrong(message)
    return options


def page(group: str, tools: Sequence[Described]) -> str:
    """Return the help of a group."""
    known = [tool for tool in tools if tool.group == group]
    width = max(len(tool.name) for tool in known)
    rows = [f"  {tool.name:{width}}  {tool.help}" for tool in known]
    return "\n".join([f"Usage: chatops {group} NAME [OPTIONS]", "", "Tools:", *rows])


def tool_page(tool: Described) -> str:
    """Return the help of a tool."""
    own = [(f"--{one.name} VALUE", _said(one)) for one in tool.options if not one.secret]
    common = [(f"--{name} PATH", text) for name, text in COMMON.items()]
    rows = [*own, *common, ("--help", "Show this message and exit.")]
    width = max(len(name) for name, _text in rows)
    secret = [f"  {one.name}: {one.help}" for one in tool.options if one.secret]
    asked = ["", "Asked for, or read from standard input, one line each:", *secret] if secret else []
    return "\n".join(
        [
            f"Usage: chatops {tool.group} {tool.name} [OPTIONS]",
            "",
            f"  {tool.help}",
            "",
            "Options:",
            *(f"  {name:{width}}  {text}" for name, text in rows),
            *asked,
        ]
    )


def _said(option: Option) -> str:
    return f"{option.help} (default: {option.default})" if option.default else option.help


class Asking:
    """Asks at the terminal; without one, reads a line of standard input for each secret, and asks for nothing else."""

    def __init__(self, prompt: Callable[[Option], str]) -> None:
        """`prompt` asks a person, without an echo for what is secret."""
        self._prompt = prompt

    def __call__(self, option: Option) -> str | None:
        """Return the answer; None when there is none to be had."""
        # Python has none when it was closed before the start (`<&-`).
        stdin: TextIO | None = sys.stdin
        if stdin is not None and stdin.isatty():
            return self._prompt(option)
        if stdin is None or not option.secret:
            return None
        line = stdin.readline()
        return line.rstrip("\r\n") if line else None
