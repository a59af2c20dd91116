"""Taking back what one has just done: the last thing, for ten minutes, if nothing has changed since.

What was done before the last thing is taken back only by its own name: nobody means it who just says `undo`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from chatops.core.command import Command
from chatops.core.effects import Post
from chatops.core.frozen import Aggregate, Instant, replace
from chatops.core.message import Button, Card, Said
from chatops.core.text import Moment, Text, _, lines, to_type
from chatops.core.unit import Unit
from chatops.engine.confirming import Confirmation, reference_of

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
    since: str = ""
    """The words of the last thing they did after it, which cannot be taken back."""


async def remember(unit: Unit, command: Command, key: str) -> None:
    """Remember how a command that has just run can be taken back, if it can, and tell its asker so.

    What has left the house cannot be taken back, whatever its handler says.
    """
    if unit.inverse is None or command.outward:
        await _outdated(unit, command)
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


async def _outdated(unit: Unit, command: Command) -> None:
    """Remember that a command that cannot be taken back came after the one that can."""
    if not acted(unit, command):
        return
    last = await unit.get(Undoable, unit.actor.id)
    if last is not None and unit.now < last.at + UNDO_FOR and last.since != command.words:
        unit.put(replace(last, since=command.words))


def acted(unit: Unit, command: Command) -> bool:
    """Whether a command has done something, and not only answered: a form shown, a question dropped, is nothing done."""
    if not command.acts:
        return False
    own = (f"{Confirmation.kind}:", f"{Undoable.kind}:")
    return any(not one.startswith(own) for one in unit.written) or any(
        not (isinstance(effect, Post) and effect.reply) for _key, effect in unit.effects
    )


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
