"""Ticket systems: master data, history, orders and files, where there are any."""

from __future__ import annotations

import pytest

from chatops.errors import Invalid, Missing
from chatops.ports.ticket_extras import (
    Attachments,
    CustomerRecords,
    Histories,
    NewFile,
    RelatedRecords,
    TicketEvent,
    Uploads,
)
from chatops.ports.tickets import Audience, NewTicket, Priority, Ref, TicketPatch
from chatops.testing.conformance.ticket_premises import Premises, new_word


class MasterData:
    """Customers by name, with what colleagues wrote about them."""

    def _records(self, premises: Premises) -> CustomerRecords:
        if not premises.system.capabilities.customer_records:
            pytest.skip("the system holds no master data")
        assert isinstance(premises.system, CustomerRecords)
        assert premises.customer is not None, "the suite needs a customer"
        return premises.system

    async def test_a_customer_is_found_by_id_name_and_part_of_it(self, premises: Premises) -> None:
        """Whatever the case; nothing is found for nothing, and nobody for a name nobody has."""
        records = self._records(premises)
        assert premises.customer is not None
        known = (await records.customer_record(premises.customer)).customer
        for words in (known.ref.id, known.name, known.name.upper(), known.name[:-1]):
            assert known.ref.id in [one.ref.id for one in await records.find_customers(words, limit=50)]
        assert [one.ref.id for one in await records.find_customers(known.ref.id)] == [known.ref.id]
        assert not await records.find_customers(new_word())
        assert not await records.find_customers("  ")

    async def test_a_note_on_a_customer_is_kept_once(self, premises: Premises) -> None:
        """With who wrote it; an empty one is refused, and one on nobody."""
        records = self._records(premises)
        assert premises.customer is not None
        word, context = new_word(), premises.write()
        first = await records.note_customer(premises.customer, word, context)
        assert await records.note_customer(premises.customer, word, context) == first
        notes = (await records.customer_record(premises.customer)).notes
        assert [note.text for note in notes].count(word) == 1
        assert "Anna Example" in first.by
        with pytest.raises(Invalid):
            await records.note_customer(premises.customer, "  ", premises.write())
        nobody = Ref(system=premises.system.name, kind="account", id=new_word())
        with pytest.raises(Missing):
            await records.customer_record(nobody)
        with pytest.raises(Missing):
            await records.note_customer(nobody, "x", premises.write())


class Past:
    """What happened to a case."""

    def _past(self, premises: Premises) -> Histories:
        if not premises.system.capabilities.history:
            pytest.skip("the system tells no history")
        assert isinstance(premises.system, Histories)
        return premises.system

    async def test_history_tells_comments_and_changes_newest_first(self, premises: Premises) -> None:
        """With their audience, old and new; pages neither lose nor repeat anything."""
        past, ticket = self._past(premises), await premises.ticket()
        await premises.system.comment(ticket.ref, "first", Audience.INTERNAL, premises.write())
        await premises.system.update(ticket.ref, TicketPatch(priority=Priority.HIGH), premises.write())
        await premises.system.comment(ticket.ref, "second", Audience.INTERNAL, premises.write())

        everything = (await past.history(ticket.ref, limit=50)).items
        assert [event.at for event in everything] == sorted((event.at for event in everything), reverse=True)
        said = [event for event in everything if event.kind == "comment"]
        assert {event.text for event in said} == {"first", "second"}
        assert {event.audience for event in said} == {Audience.INTERNAL}
        assert [(event.field, event.new) for event in everything if event.kind == "change"] == [("priority", "high")]

        paged: list[TicketEvent] = []
        cursor: str | None = None
        while True:
            page = await past.history(ticket.ref, cursor=cursor, limit=1)
            paged += page.items
            cursor = page.next
            if cursor is None:
                break
        assert paged == list(everything)

    async def test_nothing_has_no_history(self, premises: Premises) -> None:
        """A case that does not exist is missing."""
        past = self._past(premises)
        with pytest.raises(Missing):
            await past.history(Ref(system=premises.system.name, kind="ticket", id="999999999999"))


class Belongings:
    """Orders and files."""

    async def test_what_else_the_customer_has(self, premises: Premises) -> None:
        """At most as many as asked for; for a case of nobody, nothing."""
        system = premises.system
        if not system.capabilities.related_records:
            pytest.skip("the system knows nothing else")
        assert isinstance(system, RelatedRecords)
        made = await system.create(NewTicket(subject="x", customer=premises.customer), premises.write())
        assert len(await system.related_records(made.ref, limit=1)) <= 1
        alone = await premises.ticket()
        assert list(await system.related_records(alone.ref)) == []

    async def test_a_file_is_attached_once(self, premises: Premises) -> None:
        """By an address of the web; any other is refused."""
        system, ticket = premises.system, await premises.ticket()
        if not system.capabilities.attachments:
            pytest.skip("the system takes no files")
        assert isinstance(system, Attachments)
        context = premises.write()
        first = await system.attach(ticket.ref, "https://files.example/log.txt", "log.txt", context)
        assert await system.attach(ticket.ref, "https://files.example/log.txt", "log.txt", context) == first
        assert first.name == "log.txt"
        for url in ("file:///etc/passwd", "javascript:alert(1)", ""):
            with pytest.raises(Invalid):
                await system.attach(ticket.ref, url, "x", premises.write())

    async def test_a_file_is_uploaded_once(self, premises: Premises) -> None:
        """The system tells what a key has put there, and nothing for a key it has not seen."""
        system, ticket = premises.system, await premises.ticket()
        if not system.capabilities.uploads:
            pytest.skip("the system takes no files")
        assert isinstance(system, Uploads)
        context = premises.write()
        file = NewFile(name="log.txt", media_type="text/plain", content=b"it hangs")
        assert await system.uploaded(ticket.ref, context) is None
        first = await system.upload(ticket.ref, file, context)
        assert first.name == "log.txt"
        assert await system.upload(ticket.ref, file, context) == first
        assert await system.uploaded(ticket.ref, context) == first
        assert await system.upload(ticket.ref, file, premises.write()) != first

    async def test_what_cannot_be_uploaded_is_refused(self, premises: Premises) -> None:
        """Nothing, too much, and on no case."""
        system, ticket = premises.system, await premises.ticket()
        if not system.capabilities.uploads:
            pytest.skip("the system takes no files")
        assert isinstance(system, Uploads)
        limit = system.capabilities.upload_limit
        for content in (b"", b"x" * (limit + 1)):
            with pytest.raises(Invalid):
                await system.upload(
                    ticket.ref, NewFile(name="a", media_type="text/plain", content=content), premises.write()
                )
        nowhere = Ref(system=system.name, kind="ticket", id="999999999999")
        with pytest.raises(Missing):
            await system.upload(nowhere, NewFile(name="a", media_type="text/plain", content=b"x"), premises.write())
