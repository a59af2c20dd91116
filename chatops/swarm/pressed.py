"""Whether a button was pressed on a letter that changes in its place, and so says by itself what became of it."""

from __future__ import annotations

from chatops.core.message import ButtonPress
from chatops.core.rooms import direct_target
from chatops.core.unit import Unit


def on_own_letter(unit: Unit) -> bool:
    """Return whether the asker pressed a button where they are written to alone: another answer would say it twice."""
    pressed = isinstance(unit.event.body, ButtonPress)
    return pressed and unit.origin is not None and unit.origin.target == direct_target(unit.actor.id)
