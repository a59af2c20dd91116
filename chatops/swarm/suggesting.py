"""Suggestions as people use them: found for a swarm, searched for, linked, thought well or badly of."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.message import Card, Fact
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.errors import Impossible, NotFound
from chatops.hookspecs import Listener
from chatops.ports.tickets import TicketSystems
from chatops.swarm import keeping
from chatops.swarm.captured import Found
from chatops.swarm.capturing import Capturing
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import the_swarm
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.similar import FindSimilar, Search, best
from chatops.swarm.suggestions import chosen, table_card
from chatops.swarm.votes import sums, voted, votes_on
from chatops.swarm.wording import short


class Suggesting:
    """Shows what was found, searches, links, counts votes."""

    def __init__(
        self, search: Search, tickets: TicketSystems, capturing: Capturing, consequences: Consequences
    ) -> None:
        self._search = search
        self._tickets = tickets
        self._capturing = capturing
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one that hears what was found."""
        return (Listener(name="swarm.found", of=FindSimilar, handle=self.found),)

    async def found(self, unit: Unit, effect: FindSimilar) -> None:
        """Put what was found, the best of each kind, on the swarm's cards."""
        before = await unit.get(Swarm, effect.swarm)
        if before is None or not before.live:
            return
        things = chosen(await self._ranked(unit, await self._search.found(effect.swarm)))
        if things and things != before.found:
            self._follow.follow(unit, before, keeping.found(before, things))

    async def similar(self, unit: Unit, id: str) -> None:
        """Show the asker alone everything found for a swarm."""
        swarm = await self._capturing.of_the_house(unit, id)
        title = _("What may help with {swarm}", swarm=swarm.name)
        unit.answer(table_card(title, await self._ranked(unit, swarm.found)), private=True)

    async def search(self, unit: Unit, text: str) -> None:
        """Search everywhere; show the asker alone what they may see."""
        if not text.strip():
            raise Impossible(_("What are you looking for?"))
        found = await self._search.everything(text, systems=self._tickets.names(), private=True)
        allowed = [one for one in found if await _may_see(unit, one)]
        title = _("Found for “{words}”", words=said(short(text)))
        unit.answer(table_card(title, await self._ranked(unit, allowed)), private=True)

    async def use(self, unit: Unit, id: str, other: str) -> None:
        """Show what solved an earlier swarm, and note that it was looked at: that counts as a vote for it."""
        swarm = await self._capturing.of_the_house(unit, id)
        unit.require(swarm)
        past = await the_swarm(unit, other)
        if past.id == swarm.id:
            raise Impossible(_("That is this swarm."), commands=(f"kb similar {swarm.name}",))
        if past.solution is None:
            raise NotFound(_("{swarm} has no solution.", swarm=past.name), commands=(f"swarm show {past.name}",))
        await self._count(unit, past.name, good=True)
        unit.note(swarm, _("{who} looked at {past}.", who=unit.actor.name, past=past.name), tag="similar")
        steps = tuple(step.text for step in keeping.present(past.steps))
        facts = [Fact(label=_("Solution"), value=said(past.solution.text))]
        if steps:
            facts.append(Fact(label=_("Steps"), value=said(" → ".join(steps))))
        if past.cause:
            facts.append(Fact(label=_("Cause"), value=said(past.cause)))
        title = _("{swarm} · {question}", swarm=past.name, question=said(short(past.question)))
        unit.answer(Card(title=title, facts=tuple(facts)), private=swarm.has_guests or past.private)

    async def rate(self, unit: Unit, thing: str, *, good: bool) -> None:
        """Say whether something was of use."""
        await self._count(unit, thing, good=good)
        words = _("Noted: {thing} is suggested earlier.", thing=said(thing))
        unit.answer(words if good else _("Noted: {thing} is suggested later.", thing=said(thing)), private=True)

    # inside

    async def _ranked(self, unit: Unit, found: Sequence[Found]) -> list[Found]:
        counted = await sums(unit, found)
        return best(found, lambda one: counted[one.id])

    async def _count(self, unit: Unit, thing: str, *, good: bool) -> None:
        unit.put(voted(await votes_on(unit, thing), unit.actor.id, good=good))


async def _may_see(unit: Unit, one: Found) -> bool:
    """Whether the asker may know of a thing: of a private swarm, only who was in it."""
    if one.kind != "swarm":
        return True
    swarm = await unit.get(Swarm, one.id.removeprefix(f"{PREFIX}-"))
    return swarm is not None and swarm.visible_to(unit.actor, unit.now)
