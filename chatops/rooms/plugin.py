"""Watched rooms, brought in through the same hooks as any plugin."""

from __future__ import annotations

import msgspec

from chatops.core.frozen import Frozen
from chatops.core.message import RoomRef
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import PluginContext
from chatops.rooms.commands import RoomCommands
from chatops.rooms.following import Following
from chatops.rooms.model import BODIES
from chatops.rooms.readers import Readers
from chatops.rooms.watching import Watching


class RoomsSettings(Frozen, frozen=True, kw_only=True):
    """What the plugin is told."""

    watched: tuple[str, ...] = ()
    """`NETWORK:ID` of rooms that are watched whatever people say."""
    keep_days: int = 30
    """Days that messages are kept."""
    locale: str = "en"
    zone: str = "UTC"


class RoomsPlugin(Feature):
    """Registers `room watch`, `unwatch`, `show` and `list`."""

    bodies = BODIES

    def __init__(self, context: PluginContext) -> None:
        told = _settings(context)
        readers = Readers(context.people, context.members)
        self.commands = (RoomCommands(Watching(context.people, readers, keep_days=told.keep_days)),)
        following = Following(
            readers,
            wanted=[_room(one) for one in told.watched],
            keep_days=told.keep_days,
            locale=told.locale,
            zone=told.zone,
        )
        self.listeners = following.listeners()


def _room(written: str) -> RoomRef:
    network, _colon, id_ = written.partition(":")
    return RoomRef(network=network, id=id_)


def _settings(context: PluginContext) -> RoomsSettings:
    try:
        told = msgspec.convert(dict(context.settings), RoomsSettings)
    except msgspec.ValidationError as error:
        message = f"rooms: {error}"
        raise PluginError(message) from error
    if not all(all(one.partition(":")[::2]) for one in told.watched):
        message = 'rooms.watched: a room is written "NETWORK:ID"'
        raise PluginError(message)
    return told
