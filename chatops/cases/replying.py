"""What leaves the house: replies to customers, and the texts they begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatops.cases.desk import CaseDesk
from chatops.cases.outcomes import asked
from chatops.cases.templates import Template, filled, gaps, suggested, wording
from chatops.core.lexer import Token, tokens
from chatops.core.message import Card, Fact, Person, Table
from chatops.core.params import TicketName
from chatops.core.text import Code, Text, _, listed, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_asked import AskedNote
from chatops.errors import BadArgument, Impossible, NotFound
from chatops.ports.tickets import Audience, Ticket


class Replies:
    """Replies and snippets."""

    def __init__(self, desk: CaseDesk, templates: Sequence[Template]) -> None:
        self._desk = desk
        self._templates = {template.name: template for template in templates}

    async def reply(self, unit: Unit, name: TicketName | None, typed: str, template: str) -> None:
        """Write to the customer. What they will read is shown first, headed by whom it goes to."""
        ticket = await self._desk.case(unit, name, "reply customer")
        await self._desk.require(unit, ticket)
        system = self._desk.system(ticket.ref.system)
        if not system.capabilities.public_comments:
            raise Impossible(_("{system} cannot write to customers.", system=said(system.name)))
        recipient = _recipient(ticket)
        if template:
            chosen = self._named(template, replies=True)
            given, rest = split(typed, chosen)
            again = f"reply customer {ticket.ref} template={chosen.name}"
            text = filled(chosen, _locale(ticket), own=own(ticket, unit.actor), given=given, again=again)
            text = f"{text}\n\n{rest}" if rest else text
        else:
            text = typed.strip()
        if not text:
            raise self._nothing(ticket)
        title = _("{case} · reply to {name}", case=str(ticket.ref), name=said(recipient))
        unit.preview(
            Card(
                title=_("GOES TO {name} (customer)", name=said(recipient.upper())),
                text=said(text),
                facts=(
                    Fact(label=_("Case"), value=said(f"{ticket.ref} {ticket.subject}")),
                    *self._hint(ticket, template),
                ),
                tone="attention",
            )
        )
        told = asked(unit, title, text=said(text))
        unit.effect(
            AskedNote(
                ticket=ticket.ref, text=said(text), audience=Audience.PUBLIC, acting_for=unit.actor.name, asked=told
            )
        )

    async def snippet(self, unit: Unit, name: str, typed: str) -> None:
        """Show a text to be copied and changed; nothing is sent."""
        chosen = self._named(name, replies=False)
        here = await self._desk.here(unit)
        ticket = await self._desk.get(here.case.ref) if here is not None else None
        given, rest = split(typed, chosen)
        if rest:
            raise BadArgument(_("{word} is one word too many.", word=said(rest)), commands=(f"snippet {name}",))
        locale = _locale(ticket) if ticket is not None else unit.actor.locale
        known = own(ticket, unit.actor) if ticket is not None else {"agent": unit.actor.name}
        text = filled(chosen, locale, own=known, given=given, again=f"snippet {chosen.name}")
        unit.answer(Card(title=said(chosen.title or chosen.name), text=said(text), footer=_("Nothing was sent.")))

    async def snippets(self, unit: Unit) -> None:
        """List all texts."""
        if not self._templates:
            unit.answer(_("There are no texts yet. An admin names their file in the settings: cases.templates."))
            return
        rows = tuple(
            (
                said(template.name),
                said(template.title),
                listed(*(Code(code=name) for name in gaps(wording(template, unit.actor.locale)))),
            )
            for template in self._templates.values()
        )
        unit.answer(Card(title=_("Texts"), table=Table(head=(_("Name"), _("For"), _("Gaps")), rows=rows)))

    def _named(self, name: str, *, replies: bool) -> Template:
        chosen = self._templates.get(name.casefold())
        if chosen is None or (replies and not chosen.reply):
            fitting = [one.name for one in self._templates.values() if one.reply or not replies]
            hint = _("There are: {names}.", names=listed(*(Code(code=one) for one in fitting))) if fitting else None
            raise NotFound(_("There is no text {name}.", name=said(name)), hint=hint)
        return chosen

    def _nothing(self, ticket: Ticket) -> BadArgument:
        fitting = suggested(tuple(self._templates.values()), tags=ticket.tags, subject=ticket.subject)
        commands = tuple(f"reply customer {ticket.ref} template={one.name}" for one in fitting)
        return BadArgument(_("What shall the customer read?"), commands=(*commands, f"reply customer {ticket.ref} …"))

    def _hint(self, ticket: Ticket, template: str) -> tuple[Fact, ...]:
        fitting = (
            [] if template else suggested(tuple(self._templates.values()), tags=ticket.tags, subject=ticket.subject)
        )
        names: list[Text] = [said(f"template={one.name}") for one in fitting]
        return (Fact(label=_("Texts that fit"), value=listed(*names)),) if names else ()


def split(typed: str, template: Template) -> tuple[Mapping[str, str], str]:
    """Return the values given for a template’s gaps (`until="24 Dec"`), and what else was typed."""
    names = {name for text in template.text.values() for name in gaps(text)} | set(template.fields)
    taken: list[Token] = [token for token in tokens(typed) if not token.quoted and token.key.casefold() in names]
    given = {token.key.casefold(): token.value for token in taken}
    rest, position = [], 0
    for token in taken:
        rest.append(typed[position : token.start].strip())
        position = token.end
    rest.append(typed[position:].strip())
    return given, " ".join(part for part in rest if part)


def own(ticket: Ticket, agent: Person) -> Mapping[str, str]:
    """Return what a case puts into gaps by itself."""
    return {
        "customer": _recipient_name(ticket),
        "case": ticket.ref.key or ticket.ref.id,
        "subject": ticket.subject,
        "agent": agent.name,
    }


def _recipient_name(ticket: Ticket) -> str:
    if ticket.requester is not None:
        return ticket.requester.name
    return ticket.customer.name if ticket.customer is not None else ""


def _recipient(ticket: Ticket) -> str:
    name = _recipient_name(ticket)
    if not name:
        raise Impossible(
            _("{case} names nobody to reply to.", case=str(ticket.ref)),
            hint=_("Write inside with {command}.", command=to_type(f"note {ticket.ref} …")),
        )
    return name


def _locale(ticket: Ticket) -> str:
    return ticket.customer.locale if ticket.customer is not None and ticket.customer.locale else "en"
