"""The counting plugin with cards: one button that counts once for everybody, and one that counts each time."""

from __future__ import annotations

from chatops import Unit, command
from chatops.core.message import Button, Card
from chatops.core.text import _
from kill_counter import Counter

ONCE, EACH = "🎁", "🔁"
"""The reactions that stand for the buttons."""


class Clicks(Counter):
    """The plugin."""

    @command("offer", who="staff", summary=_("Offer two buttons"))
    async def offer(self, unit: Unit, name: str) -> None:
        """Pin a card with both buttons."""
        self._show(unit, name, taken="")

    @command("take", who="staff", summary=_("Count once for all"))
    async def take(self, unit: Unit, name: str) -> None:
        """Count, and take the button off the card."""
        await self.count(unit, f"{name}-once")
        self._show(unit, name, taken=unit.actor.name)

    def _show(self, unit: Unit, name: str, *, taken: str) -> None:
        if unit.origin is None:
            return
        once = Button(label=_("Take it"), command=f"take {name}", uses="once", icon=ONCE)
        each = Button(label=_("Count"), command=f"count {name}-each", icon=EACH)
        card = Card(
            title=_("offer {name}", name=name),
            text=_("taken by {who}", who=taken) if taken else None,
            buttons=(each,) if taken else (once, each),
        )
        unit.post(unit.origin.target, card, slot=f"offer/{name}", pin=True)
