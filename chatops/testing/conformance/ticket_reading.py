"""Ticket systems: finding and reading cases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.errors import Missing
from chatops.ports.tickets import (
    Audience,
    Knowledge,
    NewTicket,
    Priority,
    Ref,
    Status,
    TicketPatch,
    TicketQuery,
    TicketSystem,
)
from chatops.testing.conformance.ticket_premises import HARD_SEARCHES, Premises, new_word


class Reading:
    """Finding and reading cases."""

    async def test_it_is_a_ticket_system(self, premises: Premises) -> None:
        """The name can stand before a colon; articles are promised only by a system that has them."""
        system = premises.system
        assert isinstance(system, TicketSystem)
        assert system.name
        assert set(system.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not system.capabilities.articles or isinstance(system, Knowledge)
        assert system.capabilities == system.capabilities

    async def test_the_check_finds_nothing_wrong(self, premises: Premises) -> None:
        """A system that works says so."""
        assert all(result.ok for result in await premises.system.check())

    async def test_a_case_is_read_as_it_was_written(self, premises: Premises) -> None:
        """Everything given is there again, with the system's own words beside ours."""
        made = await premises.system.create(
            NewTicket(
                subject="Printer on fire",
                description="It burns.",
                owner=premises.staff[0],
                queue=premises.queue,
                priority=Priority.HIGH,
                tags=("fire",),
            ),
            premises.write(),
        )
        read = await premises.system.get(made.ref)
        assert read == made
        assert (read.subject, read.description, read.priority) == ("Printer on fire", "It burns.", Priority.HIGH)
        assert read.owner is not None
        assert (read.owner.ref.id, read.owner.side) == (premises.staff[0].id, "staff")
        assert read.queue is not None
        assert read.queue.id == premises.queue.id
        assert "fire" in read.tags
        assert read.open
        assert read.vendor_status
        assert read.created_at.tzinfo is not None
        assert read.updated_at >= read.created_at

    async def test_references_name_the_system(self, premises: Premises) -> None:
        """A reference says which system it belongs to and what people call the thing."""
        ref = (await premises.ticket()).ref
        assert (ref.system, ref.kind) == (premises.system.name, "ticket")
        assert ref.id
        assert str(ref) == f"{premises.system.name}:{ref.key or ref.id}"

    async def test_people_name_cases_in_several_ways(self, premises: Premises) -> None:
        """The key, the key with a #, and the address all lead to the case."""
        ref = (await premises.ticket()).ref
        key = ref.key or ref.id
        names = [key, f"#{key.removeprefix('#')}", f"  {key} ", *([ref.url] if ref.url else [])]
        for name in names:
            assert await premises.system.resolve(name) == ref

    @pytest.mark.parametrize("words", ["", " ", "999999999999", "nothing", "#", "https://elsewhere.example/1001", "💥"])
    async def test_what_names_no_case_is_missing(self, premises: Premises, words: str) -> None:
        """Nothing is guessed."""
        with pytest.raises(Missing):
            await premises.system.resolve(words)

    async def test_unknown_cases_are_missing(self, premises: Premises) -> None:
        """So it is with reading, commenting and changing, and for cases of another system."""
        here = Ref(system=premises.system.name, kind="ticket", id="999999999999")
        elsewhere = Ref(system="elsewhere", kind="ticket", id=(await premises.ticket()).ref.id)
        for ref in (here, elsewhere):
            with pytest.raises(Missing):
                await premises.system.get(ref)
            with pytest.raises(Missing):
                await premises.system.comments(ref)
            with pytest.raises(Missing):
                await premises.system.comment(ref, "Hello", Audience.INTERNAL, premises.write())
            with pytest.raises(Missing):
                await premises.system.update(ref, TicketPatch(status=Status.OPEN), premises.write())

    async def test_people_are_found_by_name_and_address(self, premises: Premises) -> None:
        """A part of the name suffices; an address is compared without regard to case."""
        owned = await premises.ticket(owner=premises.staff[0])
        assert owned.owner is not None
        by_name = await premises.system.people(text=owned.owner.name.split()[0].upper())
        assert premises.staff[0].id in [person.ref.id for person in by_name]
        if owned.owner.email:
            by_address = await premises.system.people(email=owned.owner.email.upper())
            assert [person.ref.id for person in by_address] == [premises.staff[0].id]
        assert await premises.system.people(email="nobody@nowhere.example") == type(by_name)()

    async def test_queues_are_listed(self, premises: Premises) -> None:
        """The queue cases are put into is among them, and has a name."""
        names = {queue.ref.id: queue.name for queue in await premises.system.queues()}
        assert names[premises.queue.id]


