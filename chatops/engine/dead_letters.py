"""What was given up, for admins: `admin dead list` shows it, `admin dead replay E-7F3A2C` tries it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chatops.core.command import Option, command
from chatops.core.effects import Effect
from chatops.core.frozen import Body
from chatops.core.message import Card, Table
from chatops.core.text import Code, Moment, _, _n, listed, said, to_type
from chatops.core.unit import Unit
from chatops.errors import NotFound
from chatops.hookspecs import EffectPerformer, Performed, hookimpl
from chatops.ports.store import DeadLetter, Store

MOST_SHOWN = 10
MOST_SEARCHED = 1000


class Replay(Effect, frozen=True, kw_only=True):
    """Put a dead letter back among what is to be done. Harmless when it is no longer dead."""

    kind: ClassVar[str] = "dead_letter.replay"

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
                footer=_("Again: {command}", command=to_type(f"admin dead replay {_reference(letters[0])}")),
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
        letters = await self._store.dead_letters(limit=MOST_SEARCHED)
        found = next((one for one in letters if reference.upper() == _reference(one).upper()), None)
        if found is None:
            raise NotFound(
                _("Nothing that was given up is called {reference}.", reference=Code(code=reference)),
                commands=("admin dead list",),
            )
        unit.effect(Replay(letter=found.key))
        unit.answer(_("{reference} is tried again.", reference=Code(code=_reference(found))))

    async def perform(self, effect: Replay, _key: str) -> Performed:
        """Put the letter back."""
        await self._store.replay(effect.letter)
        return Performed()

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register the effect."""
        register(Replay)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self)

    @hookimpl
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Register the performer."""
        register(EffectPerformer(of=Replay, perform=self.perform))


def _reference(letter: DeadLetter) -> str:
    """Return what people were told (`E-7F3A2C`), or the key of what has no reference."""
    first = letter.error.split(" ", 1)[0]
    return first if first.startswith("E-") else letter.key


def _reason(letter: DeadLetter) -> str:
    return letter.error.removeprefix(_reference(letter)).strip()[:60]
