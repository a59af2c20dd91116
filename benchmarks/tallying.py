"""One command for measuring: raises a number, notes it, answers."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.command import command
from chatops.core.frozen import Aggregate, replace
from chatops.core.text import _
from chatops.core.unit import Unit


class Tally(Aggregate, frozen=True, kw_only=True):
    """A number."""

    kind: ClassVar[str] = "tally"

    value: int = 0


class Tallying:
    """`tally up NAME`."""

    @command("tally up", who="staff", summary=_("Raise a tally"))
    async def up(self, unit: Unit, name: str) -> None:
        """Raise, note, answer."""
        tally = await unit.get(Tally, name) or Tally(id=name)
        raised = replace(tally, value=tally.value + 1)
        unit.put(raised)
        unit.note(raised, _("Raised to {value}.", value=raised.value))
        unit.answer(_("{name} is {value}.", name=name, value=raised.value))
