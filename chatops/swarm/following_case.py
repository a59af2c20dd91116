"""A swarm's owner is its case's: whoever gets the case outside gets the swarm, and everybody in it hears so."""

from __future__ import annotations

from chatops.core.events import EffectSettled
from chatops.core.message import Card, Identity, Person
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, lines, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import AssignTicket
from chatops.engine.ticket_events import CaseReassigned
from chatops.errors import PortError
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.ports.tickets import Ref, Ticket, TicketSystems, Unset
from chatops.swarm import passing
from chatops.swarm.buttons import show_button
from chatops.swarm.case_owner import believed_owner, reassigned, remember_owner
from chatops.swarm.consequences import Consequences
from chatops.swarm.facts import SwarmReopened
from chatops.swarm.listening import not_written
from chatops.swarm.model import Swarm, Write, case_key
from chatops.swarm.wording import short, write_line


class FollowingCase:
    """Hears of cases that belong to others now, and what became of giving them away."""

    def __init__(self, directory: Directory, tickets: TicketSystems, consequences: Consequences) -> None:
        self._directory = directory
        self._tickets = tickets
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="swarm.case_reassigned", of=CaseReassigned, handle=self.reassigned),
            Listener(name="swarm.case_of_reopened", of=SwarmReopened, handle=self.reopened),
            Listener(name="swarm.case_assigned", of=AssignTicket, handle=self.assigned),
        )

    async def reassigned(self, unit: Unit, fact: CaseReassigned) -> None:
        """Let every live swarm of the case follow."""
        await remember_owner(unit, fact.ticket, fact.owner)
        for swarm in await unit.find(Swarm, case=case_key(fact.ticket)):
            if swarm.live:
                self._follows(unit, swarm, fact)

    async def reopened(self, unit: Unit, fact: SwarmReopened) -> None:
        """Give a swarm that goes on again to whoever has got its case meanwhile."""
        swarm = await unit.get(Swarm, fact.swarm)
        if swarm is None or not swarm.live:
            return
        now = await self._now(unit, swarm.case.ref)
        person = None if now is None else self._person(now)
        if now is not None and person is not None and person.id != swarm.owner:
            self._follows(unit, swarm, now)

    async def assigned(self, unit: Unit, effect: AssignTicket) -> None:
        """A handover has given the case away, or could not: then say whose it is, and what would work."""
        settled = unit.event.body
        if not isinstance(settled, EffectSettled):
            return
        name, _slash, write = settled.key.partition("/")
        kind, _colon, id_ = name.partition(":")
        swarm = await unit.get(Swarm, id_) if kind == Swarm.kind and id_ else None
        if swarm is None:
            return
        if settled.state == "done":
            await remember_owner(unit, effect.ticket, effect.owner)
            return
        ticket = await self._read(effect.ticket)
        mine = {None if effect.owner is None else effect.owner.id}
        if not isinstance(effect.was, Unset):
            mine.add(None if effect.was is None else effect.was.id)
        owner = None if ticket is None or ticket.owner is None else ticket.owner.ref.id
        if ticket is None or not swarm.live or owner in mine:
            failed = Write(name=write, state=settled.state, result=settled.result, reason=settled.reason)
            unit.post(direct_target(swarm.owner), not_written(swarm, write_line(failed)), notify=(swarm.owner,))
            return
        await remember_owner(unit, effect.ticket, ticket.owner)
        meant = swarm.owner
        after = self._follows(unit, swarm, reassigned(ticket))
        if after.owner != meant and not after.has_guests:
            hint = _(
                "{case} was given to somebody else meanwhile, so {who} does not get it. To hand it over all the same: "
                "{command}",
                case=str(effect.ticket),
                who=self._follow.names(meant),
                command=to_type(f"swarm handover {after.name} @{meant}"),
            )
            self._follow.say(unit, after, hint)

    # inside

    def _follows(self, unit: Unit, before: Swarm, fact: CaseReassigned) -> Swarm:
        """Give the swarm to whoever has the case; where that cannot be, say who stands in."""
        person = self._person(fact)
        if person is not None:
            return before if person.id == before.owner else self._passes(unit, before, fact, person, None)
        if fact.owner is None:
            words = _(
                "{case} belongs to nobody in {system} now. {owner} keeps {swarm}.",
                case=str(fact.ticket),
                system=said(fact.ticket.system),
                owner=self._follow.names(before.owner),
                swarm=before.name,
            )
            return self._keeps(unit, before, words)
        lead = self._lead(before.owner)
        stands_in = before.owner if lead is None else lead.id
        words = _(
            "{case} belongs to {name} now, who cannot own swarms here. {owner} stands in for them.",
            case=str(fact.ticket),
            name=said(short(fact.name or fact.owner.id, 80)),
            owner=self._follow.names(stands_in),
        )
        if lead is None or lead.id == before.owner:
            return self._keeps(unit, before, words)
        return self._passes(unit, before, fact, lead, words)

    def _keeps(self, unit: Unit, before: Swarm, words: Text) -> Swarm:
        unit.note(before, words, tag="owner")
        if before.has_guests:
            unit.post(direct_target(before.owner), words, notify=(before.owner,))
        else:
            self._follow.say(unit, before, words, notify=(before.owner,))
        return before

    def _passes(self, unit: Unit, before: Swarm, fact: CaseReassigned, person: Person, stands_in: Text | None) -> Swarm:
        after = passing.reassigned(before, person.id, wanted=person.name, now=unit.now)
        words = _(
            "{swarm} passes from {old} to {new}.",
            swarm=after.name,
            old=self._follow.names(before.owner),
            new=self._follow.names(after.owner),
        )
        why = stands_in or _(
            "{case} was given to {new} in {system}.",
            case=str(fact.ticket),
            new=self._follow.names(after.owner),
            system=said(fact.ticket.system),
        )
        unit.note(after, lines(words, why), tag="owner")
        after = self._follow.follow(unit, before, after)
        told = words if after.has_guests else lines(words, why)
        self._follow.say(unit, after, told, notify=(before.owner, after.owner))
        unit.post(direct_target(before.owner), lines(words, why), notify=(before.owner,))
        card = Card(
            title=_("{swarm} is yours now.", swarm=after.name),
            text=why,
            tone="attention",
            buttons=(show_button(after),),
        )
        unit.post(direct_target(after.owner), card, notify=(after.owner,))
        return after

    def _person(self, fact: CaseReassigned) -> Person | None:
        """Return who has the case, if they can own a swarm: a member of the house."""
        if fact.owner is None:
            return None
        person = self._directory.by_identity(Identity(network=fact.ticket.system, id=fact.owner.id))
        return None if person is None or "guest" in person.roles else person

    def _lead(self, owner: str) -> Person | None:
        """Return who leads a pod of the owner's."""
        named = self._directory.profile(owner).pods
        pods = [pod for pod in self._directory.pods() if pod.id in named or owner in pod.members]
        leads = [self._directory.by_id(pod.lead) for pod in pods if pod.lead]
        return next((one for one in leads if one is not None and "guest" not in one.roles), None)

    async def _now(self, unit: Unit, ref: Ref) -> CaseReassigned | None:
        """Return whose a case is: as its system says, else as we saw it last. None when we have never looked."""
        ticket = await self._read(ref)
        if ticket is not None:
            await remember_owner(unit, ref, ticket.owner)
            return reassigned(ticket)
        believed = await believed_owner(unit, ref)
        return None if isinstance(believed, Unset) else CaseReassigned(ticket=ref, owner=believed)

    async def _read(self, ref: Ref) -> Ticket | None:
        try:
            return await self._tickets.system(ref.system).get(ref)
        except (PortError, KeyError):
            return None
