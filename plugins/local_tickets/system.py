"""The ticket system itself: `chatops.ports.tickets.TicketSystem` and `Knowledge` on the plugin's records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatops.core.message import clean
from chatops.errors import ChatopsError, Conflict, Invalid, Missing
from chatops.ports.chat import CheckResult
from chatops.ports.tickets import (
    Article,
    ArticleDraft,
    Audience,
    Comment,
    NewTicket,
    Page,
    Queue,
    Ref,
    Status,
    Ticket,
    TicketCapabilities,
    TicketPatch,
    TicketPerson,
    TicketQuery,
    Unset,
    WriteContext,
)
from local_tickets.changes import commented, patched, tagged
from local_tickets.desk import author, filled
from local_tickets.documents import (
    ArticleDoc,
    CommentDoc,
    CustomerDoc,
    Document,
    LinkDoc,
    PersonDoc,
    PlanDoc,
    QueueDoc,
    TicketDoc,
    written,
)
from local_tickets.extras import LARGEST_FILE, Extras
from local_tickets.listing import fits, page
from local_tickets.shelf import Prepared, fresh
from local_tickets.timers import begun
from local_tickets.views import Kind

FIRST = 1000
"""Cases are numbered from the one after this."""

FOUND = 1000
"""Cases a search by text looks at."""

CAPABILITIES = TicketCapabilities(
    customers=True,
    clocks=True,
    articles=True,
    article_drafts=True,
    customer_records=True,
    history=True,
    related_records=True,
    attachments=True,
    uploads=True,
    upload_limit=LARGEST_FILE,
    exact_lock=True,
    native_keys=True,
)

_ARTICLE = re.compile(r"#?kb-?([0-9]{1,18})", re.IGNORECASE)

_KINDS: dict[Kind, type[Document]] = {
    "account": CustomerDoc,
    "person": PersonDoc,
    "queue": QueueDoc,
    "article": ArticleDoc,
}


class LocalSystem(Extras):
    """A complete small ticket system.

    Every write is one transaction that also holds its key, so repeating it finds what the first one did. A ticket's
    version moves with every change and every comment, and is exact.
    """

    @property
    def capabilities(self) -> TicketCapabilities:
        """Everything the port knows."""
        return CAPABILITIES

    async def check(self) -> Sequence[CheckResult]:
        """Read something. Never raises."""
        try:
            await self._ready()
            await self._shelf.newest(TicketDoc, 1, {})
        except ChatopsError as error:
            return (CheckResult(name=self.name, ok=False, detail=str(error), fix="Look at [plugins.local_tickets]."),)
        return (CheckResult(name=self.name, ok=True, detail="cases can be read"),)

    async def resolve(self, words: str) -> Ref:
        """Return the ticket people call `words`: `1001`, `#1001`, `demo:1001` or its address. Raise Missing."""
        await self._ready()
        doc, _version = await self._shelf.need(TicketDoc, self._addresses.id_in(words))
        return self._views.ref("ticket", doc.id)

    async def get(self, ticket: Ref) -> Ticket:
        """Return a ticket with customer, entitlement and clocks."""
        await self._ready()
        return await self._views.ticket(*await self._ticket(ticket))

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return matching tickets."""
        await self._ready()
        if query.text.strip():
            found = await self._shelf.search(TicketDoc, query.text, FOUND)
        else:
            found = await self._shelf.all(TicketDoc, {"open": "yes"} if query.open_only else {})
        fitting = [(doc, version) for doc, version in found if fits(doc, query)]
        shown, following = page(fitting, query, cursor=cursor, limit=limit, now=self._now())
        return Page(items=tuple([await self._views.ticket(*one) for one in shown]), next=following)

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return the newest comments, oldest first."""
        await self._ready()
        doc, _version = await self._ticket(ticket)
        newest = await self._shelf.newest(CommentDoc, limit, {"ticket": doc.id})
        return [await self._views.comment(comment) for comment in newest]

    async def create(self, ticket: NewTicket, context: WriteContext) -> Ticket:
        """Create a ticket. Its clocks begin if its customer's plan has any."""
        await self._ready()

        async def prepare() -> Prepared:
            filled("subject", ticket.subject)
            await self._known(customer=ticket.customer, requester=ticket.requester)
            await self._known(owner=ticket.owner, queue=ticket.queue)
            plan = await self._plan(ticket.customer.id if ticket.customer else None)
            now = self._now()
            doc = TicketDoc(
                id=str(FIRST + await self._shelf.records.number("ticket")),
                subject=ticket.subject,
                description=ticket.description,
                priority=ticket.priority,
                customer=ticket.customer.id if ticket.customer else None,
                requester=ticket.requester.id if ticket.requester else None,
                owner=ticket.owner.id if ticket.owner else None,
                queue=ticket.queue.id if ticket.queue else None,
                tags=tagged(ticket.tags),
                origin=ticket.origin,
                created_at=now,
                updated_at=now,
                timers=begun(plan, ticket.priority, now) if plan else (),
            )
            return fresh(doc), doc.id

        id_ = await self._shelf.once(context.key, "create a ticket", prepare)
        return await self._views.ticket(*await self._shelf.need(TicketDoc, id_))

    async def update(self, ticket: Ref, patch: TicketPatch, context: WriteContext) -> Ticket:
        """Change a ticket and return it as it is now."""
        await self._ready()

        async def prepare() -> Prepared:
            doc, version = await self._ticket(ticket)
            _unmoved(context, version)
            if patch.status is Status.UNKNOWN:
                message = "a ticket's status cannot be made unknown"
                raise Invalid(message, fields={"status": ["is no status to set"]})
            if not isinstance(patch.subject, Unset):
                filled("subject", patch.subject)
            await self._known(
                owner=None if isinstance(patch.owner, Unset) else patch.owner,
                queue=None if isinstance(patch.queue, Unset) else patch.queue,
            )
            plan = await self._plan(doc.customer)
            new, changes = patched(doc, patch, plan=plan, by=author(context), at=self._now())
            if not changes:
                return (), doc.id
            return (written(new, expected=version), *fresh(*changes)), doc.id

        id_ = await self._shelf.once(context.key, f"change ticket {ticket.id}", prepare)
        return await self._views.ticket(*await self._shelf.need(TicketDoc, id_))

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write on a ticket."""
        await self._ready()

        async def prepare() -> Prepared:
            doc, version = await self._ticket(ticket)
            _unmoved(context, version)
            filled("text", text)
            if len(text.encode(errors="replace")) > CAPABILITIES.comment_limit:
                message = f"a comment has at most {CAPABILITIES.comment_limit} bytes"
                raise Invalid(message, fields={"text": ["is too long"]})
            new, comment = commented(
                doc,
                text,
                audience,
                at=self._now(),
                author=None,
                acting_for=context.acting_for or "",
                staff=True,
            )
            return (written(new, expected=version), *fresh(comment)), comment.id

        id_ = await self._shelf.once(context.key, f"comment on ticket {ticket.id}", prepare)
        return await self._views.comment((await self._shelf.need(CommentDoc, id_))[0])

    async def people(self, *, text: str = "", email: str | None = None) -> Sequence[TicketPerson]:
        """Return matching people, staff and customers."""
        await self._ready()
        wanted, address = text.casefold().strip(), email.casefold().strip() if email else None
        everybody = [doc for doc, _version in await self._shelf.all(PersonDoc)]
        return [
            self._views.somebody(doc)
            for doc in everybody
            if wanted in f"{doc.name}\n{doc.email or ''}\n{doc.id}".casefold()
            and (address is None or (doc.email or "").casefold() == address)
        ]

    async def queues(self) -> Sequence[Queue]:
        """Return all queues."""
        await self._ready()
        return [self._views.queue(doc) for doc, _version in await self._shelf.all(QueueDoc)]

    async def search_articles(self, text: str, *, limit: int = 3) -> Sequence[Article]:
        """Return articles that contain words of `text`, best first; archived ones are left out."""
        await self._ready()
        found = await self._shelf.search(ArticleDoc, text, FOUND)
        current = [doc for doc, _version in found if doc.state != "archived"]
        return [self._views.article(doc) for doc in current[: max(limit, 0)]]

    async def article(self, words: str) -> Article:
        """Return the article people call `words` (`KB12`). Raise Missing."""
        await self._ready()
        named = _ARTICLE.fullmatch(words.strip())
        if named is None:
            message = f"{words[:80]!r} is no article"
            raise Missing(message)
        doc, _version = await self._shelf.need(ArticleDoc, f"KB{int(named.group(1))}")
        return self._views.article(doc)

    async def draft_article(self, draft: ArticleDraft, source: Ref, context: WriteContext) -> Article:
        """Write a draft that came out of ticket `source`, linked to it."""
        await self._ready()

        async def prepare() -> Prepared:
            ticket, _version = await self._ticket(source)
            filled("title", draft.title)
            doc = ArticleDoc(
                id=f"KB{await self._shelf.records.number('article')}",
                title=draft.title,
                text=draft.text,
                locale=draft.locale,
            )
            return fresh(doc, _link(doc.id, ticket.id)), doc.id

        id_ = await self._shelf.once(context.key, f"draft an article from ticket {source.id}", prepare)
        return self._views.article((await self._shelf.need(ArticleDoc, id_))[0])

    async def link_article(self, article: Ref, ticket: Ref, context: WriteContext) -> None:
        """Record that `article` helped with `ticket`. Harmless when it is recorded."""
        await self._ready()

        async def prepare() -> Prepared:
            await self._ours(article, "article")
            case, _version = await self._ticket(ticket)
            link = _link(article.id, case.id)
            return (written(link),), link.id

        await self._shelf.once(context.key, f"link article {article.id} to ticket {ticket.id}", prepare)

    async def _ours(self, ref: Ref, kind: Kind) -> None:
        if ref.system != self.name or ref.kind != kind:
            message = f"{ref} is no {kind} here"
            raise Missing(message)
        await self._shelf.need(_KINDS[kind], clean(ref.id)[0])

    async def _known(self, **refs: Ref | None) -> None:
        """Raise Invalid naming those of a ticket's fields whose value does not exist here."""
        kinds: dict[str, Kind] = {"customer": "account", "requester": "person", "owner": "person", "queue": "queue"}
        for field, ref in refs.items():
            if ref is None:
                continue
            try:
                await self._ours(ref, kinds[field])
            except Missing as error:
                raise Invalid(str(error), fields={field: ["is not known here"]}) from error

    async def _plan(self, customer: str | None) -> PlanDoc | None:
        found = await self._shelf.find(CustomerDoc, customer) if customer else None
        if found is None or found[0].plan is None:
            return None
        plan = await self._shelf.find(PlanDoc, found[0].plan)
        return plan[0] if plan else None


def _unmoved(context: WriteContext, version: int) -> None:
    if context.expect is not None and context.expect.token != str(version):
        message = f"the ticket has version {version} now, not {context.expect.token}"
        raise Conflict(message)


def _link(article: str, ticket: str) -> LinkDoc:
    return LinkDoc(id=f"{article}-{ticket}", article=article, ticket=ticket)
