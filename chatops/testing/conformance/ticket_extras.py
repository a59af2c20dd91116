"""Ticket systems: customers, clocks and articles, where there are any."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.errors import Missing
from chatops.ports.tickets import (
    Article,
    ArticleDraft,
    Knowledge,
    NewTicket,
    Ref,
    Status,
    Ticket,
    TicketPatch,
    TicketQuery,
)
from chatops.testing.conformance.ticket_premises import Premises, new_word


class Customers:
    """Customers, entitlements and clocks, where there are any."""

    async def _case(self, premises: Premises) -> Ticket:
        can = premises.system.capabilities
        if not (can.customers or can.clocks):
            pytest.skip("the system knows no customers")
        assert premises.customer is not None, "the suite needs a customer"
        new = NewTicket(subject="For a customer", customer=premises.customer, queue=premises.queue)
        return await premises.system.create(new, premises.write())

    async def test_a_case_knows_whom_it_is_for(self, premises: Premises) -> None:
        """With what they are entitled to, and how many open cases they have."""
        made = await self._case(premises)
        assert made.customer is not None
        assert premises.customer is not None
        assert made.customer.ref.id == premises.customer.id
        assert made.customer.name
        assert made.entitlement is not None
        before = made.customer.open_tickets
        again = await self._case(premises)
        assert again.customer is not None
        assert before is None or again.customer.open_tickets == before + 1
        found = await premises.system.search(TicketQuery(customer=premises.customer), limit=100)
        assert {made.ref.id, again.ref.id} <= {ticket.ref.id for ticket in found.items}

    async def test_clocks_run_pause_and_end(self, premises: Premises) -> None:
        """Running ones have a due time; none while the customer's answer is awaited; none runs once it is resolved."""
        if not premises.system.capabilities.clocks:
            pytest.skip("the system has no clocks")
        made = await self._case(premises)
        running = [clock for clock in made.clocks if clock.state == "running"]
        assert running
        assert all(clock.due is not None and clock.due > made.created_at for clock in running)
        waiting = await premises.system.update(made.ref, TicketPatch(status=Status.WAITING), premises.write())
        assert any(clock.state == "paused" for clock in waiting.clocks)
        assert all(clock.due is None for clock in waiting.clocks if clock.state == "paused")
        solved = await premises.system.update(made.ref, TicketPatch(status=Status.RESOLVED), premises.write())
        assert solved.clocks
        assert {clock.state for clock in solved.clocks} <= {"met", "breached"}

    async def test_time_runs_out(self, premises: Premises) -> None:
        """A clock past its due time says so."""
        if not premises.system.capabilities.clocks:
            pytest.skip("the system has no clocks")
        made = await self._case(premises)
        premises.pass_time(timedelta(days=400))
        late = await premises.system.get(made.ref)
        assert all(clock.state == "breached" for clock in late.clocks)


class Articles:
    """Knowledge, where there is any."""

    def _shelf(self, premises: Premises) -> Knowledge:
        can = premises.system.capabilities
        if not (can.articles and can.article_drafts):
            pytest.skip("the system takes no articles")
        assert isinstance(premises.system, Knowledge)
        return premises.system

    async def test_a_draft_comes_out_of_a_case(self, premises: Premises) -> None:
        """It is found by its key and by its words, and is a draft."""
        shelf, source, word = self._shelf(premises), await premises.ticket(), new_word()
        draft = ArticleDraft(title=f"About {word}", text="Do this.", locale="de")
        made = await shelf.draft_article(draft, source.ref, premises.write())
        assert (made.title, made.text, made.state, made.locale) == (draft.title, "Do this.", "draft", "de")
        key = made.ref.key or made.ref.id
        assert await shelf.article(key) == made
        assert await shelf.article(key.lower()) == made
        assert made.ref.id in [article.ref.id for article in await shelf.search_articles(word)]

    async def test_a_draft_is_written_once(self, premises: Premises) -> None:
        """One after the other, and all at once."""
        shelf, source, word = self._shelf(premises), await premises.ticket(), new_word()
        draft, context = ArticleDraft(title=f"Once {word}", text="Do this."), premises.write()
        writes = (shelf.draft_article(draft, source.ref, context) for _number in range(5))
        crowd: list[Article] = await asyncio.gather(*writes)
        assert len({article.ref.id for article in crowd}) == 1
        assert await shelf.draft_article(draft, source.ref, context) == crowd[0]
        assert len(await shelf.search_articles(word, limit=10)) == 1

    async def test_the_best_article_comes_first(self, premises: Premises) -> None:
        """One with both words goes before one with a single one, and the limit holds."""
        shelf, source = self._shelf(premises), await premises.ticket()
        one, two = new_word(), new_word()
        single = ArticleDraft(title=f"Only {one}", text="Something.")
        both = ArticleDraft(title=f"Both {one} {two}", text="Something.")
        await shelf.draft_article(single, source.ref, premises.write())
        best = await shelf.draft_article(both, source.ref, premises.write())
        found = await shelf.search_articles(f"{one} {two}", limit=5)
        assert found[0].ref.id == best.ref.id
        assert len(await shelf.search_articles(f"{one} {two}", limit=1)) == 1

    async def test_linking_twice_is_harmless(self, premises: Premises) -> None:
        """With the same key or another."""
        shelf, ticket = self._shelf(premises), await premises.ticket()
        made = await shelf.draft_article(ArticleDraft(title=new_word(), text="x"), ticket.ref, premises.write())
        other, context = await premises.ticket(), premises.write()
        await shelf.link_article(made.ref, other.ref, context)
        await shelf.link_article(made.ref, other.ref, context)
        await shelf.link_article(made.ref, other.ref, premises.write())
        assert await shelf.article(made.ref.key or made.ref.id) == made

    async def test_unknown_articles_and_cases_are_missing(self, premises: Premises) -> None:
        """Nothing is linked with what does not exist."""
        shelf, ticket = self._shelf(premises), await premises.ticket()
        made = await shelf.draft_article(ArticleDraft(title=new_word(), text="x"), ticket.ref, premises.write())
        for words in ("KB999999999", "", "nothing", "'"):
            with pytest.raises(Missing):
                await shelf.article(words)
        no_article = Ref(system=premises.system.name, kind="article", id="KB999999999")
        no_ticket = Ref(system=premises.system.name, kind="ticket", id="999999999999")
        with pytest.raises(Missing):
            await shelf.link_article(no_article, ticket.ref, premises.write())
        with pytest.raises(Missing):
            await shelf.link_article(made.ref, no_ticket, premises.write())
