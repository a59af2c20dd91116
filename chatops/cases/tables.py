"""Lists of cases, histories and customers on cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chatops.cases.cards import PRIORITY_WORDS, STATUS_WORDS
from chatops.cases.listing import Paged, due
from chatops.core.icons import numbered
from chatops.core.message import Button, Card, Fact, Table
from chatops.core.text import Moment, Text, _, _n, lines, said, to_type
from chatops.ports.ticket_extras import CustomerRecord, HistoryPage, RelatedRecord, TicketEvent
from chatops.ports.tickets import Audience, Ticket

BUTTONS = 4
_SUBJECT = 60
_WORDS = 160
"""Letters of a comment shown in a history."""

FIELD_WORDS = {
    "status": _("status"),
    "priority": _("priority"),
    "owner": _("owner"),
    "queue": _("queue"),
    "subject": _("subject"),
    "tags": _("tags"),
    "file": _("file"),
}


_OWN_STATUS = {str(status.value): words for status, words in STATUS_WORDS.items()}
_OWN_PRIORITY = {str(priority.value): words for priority, words in PRIORITY_WORDS.items()}


def list_card(
    paged: Paged,
    owner: Callable[[Ticket], Text],
    *,
    title: Text,
    again: str,
    take: bool = False,
    cut: bool = False,
) -> Card:
    """Return a list. `again` shows it anew, with ` page=N` behind it; `take`: its buttons take cases nobody owns."""
    if not paged.items:
        return Card(
            title=_("No cases"), text=_("Nothing fits. {command} shows all open ones.", command=to_type("case list"))
        )
    rows = tuple(
        (
            said(f"{ticket.ref} {short(ticket.subject, _SUBJECT)}"),
            said(ticket.customer.name if ticket.customer is not None else "–"),
            _dotted(STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status), PRIORITY_WORDS.get(ticket.priority)),
            _due(due(ticket)),
            owner(ticket),
        )
        for ticket in paged.items
    )
    more: tuple[Button, ...] = ()
    if paged.number < paged.pages:
        more = (Button(label=_("More"), command=f"{again} page={paged.number + 1}", icon="➡️"),)
    footer = _("Page {page} of {pages}, {count} cases", page=paged.number, pages=paged.pages, count=paged.total)
    if cut:
        footer = lines(footer, _("There are more than I look at; narrow it down."))
    return Card(
        title=title,
        table=Table(head=(_("Case"), _("Customer"), _("State"), _("Due"), _("Owner")), rows=rows),
        footer=footer if paged.pages > 1 or cut else None,
        buttons=(*numbered(_button(ticket, take=take) for ticket in paged.items[: BUTTONS - len(more)]), *more),
    )


def history_card(ticket: Ticket, page: HistoryPage, *, again: str, names: Callable[[str, str], str]) -> Card:
    """Return what happened to a case, newest first. `names`: the name of whoever a system knows by an id."""

    def named(id: str) -> str:
        return names(ticket.ref.system, id)

    rows = tuple(
        (_at(event.at), said(named(event.by) if event.by else "–"), happened(event, named)) for event in page.items
    )
    return Card(
        title=_("{case} · what happened", case=str(ticket.ref)),
        text=None if rows else _("Nothing yet."),
        table=Table(head=(_("When"), _("Who"), _("What")), rows=rows) if rows else None,
        buttons=(Button(label=_("Earlier"), command=again, icon="➡️"),) if page.next is not None else (),
    )


def happened(event: TicketEvent, named: Callable[[str], str] = str) -> Text:
    """Return one event in words. `named`: the name of whoever the system knows by an id."""
    if event.kind == "created":
        return _("opened")
    if event.kind == "comment":
        words = said(short(event.text, _WORDS))
        if event.side == "customer":
            return _("from the customer: {words}", words=words)
        if event.audience is Audience.PUBLIC:
            return _("to the customer: {words}", words=words)
        return _("inside: {words}", words=words)
    field = FIELD_WORDS.get(event.field) or said(event.field)
    old, new = (_value(event.field, raw, named) for raw in (event.old, event.new))
    if not event.old:
        return _("{field}: {new}", field=field, new=new)
    return _("{field}: {old} → {new}", field=field, old=old, new=new)


def _value(field: str, raw: str, named: Callable[[str], str]) -> Text:
    """Return a field's value in our words, where it is one of ours; a person by name."""
    if field == "status":
        return _OWN_STATUS.get(raw) or said(raw or "–")
    if field == "priority":
        return _OWN_PRIORITY.get(raw) or said(raw or "–")
    return said((named(raw) if field == "owner" and raw else raw) or "–")


