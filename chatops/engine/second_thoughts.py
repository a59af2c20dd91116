"""`confirm`, `confirm drop` and `undo`: what people say to a command before it is done, and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatops.core.command import Option, command
from chatops.core.frozen import replace
from chatops.core.origin import GoingOn
from chatops.core.text import Code, Moment, Text, _, lines, said, to_type
from chatops.core.unit import Unit
from chatops.engine.confirming import Confirmation, Question
from chatops.engine.undoing import UNDO_FOR, Undoable
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.hookspecs import hookimpl
from chatops.ports.gatherings import Guarded

MOST_SHOWN = 80
"""Characters of a command that is told apart from others."""


class SecondThoughts:
    """The commands; registers itself as a plugin does."""

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self)

    @command(
        "confirm",
        who="anyone",
        summary=_("Yes, do what I was just asked about"),
        aliases={"de": ("bestätigen",), "nl": ("bevestigen",)},
        anywhere=("yes", "ja", "✅"),
        examples=("confirm", "confirm K7QF2MPA"),
        options={"ref": Option(label=_("which question"))},
        awaiting="waiting",
    )
    async def confirm(self, unit: Unit, ref: str = "") -> None:
        """Run the asker's command that waits in this place. Raise NotFound, Ambiguous or Impossible."""
        asked, question = await self._question(unit, ref, "confirm")
        unit.put(asked.settled(question.ref, "done"))
        unit.go_on(
            GoingOn(
                command=question.command,
                fields=question.fields,
                room=question.room,
                about=question.about,
                at=question.at,
                outcome="confirmed",
                question=question.ref,
                shown=question.shown,
            )
        )

    @command(
        "confirm drop",
        who="anyone",
        summary=_("No, leave what I was just asked about"),
        aliases={"de": ("bestätigen verwerfen",), "nl": ("bevestigen laten",)},
        anywhere=("no", "nein", "nee", "❌"),
        examples=("confirm drop", "confirm drop K7QF2MPA"),
        options={"ref": Option(label=_("which question"))},
        awaiting="leavable",
    )
    async def drop(self, unit: Unit, ref: str = "") -> None:
        """Leave the asker's command that waits in this place. Raise NotFound, Ambiguous or Impossible."""
        asked, question = await self._question(unit, ref, "confirm drop")
        unit.put(asked.settled(question.ref, "left"))
        unit.answer(_("Left: {command}. Nothing was done.", command=Code(code=_short(question.command))))

    @command(
        "undo",
        who="anyone",
        summary=_("Take back the last thing you did, within ten minutes"),
        aliases={"de": ("rückgängig",), "nl": ("ongedaan",)},
        examples=("undo",),
        options={"ref": Option(label=_("which one, if it must be that"))},
        inside=True,
    )
    async def undo(self, unit: Unit, ref: str = "") -> None:
        """Run what takes the asker's last command back. Raise NotFound, or Impossible saying what changed since."""
        last = await unit.get(Undoable, unit.actor.id)
        if last is None or unit.now >= last.at + UNDO_FOR:
            raise NotFound(_("You did nothing in the last ten minutes that can be taken back."))
        what = Code(code=last.words)
        if ref and ref.strip().upper() != last.ref:
            raise Impossible(
                _("That can no longer be taken back."),
                hint=_("The last thing you can take back is {command}: {undo}", command=what, undo=to_type("undo")),
                commands=("undo",),
            )
        version, _subject = await unit.current(last.subject, last.subject_id)
        if last.since and not ref:
            raise _too_late(last, unchanged=version == last.version and not last.undone)
        if last.undone:
            raise Impossible(_("{command} has been taken back already.", command=what))
        if version != last.version:
            raise Impossible(
                _("{command} cannot simply be taken back: something has changed since.", command=what),
                hint=await self._changed(unit, last),
                commands=(last.command,),
            )
        unit.put(replace(last, undone=True))
        unit.go_on(GoingOn(command=last.command, room=last.room, at=unit.now, outcome="undone"))

    async def waiting(self, unit: Unit) -> Sequence[str]:
        """Return the commands that would do what awaits the asker's yes here."""
        return [f"confirm {one.ref}" for one in await self._waiting(unit)]

    async def leavable(self, unit: Unit) -> Sequence[str]:
        """Return the commands that would leave it."""
        return [f"confirm drop {one.ref}" for one in await self._waiting(unit)]

    async def _waiting(self, unit: Unit) -> Sequence[Question]:
        asked = await unit.get(Confirmation, unit.actor.id)
        return () if asked is None else asked.waiting(_place(unit), unit.now)

    async def _question(self, unit: Unit, ref: str, words: str) -> tuple[Confirmation, Question]:
        asked = await unit.get(Confirmation, unit.actor.id) or Confirmation(id=unit.actor.id)
        if ref:
            return asked, _answerable(asked.question(ref), unit)
        waiting = asked.waiting(_place(unit), unit.now)
        if len(waiting) > 1:
            told = (_("{ref}: {command}", ref=one.ref, command=said(_short(one.command))) for one in waiting)
            raise Ambiguous(
                _("Several things wait for your word here. Which one?"),
                hint=lines(*told),
                commands=tuple(f"{words} {one.ref}" for one in waiting),
            )
        if waiting:
            return asked, waiting[0]
        here = [one for one in asked.questions if one.place == _place(unit)]
        if here and here[-1].state == "waiting":
            return asked, _answerable(here[-1], unit)
        raise NotFound(_("Nothing waits for your word here."))

    async def _changed(self, unit: Unit, last: Undoable) -> Text:
        _version, subject = await unit.current(last.subject, last.subject_id)
        # They may have been let go since, and learn no more of it; what stands on a timeline is never for guests.
        known = "guest" not in unit.actor.roles and (
            not isinstance(subject, Guarded) or subject.visible_to(unit.actor, unit.now)
        )
        notes = await unit.timeline(subject, limit=20) if subject is not None and known else []
        since = [note for note in notes if note.occurred_at > last.at]
        if not since:
            return _("Look first, then take it back by hand: {command}", command=to_type(last.command))
        newest = since[-1]
        return _(
            "Since then, {name}: {what}. By hand it is {command}",
            name=newest.actor_name or _("the server"),
            what=newest.text,
            command=to_type(last.command),
        )


