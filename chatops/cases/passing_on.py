"""Call-backs go with their case: whoever sees it through makes the calls that were promised, and is reminded of them."""

from __future__ import annotations

from chatops.cases.callbacks import CallBack, CallBacks, CallState, series
from chatops.cases.desk import CaseDesk
from chatops.core.frozen import replace
from chatops.core.message import Identity, Person
from chatops.core.rooms import direct_target
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.ticket_events import CasePassed, CaseReassigned
from chatops.hookspecs import Listener
from chatops.ports.gatherings import gathering_key
from chatops.ports.tickets import Ref


class PassingOn:
    """Hears that a case has passed from one to another."""

    def __init__(self, desk: CaseDesk, callbacks: CallBacks) -> None:
        self._desk = desk
        self._callbacks = callbacks

    def listeners(self) -> tuple[Listener, ...]:
        """Return both: of cases with people around them, and of any other."""
        return (
            Listener(name="cases.passed", of=CasePassed, handle=self.passed),
            Listener(name="cases.reassigned", of=CaseReassigned, handle=self.reassigned),
        )

    async def passed(self, unit: Unit, fact: CasePassed) -> None:
        """Let the call-backs of its case go to whoever sees it through now."""
        person = self._desk.directory.by_id(fact.person)
        if person is not None:
            await self._pass(unit, fact.ticket, person, fact.previous)

    async def reassigned(self, unit: Unit, fact: CaseReassigned) -> None:
        """Let them go to the case's new owner. Where people gather around it, they say who that is."""
        if fact.owner is None or await self._desk.gatherings(unit, fact.ticket):
            return
        person = self._desk.directory.by_identity(Identity(network=fact.ticket.system, id=fact.owner.id))
        if person is not None and "guest" not in person.roles:
            await self._pass(unit, fact.ticket, person, "")

    async def _pass(self, unit: Unit, case: Ref, to: Person, previous: str) -> None:
        found = {one.id: one for one in await unit.find(CallBack, about=gathering_key(case))}
        if previous:  # those of before the key was kept
            found |= {one.id: one for one in await unit.find(CallBack, caller=previous) if one.case == case}
        for one in found.values():
            if one.state is CallState.PLANNED and one.owner != to.id:
                self._one(unit, one, to)

    def _one(self, unit: Unit, before: CallBack, to: Person) -> None:
        after = replace(before, owner=to.id)
        unit.put(after)
        self._callbacks.arm(unit, after)
        unit.note(after, _("It goes to {who}, with the case.", who=to.name), tag="passed")
        words = _("{name} goes to {who}, with the case {case}.", name=after.name, who=to.name, case=str(after.case))
        unit.post(direct_target(before.owner), words, slot=series(before))
        title = _("{name} comes to you with its case: call back", name=after.name)
        unit.post(direct_target(to.id), self._callbacks.card(after, title), notify=(to.id,))