def related_card(
    ticket: Ticket, records: Sequence[RelatedRecord], others: Sequence[Ticket], similar: Sequence[Ticket]
) -> Card:
    """Return orders, older cases of the customer, and cases with like words."""
    facts = []
    if records:
        facts.append(Fact(label=_("Orders"), value=lines(*(_record(record) for record in records))))
    if others:
        facts.append(Fact(label=_("Same customer"), value=lines(*(_line(other) for other in others))))
    if similar:
        facts.append(Fact(label=_("Like it"), value=lines(*(_line(other) for other in similar))))
    shown = [*others, *similar]
    return Card(
        title=_("{case} · what belongs to it", case=str(ticket.ref)),
        text=None if facts else _("Nothing else is known."),
        facts=tuple(facts),
        buttons=numbered(_button(other, take=False) for other in shown[:BUTTONS]),
    )


def customer_card(record: CustomerRecord) -> Card:
    """Return a customer's master data: nothing of the people who work there."""
    customer = record.customer
    facts = [
        Fact(label=_("Segment"), value=said(customer.segment)),
        Fact(label=_("Country"), value=said(customer.country)),
        Fact(label=_("Language"), value=said(customer.locale)),
    ]
    facts += contract_facts(record)
    if customer.open_tickets is not None:
        facts.append(Fact(label=_("Open cases"), value=_n("{count} case", "{count} cases", customer.open_tickets)))
    notes = [
        _("{time} {who}: {words}", time=Moment(at=note.at, style="date"), who=said(note.by), words=said(note.text))
        for note in record.notes
    ]
    if notes:
        facts.append(Fact(label=_("Notes"), value=lines(*notes)))
    return Card(
        title=_("{name} ({id})", name=said(customer.name), id=str(customer.ref)),
        facts=tuple(fact for fact in facts if fact.value.msgid),
    )


def contract_facts(record: CustomerRecord) -> list[Fact]:
    """Return contract and duties, where there are any."""
    facts = []
    if record.contract is not None:
        words = said(record.contract.name)
        if record.contract.ends is not None:
            words = _("{name}, until {date}", name=words, date=Moment(at=record.contract.ends, style="date"))
        facts.append(Fact(label=_("Contract"), value=words))
    duties = [
        said(duty.name)
        if duty.within is None
        else _("{duty}, within {time}", duty=said(duty.name), time=timedelta(seconds=duty.within))
        for duty in record.duties
    ]
    if duties:
        facts.append(Fact(label=_("Duties"), value=lines(*duties)))
    return facts


def short(text: str, most: int) -> str:
    """Return `text` in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _button(ticket: Ticket, *, take: bool) -> Button:
    if take and ticket.owner is None:
        return Button(label=_("Take {case}", case=str(ticket.ref)), command=f"case take {ticket.ref}")
    return Button(label=_("Show {case}", case=str(ticket.ref)), command=f"case show {ticket.ref}")


def _record(record: RelatedRecord) -> Text:
    words = said(f"{record.kind} {record.name}" + (f": {record.detail}" if record.detail else ""))
    return words if record.at is None else _("{date} {what}", date=Moment(at=record.at, style="date"), what=words)


def _line(ticket: Ticket) -> Text:
    return _(
        "{case} {subject}, {status}",
        case=str(ticket.ref),
        subject=said(short(ticket.subject, _SUBJECT)),
        status=STATUS_WORDS.get(ticket.status) or said(ticket.vendor_status),
    )


def _due(at: datetime | None) -> Text:
    return said("–") if at is None else _at(at)


def _at(at: datetime) -> Text:
    return _("{time}", time=Moment(at=at, style="datetime"))


def _dotted(first: Text, second: Text | None) -> Text:
    return first if second is None else Text(msgid="{a} · {b}", args={"a": first, "b": second}, verbatim=True)
