"""The work of a command, however it was given: read, check, run, answer, audit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chatops.core.actions import Action
from chatops.core.codec import Codec
from chatops.core.command import Call, Command, ReadContext
from chatops.core.commit import InboxRow
from chatops.core.effects import Post
from chatops.core.events import Event
from chatops.core.frozen import replace
from chatops.core.journal import AuditRecord
from chatops.core.message import ButtonPress, CommandCall, Message, Refused, Said
from chatops.core.rooms import direct_target
from chatops.core.table import Awaited
from chatops.core.text import Code, _, to_type
from chatops.core.unit import Origin, Unit
from chatops.engine.asking import Asker, about, people, the_awaited
from chatops.engine.confirming import (
    OPEN_FOR,
    Confirmation,
    Question,
    asked_anew,
    asks_first,
    digest_of,
    needs_confirmation,
    preview_of,
    question_card,
    reference_of,
)
from chatops.engine.dry_run import described
from chatops.engine.intake import Intake
from chatops.engine.late import is_late, late_card
from chatops.engine.quoting import Quoting
from chatops.engine.reading_along import aside, nameable
from chatops.engine.refusing import answer_of
from chatops.engine.roombook import RoomBook
from chatops.engine.undoing import remember
from chatops.engine.units import Units
from chatops.engine.unsaid import audited, kept, retold, unrepeated
from chatops.errors import Impossible, NotAllowed, NotFound, Refusal
from chatops.ports.roster import Directory
from chatops.ports.store import Store

_REFERENCE = re.compile(r"[a-z2-7]{26}")


class Table(Protocol):
    """The commands, by their words (`chatops.core.table.CommandTable`)."""

    def read(self, text: str, context: ReadContext) -> Call:
        """Return what `text` asks for. Raise a UsageError."""
        ...

    def reaction(self, emoji: str) -> Command | None:
        """Return the command that a reaction means, or None."""
        ...

    def stranger(self, text: str) -> bool:
        """Whether this is what somebody unknown may say."""
        ...

    def bind(self, text: str, fields: Mapping[str, str], context: ReadContext) -> Call:
        """Return what a stored command with a form's values asks for. Raise a UsageError."""
        ...


class Unchecked(Exception):
    """A command that depends on a relation did not call `unit.require`: a bug, so nothing is committed."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What running a command takes."""

    table: Table
    directory: Directory
    rooms: RoomBook
    intake: Intake
    store: Store
    codec: Codec
    units: Units
    systems: tuple[str, ...]
    """Names of the connected ticket systems."""
    quoting: Quoting
    direct_chats: Callable[[str], bool]
    """Whether a network has direct chats."""
    late_after: float = 0.0
    """Seconds; see `EngineSettings.late_after`."""


class AskedWork:
    """Somebody asked for something: the common ground. By itself it stays silent."""

    human = True

    def __init__(self, event: Event, asker: Asker, also: tuple[InboxRow, ...], parts: Parts) -> None:
        self.event = event
        self.also = also
        self.asker = asker
        self.parts = parts
        self.command: Command | None = None
        self.typed = asker.typed
        self.private = False
        """True when what goes wrong concerns nobody but the asker."""
        self.silent = False
        """True when what came to nothing more than it shows needs no answer."""

    async def attempt(self) -> Unit:
        """Do nothing."""
        return self.nothing()

    def nothing(self) -> Unit:
        """Return a unit in which nothing is said or done."""
        unit = self.unit()
        self.hide(unit)
        return unit

    def refused(self, refusal: Refusal) -> Unit:
        """Say what cannot be, why, and what would work."""
        unit = self.unit()
        self.say(unit, answer_of(unrepeated(refusal, self.event.body, self.command)))
        self.audit(unit, "denied" if isinstance(refusal, NotAllowed) else f"refused:{refusal.code}")
        return unit

    def failed(self, reference: str) -> Unit:
        """Say that something is broken, in words that operators can find."""
        # A replay of the event must be able to answer again, so this answer has a key of its own.
        unit = self.unit(replace(self.event, key=f"{self.event.key}!{reference}"))
        message = _(
            "Something went wrong here; nothing was changed. Reference {reference}; the operators can see it.",
            reference=Code(code=reference),
        )
        self.say(unit, Refused(code="failed", message=message))
        self.audit(unit, f"failed:{reference}")
        return unit

    def unit(self, event: Event | None = None) -> Unit:
        """Return an empty unit for the asker."""
        return self.parts.units.new(event or self.event, actor=self.asker.person, origin=self.asker.origin)

    def say(self, unit: Unit, words: Said) -> None:
        """Answer the asker; alone, if it concerns nobody else and their network can do that."""
        identity = self.asker.identity
        alone = self.private and self.asker.person is not None
        unit.answer(words, private=alone and identity is not None and self.parts.direct_chats(identity.network))

    def hide(self, unit: Unit) -> None:
        """Keep no secret words: neither in the inbox nor in what is on its way to listeners."""
        body = self.event.body
        if (rewritten := kept(body, self.command)) != body:
            unit.rewritten = self.parts.codec.encode(rewritten)
            self.also = retold(self.also, unit.rewritten, self.parts.codec)

    def audit(self, unit: Unit, outcome: str) -> None:
        """Add the one audit record of this event, and keep no secret of it."""
        self.hide(unit)
        asker = self.asker
        unit.audit(
            AuditRecord(
                person=asker.person.id if asker.person else None,
                identity=str(asker.identity) if asker.identity else None,
                via=asker.via,
                command=self.command.words if self.command else "",
                arguments=audited(self.typed, self.command),
                outcome=outcome,
                subjects=unit.written,
                room=asker.room.id if asker.room else None,
                event=self.event.key,
                at=unit.now,
            )
        )


