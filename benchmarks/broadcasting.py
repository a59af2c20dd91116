"""A plugin with two commands for measuring: one answers, one tells many rooms at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from chatops import PluginContext, Unit, command, hookimpl
from chatops.core.text import _

ENTRY_POINT = "[chatops.plugins]\nbroadcasting = broadcasting:Broadcasting\n"
METADATA = "Metadata-Version: 2.1\nName: broadcasting\nVersion: 1.0\n"


class Broadcasting:
    """The plugin."""

    def __init__(self, context: PluginContext) -> None:
        self._name = context.name

    @command("echo", who="staff", summary=_("Say it again"))
    async def echo(self, unit: Unit, text: str) -> None:
        """Answer in the room."""
        unit.answer(_("{text}", text=text))

    @command("fan", who="staff", summary=_("Tell many rooms"))
    async def fan(self, unit: Unit, file: str) -> None:
        """Tell every room whose id is in the JSON file."""
        rooms = json.loads(await asyncio.to_thread(Path(file).read_text))
        for room in rooms:
            unit.post(f"remote:matrix:{room}", _("to everybody"), bulk=True)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Bring them."""
        register(self)


def install(folder: Path) -> None:
    """Make the plugin known to a program that has `folder` on its path."""
    metadata = folder / "broadcasting-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(METADATA)
    (metadata / "entry_points.txt").write_text(ENTRY_POINT)
