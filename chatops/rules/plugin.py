"""Rules, brought in through the same hooks as any plugin."""

from __future__ import annotations

from pathlib import Path

import msgspec

from chatops.core.frozen import Frozen
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import PluginContext
from chatops.rules.commands import RulesCommands
from chatops.rules.facts import BODIES
from chatops.rules.files import read_policy
from chatops.rules.in_force import InForce, RulesRead, TextOf
from chatops.rules.looking import Looks, LookSettings
from chatops.rules.model import Policy


class RulesSettings(Frozen, frozen=True, kw_only=True):
    """What the plugin is told."""

    file: Path | None = None
    scan: int = 60
    """Seconds between looks."""
    most: int = 5
    """Swarms opened for one pod in one look."""
    page: int = 100
    """Cases asked for at a time."""
    pods: tuple[str, ...] | None = None
    """Ids of the pods there are; None: not said, so any may be named."""


class RulesPlugin(Feature):
    """Registers `rules …` and the looks at open cases. Reads the rules at start; what is wrong with them is said there."""

    bodies = (*BODIES, RulesRead)

    def __init__(self, context: PluginContext, policy: Policy | None = None, *, text_of: TextOf | None = None) -> None:
        """`policy`: rules that have been read already, instead of the file's; `text_of`: reads the file again."""
        told = _settings(context)
        if policy is None:
            policy = Policy() if told.file is None else read_policy(told.file, told.pods)
        rules = InForce(policy, at=context.clock.now(), file=told.file, pods=told.pods, text_of=text_of)
        looks = Looks(
            rules, context.people, context.tickets, LookSettings(every=told.scan, most=told.most, page=told.page)
        )
        self.listeners = looks.listeners()
        self.commands = (RulesCommands(rules, looks, context.people, context.tickets),)


def _settings(context: PluginContext) -> RulesSettings:
    try:
        told = msgspec.convert(dict(context.settings), RulesSettings)
    except msgspec.ValidationError as error:
        message = f"rules: {error}"
        raise PluginError(message) from error
    if min(told.scan, told.page) < 1 or told.most < 0:
        message = "rules: scan and page are numbers above 0, most is 0 or more"
        raise PluginError(message)
    return told
