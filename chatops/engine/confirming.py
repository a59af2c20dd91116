"""What leaves the house or cannot be undone is shown first, and done when the same person says so in the same place.

A question is open for five minutes::

    asked ──▶ waiting ──▶ done        said yes: the command ran, in the very commit that closed the question
                 ├──────▶ left        said no
                 └──────▶ (expired)   nothing was said in time
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import ClassVar, Literal

import msgspec

from chatops.core.command import Command
from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.message import Button, Card, MessageRef, Refused, Said
from chatops.core.text import Code, Moment, _, lines, said
from chatops.core.unit import Unit
from chatops.engine.dry_run import described

OPEN_FOR = timedelta(minutes=5)
"""How long a question waits for its answer."""

REMEMBERED = 20
"""Questions of one person that are kept, so that a late answer gets a fitting one."""

MOST_BUTTONS = 4


class Question(Frozen, frozen=True, kw_only=True):
    """A command that waits for its asker's word."""

    ref: str
    command: str
    """As typed. Gone once it is settled."""
    words: str
    """The command's own words, for people."""
    fields: dict[str, str] = {}
    place: str
    """The post target it was asked in; a word given elsewhere does not count."""
    room: str | None = None
    """The logical room that gave the context."""
    about: MessageRef | None = None
    """The message it was a reply to."""
    shown: str = ""
    """Keyed digest of the preview, when the command gave one."""
    at: Instant
    expires: Instant
    state: Literal["waiting", "done", "left"] = "waiting"


class Confirmation(Aggregate, frozen=True, kw_only=True):
    """The questions one person was asked last, oldest first. Its id is the person's."""

    kind: ClassVar[str] = "confirmation"

    questions: tuple[Question, ...] = ()

    def question(self, ref: str) -> Question | None:
        """Return one, or None when it was not this person who was asked."""
        wanted = ref.strip().upper()
        return next((one for one in self.questions if one.ref == wanted), None)

    def waiting(self, place: str, now: datetime) -> tuple[Question, ...]:
        """Return what waits in a place, oldest first."""
        return tuple(
            one for one in self.questions if one.state == "waiting" and one.place == place and now < one.expires
        )

    def asked(self, question: Question) -> Confirmation:
        """Return it with one more. Replaces the same question when it is asked again."""
        others = [one for one in self.questions if one.ref != question.ref]
        return replace(self, questions=(*others, question)[-REMEMBERED:])

    def settled(self, ref: str, state: Literal["done", "left"]) -> Confirmation:
        """Return it with one question closed; its text is forgotten."""
        return replace(
            self,
            questions=tuple(
                replace(one, state=state, command="", fields={}, shown="") if one.ref == ref else one
                for one in self.questions
            ),
        )


def asks_first(command: Command) -> bool:
    """Whether a command is shown before it is run."""
    return command.outward or command.destructive


def reference_of(key: str) -> str:
    """Return the name of the question that an event leads to: nobody can guess another's, a repetition keeps it."""
    return base64.b32encode(hashlib.sha256(f"confirm\0{key}".encode()).digest()[:5]).decode()


def preview_of(rehearsed: Unit, command: Command) -> Card:
    """Return what a rehearsed command would do: in its own words, else by what it would write and send."""
    shown = rehearsed.previewed
    match shown:
        case Card():
            return shown
        case None:
            return described(rehearsed, title=_("{command}: shall I do this?", command=said(command.words)))
        case Refused():
            return Card(title=shown.message, text=shown.hint)
        case _:
            return Card(title=_("{command}: shall I do this?", command=said(command.words)), text=shown)


def digest_of(rehearsed: Unit) -> str:
    """Return what tells one preview from another; empty when the command gave none."""
    shown = rehearsed.previewed
    return "" if shown is None else rehearsed.seal("preview", msgspec.json.encode(shown, order="sorted").decode())


def question_card(preview: Card, question: Question, command: Command) -> Card:
    """Return the preview with the question under it."""
    style: Literal["danger", "primary"] = "danger" if command.outward or command.destructive else "primary"
    own = (
        Button(label=_("Do it"), command=f"confirm {question.ref}", uses="once", style=style, icon="✅"),
        Button(label=_("Leave it"), command=f"confirm drop {question.ref}", uses="once", icon="❌"),
    )
    until = _("{yes} or {no}, until {time}", yes=Code(code="yes"), no=Code(code="no"), time=Moment(at=question.expires))
    return replace(
        preview,
        buttons=(*own, *preview.buttons)[:MOST_BUTTONS],
        footer=until if preview.footer is None else lines(preview.footer, until),
    )


async def asked_anew(unit: Unit, rehearsed: Unit, command: Command | None) -> Unit | None:
    """Return `unit` with the question asked again, when the yes was to something else than what `rehearsed` would do.

    None when it was to just that. Nothing of `rehearsed` may stay then.
    """
    rest = rehearsed.going_on
    if rest is None or command is None or not rest.shown or rest.shown == digest_of(rehearsed):
        return None
    known = await unit.need(Confirmation, unit.actor.id)
    before = known.question(rest.question)
    if before is None:
        return None
    again = reference_of(unit.event.key)
    question = replace(before, ref=again, shown=digest_of(rehearsed), expires=unit.now + OPEN_FOR)
    unit.put(known.settled(before.ref, "left").asked(question))
    unit.answer(_("This has changed since I asked. Nothing was done yet; please look again."))
    unit.answer(question_card(preview_of(rehearsed, command), question, command))
    return unit


def needs_confirmation(preview: Card, command: Command) -> tuple[Said, ...]:
    """Return the answers to a call that may not do this without having been told so: the preview, and the refusal."""
    return (
        replace(preview, buttons=()),
        Refused(
            code="needs_confirmation",
            message=_("{command} is not done without confirmation.", command=Code(code=command.words)),
            hint=_("Call it again and say that it is confirmed. What it would do is shown with this."),
        ),
    )
