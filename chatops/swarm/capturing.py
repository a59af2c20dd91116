"""Keeping what was said: on the timeline, as a decision, as a step of the solution."""

from __future__ import annotations

from datetime import datetime

from chatops.core.frozen import replace
from chatops.core.message import Quoted
from chatops.core.text import Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import LinkArticle
from chatops.errors import Impossible, NotAllowed
from chatops.swarm import keeping
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import the_swarm
from chatops.swarm.keeping import NOUNS, Shelf
from chatops.swarm.model import Swarm
from chatops.swarm.wording import short


class Capturing:
    """Keeps things, puts them right, takes them out."""

    def __init__(self, consequences: Consequences) -> None:
        self._follow = consequences

    async def keep(self, unit: Unit, id: str, of: Shelf, text: str, *, at: datetime | None = None) -> None:
        """Keep words: those given, else those of the message replied or reacted to."""
        before = await the_swarm(unit, id)
        unit.require(before)
        about = unit.origin.reply_to if unit.origin is not None else None
        words = text.strip() or _quoted(about, of)
        quoted = about if about is not None and words == about.text else None
        by = quoted.person if quoted is not None and quoted.person is not None else unit.actor.id
        when = at or (quoted.at if quoted is not None else None) or unit.now
        if when > unit.now:
            raise Impossible(_("That time has not come yet."))
        after = keeping.kept(before, of, words, by=by, kept_by=unit.actor.id, at=when)
        number = keeping.shelf(after, of)[-1].number
        unit.note(after, self._noted(of, by, words), tag=NOUNS[of], occurred_at=when)
        after = self._follow.follow(unit, before, after)
        if of != "moments":
            unit.undo_with(f"{NOUNS[of]} drop {after.name} {number}", after)
        unit.answer(self._kept(after, of, number))

    async def put_right(self, unit: Unit, id: str, number: int, text: str) -> None:
        """Let a moment on the timeline say something else. Who kept it may, the owner, and a pod lead."""
        before = await the_swarm(unit, id)
        one = keeping.the_kept(before, "moments", number)
        if unit.actor.id in {one.by, one.kept_by}:
            unit.require(before, "participant | owner | pod_lead")
        else:
            unit.require(before, "owner | pod_lead")
        after = keeping.put_right(before, "moments", number, text)
        words = _(
            "{who} put number {number} right: {text} (it said: {before})",
            who=unit.actor.name,
            number=number,
            text=said(short(text)),
            before=said(short(one.text)),
        )
        unit.note(after, words, tag="timeline")
        after = self._follow.follow(unit, before, after)
        unit.answer(_("Number {number} is put right; what it said is kept.", number=number))

    async def drop(self, unit: Unit, id: str, of: Shelf, number: int) -> None:
        """Take something out again."""
        before = await the_swarm(unit, id)
        unit.require(before)
        after = keeping.taken_out(before, of, number)
        words = _(
            "{who} took out: {text}", who=unit.actor.name, text=said(short(keeping.the_kept(before, of, number).text))
        )
        unit.note(after, words, tag=NOUNS[of])
        after = self._follow.follow(unit, before, after)
        unit.undo_with(f"{NOUNS[of]} restore {after.name} {number}", after)
        unit.answer(_("Number {number} is taken out.", number=number))

    async def restore(self, unit: Unit, id: str, of: Shelf, number: int) -> None:
        """Put something back that was taken out."""
        before = await the_swarm(unit, id)
        unit.require(before)
        after = keeping.put_back(before, of, number)
        after = self._follow.follow(unit, before, after)
        unit.undo_with(f"{NOUNS[of]} drop {after.name} {number}", after)
        unit.answer(_("Number {number} is back.", number=number))

    async def write(self, unit: Unit, id: str, **fields: str) -> Swarm:
        """Write into the article draft by hand; return the swarm. Guests do not."""
        before = await self.of_the_house(unit, id)
        given = {name: words.strip()[: keeping.LONGEST] for name, words in fields.items() if words.strip()}
        if not given:
            return before
        unit.require(before, "participant | owner | pod_lead")
        after = keeping.drafted(before, replace(before.draft, **given))
        unit.note(after, _("{who} wrote on the article draft.", who=unit.actor.name), tag="draft")
        return self._follow.follow(unit, before, after)

    async def link(self, unit: Unit, id: str, article: str) -> None:
        """Record on the case that an article helped."""
        before = await self.of_the_house(unit, id)
        unit.require(before)
        number = article.strip().upper()
        after = keeping.linked(before, number)
        effect = LinkArticle(ticket=after.case.ref, acting_for=unit.actor.name, article=number)
        after = self._follow.write(unit, after, f"link/{number}"[:60], effect)
        unit.note(after, _("{who} linked article {article}.", who=unit.actor.name, article=said(number)), tag="article")
        after = self._follow.follow(unit, before, after)
        unit.answer(
            _(
                "{article} is being linked to the case. If that was it: {command}",
                article=said(number),
                command=to_type(f"swarm done {after.name} article={number}"),
            ),
            private=after.has_guests,
        )

    async def of_the_house(self, unit: Unit, id: str) -> Swarm:
        """Return a swarm whose insides the asker may see: nobody who is a guest."""
        swarm = await the_swarm(unit, id)
        unit.require(swarm, "viewer")
        if "guest" in unit.actor.roles:
            raise NotAllowed(_("That is for members of the house."), commands=("me",))
        return swarm

    # inside

    def _noted(self, of: Shelf, by: str, words: str) -> Text:
        who, text = self._follow.names(by), said(words)
        if of == "moments":
            return _("{who}: {text}", who=who, text=text)
        if of == "decisions":
            return _("Decided: {text}", text=text)
        return _("Step: {text}", text=text)

    def _kept(self, swarm: Swarm, of: Shelf, number: int) -> Text:
        if of == "moments":
            return _("On the timeline of {swarm}, as number {number}.", swarm=swarm.name, number=number)
        if of == "decisions":
            return _("Decision {number} of {swarm} is recorded.", swarm=swarm.name, number=number)
        return _(
            "Step {number} of {swarm} is kept; it goes into the article: {command}",
            number=number,
            swarm=swarm.name,
            command=to_type(f"kb draft {swarm.name}"),
        )


def _quoted(about: Quoted | None, of: Shelf) -> str:
    if about is not None and not about.text:
        raise Impossible(
            _("I do not have the words of that message."),
            hint=_("For example: {command}", command=to_type(f"{NOUNS[of]} add …")),
        )
    return about.text if about is not None else ""
