"""What was asked of a ticket system is under way, is done, or did not work: one card that changes."""

from __future__ import annotations

import hashlib

from chatops.core.effects import Post
from chatops.core.events import EffectSettled
from chatops.core.frozen import replace
from chatops.core.message import Card, Said
from chatops.core.text import Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_asked import (
    ASKED_EFFECTS,
    Asked,
    AskedAssign,
    AskedCreate,
    AskedCustomerNote,
    AskedFile,
    AskedNote,
    AskedPriority,
    AskedStatus,
    AskedUpload,
)
from chatops.engine.ticket_effects import ticket_made
from chatops.hookspecs import Listener

AskedEffect = (
    AskedNote | AskedStatus | AskedPriority | AskedAssign | AskedCreate | AskedFile | AskedUpload | AskedCustomerNote
)


def asked(
    unit: Unit,
    title: Text,
    *,
    text: Text | None = None,
    command: str = "",
    private: bool = False,
    note: Text | None = None,
) -> Asked:
    """Say that something is under way; return where its outcome is told. `note`: written inside once it is done."""
    origin = unit.origin
    alone = origin is None or (private and not origin.direct)
    to = f"person:{unit.actor.id}" if origin is None or alone else origin.target
    key = f"{unit.event.key}/{len(unit.effects)}"
    made = Asked(
        to=to,
        slot=f"case-{hashlib.sha256(key.encode()).hexdigest()[:24]}",
        person=unit.actor.id,
        thread=None if origin is None or alone else origin.thread,
        title=title,
        text=text,
        command=command,
        note=note,
        locale=unit.actor.locale,
        zone=unit.actor.zone,
    )
    _say(unit, made, Card(title=title, text=text, footer=_("On its way to the ticket system …")))
    return made


class Outcomes:
    """Hears what became of it."""

    def listeners(self) -> tuple[Listener, ...]:
        """Return one for each effect that somebody waits for."""
        return tuple(Listener(name=f"cases.{of.kind}", of=of, handle=self.settled) for of in ASKED_EFFECTS)

    async def settled(self, unit: Unit, effect: AskedEffect) -> None:
        """Change the card: done, or why not and what to do."""
        body = unit.event.body
        if not isinstance(body, EffectSettled):
            message = f"{body.kind} tells of no effect"
            raise TypeError(message)
        told = effect.asked
        if body.state == "done":
            if told.quiet:
                return
            title, text = told.title, told.text
            if isinstance(effect, AskedCreate):
                name, url = ticket_made(body.result or "")
                title = _("{case} · {subject}", case=name, subject=said(effect.new.subject))
                text = said(url) if url is not None else _("{command} shows it.", command=to_type(f"case show {name}"))
            if isinstance(effect, AskedUpload) and body.result:
                text = _("It is there as {id}.", id=said(body.result))
            _say(unit, told, Card(title=title, text=text, tone="good", footer=_("Done.")))
            if told.note is not None and isinstance(effect, (AskedPriority, AskedStatus)):
                _inside(unit, effect, told.note)
            return
        card = _failed(told, body, file=isinstance(effect, AskedUpload))
        _say(unit, told, card)
        if not told.to.startswith(("person:", "call:")):
            unit.post(f"person:{told.person}", card, notify=(told.person,))


def _inside(unit: Unit, effect: AskedPriority | AskedStatus, text: Text) -> None:
    """Write on the ticket why it was done. The card has told the rest; only a failure is worth another."""
    told = replace(
        effect.asked,
        slot=f"{effect.asked.slot}-note",
        title=_("{case} · note inside", case=str(effect.ticket)),
        text=text,
        command="",
        quiet=True,
        note=None,
    )
    unit.effect(
        AskedNote(
            ticket=effect.ticket,
            text=text,
            locale=told.locale,
            zone=told.zone,
            acting_for=effect.acting_for,
            asked=told,
        )
    )


def _failed(told: Asked, body: EffectSettled, *, file: bool) -> Card:
    reason = said((body.reason or "?")[:300])
    if body.state == "unknown":
        words = _("It may have happened or not: {reason}. Please look before you try again.", reason=reason)
    elif file:
        words = _(
            "{reason}. To try again, send the file anew and reply to it with {command}.",
            reason=reason,
            command=to_type(told.command),
        )
    elif told.command:
        words = _("{reason}. To try again: {command}", reason=reason, command=to_type(told.command))
    else:
        words = reason
    return Card(title=_("Did not work: {what}", what=told.title), text=words, tone="danger")


def _say(unit: Unit, told: Asked, words: Said) -> None:
    unit.effect(
        Post(
            to=told.to,
            said=words,
            slot=told.slot,
            thread=told.thread,
            reply=True,
            reader=told.person,
        )
    )