class CommandWork(AskedWork):
    """A command, typed in chat or called."""

    async def attempt(self) -> Unit:
        """Read it, check it, run it."""
        body = self.event.body
        if isinstance(body, Message) and await self.parts.intake.redacted(body.ref, self.event.accepted_at):
            return self.nothing()
        if isinstance(body, Message) and body.files:
            self.asker = replace(self.asker, origin=replace(self.asker.origin, files=body.files))
        if isinstance(body, Message) and body.reply_to is not None:
            self.asker = await about(self.asker, replace(body.ref, id=body.reply_to), self.parts.quoting)
        return await self.run(await self.call())

    async def call(self) -> Call:
        """Return what the words ask for; of what several commands could mean, what awaits the asker."""
        typed, fields, context = self.asker.typed, self.asker.fields, self.context()
        table = self.parts.table
        try:
            return table.bind(typed, fields, context) if fields else table.read(typed, context)
        except Awaited as several:
            if self.asker.person is None or any(command.awaiting is None for command in several.meant):
                raise
            return table.read(await the_awaited(several, self.unit()), context)

    async def run(self, call: Call) -> Unit:
        """Check a call, run it, and leave exactly one audit record."""
        command = call.command
        self.command, self.typed = command, call.typed
        dry_run = call.dry_run or self.asker.dry_run
        shown = asks_first(command) and not dry_run and not self.asker.confirmed
        unit = self._unit_for(command, dry_run=dry_run or shown)
        self._allowed(unit, command)
        await self._turn_aside(unit, command)
        if command.acts and not dry_run and is_late(self.event, self.parts.late_after):
            return self._offered(call)
        await self.handle(unit, call, people(call, self.parts.directory, await nameable(self.asker, unit)))
        outcome = await self._go_on(unit)
        self._checked(unit)
        if (again := await asked_anew(self.unit(), unit, self.command)) is not None:
            self.audit(again, "asked")
            return again
        if shown:
            return await self._asked(unit, call)
        if dry_run:
            telling = self.unit()
            telling.answer(described(unit))
            self.audit(telling, "dry-run")
            return telling
        if not self.silent and not any(isinstance(effect, Post) for _key, effect in unit.effects):
            unit.answer(_("Done."))
        if outcome != "undone":
            await remember(unit, self.command, self.event.key)
        self.audit(unit, outcome)
        return unit

    def _unit_for(self, command: Command, *, dry_run: bool) -> Unit:
        asker = self.asker
        return self.parts.units.new(
            self.event, actor=asker.person, origin=asker.origin, who=command.who, dry_run=dry_run
        )

    def _allowed(self, unit: Unit, command: Command) -> None:
        if not self._by_role(command) and not unit.could(command.who):
            raise NotAllowed(unit.denial(command.who))

    async def _turn_aside(self, unit: Unit, command: Command) -> None:
        """See to it that guests who read along do not read what is for members of the house."""
        self.asker = await aside(self.asker, command, unit)
        self.private = self.private or unit.origin != self.asker.origin
        unit.origin = self.asker.origin

    def _by_role(self, command: Command) -> bool:
        return self.asker.person is not None and command.who.by_role(self.asker.person)

    def _checked(self, unit: Unit) -> None:
        if self.command is not None and not self._by_role(self.command) and not unit.required:
            message = f"{self.command.words} never asked who may; it must call unit.require"
            raise Unchecked(message)

    async def _go_on(self, unit: Unit) -> str:
        """Do the rest of the work, if a handler has left it to another command; return what the audit says became of it."""
        rest = unit.going_on
        if rest is None:
            return unit.outcome
        self._checked(unit)
        room = None if rest.room is None else self.parts.rooms.by_id(rest.room)
        origin = replace(self.asker.origin, room=room, reply_to=None, files=())
        self.asker = replace(self.asker, room=room, fields=rest.fields, origin=origin)
        if rest.about is not None:
            self.asker = await about(self.asker, rest.about, self.parts.quoting)
        call = self.parts.table.bind(rest.command, rest.fields, replace(self.context(), now=rest.at))
        self.command, self.typed = call.command, call.typed
        if rest.outcome != "confirmed" and asks_first(call.command):
            raise Impossible(
                _("This is shown before it is done. Please type {command}.", command=to_type(rest.command)),
                commands=(rest.command,),
            )
        unit.hand_over(call.command.who, self.asker.origin)
        self._allowed(unit, call.command)
        await self._turn_aside(unit, call.command)
        await call.command.handler(unit, **people(call, self.parts.directory, await nameable(self.asker, unit)))
        return rest.outcome

    async def _asked(self, rehearsed: Unit, call: Call) -> Unit:
        """Show what a command would do and ask whether it shall; nothing of the rehearsal stays."""
        unit, asker = self.unit(), self.asker
        preview = preview_of(rehearsed, call.command)
        if isinstance(self.event.body, CommandCall):
            for words in needs_confirmation(preview, call.command):
                unit.answer(words)
            self.audit(unit, "refused:needs_confirmation")
            return unit
        question = Question(
            ref=reference_of(self.event.key),
            command=asker.typed if asker.fields else call.typed,
            words=call.command.words,
            fields=dict(asker.fields),
            place=asker.origin.target,
            room=None if asker.room is None else asker.room.id,
            about=None if asker.origin.reply_to is None else asker.origin.reply_to.ref,
            shown=digest_of(rehearsed),
            at=unit.now,
            expires=unit.now + OPEN_FOR,
        )
        known = await unit.get(Confirmation, unit.actor.id) or Confirmation(id=unit.actor.id)
        unit.put(known.asked(question))
        unit.answer(question_card(preview, question, call.command))
        self.audit(unit, "asked")
        return unit

    async def handle(self, unit: Unit, call: Call, arguments: dict[str, object]) -> None:
        """Call the command's own code."""
        await call.command.handler(unit, **arguments)

    def _offered(self, call: Call) -> Unit:
        """Ask whether a command that comes late is still wanted."""
        unit, body = self.unit(), self.event.body
        if call.command.secret:
            raise Impossible(_("This came late and was not done. Please write it again."))
        if isinstance(body, Message):
            name = "" if self.asker.origin.direct else unit.actor.name
            unit.answer(late_card(body, call.typed, name=name))
        self.audit(unit, "late")
        return unit

    def context(self) -> ReadContext:
        """Return what the words depend on."""
        noun, id_ = self.asker.context
        person, unit = self.asker.person, self.unit()
        return ReadContext(
            now=unit.now,
            zone=person.zone if person else "UTC",
            locale=person.locale if person else "en",
            noun=noun,
            id=id_,
            systems=self.parts.systems,
            replied=self.asker.origin.reply_to is not None,
            may=lambda one: one.strangers if person is None else unit.could(one.who),
        )


