"""Changing cases. Handlers only say what shall be; the outbox does it, and the card tells what became of it."""

from __future__ import annotations

from chatops.cases.cards import PRIORITY_WORDS, STATUS_WORDS, clock_line
from chatops.cases.customers import chosen_customer
from chatops.cases.desk import CaseDesk
from chatops.cases.outcomes import asked
from chatops.cases.wording import STATUS_TYPED
from chatops.core.lexer import quote
from chatops.core.message import Person
from chatops.core.params import TicketName
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_asked import (
    AskedAssign,
    AskedCreate,
    AskedCustomerNote,
    AskedFile,
    AskedNote,
    AskedPriority,
    AskedStatus,
)
from chatops.errors import BadArgument, Impossible
from chatops.ports.gatherings import Gathering
from chatops.ports.tickets import Audience, NewTicket, Priority, Ref, Status, Ticket

_PAUSES = {
    Status.WAITING: _("Its clocks are paused until the customer replies."),
    Status.ON_HOLD: _("Whether its clocks are paused is for the ticket system’s rules to say."),
    Status.OPEN: _("Its clocks run."),
    Status.NEW: _("Its clocks run."),
    Status.RESOLVED: _("Its clocks end."),
    Status.CLOSED: _("Its clocks end."),
}
MOST_NAME = 120


