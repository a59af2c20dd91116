"""`help`: what the asker may do, of one noun, of one command."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core import usage
from chatops.core.access import Relations, as_of
from chatops.core.command import Command, Option, ReadContext, command
from chatops.core.frozen import Aggregate
from chatops.core.message import Card, Person
from chatops.core.params import Rest
from chatops.core.table import CommandTable
from chatops.core.text import Code, _, to_type
from chatops.core.unit import Unit
from chatops.errors import UnknownCommand
from chatops.hookspecs import hookimpl
from chatops.ports.gatherings import Guarded


class HelpCommands:
    """Explains the commands of a table; the table is asked for late, because `help` is in it."""

    def __init__(self, table: Callable[[], CommandTable], relations: Relations) -> None:
        self._table = table
        self._relations = relations

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register `help`."""
        register(self)

    @command(
        "help",
        who="anyone",
        summary=_("What you can do, and how"),
        aliases={"en": ("?",), "de": ("hilfe",), "nl": ("hulp",)},
        examples=("help swarm", "help swarm open"),
        options={
            "topic": Option(label=_("a word or a whole command")),
            "page": Option(label=_("page"), aliases={"de": ("seite",), "nl": ("pagina",)}),
        },
        acts=False,
    )
    async def help(self, unit: Unit, topic: Rest = "", *, page: int = 1) -> None:
        """Answer with a card of at most twelve lines."""
        room = unit.origin.room if unit.origin is not None else None
        locale = room.locale if room is not None else unit.actor.locale
        context = _context(unit)
        about = await self._about(unit, context)
        unit.answer(self.card(topic, unit.actor, context, about=about, locale=locale, page=page))

    def card(
        self,
        topic: str,
        person: Person,
        context: ReadContext,
        *,
        about: Aggregate | None = None,
        locale: str = "",
        page: int = 1,
    ) -> Card:
        """Return the card for what `person` asks about, with the commands' words in `locale`, by default theirs.

        `about`: what the room belongs to. Raise UnknownCommand, with the nearest three, for other words.
        """
        locale = locale or person.locale
        table = self._table()
        words = topic.strip()
        if not words:
            return usage.overview(self.allowed(person, about), locale, page=page)

        def may(one: Command) -> bool:
            return self._allows(one, person, about)

        of_noun = [one for one in table.of_noun(words) if may(one)]
        meant = [one for one in table.meant(words, context) if may(one)]
        if len(of_noun) > 1 or (of_noun and not meant):
            return usage.of_noun(of_noun, locale, page=page)
        if meant:
            return usage.of_command(meant[0], locale, self._relations.label)
        near = table.nearest(words, context, allowed=may)
        raise UnknownCommand(
            _("There is no help on {words}.", words=Code(code=words[:60])),
            hint=_("{help} lists what there is.", help=to_type("help")),
            commands=tuple(f"help {one}" for one in near),
        )

    def allowed(self, person: Person, about: Aggregate | None = None) -> list[Command]:
        """Return what somebody may do where all is about one thing; without one, what they may do to some thing."""
        return [one for one in self._table().commands if self._allows(one, person, about)]

    def _allows(self, one: Command, person: Person, about: Aggregate | None) -> bool:
        if about is None or not _concerns(one, about):
            return self._relations.could(one.who, person)
        return self._relations.may(one.among or one.who, about, person)

    async def _about(self, unit: Unit, context: ReadContext) -> Aggregate | None:
        """Return what the room belongs to, if the asker may know of it."""
        if context.noun is None or context.id is None:
            return None
        found = await unit.subject(context.noun, context.id)
        hidden = isinstance(found, Guarded) and not found.visible_to(unit.actor, unit.now)
        return None if hidden or found is None else as_of(found, unit.now)


def _concerns(one: Command, about: Aggregate) -> bool:
    """Whether a command, said where all is about one thing, would be about it."""
    kinds = {parameter.id_of.kind for parameter in one.parameters if parameter.id_of is not None}
    return not kinds or about.kind in kinds


def _context(unit: Unit) -> ReadContext:
    room = unit.origin.room if unit.origin is not None else None
    noun, _colon, id_ = (room.subject or "").partition(":") if room is not None else ("", "", "")
    person = unit.actor
    return ReadContext(now=unit.now, zone=person.zone, locale=person.locale, noun=noun or None, id=id_ or None)
