"""A chat-operations server: swarms around support cases, in the chat people already use.

These are the names plugin authors build with; they stay. Everything else may move between versions.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatops.core.access import Relation
    from chatops.core.clock import Clock
    from chatops.core.command import Option, command
    from chatops.core.effects import ArchiveRoom, Effect, InviteToRoom, OpenRoom, Post, RemoveFromRoom, Timer
    from chatops.core.events import EffectSettled, TimerFired
    from chatops.core.frozen import Aggregate, Body, Frozen, Instant, replace
    from chatops.core.params import Duration, IdOf, Many, Rest, Selector, TicketName, When
    from chatops.core.rooms import Room, direct_target, remote_target, room_target
    from chatops.core.unit import Origin, Unit
    from chatops.hookspecs import (
        Checkup,
        EffectPerformer,
        Finding,
        Listener,
        Performed,
        PluginContext,
        Section,
        Tool,
        ToolOption,
        hookimpl,
    )

__version__ = "0.1.0"

# Loaded on first use, so that `chatops --help` and a plugin that needs two names do not pay for all of them.
_HOMES = {
    "chatops.core.access": ("Relation",),
    "chatops.core.clock": ("Clock",),
    "chatops.core.command": ("Option", "command"),
    "chatops.core.effects": (
        "ArchiveRoom",
        "Effect",
        "InviteToRoom",
        "OpenRoom",
        "Post",
        "RemoveFromRoom",
        "Timer",
    ),
    "chatops.core.events": ("EffectSettled", "TimerFired"),
    "chatops.core.frozen": ("Aggregate", "Body", "Frozen", "Instant", "replace"),
    "chatops.core.params": ("Duration", "IdOf", "Many", "Rest", "Selector", "TicketName", "When"),
    "chatops.core.rooms": ("Room", "direct_target", "remote_target", "room_target"),
    "chatops.core.unit": ("Origin", "Unit"),
    "chatops.hookspecs": (
        "Checkup",
        "EffectPerformer",
        "Finding",
        "Listener",
        "Performed",
        "PluginContext",
        "Section",
        "Tool",
        "ToolOption",
        "hookimpl",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Aggregate",
    "ArchiveRoom",
    "Body",
    "Checkup",
    "Clock",
    "Duration",
    "Effect",
    "EffectPerformer",
    "EffectSettled",
    "Finding",
    "Frozen",
    "IdOf",
    "Instant",
    "InviteToRoom",
    "Listener",
    "Many",
    "OpenRoom",
    "Option",
    "Origin",
    "Performed",
    "PluginContext",
    "Post",
    "Relation",
    "RemoveFromRoom",
    "Rest",
    "Room",
    "Section",
    "Selector",
    "TicketName",
    "Timer",
    "TimerFired",
    "Tool",
    "ToolOption",
    "Unit",
    "When",
    "__version__",
    "command",
    "direct_target",
    "hookimpl",
    "remote_target",
    "replace",
    "room_target",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        message = f"module 'chatops' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
