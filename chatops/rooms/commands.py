"""The commands on rooms that belong to nothing."""

from __future__ import annotations

from chatops.core.command import Option, command
from chatops.core.params import Rest
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.rooms.watching import Watching

LEADS = "pod_lead | manager | admin"


class RoomCommands:
    """Watch a room, end it, see what is so."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    @command(
        "room show",
        who="anyone",
        summary=_("Say what I keep of what is said in this room"),
        aliases={"de": ("raum zeigen", "raum anzeigen"), "nl": ("ruimte tonen", "ruimte bekijken")},
        examples=("room show",),
        acts=False,
        inside=False,
    )
    async def show(self, unit: Unit) -> None:
        """Say whether this room is watched, and what that means."""
        await self._watching.show(unit)

    @command(
        "room list",
        who=LEADS,
        summary=_("List the rooms that are watched"),
        aliases={"de": ("raum liste",), "nl": ("ruimte lijst",)},
        examples=("room list",),
        acts=False,
    )
    async def listed(self, unit: Unit) -> None:
        """List the watched rooms, to the asker alone."""
        await self._watching.listed(unit)

    @command(
        "room watch",
        who=LEADS,
        summary=_("Read along in this room: cases that people name are shown, messages are kept for a while"),
        aliases={"de": ("raum mitlesen", "raum beobachten"), "nl": ("ruimte meelezen", "ruimte volgen")},
        examples=("room watch", "room watch billing lounge"),
        options={"name": Option(label=_("what the room is called"))},
        inside=False,
    )
    async def watch(self, unit: Unit, name: Rest = "") -> None:
        """Watch the room this is said in."""
        await self._watching.watch(unit, name)

    @command(
        "room unwatch",
        who=LEADS,
        summary=_("Read along no longer, in this room or in the one named"),
        aliases={"de": ("raum nicht mitlesen",), "nl": ("ruimte niet meelezen",)},
        examples=("room unwatch", "room unwatch billing lounge"),
        options={"room": Option(label=_("which room"))},
        inside=False,
    )
    async def unwatch(self, unit: Unit, room: Rest = "") -> None:
        """Watch a room no longer."""
        await self._watching.unwatch(unit, room)
