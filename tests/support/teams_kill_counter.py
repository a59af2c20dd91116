"""The counting plugin with an offer: a card with one button, which counts once for everybody."""

from __future__ import annotations

from chatops import Unit, command
from chatops.core.message import Button, Card
from chatops.core.text import _
from kill_counter import Counter


class Offers(Counter):
    """The plugin."""

    @command("offer", who="staff", summary=_("Offer something once"))
    async def offer(self, unit: Unit, name: str) -> None:
        """Show the card."""
        if unit.origin is not None:
            button = Button(label=_("Take it"), command=f"take {name}", uses="once")
            unit.post(unit.origin.target, Card(title=_("offer {name}", name=name), buttons=(button,)))

    @command("take", who="staff", summary=_("Count once for all"))
    async def take(self, unit: Unit, name: str) -> None:
        """Count."""
        await self.count(unit, f"{name}-once")