class Searching:
    """Lists of cases."""

    async def test_everything_asked_must_hold(self, premises: Premises) -> None:
        """Owner, queue, openness and text narrow the list together."""
        first, second = premises.staff
        word = new_word()
        mine = await premises.ticket(f"Mine {word}", owner=first)
        done = await premises.ticket(f"Done {word}", owner=first)
        await premises.system.update(done.ref, TicketPatch(status=Status.RESOLVED), premises.write())
        other = await premises.ticket(f"Other {word}", owner=second)

        async def found(query: TicketQuery) -> set[str]:
            return {ticket.ref.id for ticket in (await premises.system.search(query, limit=100)).items}

        assert await found(TicketQuery(text=word)) == {mine.ref.id, done.ref.id, other.ref.id}
        assert await found(TicketQuery(text=word, owner=first)) == {mine.ref.id, done.ref.id}
        assert await found(TicketQuery(text=word, owner=first, open_only=True)) == {mine.ref.id}
        assert await found(TicketQuery(text=word, queue=premises.queue, owner=second)) == {other.ref.id}

    async def test_descriptions_are_searched(self, premises: Premises) -> None:
        """A word of the description finds the case."""
        word = new_word()
        made = await premises.ticket("Something", text=f"It says {word} here")
        page = await premises.system.search(TicketQuery(text=word))
        assert [ticket.ref.id for ticket in page.items] == [made.ref.id]
        assert page.next is None

    @pytest.mark.parametrize("text", HARD_SEARCHES)
    async def test_any_text_may_be_searched_for(self, premises: Premises, text: str) -> None:
        """Operators of a query language mean nothing here."""
        made = await premises.ticket("A plain case")
        page = await premises.system.search(TicketQuery(text=text, owner=premises.staff[1]))
        assert made.ref.id not in [ticket.ref.id for ticket in page.items]

    async def test_pages_hold_everything_once(self, premises: Premises) -> None:
        """Seven cases in pages of three: three pages, no case twice, none left out, in order."""
        word = new_word()
        made = []
        for number in range(7):
            premises.pass_time(timedelta(minutes=1))
            made.append((await premises.ticket(f"Case {number} {word}")).ref.id)
        seen: list[str] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = await premises.system.search(TicketQuery(text=word, sort="oldest"), cursor=cursor, limit=3)
            seen += [ticket.ref.id for ticket in page.items]
            cursor, pages = page.next, pages + 1
        assert seen == made
        assert pages == 3

    async def test_lists_are_sorted_as_asked(self, premises: Premises) -> None:
        """By age either way, and by urgency."""
        word = new_word()
        by_age: list[str] = []
        for priority in (Priority.LOW, Priority.URGENT, Priority.NORMAL):
            premises.pass_time(timedelta(minutes=1))
            new = NewTicket(subject=f"Sorted {word}", priority=priority, queue=premises.queue)
            by_age.append((await premises.system.create(new, premises.write())).ref.id)

        async def order(query: TicketQuery) -> list[str]:
            return [ticket.ref.id for ticket in (await premises.system.search(query)).items]

        assert await order(TicketQuery(text=word, sort="oldest")) == by_age
        assert await order(TicketQuery(text=word, sort="newest")) == by_age[::-1]
        assert await order(TicketQuery(text=word, sort="priority")) == [by_age[1], by_age[2], by_age[0]]
