"""Taking back what one has just done: the last command that can be, for ten minutes, if nothing has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from chatops.core.command import Command
from chatops.core.frozen import Aggregate, Instant, replace
from chatops.core.message import Button, Card, Said
from chatops.core.text import Moment, Text, _, lines, to_type
from chatops.core.unit import Unit
from chatops.engine.confirming import reference_of

UNDO_FOR = timedelta(minutes=10)
"""How long a command can be taken back."""

MOST_BUTTONS = 4


class Undoable(Aggregate, frozen=True, kw_only=True):
    """The last command of a person that can be taken back. Its id is the person's."""

    kind: ClassVar[str] = "undoable"

    ref: str
    command: str
    """The whole line that takes it back."""
    words: str
    """The words of what was done, for people."""
    subject: str
    """Kind of the aggregate that must not have changed."""
    subject_id: str
    version: int
    room: str | None = None
    """The logical room that gave the context."""
    at: Instant
    undone: bool = False


async def remember(unit: Unit, command: Command, key: str) -> None:
    """Remember how a command that has just run can be taken back, if it can, and tell its asker so.

    What has left the house cannot be taken back, whatever its handler says.
    """
    if unit.inverse is None or command.outward:
        return
    line, aggregate = unit.inverse
    room = unit.origin.room if unit.origin is not None else None
    await unit.get(Undoable, unit.actor.id)
    undoable = Undoable(
        id=unit.actor.id,
        ref=reference_of(key),
        command=line,
        words=command.words,
        subject=aggregate.kind,
        subject_id=aggregate.id,
        version=unit.version_after(aggregate),
        room=None if room is None else room.id,
        at=unit.now,
    )
    unit.put(undoable)
    unit.amend_answer(lambda words: offered(words, undoable))


def offered(words: Said, undoable: Undoable) -> Said:
    """Return an answer that says how long `undo` works; a card with room for it gets the button."""
    until: Text = _(
        "{undo} works until {time}", undo=to_type("undo"), time=Moment(at=undoable.at + UNDO_FOR, style="time")
    )
    if isinstance(words, Text):
        return lines(words, until)
    if not isinstance(words, Card) or len(words.buttons) >= MOST_BUTTONS:
        return words
    button = Button(label=_("Undo"), command=f"undo {undoable.ref}", uses="once", icon="↩️")
    footer = until if words.footer is None else lines(words.footer, until)
    return replace(words, buttons=(*words.buttons, button), footer=footer)
