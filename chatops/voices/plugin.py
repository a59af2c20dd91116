"""Voices, brought in through the same hooks as any plugin."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from chatops.core.frozen import Body, Frozen
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.hookspecs import Listener, PluginContext, Section, hookimpl
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


class VoicesPlugin:
    """Registers `idea`, `feedback` and `coach`, and their weekly digests."""

    def __init__(self, context: PluginContext) -> None:
        told = _settings(context)
        self._ideas = Ideas(context.people)
        desk = FeedbackDesk(context.people)
        self._commands = VoicesCommands(self._ideas, desk, Coaching(context.people))
        self._digests = Digests(context.people, self._ideas, desk, when=told.digest, products=told.products)

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what voices store."""
        for body in BODIES:
            register(body)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self._commands)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register the digests."""
        for listener in self._digests.listeners():
            register(listener)

    @hookimpl
    def chatops_register_sections(self, register: Callable[[Section], None]) -> None:
        """Register the ideas that wait for a lead."""
        register(Section(name="voices.ideas", order=90, title=_("Ideas that wait for you"), read=self._ideas.mine))


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
