"""Commands that arrive long after they were written: nothing is run behind people's backs, and nothing is lost."""

from __future__ import annotations

from chatops.core.events import Event
from chatops.core.message import Button, Card, Message
from chatops.core.text import Moment, _, said

MOST_SHOWN = 200
"""Characters of a command that the question shows."""


def is_late(event: Event, late_after: float) -> bool:
    """Whether a typed command was accepted over `late_after` seconds after it was written; 0 means that none is.

    The time of acceptance counts: what is tried again later is no later by that.
    """
    body = event.body
    if not isinstance(body, Message) or late_after <= 0:
        return False
    return (event.accepted_at - body.at).total_seconds() > late_after


def late_card(message: Message, command: str, *, name: str) -> Card:
    """Return the question whether `command` shall run now; `name`: who wrote it, empty where only they read it."""
    words = command if len(command) <= MOST_SHOWN else f"{command[:MOST_SHOWN]}…"
    return Card(
        title=_("{name}: {command}", name=name, command=said(words)) if name else said(words),
        text=_("You wrote this {ago}, while I was away. Run it now?", ago=Moment(at=message.at, style="ago")),
        buttons=(Button(label=_("Run it now"), command=command, uses="once", style="primary", icon="▶️"),),
    )
