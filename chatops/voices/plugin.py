"""Voices, brought in through the same hooks as any plugin."""

from __future__ import annotations

import re

import msgspec

from chatops.core.frozen import Frozen
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import PluginContext, Section
from chatops.voices.coaching import Coaching
from chatops.voices.commands import VoicesCommands
from chatops.voices.digests import Digests
from chatops.voices.feedback import FeedbackDesk
from chatops.voices.ideas import Ideas
from chatops.voices.model import BODIES

_WHEN = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d")


class VoicesSettings(Frozen, frozen=True, kw_only=True):
    """What the plugin is told."""

    digest: str = "mon 09:00"
    products: dict[str, str] = {}
    """Product → `NETWORK:ID` of the room that hears what is said about it."""


class VoicesPlugin(Feature):
    """Registers `idea`, `feedback` and `coach`, and their weekly digests."""

    bodies = BODIES

    def __init__(self, context: PluginContext) -> None:
        told = _settings(context)
        ideas, desk = Ideas(context.people), FeedbackDesk(context.people)
        self.commands = (VoicesCommands(ideas, desk, Coaching(context.people)),)
        self.listeners = Digests(context.people, ideas, desk, when=told.digest, products=told.products).listeners()
        self.sections = (Section(name="voices.ideas", order=90, title=_("Ideas that wait for you"), read=ideas.mine),)


def _settings(context: PluginContext) -> VoicesSettings:
    try:
        told = msgspec.convert(dict(context.settings), VoicesSettings)
    except msgspec.ValidationError as error:
        message = f"voices: {error}"
        raise PluginError(message) from error
    wrong = [room for room in told.products.values() if ":" not in room]
    if _WHEN.fullmatch(told.digest) is None or wrong:
        message = 'voices: digest is a weekday and a time like "mon 09:00", a product\'s room "NETWORK:ID"'
        raise PluginError(message)
    return told
