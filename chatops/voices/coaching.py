"""A word of advice to one person, which nobody else ever reads here."""

from __future__ import annotations

from chatops.core.message import Card, Person
from chatops.core.params import Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, lines, said
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound
from chatops.ports.roster import Directory
from chatops.voices.ideas import checked

ALLOWED = frozenset({"pod_lead", "manager"})
"""Roles that may coach anywhere; members of a swarm may in its room."""


class Coaching:
    """Whispers."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def whisper(self, unit: Unit, who: Selector, text: str) -> None:
        """Tell somebody alone, quoting the message replied to. Raise NotAllowed, NotFound, Ambiguous or Impossible."""
        swarm = None
        room = unit.origin.room if unit.origin is not None else None
        if room is not None and room.subject is not None:
            kind, _colon, id_ = room.subject.partition(":")
            swarm = await unit.subject(kind, id_)
        if swarm is not None:
            unit.require(swarm)
        elif not unit.actor.roles & ALLOWED:
            raise NotAllowed(_("Pod leads and managers coach anywhere; others in the room of a swarm they are in."))
        person = self._person(who)
        if person.id == unit.actor.id:
            raise Impossible(_("That would be talking to yourself."))
        words = checked(text, f"coach {person.id} …")
        unit.post(direct_target(person.id), self._card(unit, words))
        told: Text = _("{who} has it, and nobody else.", who=person.name)
        if unit.origin is not None and not unit.origin.direct:
            told = lines(
                told, _("What you typed stands in the room: delete it there, or write to me directly next time.")
            )
        unit.answer(told, private=True)

    def _card(self, unit: Unit, words: str) -> Card:
        quoted = unit.origin.reply_to if unit.origin is not None else None
        about = None
        if quoted is not None and quoted.text:
            author = self._directory.by_id(quoted.person) if quoted.person else None
            about = _(
                "About: “{text}” ({who})",
                text=said(" ".join(quoted.text.split())[:300]),
                who=said(author.name if author else "?"),
            )
        return Card(
            title=_("{who} has a word for you alone", who=unit.actor.name),
            text=said(words) if about is None else lines(said(words), about),
            footer=_("Only the two of you see this."),
        )

    def _person(self, who: Selector) -> Person:
        found = self._directory.named(who.value) if who.kind == "person" else ()
        if len(found) > 1:
            # No command to press here: it would carry the words.
            raise Ambiguous(_("Several people are called {name}; write their handle.", name=said(who.value)))
        if not found:
            raise NotFound(_("Nobody is called {name}.", name=said(str(who))))
        if "guest" in found[0].roles:
            raise Impossible(_("Coaching is for members of the house."))
        return found[0]