class CaseChanges:
    """The use cases."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    async def new(self, unit: Unit, subject: str, *, within: str, customer: str, priority: Priority) -> None:
        """Make a case, owned by nobody yet."""
        ref: Ref | None = None
        if customer:
            system, ref = await chosen_customer(self._desk, customer, "customer show", within=within)
        else:
            system = self._desk.chosen(within)
        told = asked(unit, _("New case in {system}: {subject}", system=said(system.name), subject=said(subject)))
        new = NewTicket(subject=subject, customer=ref, priority=priority)
        unit.effect(AskedCreate(system=system.name, new=new, acting_for=unit.actor.name, asked=told))

    async def take(self, unit: Unit, name: TicketName | None) -> None:
        """Make the asker its owner."""
        ticket = await self._desk.case(unit, name, "case take")
        await self._hand(unit, ticket, unit.actor, f"case take {ticket.ref}")

    async def assign(self, unit: Unit, name: TicketName | None, who: Person) -> None:
        """Make somebody its owner."""
        ticket = await self._desk.case(unit, name, "case assign")
        if "guest" in who.roles:
            raise Impossible(_("{name} is a guest, and guests own no cases.", name=who.name))
        await self._hand(unit, ticket, who, f"case assign {ticket.ref} @{who.id}")

    async def _hand(self, unit: Unit, ticket: Ticket, to: Person, command: str) -> None:
        _open(ticket)
        together = await self._desk.gatherings(unit, ticket.ref)
        if together:
            raise _in_a_swarm(unit, ticket, together[0], to)
        ref = self._desk.identity(to, ticket.ref.system)
        if ref is None:
            raise Impossible(
                _("{name} is not known in {system}.", name=to.name, system=said(ticket.ref.system)),
                hint=_("An admin can add their identity there to the directory."),
            )
        before = ticket.owner
        if before is not None and before.ref.id == ref.id:
            raise Impossible(_("{case} is {name}’s already.", case=str(ticket.ref), name=to.name))
        known = self._desk.person(before)
        old = _("nobody") if before is None else said(known.name if known is not None else before.name)
        title = _("{case} · owner: {old} → {new}", case=str(ticket.ref), old=old, new=to.name)
        told = asked(unit, title, text=clock_line(ticket), command=command)
        unit.effect(
            AskedAssign(
                ticket=ticket.ref,
                owner=ref,
                was=before.ref if before is not None else None,
                acting_for=unit.actor.name,
                asked=told,
            )
        )
        if to.id != unit.actor.id:
            unit.post(
                f"person:{to.id}",
                _(
                    "{who} gives you {case}: {subject}",
                    who=unit.actor.name,
                    case=str(ticket.ref),
                    subject=said(ticket.subject),
                ),
                notify=(to.id,),
            )
        if known is not None and known.id not in {unit.actor.id, to.id}:
            unit.post(
                f"person:{known.id}",
                _(
                    "{case} goes from you to {who}: {by} did that.",
                    case=str(ticket.ref),
                    who=to.name,
                    by=unit.actor.name,
                ),
                notify=(known.id,),
            )

    async def priority(self, unit: Unit, name: TicketName | None, priority: Priority, because: str) -> None:
        """Change the priority, and write inside why."""
        ticket = await self._desk.case(unit, name, "case priority")
        await self._desk.require(unit, ticket)
        _open(ticket)
        if not because.strip():
            raise BadArgument(
                _("Say why, so that others understand it."),
                commands=(f'case priority {ticket.ref} {priority} because "…"',),
            )
        if ticket.priority is priority:
            raise Impossible(_("{case} has that priority already.", case=str(ticket.ref)))
        old = PRIORITY_WORDS.get(ticket.priority) or said(ticket.vendor_priority or "–")
        title = _("{case} · priority: {old} → {new}", case=str(ticket.ref), old=old, new=PRIORITY_WORDS[priority])
        command = f"case priority {ticket.ref} {priority} because {quote(because)}"
        # The reason is not worth a card of its own; the note says where it came from.
        note = _("Priority {old} → {new} because: {why}", old=old, new=PRIORITY_WORDS[priority], why=said(because))
        told = asked(unit, title, text=_("Because: {why}", why=said(because)), command=command, note=note)
        unit.effect(AskedPriority(ticket=ticket.ref, priority=priority, acting_for=unit.actor.name, asked=told))

    async def status(self, unit: Unit, name: TicketName | None, status: Status, because: str) -> None:
        """Change the status, and say what that does to its clocks."""
        ticket = await self._desk.case(unit, name, "case status")
        await self._desk.require(unit, ticket)
        if ticket.status is Status.CLOSED:
            raise Impossible(
                _("{case} is closed for good.", case=str(ticket.ref)),
                commands=(f'case new "{_plain(ticket.subject)}"',),
            )
        if ticket.status is status:
            raise Impossible(_("{case} is {status} already.", case=str(ticket.ref), status=STATUS_WORDS[status]))
        old = STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status)
        title = _("{case} · status: {old} → {new}", case=str(ticket.ref), old=old, new=STATUS_WORDS[status])
        pauses = _PAUSES[status] if ticket.clocks else None
        command = f"case status {ticket.ref} {STATUS_TYPED.get(status, status)}"
        note = said(because) if because.strip() else None
        told = asked(unit, title, text=pauses, command=command, note=note)
        unit.effect(AskedStatus(ticket=ticket.ref, status=status, acting_for=unit.actor.name, asked=told))

    async def note(self, unit: Unit, name: TicketName | None, text: str) -> None:
        """Write on a case for colleagues only."""
        ticket = await self._desk.case(unit, name, "note")
        await self._desk.require(unit, ticket)
        told = asked(unit, _("{case} · note inside", case=str(ticket.ref)), text=said(text))
        unit.effect(
            AskedNote(
                ticket=ticket.ref, text=said(text), audience=Audience.INTERNAL, acting_for=unit.actor.name, asked=told
            )
        )

    async def attach(self, unit: Unit, name: TicketName | None, url: str, called: str) -> None:
        """Put a file on a case by its address."""
        ticket = await self._desk.case(unit, name, "case attach")
        await self._desk.require(unit, ticket)
        system = self._desk.system(ticket.ref.system)
        if not system.capabilities.attachments:
            raise Impossible(
                _("{system} takes no files from here.", system=said(system.name)),
                hint=_("Write the address in an internal note instead."),
                commands=(f"note {ticket.ref} {url}",),
            )
        label = (called or url.rstrip("/").rpartition("/")[2] or url)[:MOST_NAME]
        told = asked(unit, _("{case} · file: {name}", case=str(ticket.ref), name=said(label)), text=said(url))
        unit.effect(AskedFile(ticket=ticket.ref, url=url, name=label, acting_for=unit.actor.name, asked=told))

    async def note_customer(self, unit: Unit, name: str, text: str) -> None:
        """Write something about a customer for colleagues only."""
        _system, ref = await chosen_customer(self._desk, name, "customer note")
        told = asked(unit, _("Note on {customer}", customer=said(str(ref))), text=said(text))
        unit.effect(AskedCustomerNote(customer=ref, text=text, acting_for=unit.actor.name, asked=told))


def _open(ticket: Ticket) -> None:
    if not ticket.open:
        raise Impossible(_("{case} is closed already.", case=str(ticket.ref)), commands=(f"case show {ticket.ref}",))


def _in_a_swarm(unit: Unit, ticket: Ticket, together: Gathering, to: Person) -> Impossible:
    if not together.visible_to(unit.actor, unit.now):
        return Impossible(
            _("{case} cannot be handed to somebody else here now.", case=str(ticket.ref)),
            hint=_("Ask whoever owns it."),
            commands=(f"case show {ticket.ref}",),
        )
    return Impossible(
        _("{swarm} works on {case}: its owner hands it over there.", swarm=together.name, case=str(ticket.ref)),
        commands=(f"{together.kind} handover {together.name} @{to.id}", f"{together.kind} show {together.name}"),
    )


def _plain(text: str) -> str:
    return text.replace('"', "'")
