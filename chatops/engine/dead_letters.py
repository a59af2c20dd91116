"""What was given up, for admins: `admin dead list` and `show` tell of it, `replay` tries it again, `drop` lets it go."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chatops.core.command import Option, command
from chatops.core.effects import Effect, Post
from chatops.core.frozen import Body
from chatops.core.message import Button, Card, Fact, Table
from chatops.core.text import Code, Moment, Text, _, _n, listed, said, to_type
from chatops.core.unit import Unit
from chatops.errors import NotFound
from chatops.hookspecs import EffectPerformer, Performed, hookimpl
from chatops.ports.store import DeadLetter, Store

MOST_SHOWN = 10
MOST_SEARCHED = 1000
WHOLE_REASON = 300
"""Characters of a reason that are shown of one letter; a foreign system may have put anything into it."""


class Replay(Effect, frozen=True, kw_only=True):
    """Put a dead letter back among what is to be done. Harmless when it is no longer dead."""

    kind: ClassVar[str] = "dead_letter.replay"

    letter: str
    """The event's or effect's key."""

    @property
    def target(self) -> str:
        """The letter."""
        return f"dead:{self.letter}"


class Drop(Effect, frozen=True, kw_only=True):
    """Give a dead letter up for good. Harmless when it is no longer dead."""

    kind: ClassVar[str] = "dead_letter.drop"

    letter: str
    """The event's or effect's key."""

    @property
    def target(self) -> str:
        """The letter."""
        return f"dead:{self.letter}"


class DeadLetters:
    """The commands and the effect behind them; registers itself as a plugin does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @command(
        "admin dead list",
        who="admin",
        summary=_("What was given up, newest first"),
        aliases={"de": ("admin fehler liste",), "nl": ("admin fouten lijst",)},
        examples=("admin dead list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """Answer the admin alone with references, times and kinds; never with anybody's words."""
        letters = await self._store.dead_letters(limit=MOST_SEARCHED)
        if not letters:
            unit.answer(_("Nothing was given up."), private=True)
            return
        rows = tuple(
            (
                said(_reference(one)),
                listed(Moment(at=one.at, style="datetime")),
                said(one.body_kind),
                said(_reason(one)),
            )
            for one in letters[:MOST_SHOWN]
        )
        unit.answer(
            Card(
                title=_n("{count} thing was given up", "{count} things were given up", len(letters)),
                table=Table(head=(_("Reference"), _("When"), _("What"), _("Why")), rows=rows),
                footer=_("More: {command}", command=to_type(f"admin dead show {_reference(letters[0])}")),
            ),
            private=True,
        )

    @command(
        "admin dead show",
        who="admin",
        summary=_("All there is to know of something that was given up"),
        aliases={"de": ("admin fehler zeigen",), "nl": ("admin fouten tonen",)},
        examples=("admin dead show E-7F3A2C",),
        options={"reference": Option(label=_("reference"))},
        acts=False,
    )
    async def show(self, unit: Unit, reference: str) -> None:
        """Answer the admin alone, with nobody's words. Raise NotFound when nothing given up has that reference."""
        found = await self._find(reference)
        name = _reference(found)
        moments = (found.since, found.at)
        since, at = (listed(Moment(at=moment, style="datetime")) for moment in moments)
        unit.answer(
            Card(
                title=_("{reference} was given up", reference=said(name)),
                text=_replayed(found),
                facts=(
                    Fact(label=_("What"), value=said(found.body_kind)),
                    Fact(label=_("Why"), value=said(_reason(found, WHOLE_REASON) or found.error)),
                    Fact(label=_("Tries"), value=said(str(found.tries))),
                    Fact(label=_("Since"), value=since),
                    Fact(label=_("Given up"), value=at),
                    Fact(label=_("Conversation"), value=listed(Code(code=found.lane))),
                    *([Fact(label=_("To"), value=listed(Code(code=found.target)))] if found.target else []),
                    Fact(label=_("Key"), value=listed(Code(code=found.key))),
                ),
                buttons=(
                    Button(label=_("Try again"), command=f"admin dead replay {name}", uses="once", icon="🔁"),
                    Button(label=_("Give up"), command=f"admin dead drop {name}", style="danger", icon="🗑️"),
                ),
            ),
            private=True,
        )

    @command(
        "admin dead replay",
        who="admin",
        summary=_("Try again what was given up"),
        aliases={"de": ("admin fehler wiederholen",), "nl": ("admin fouten herhalen",)},
        examples=("admin dead replay E-7F3A2C",),
        options={"reference": Option(label=_("reference"))},
    )
    async def replay(self, unit: Unit, reference: str) -> None:
        """Put it back. Raise NotFound when nothing given up has that reference."""
        found = await self._find(reference)
        unit.effect(Replay(letter=found.key))
        unit.answer(_("{reference} is tried again.", reference=Code(code=_reference(found))))

    @command(
        "admin dead drop",
        who="admin",
        summary=_("Let something that was given up go for good"),
        aliases={"de": ("admin fehler verwerfen",), "nl": ("admin fouten weggooien",)},
        examples=("admin dead drop E-7F3A2C", "admin dead drop E-7F3A2C sure"),
        options={
            "reference": Option(label=_("reference")),
            "sure": Option(label=_("sure"), aliases={"de": ("sicher",), "nl": ("zeker",)}),
        },
    )
    async def drop(self, unit: Unit, reference: str, *, sure: bool = False) -> None:
        """Ask first, then drop it. Raise NotFound when nothing given up has that reference."""
        found = await self._find(reference)
        name = _reference(found)
        if sure:
            unit.effect(Drop(letter=found.key))
            unit.answer(
                _("{reference} is dropped. {consequence}", reference=Code(code=name), consequence=_dropped(found))
            )
            return
        again = f"admin dead drop {name} sure"
        unit.answer(
            Card(
                title=_("Drop {reference}?", reference=said(name)),
                text=_dropped(found),
                buttons=(Button(label=_("Drop it"), command=again, uses="once", style="danger", icon="🗑️"),),
                footer=_("That cannot be undone: {command}", command=to_type(again)),
            ),
            private=True,
        )

    async def perform(self, effect: Replay, _key: str) -> Performed:
        """Put the letter back."""
        await self._store.replay(effect.letter)
        return Performed()

    async def perform_drop(self, effect: Drop, _key: str) -> Performed:
        """Give the letter up."""
        await self._store.drop(effect.letter)
        return Performed()

    async def _find(self, reference: str) -> DeadLetter:
        """Return what people call by that reference. Raise NotFound."""
        letters = await self._store.dead_letters(limit=MOST_SEARCHED)
        found = next((one for one in letters if reference.upper() == _reference(one).upper()), None)
        if found is None:
            raise NotFound(
                _("Nothing that was given up is called {reference}.", reference=Code(code=reference)),
                commands=("admin dead list",),
            )
        return found

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register the effects."""
        register(Replay)
        register(Drop)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self)

    @hookimpl
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Register the performers."""
        register(EffectPerformer(of=Replay, perform=self.perform))
        register(EffectPerformer(of=Drop, perform=self.perform_drop))


def _reference(letter: DeadLetter) -> str:
    """Return what people were told (`E-7F3A2C`), or the key of what has no reference."""
    first = letter.error.split(" ", 1)[0]
    return first if first.startswith("E-") else letter.key


def _reason(letter: DeadLetter, most: int = 60) -> str:
    return letter.error.removeprefix(_reference(letter)).strip()[:most]


def _replayed(letter: DeadLetter) -> Text:
    """Return what trying again would do."""
    if letter.kind == "event":
        return _("Tried again, it is handled as if it came now, in its old place; whoever waits there waits for it.")
    if letter.uncertain:
        return _("It may have arrived, nobody knows. Look there first: tried again, it may be there twice.")
    if letter.body_kind == Post.kind:
        return _("Tried again, it is sent once more, before what is to be sent to the same place after it.")
    return _("Tried again, it is done once more, as it was decided then.")


def _dropped(letter: DeadLetter) -> Text:
    """Return what will not happen any more."""
    if letter.kind == "event":
        return _("It will not be handled: whoever waits for it gets no other answer, and nothing follows from it.")
    if letter.body_kind == Post.kind:
        return _("It will not be sent: nobody gets to read it.")
    return _("It will not be done: what was decided stays, and nothing carries it out.")
