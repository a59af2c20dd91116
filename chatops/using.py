"""Uses the tools that plugins bring for the command line, whoever asks: the operator's door, or `chatops` by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import structlog

from chatops.engine.bounded import Raised, guarded
from chatops.engine.trace import trace_of
from chatops.errors import ChatopsError
from chatops.hookspecs import Tool

log = structlog.get_logger(__name__)


class Misused(ChatopsError):
    """There is no such tool, or it was told something else than it asks for."""


class Broken(ChatopsError):
    """A tool raised what it should not have."""


class Using:
    """All tools of the enabled plugins."""

    def __init__(self, tools: Sequence[Tool], *, used: Callable[[], None]) -> None:
        """`used` is called whenever a tool has come to its end."""
        self.tools = tuple(tools)
        self._used = used

    async def __call__(self, group: str, name: str, options: Mapping[str, str]) -> str:
        """Use a tool; return what it shows. Raise Misused, Broken, or the ChatopsError that says what to do."""
        tool = next((tool for tool in self.tools if (tool.group, tool.name) == (group, name)), None)
        if tool is None:
            message = f"No enabled plugin has a tool {group} {name}."
            raise Misused(message)
        given = {option.name: options.get(option.name, option.default) for option in tool.options}
        unknown = sorted(options.keys() - given.keys())
        missing = [one.name for one in tool.options if given[one.name] is None and not one.instead_of]
        if unknown or missing:
            wrong = f"has no option {unknown[0]}" if unknown else f"needs the option {missing[0]}"
            message = f"{group} {name} {wrong}."
            raise Misused(message)
        log.info("an operator uses a tool", group=group, tool=name)
        outcome = await guarded(_run(tool, {name: value or "" for name, value in given.items()}))
        if not isinstance(outcome, Raised):
            self._used()
            return outcome.value
        if isinstance(outcome.error, ChatopsError):
            raise outcome.error
        log.error("a tool broke", group=group, tool=name, trace=trace_of(outcome.error))
        message = f"{group} {name} broke ({type(outcome.error).__name__}). That is a bug of its plugin."
        raise Broken(message) from outcome.error


async def _run(tool: Tool, options: Mapping[str, str]) -> str:
    return await tool.run(options)
