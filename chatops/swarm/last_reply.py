"""The reply to the customer with which a swarm may end: sent by who has seen just that, to whom they saw it goes."""

from __future__ import annotations

from chatops.core.frozen import replace
from chatops.core.message import Button, Card
from chatops.core.rooms import direct_target
from chatops.core.text import Code, Moment, _, lines, said
from chatops.core.unit import Unit
from chatops.engine.confirming import OPEN_FOR, Confirmation, Question, reference_of
from chatops.errors import Impossible, PortError
from chatops.ports.tickets import Ticket, TicketSystems
from chatops.swarm.buttons import done_button
from chatops.swarm.model import Finish, Swarm

CHATS = ("room:", "remote:", "person:")
"""How the targets begin of places in which somebody can say yes."""


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

    async def show(self, unit: Unit, swarm: Swarm, finish: Finish, *, anew: bool) -> Finish:
        """Show a reply and ask whether it shall go; return the form with what has to be remembered of that.

        `anew`: it was to be sent, and is not what its sender has seen.
        """
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
        if question.place.startswith(CHATS):
            known = known.asked(question)
        unit.put(known)
        if anew:
            words = _("This has changed since I asked. Nothing was done yet; please look again.")
            unit.answer(words, private=private)
        unit.answer(_card(swarm, shown, question), private=private)
        return shown


def _card(swarm: Swarm, finish: Finish, question: Question) -> Card:
    until = _("{yes} or {no}, until {time}", yes=Code(code="yes"), no=Code(code="no"), time=Moment(at=question.expires))
    return Card(
        title=_("GOES TO {customer} (customer)", customer=finish.recipient or _("the customer")),
        text=said(finish.reply),
        tone="attention",
        footer=lines(_("Nothing has been sent yet."), until),
        buttons=(
            Button(label=_("Send and finish"), command=question.command, style="danger", uses="once", icon="📨"),
            done_button(swarm),
        ),
    )


def _place(unit: Unit, *, private: bool) -> str:
    if unit.origin is None or (private and not unit.origin.direct):
        return direct_target(unit.actor.id)
    return unit.origin.target


def _recipient(ticket: Ticket) -> str:
    if ticket.requester is not None:
        return ticket.requester.name
    return ticket.customer.name if ticket.customer is not None else ""
