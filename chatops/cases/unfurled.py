"""Cases that people named, on one card for those who read in the room."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.cases.cards import STATUS_WORDS, case_card, clock_line
from chatops.core.frozen import replace
from chatops.core.message import Button, Card, Fact, Person
from chatops.core.text import Text, _, _n, said
from chatops.ports.tickets import Ticket

WORK_ON_CASES = frozenset({"agent", "expert", "pod_lead", "manager"})
"""Those who may list cases: whom a customer is no secret to, also where they did not ask."""


def unfurled(tickets: Sequence[tuple[Ticket, str | None]], readers: Sequence[Person]) -> Card:
    """Return one card for tickets, each with its owner's name, None when nobody we know owns it.

    `readers`: everybody who reads it, members of the house all. Only what all of them work with is on it: whom a case is
    for is left out where others read as well; they can ask for the case.
    """
    whole = all(reader.roles & WORK_ON_CASES for reader in readers)
    if len(tickets) == 1:
        return _single(*tickets[0], whole=whole)
    return Card(
        title=_n("{count} case", "{count} cases", len(tickets)),
        facts=tuple(
            Fact(
                label=_("{case} · {subject}", case=str(ticket.ref), subject=said(ticket.subject)),
                value=_line(ticket, owner, whole=whole),
            )
            for ticket, owner in tickets
        ),
        buttons=tuple(_look(ticket, str(ticket.ref)) for ticket, _owner in tickets),
    )


def _single(ticket: Ticket, owner: str | None, *, whole: bool) -> Card:
    card = case_card(ticket, owner)
    if whole:
        return replace(card, buttons=(_look(ticket),))
    customer = 1 if ticket.customer is not None or ticket.requester is not None else 0
    return replace(card, facts=card.facts[customer:], buttons=(_look(ticket),))


def _line(ticket: Ticket, owner: str | None, *, whole: bool) -> Text:
    customer = ticket.customer.name if ticket.customer is not None else ""
    clock = clock_line(ticket)
    parts = [
        STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status),
        said(owner) if owner is not None else _("nobody yet") if ticket.owner is None else said(ticket.owner.name),
        *([said(customer)] if whole and customer else []),
        *([clock] if clock is not None else []),
    ]
    return Text(
        msgid=" · ".join(f"{{p{n}}}" for n in range(len(parts))),
        args={f"p{n}": part for n, part in enumerate(parts)},
        verbatim=True,
    )


def _look(ticket: Ticket, label: str = "👁") -> Button:
    return Button(label=said(label), command=f"case show {ticket.ref}", icon="👁")