class PressWork(CommandWork):
    """A button pressed: its stored command, run as whoever pressed it."""

    async def attempt(self) -> Unit:
        """Find the command behind the button, then do as if it had been typed."""
        self.private = True
        action = await self._action()
        if action is None:
            raise NotFound(_("This button no longer works."), hint=_("Typing the command does."))
        if action.expires <= self.unit().now:
            raise Impossible(
                _("This button has expired."),
                hint=_("Typing {command} still works.", command=Code(code=action.command)),
                commands=(action.command,),
            )
        room = None if action.room is None else self.parts.rooms.by_id(action.room)
        self.asker = replace(self.asker, room=room or self.asker.room, typed=action.command, origin=self._where(action))
        self.typed = action.command
        call = self.parts.table.bind(action.command, self.asker.fields, self.context())
        return await self.run(call)

    async def handle(self, unit: Unit, call: Call, arguments: dict[str, object]) -> None:
        """Run the command; note the press in the same unit, so that it counts only if the command does."""
        action = await unit.need(Action, self._reference())
        if action.uses == "once" and action.used_by:
            first = self.parts.directory.by_id(action.used_by[0])
            raise Impossible(_("{name} has already done this.", name=first.name if first else action.used_by[0]))
        if action.uses == "once_per_person" and unit.actor.id in action.used_by:
            raise Impossible(_("You have already done this."))
        self.private = False
        await super().handle(unit, call, arguments)
        if action.uses != "always":
            unit.put(replace(action, used_by=(*action.used_by, unit.actor.id)))

    def _where(self, action: Action) -> Origin:
        """Return where the answer goes: into the card's thread; to the asker alone if only they got the card."""
        origin, person = self.asker.origin, self.asker.person
        origin = replace(origin, thread=origin.thread or action.thread)
        # After a restart nobody knows yet that the room is their direct chat.
        if person is not None and action.to == direct_target(person.id):
            origin = replace(origin, target=action.to, direct=True)
        return origin

    async def _action(self) -> Action | None:
        if not _REFERENCE.fullmatch(self._reference()):
            return None
        stored = await self.parts.store.get(Action.kind, self._reference())
        return None if stored is None else self.parts.codec.decode_as(Action, stored.body)

    def _reference(self) -> str:
        body = self.event.body
        return body.action if isinstance(body, ButtonPress) else ""
