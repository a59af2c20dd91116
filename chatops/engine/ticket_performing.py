"""How the outbox does what a unit wants of a ticket system.

The outbox key is the ticket system's write key, so an effect performed twice is there once. Whatever the foreign system
says passes as the port's errors; the sender knows which are worth another try.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.text import Text, _
from chatops.engine.ticket_asked import (
    AskedAssign,
    AskedCreate,
    AskedCustomerNote,
    AskedFile,
    AskedNote,
    AskedPriority,
    AskedStatus,
)
from chatops.engine.ticket_effects import (
    AddNote,
    AssignTicket,
    AttachFile,
    CreateTicket,
    DraftArticle,
    LinkArticle,
    NoteCustomer,
    SetPriority,
    SetStatus,
    TicketEffect,
)
from chatops.errors import Conflict, Missing, Unsupported
from chatops.hookspecs import EffectPerformer, Performed
from chatops.ports.ticket_extras import Attachments, CustomerRecords
from chatops.ports.tickets import (
    ArticleDraft,
    Audience,
    Knowledge,
    Ref,
    TicketPatch,
    TicketPerson,
    TicketSystem,
    TicketSystems,
    Unset,
    WriteContext,
)

MAX_PARTS = 8
"""Comments one note may become in a system with short comments; what is longer ends with a notice."""


def ticket_performers(tickets: TicketSystems, catalogues: Catalogues) -> Sequence[EffectPerformer]:
    """Return the performers of all effects on tickets. Systems are looked up when an effect is performed."""
    desk = _Desk(tickets, catalogues)
    return (
        EffectPerformer(of=AddNote, perform=desk.note),
        EffectPerformer(of=SetStatus, perform=desk.status),
        EffectPerformer(of=SetPriority, perform=desk.priority),
        EffectPerformer(of=AssignTicket, perform=desk.assign),
        EffectPerformer(of=CreateTicket, perform=desk.create),
        EffectPerformer(of=AttachFile, perform=desk.attach),
        EffectPerformer(of=NoteCustomer, perform=desk.note_customer),
        EffectPerformer(of=AskedNote, perform=desk.note),
        EffectPerformer(of=AskedStatus, perform=desk.status),
        EffectPerformer(of=AskedPriority, perform=desk.priority),
        EffectPerformer(of=AskedAssign, perform=desk.assign),
        EffectPerformer(of=AskedCreate, perform=desk.create),
        EffectPerformer(of=AskedFile, perform=desk.attach),
        EffectPerformer(of=AskedCustomerNote, perform=desk.note_customer),
        EffectPerformer(of=DraftArticle, perform=desk.draft),
        EffectPerformer(of=LinkArticle, perform=desk.link),
    )


class _Desk:
    def __init__(self, tickets: TicketSystems, catalogues: Catalogues) -> None:
        self._tickets = tickets
        self._catalogues = catalogues

    async def note(self, effect: AddNote, key: str) -> Performed:
        system = self._system(effect)
        can = system.capabilities
        if not (can.internal_comments if effect.audience is Audience.INTERNAL else can.public_comments):
            message = f"{system.name} has no {effect.audience} comments"
            raise Unsupported(message)
        reader = Reader(locale=effect.locale, zone=effect.zone)
        words = self._catalogues.plain(effect.text, reader)
        cut = self._catalogues.plain(_("… (shortened here; the whole text is in the chat)"), reader)
        first = None
        for number, part in enumerate(parts(words, can.comment_limit, cut)):
            context = _context(effect, key if number == 0 else f"{key}#{number + 1}")
            written = await system.comment(effect.ticket, part, effect.audience, context)
            first = first or written.ref.id
        return Performed(result=first)

    async def status(self, effect: SetStatus, key: str) -> Performed:
        patch = TicketPatch(status=effect.status)
        ticket = await self._system(effect).update(effect.ticket, patch, _context(effect, key))
        return Performed(result=ticket.vendor_status)

    async def priority(self, effect: SetPriority, key: str) -> Performed:
        patch = TicketPatch(priority=effect.priority)
        ticket = await self._system(effect).update(effect.ticket, patch, _context(effect, key))
        return Performed(result=ticket.vendor_priority or str(ticket.priority))

    async def assign(self, effect: AssignTicket, key: str) -> Performed:
        system = self._system(effect)
        now = await system.get(effect.ticket)
        # An owner who is the wanted one already may be so by this very effect, tried before.
        if not isinstance(effect.was, Unset) and _id(now.owner) not in {_id(effect.was), _id(effect.owner)}:
            message = f"it belongs to {now.owner.name if now.owner else 'nobody'} now"
            raise Conflict(message)
        ticket = await system.update(effect.ticket, TicketPatch(owner=effect.owner), _context(effect, key))
        return Performed(result=ticket.owner.name if ticket.owner is not None else None)

    async def create(self, effect: CreateTicket, key: str) -> Performed:
        context = WriteContext(key=key, acting_for=effect.acting_for)
        ticket = await self._named(effect.system).create(effect.new, context)
        return Performed(result=f"{ticket.ref} {ticket.ref.url or ''}".rstrip())

    async def attach(self, effect: AttachFile, key: str) -> Performed:
        system = self._system(effect)
        if not (system.capabilities.attachments and isinstance(system, Attachments)):
            message = f"{system.name} takes no files"
            raise Unsupported(message)
        attached = await system.attach(effect.ticket, effect.url, effect.name, _context(effect, key))
        return Performed(result=attached.id)

    async def note_customer(self, effect: NoteCustomer, key: str) -> Performed:
        system = self._named(effect.customer.system)
        if not (system.capabilities.customer_records and isinstance(system, CustomerRecords)):
            message = f"{system.name} takes no notes on customers"
            raise Unsupported(message)
        context = WriteContext(key=key, acting_for=effect.acting_for)
        await system.note_customer(effect.customer, effect.text, context)
        return Performed()

    async def draft(self, effect: DraftArticle, key: str) -> Performed:
        system = self._system(effect)
        if not system.capabilities.article_drafts:
            message = f"{system.name} takes no article drafts"
            raise Unsupported(message)
        words = effect.text
        if isinstance(words, Text):
            words = self._catalogues.plain(words, Reader(locale=effect.locale, zone=effect.zone))
        draft = ArticleDraft(title=effect.title, text=words, locale=effect.locale)
        article = await _knowledge(system).draft_article(draft, effect.ticket, _context(effect, key))
        return Performed(result=_called(article.ref))

    async def link(self, effect: LinkArticle, key: str) -> Performed:
        knowledge = _knowledge(self._system(effect))
        article = await knowledge.article(effect.article)
        await knowledge.link_article(article.ref, effect.ticket, _context(effect, key))
        return Performed(result=_called(article.ref))

    def _system(self, effect: TicketEffect) -> TicketSystem:
        return self._named(effect.ticket.system)

    def _named(self, name: str) -> TicketSystem:
        try:
            return self._tickets.system(name)
        except KeyError:
            message = f"no ticket system is called {name}"
            raise Missing(message) from None


def parts(text: str, limit: int, cut: str) -> Sequence[str]:
    """Return `text` in pieces of at most `limit` UTF-8 bytes, divided at line ends or spaces where there are some.

    At most `MAX_PARTS`; when that is not enough the last one ends with `cut`.
    """
    if len(text.encode()) <= limit:
        return (text,)
    pieces: list[str] = []
    rest = text
    while rest and len(pieces) < MAX_PARTS:
        piece = _head(rest, limit)
        rest = rest[len(piece) :].lstrip()
        pieces.append(piece.rstrip() or piece)
    if rest:
        pieces[-1] = _head(pieces[-1], limit - len(cut.encode())).rstrip() + cut
    return tuple(pieces)


def _head(text: str, limit: int) -> str:
    raw = text.encode()
    if len(raw) <= limit:
        return text
    head = raw[: max(limit, 4)].decode(errors="ignore")
    # Half a page is too much to lose to a neat ending.
    at = max(head.rfind("\n"), head.rfind(" "))
    return head[: at + 1] if at > len(head) // 2 else head


def _context(effect: TicketEffect, key: str) -> WriteContext:
    return WriteContext(key=key, acting_for=effect.acting_for)


def _knowledge(system: TicketSystem) -> Knowledge:
    if system.capabilities.articles and isinstance(system, Knowledge):
        return system
    message = f"{system.name} holds no articles"
    raise Unsupported(message)


def _called(article: Ref) -> str:
    return article.key or article.id


def _id(owner: Ref | TicketPerson | None) -> str | None:
    ref = owner.ref if isinstance(owner, TicketPerson) else owner
    return None if ref is None else ref.id
