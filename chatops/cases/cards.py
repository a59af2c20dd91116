"""A case on a card: who it is for, where it stands, how long there is. Only members of the house are shown any of it."""

from __future__ import annotations

from chatops.core.message import Button, Card, Fact, Field
from chatops.core.text import Moment, Text, _, _n, said
from chatops.ports.tickets import Clock, Customer, Priority, Status, Ticket

STATUS_WORDS = {
    Status.NEW: _("new"),
    Status.OPEN: _("open"),
    Status.WAITING: _("waiting for the customer"),
    Status.ON_HOLD: _("on hold"),
    Status.RESOLVED: _("resolved"),
    Status.CLOSED: _("closed"),
}
"""Our words; a status we cannot place is shown in the system's own."""

PRIORITY_WORDS = {
    Priority.URGENT: _("urgent"),
    Priority.HIGH: _("high"),
    Priority.NORMAL: _("normal"),
    Priority.LOW: _("low"),
}

ORIGIN_WORDS = {"email": _("e-mail"), "phone": _("phone"), "web": _("web form"), "chat": _("chat")}
"""How cases come in; other ways are shown in the system's own words."""

CLOCK_WORDS = {"first_response": _("First response"), "resolution": _("Resolution")}
"""By what has to happen in time; a clock we know nothing of is shown by its system's name."""


def case_card(ticket: Ticket, owner: str | None) -> Card:
    """Return the card of a case. `owner`: its owner's name in our directory, None when the directory knows nobody."""
    facts = [
        Fact(label=_("Customer"), value=_customer(ticket)),
        Fact(label=_("Status"), value=_status(ticket)),
        Fact(label=_("Owner"), value=_owner(ticket, owner)),
    ]
    clocks = [clock for clock in ticket.clocks if clock.state in {"running", "paused", "breached"}]
    line = clock_line(ticket)
    if line is not None:
        facts.append(Fact(label=_("Clock"), value=line))
    return Card(
        title=_("{case} · {subject}", case=str(ticket.ref), subject=said(ticket.subject)),
        facts=tuple(fact for fact in facts if fact.value.msgid),
        tone="danger" if any(clock.state == "breached" for clock in clocks) else "plain",
        buttons=_buttons(ticket),
    )


def clock_line(ticket: Ticket) -> Text | None:
    """Return the clocks that still matter, at most two."""
    clocks = [clock for clock in ticket.clocks if clock.state in {"running", "paused", "breached"}]
    return _joined([_clock(clock) for clock in clocks[:2]]) if clocks else None


def _customer(ticket: Ticket) -> Text:
    customer = ticket.customer
    if customer is None:
        return said(ticket.requester.name) if ticket.requester is not None else Text(msgid="")
    parts = [said(f"{customer.name} ({customer.segment})" if customer.segment else customer.name)]
    if ticket.entitlement is not None:
        parts.append(said(ticket.entitlement.name))
    return _joined([*parts, *_others(customer, ticket)])


def _others(customer: Customer, ticket: Ticket) -> list[Text]:
    """Return how many other cases the customer has open."""
    others = (customer.open_tickets or 0) - (1 if ticket.open else 0)
    return [_n("{count} other open case", "{count} other open cases", others)] if others > 0 else []


def _status(ticket: Ticket) -> Text:
    status = STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status)
    priority = PRIORITY_WORDS.get(ticket.priority)
    return _joined([status, *([_("priority {priority}", priority=priority)] if priority is not None else [])])


def _owner(ticket: Ticket, owner: str | None) -> Text:
    if owner is not None:
        return said(owner)
    if ticket.owner is None:
        return _("nobody yet")
    return _("{name}, not in our directory", name=said(ticket.owner.name))


def _clock(clock: Clock) -> Text:
    name = said(clock.name) if clock.goal is None else CLOCK_WORDS[clock.goal]
    if clock.state == "paused":
        return _("{clock}: paused", clock=name)
    if clock.due is None:
        return _("{clock}: running", clock=name) if clock.state == "running" else _("{clock}: missed", clock=name)
    due = Moment(at=clock.due, style="datetime")
    if clock.state == "breached":
        return _("{clock}: missed since {time}", clock=name, time=due)
    return _("{clock}: until {time}", clock=name, time=due)


def _buttons(ticket: Ticket) -> tuple[Button, ...]:
    swarms = Button(label=_("Swarms"), command=f"swarm list case={ticket.ref}", icon="👀")
    if not ticket.open:
        return (swarms,)
    first = (
        Button(label=_("Take it"), command=f"case take {ticket.ref}", icon="🙋", style="primary")
        if ticket.owner is None
        else Button(
            label=_("Open a swarm"),
            icon="🆘",
            command=f"swarm open {ticket.ref}",
            style="primary",
            form=(
                Field(name="help_needed", label=_("What help do you need?"), required=True),
                Field(name="tried", label=_("What did you try?"), kind="text"),
                Field(name="skills", label=_("Skills to ask for, separated by commas")),
            ),
        )
    )
    return (
        first,
        Button(
            label=_("Note"),
            icon="📝",
            command=f"note {ticket.ref}",
            form=(Field(name="text", label=_("For colleagues only"), kind="text", required=True),),
        ),
        Button(
            label=_("Reply"),
            icon="✉️",
            command=f"reply customer {ticket.ref}",
            form=(Field(name="text", label=_("To the customer; you see it once more"), kind="text", required=True),),
        ),
        swarms,
    )


def _joined(parts: list[Text]) -> Text:
    return Text(
        msgid=" · ".join(f"{{p{n}}}" for n in range(len(parts))),
        args={f"p{n}": part for n, part in enumerate(parts)},
        verbatim=True,
    )