def _too_late(last: Undoable, *, unchanged: bool) -> Impossible:
    """Return the refusal to take back what was not the last thing done; it names the older one if that still works."""
    words = _("The last thing you did was {command}; that cannot be taken back.", command=Code(code=last.since))
    if not unchanged:
        return Impossible(words, commands=("me",))
    undo = f"undo {last.ref}"
    return Impossible(
        words,
        hint=_(
            "Before it you did {command}. To take that back: {undo}", command=Code(code=last.words), undo=to_type(undo)
        ),
        commands=(undo,),
    )


def _answerable(question: Question | None, unit: Unit) -> Question:
    """Return a question that waits, asked in this place. Raise NotFound or Impossible."""
    if question is None:
        raise NotFound(_("Nothing of that name waits for your word. Only who was asked can answer."))
    if question.state != "waiting":
        done = question.state == "done"
        raise Impossible(_("This has been done already.") if done else _("This was left; nothing was done."))
    if unit.now >= question.expires:
        raise Impossible(
            _("That was asked {ago}, too long ago; nothing was done.", ago=Moment(at=question.at, style="ago")),
            hint=_("Ask for it again: {command}", command=to_type(question.command)),
            commands=(question.command,),
        )
    if question.place != _place(unit):
        raise Impossible(_("This was asked elsewhere. Please answer where it was asked."))
    return question


def _place(unit: Unit) -> str:
    return unit.origin.target if unit.origin is not None else ""


def _short(command: str) -> str:
    return command if len(command) <= MOST_SHOWN else f"{command[:MOST_SHOWN]}…"
