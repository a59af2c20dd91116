"""The reply to the customer with which a swarm may end: sent by who has seen just that, to whom they saw it goes."""

from __future__ import annotations

from chatops.core.frozen import replace
from chatops.core.message import Button, Card, CommandCall, Refused
from chatops.core.rooms import direct_target
from chatops.core.text import Code, Moment, _, lines, said
from chatops.core.unit import Unit
from chatops.engine.confirming import OPEN_FOR, Confirmation, Question, reference_of
from chatops.errors import Impossible, PortError
from chatops.ports.tickets import Ticket, TicketSystems
from chatops.swarm.buttons import done_button
from chatops.swarm.model import Finish, Swarm

CALL = "call:"
"""How the target of the answer to a program begins."""


class LastReply:
    """Shows a reply, and knows whether it may go."""

    def __init__(self, tickets: TicketSystems) -> None:
        self._tickets = tickets

    async def addressed(self, swarm: Swarm, finish: Finish) -> Finish:
        """Return the filled-in form with whom its reply goes to, as the ticket says now.

        Raise Impossible when the ticket's system writes to no customers.
        """
        ref = swarm.case.ref
        try:
            system = self._tickets.system(ref.system)
            if not system.capabilities.public_comments:
                raise Impossible(_("{system} cannot write to customers.", system=said(system.name)))
            ticket = await system.get(ref)
        except (PortError, KeyError):
            # Nobody waits for a ticket system: the reply goes when it can be asked again.
            return replace(finish, recipient=finish.recipient or swarm.case.customer)
        return replace(finish, recipient=_recipient(ticket))

    def seen(self, unit: Unit, shown: Finish, now: Finish, ref: str) -> bool:
        """Whether who sends it was shown this very reply, to this recipient, a short while ago.

        `ref`: the preview that they answer; empty when they name none.
        """
        fresh = shown.shown_at is not None and unit.now < shown.shown_at + OPEN_FOR
        asked = ref.strip().upper() in {"", shown.ref}
        return fresh and asked and shown.shown_to == unit.actor.id and shown.recipient == now.recipient

    def confirmed(self, unit: Unit) -> bool:
        """Whether it was called by a program that says it need not be shown."""
        return isinstance(unit.event.body, CommandCall) and unit.event.body.confirmed

    async def show(self, unit: Unit, swarm: Swarm, finish: Finish, *, anew: bool) -> Finish | None:
        """Show a reply and ask whether it shall go; return the form with what has to be remembered of that.

        None for a call: it is refused, with what it would do, until it says that it is confirmed. `anew`: it was to be
        sent, and is not what its sender has seen.
        """
        called = unit.origin is not None and unit.origin.target.startswith(CALL)
        if called:
            unit.answer(replace(_card(swarm, finish), buttons=()))
            unit.answer(_unconfirmed())
            unit.outcome = "refused:needs_confirmation"
        if called and not anew:
            return None
        private = swarm.has_guests
        shown = replace(finish, ref=reference_of(unit.event.key), shown_to=unit.actor.id, shown_at=unit.now)
        question = Question(
            ref=shown.ref,
            command=f"swarm done {swarm.name} send seen={shown.ref}",
            words="swarm done",
            place=_place(unit, private=private),
            at=unit.now,
            expires=unit.now + OPEN_FOR,
        )
        known = await unit.get(Confirmation, unit.actor.id) or Confirmation(id=unit.actor.id)
        for older in known.questions:
            if older.state == "waiting" and older.command.startswith(f"swarm done {swarm.name} send "):
                known = known.settled(older.ref, "left")
        if called:
            return shown
        unit.put(known.asked(question))
        if anew:
            words = _("This has changed since I asked. Nothing was done yet; please look again.")
            unit.answer(words, private=private)
        until = _(
            "{yes} or {no}, until {time}", yes=Code(code="yes"), no=Code(code="no"), time=Moment(at=question.expires)
        )
        card = replace(_card(swarm, shown), footer=lines(_("Nothing has been sent yet."), until))
        unit.answer(card, private=private)
        return shown


def _card(swarm: Swarm, finish: Finish) -> Card:
    send = f"swarm done {swarm.name} send seen={finish.ref}"
    customer = said(finish.recipient.upper()) if finish.recipient else _("the customer")
    return Card(
        title=_("GOES TO {customer} (customer)", customer=customer),
        text=said(finish.reply),
        tone="attention",
        footer=_("Nothing has been sent yet."),
        buttons=(
            Button(label=_("Send and finish"), command=send, style="danger", uses="once", icon="📨"),
            done_button(swarm),
        ),
    )


def _unconfirmed() -> Refused:
    return Refused(
        code="needs_confirmation",
        message=_("{command} is not done without confirmation.", command=Code(code="swarm done")),
        hint=_("Call it again and say that it is confirmed. What it would do is shown with this."),
    )


def _place(unit: Unit, *, private: bool) -> str:
    if unit.origin is None or (private and not unit.origin.direct):
        return direct_target(unit.actor.id)
    return unit.origin.target


def _recipient(ticket: Ticket) -> str:
    if ticket.requester is not None:
        return ticket.requester.name
    return ticket.customer.name if ticket.customer is not None else ""
