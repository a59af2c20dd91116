"""Looking at cases, queues and customers; nothing in a ticket system changes."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.cases.cards import ORIGIN_WORDS, case_card
from chatops.cases.customers import chosen_customer, record_of
from chatops.cases.desk import CaseDesk, reading
from chatops.cases.listing import MOST_READ, Sort, Wanted, Words, fits, ordered, page, understood
from chatops.cases.model import Recent, seen
from chatops.cases.tables import contract_facts, customer_card, history_card, list_card, related_card
from chatops.cases.wording import STATUS_TYPED
from chatops.core.frozen import replace
from chatops.core.lexer import quote
from chatops.core.message import Button, Fact
from chatops.core.params import Selector, TicketName
from chatops.core.text import Text, _, listed, said
from chatops.core.unit import Unit
from chatops.errors import Impossible, NotAllowed, NotFound, Refusal, TryLater
from chatops.ports.ticket_extras import Histories, HistoryPage, RelatedRecords, TicketEvent
from chatops.ports.tickets import Ref, Status, Ticket, TicketQuery, TicketSystem

EVENTS = 10
ALL_EVENTS = 50
MOST_RELATED = 5


class CaseViews:
    """Shows cases."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    async def show(self, unit: Unit, name: TicketName | None) -> None:
        """Show a case as its system has it now."""
        ticket = await self._desk.case(unit, name)
        owner = self._desk.person(ticket.owner)
        card = case_card(ticket, owner.name if owner is not None else None)
        facts = list(card.facts)
        together = [
            one for one in await self._desk.gatherings(unit, ticket.ref) if one.visible_to(unit.actor, unit.now)
        ]
        if together:
            facts.append(Fact(label=_("Swarm"), value=listed(*(one.name for one in together))))
            join = Button(
                label=_("Join {swarm}", swarm=together[0].name),
                command=f"{together[0].kind} join {together[0].name}",
                icon="🆘",
                style="primary",
            )
            card = replace(card, buttons=(join, *card.buttons[-1:]))
        facts += await self._contract(ticket)
        if ticket.origin:
            facts.append(Fact(label=_("Came in by"), value=ORIGIN_WORDS.get(ticket.origin) or said(ticket.origin)))
        unit.answer(replace(card, facts=tuple(facts)))
        await self._remember(unit, ticket.ref)

    async def history(self, unit: Unit, name: TicketName | None, *, everything: bool, cursor: str) -> None:
        """Show what happened to a case, to the asker alone."""
        ticket = await self._desk.case(unit, name, "case history")
        await self._desk.require(unit, ticket)
        system = self._desk.system(ticket.ref.system)
        limit = ALL_EVENTS if everything else EVENTS
        with reading(system):
            found = await _history(system, ticket, cursor=cursor or None, limit=limit)
        whole = " all" if everything else ""
        again = f"case history {ticket.ref}{whole} earlier={quote(found.next or '')}"
        unit.answer(history_card(ticket, found, again=again, names=self._desk.name_of), private=True)

    async def related(self, unit: Unit, name: TicketName | None) -> None:
        """Show orders, the customer's other cases, and cases with like words."""
        ticket = await self._desk.case(unit, name, "case related")
        await self._desk.require(unit, ticket)
        system = self._desk.system(ticket.ref.system)
        with reading(system):
            records = (
                await system.related_records(ticket.ref, limit=MOST_RELATED)
                if system.capabilities.related_records and isinstance(system, RelatedRecords)
                else ()
            )
            query = TicketQuery(customer=ticket.customer.ref) if ticket.customer is not None else None
            others = (await system.search(query, limit=MOST_RELATED + 1)).items if query is not None else ()
            like = (await system.search(TicketQuery(text=ticket.subject), limit=MOST_RELATED * 2)).items
        own = [one for one in others if one.ref.id != ticket.ref.id][:MOST_RELATED]
        known = {ticket.ref.id, *(one.ref.id for one in own)}
        similar = [one for one in like if one.ref.id not in known][:MOST_RELATED]
        unit.answer(related_card(ticket, records, own, similar), private=True)

    async def listed(
        self, unit: Unit, typed: str, *, statuses: Sequence[Status], segment: str, sort: Sort, number: int
    ) -> None:
        """List cases; the open ones, unless a status is named."""
        words = understood(typed)
        again = " ".join(
            part
            for part in (
                "case list",
                typed,
                *(f"status={STATUS_TYPED.get(one, one)}" for one in statuses),
                f'segment="{segment}"' if segment else "",
                f"sort={sort}",
            )
            if part
        )
        wanted = Wanted(
            owners=self._owners(unit, words),
            statuses=frozenset(statuses) or None,
            segment=segment,
            country=words.country,
            topic=words.topic,
        )
        found, cut = await self._found(words.text, wanted)
        paged = page(ordered(found, sort, unit.now), number)
        unit.answer(list_card(paged, self._owner, title=_("Cases"), again=again, cut=cut))

    async def queue(self, unit: Unit, typed: str, number: int) -> None:
        """Show what waits, the least time left first."""
        words = understood(typed)
        wanted = Wanted(owners=self._owners(unit, words), country=words.country, topic=words.topic)
        found, cut = await self._found(words.text, wanted)
        paged = page(ordered(found, Sort.SLA, unit.now), number)
        again = f"queue show {typed}".strip()
        unit.answer(list_card(paged, self._owner, title=_("What waits"), again=again, take=True, cut=cut))

    async def recent(self, unit: Unit) -> None:
        """List what the asker last looked at, the last one first."""
        recent = await unit.get(Recent, unit.actor.id)
        found: list[Ticket] = []
        for ref in recent.cases if recent is not None else ():
            try:
                found.append(await self._desk.get(ref))
            except (Refusal, TryLater):
                continue  # gone, or its system is unwell: the others are shown
        paged = page(found, 1)
        unit.answer(list_card(paged, self._owner, title=_("Last looked at"), again="case recent"), private=True)

    async def customer(self, unit: Unit, name: str) -> None:
        """Show a customer's master data, or that of this room's customer."""
        if "guest" in unit.actor.roles:
            raise NotAllowed(unit.denial(None))
        here = await self._desk.here(unit) if not name else None
        if here is not None:
            ticket = await self._desk.get(here.case.ref)
            if ticket.customer is None:
                raise NotFound(_("{case} names no customer.", case=str(ticket.ref)))
            system, ref = self._desk.system(ticket.ref.system), ticket.customer.ref
        else:
            system, ref = await chosen_customer(self._desk, name, "customer show")
        record = await record_of(system, ref)
        if record is None:
            raise Impossible(_("{system} keeps no master data.", system=said(system.name)))
        unit.answer(customer_card(record))

    async def _contract(self, ticket: Ticket) -> list[Fact]:
        if ticket.customer is None:
            return []
        try:
            record = await record_of(self._desk.system(ticket.ref.system), ticket.customer.ref)
        except (Refusal, TryLater):
            return []  # the case is shown without it
        return contract_facts(record) if record is not None else []

    async def _remember(self, unit: Unit, case: Ref) -> None:
        recent = await unit.get(Recent, unit.actor.id) or Recent(id=unit.actor.id)
        unit.put(seen(recent, case))

    async def _found(self, text: str, wanted: Wanted) -> tuple[list[Ticket], bool]:
        found: list[Ticket] = []
        cut = False
        for name in self._desk.tickets.names():
            system = self._desk.system(name)
            query = TicketQuery(text=text, open_only=wanted.statuses is None, sort="due", owner=_only(wanted, name))
            read, cursor = 0, None
            with reading(system):
                while read < MOST_READ:
                    some = await system.search(query, cursor=cursor, limit=100)
                    read += len(some.items)
                    found += [ticket for ticket in some.items if fits(ticket, wanted)]
                    cursor = some.next
                    if cursor is None:
                        break
            cut = cut or cursor is not None
        return found, cut

    def _owners(self, unit: Unit, words: Words) -> frozenset[tuple[str, str]] | None:
        if words.mine:
            people = [unit.actor]
        elif words.pod:
            people = list(self._desk.directory.select(Selector(kind="pod", value=words.pod)))
            if not people:
                raise NotFound(_("There is no pod {name}, or nobody is in it.", name=said(words.pod)))
        else:
            return None
        systems = set(self._desk.tickets.names())
        return frozenset(
            (one.network, one.id) for person in people for one in person.identities if one.network in systems
        )

    def _owner(self, ticket: Ticket) -> Text:
        if ticket.owner is None:
            return _("nobody yet")
        known = self._desk.person(ticket.owner)
        return said(known.name if known is not None else ticket.owner.name)


def _only(wanted: Wanted, system: str) -> Ref | None:
    """Return the one owner there, if there is one: their system need not show everybody's."""
    own = [id_ for name, id_ in wanted.owners or () if name == system]
    return Ref(system=system, kind="person", id=own[0], key=own[0]) if len(own) == 1 else None


async def _history(system: TicketSystem, ticket: Ticket, *, cursor: str | None, limit: int) -> HistoryPage:
    if system.capabilities.history and isinstance(system, Histories):
        return await system.history(ticket.ref, cursor=cursor, limit=limit)
    comments = await system.comments(ticket.ref, limit=limit)
    events = [
        TicketEvent(
            kind="comment",
            at=one.at,
            by=one.author.name if one.author is not None else "",
            side=one.author.side if one.author is not None else "unknown",
            text=one.text,
            audience=one.audience,
        )
        for one in reversed(comments)
    ]
    return HistoryPage(items=tuple(events))
