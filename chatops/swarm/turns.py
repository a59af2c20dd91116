"""What `undo` looks at for the turns of a swarm that the ticket system answers.

Its answer changes the swarm a moment later, though nobody did anything. So the newest turn is a row of its own, which
only the next turn changes; whether it can still be taken back otherwise is said by the inverse command, which refuses
what does not fit any more.
"""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Aggregate
from chatops.core.unit import Unit
from chatops.swarm.model import Swarm


class Turn(Aggregate, frozen=True, kw_only=True):
    """The newest turn of a swarm; its id is the swarm's."""

    kind: ClassVar[str] = "swarm.turn"

    name: str = ""
    """`hold-3`."""


async def undoable(unit: Unit, swarm: Swarm, name: str, command: str) -> None:
    """Let `command` take a turn back."""
    turn = Turn(id=swarm.id, name=name)
    await unit.get(Turn, turn.id)
    unit.put(turn)
    unit.undo_with(command, turn)
