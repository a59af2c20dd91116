"""What a unit makes true on a ticket is true there once, whatever happens on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues
from chatops.core.codec import Codec
from chatops.core.effects import Effect
from chatops.core.message import File
from chatops.core.text import _, said
from chatops.engine.ticket_effects import (
    TICKET_EFFECTS,
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
    UploadFile,
    ticket_made,
)
from chatops.engine.ticket_performing import MAX_PARTS, parts, ticket_performers
from chatops.errors import Conflict, Missing, OutcomeUnknown, Unreachable, Unsupported
from chatops.hookspecs import Performed
from chatops.ports.tickets import Audience, NewTicket, Priority, Ref, Status, TicketCapabilities, TicketQuery
from chatops.testing.tickets import EVERYTHING, FakeTickets
from local_desk import Systems


async def perform(fake: FakeTickets, effect: Effect, key: str = "k") -> Performed:
    """Let the right performer do it."""
    performers = {performer.of: performer.perform for performer in ticket_performers(Systems(fake), Catalogues({}))}
    return await performers[type(effect)](effect, key)


@pytest.fixture
def fake() -> FakeTickets:
    return FakeTickets()


def samples(ticket: Ref, article: str) -> tuple[TicketEffect, ...]:
    return (
        AddNote(ticket=ticket, text=_("{who} joined", who="Anna")),
        SetStatus(ticket=ticket, status=Status.RESOLVED),
        SetPriority(ticket=ticket, priority=Priority.HIGH),
        DraftArticle(ticket=ticket, title="How", text="So."),
        LinkArticle(ticket=ticket, article=article),
    )


def test_every_effect_can_be_stored(fake: FakeTickets) -> None:
    """And names its ticket as the target, so that effects on one ticket keep their order."""
    codec = Codec(TICKET_EFFECTS)
    ticket = fake.add_ticket("x")
    anna = fake.add_person("anna", "Anna")
    file = AttachFile(ticket=ticket, url="https://files.example/log.txt", name="log.txt")
    upload = UploadFile(ticket=ticket, network="fake", file=File(name="log.txt", ref="f1"))
    effects = (*samples(ticket, "KB1"), AssignTicket(ticket=ticket, owner=None, was=anna), file, upload)
    for effect in effects:
        assert codec.decode(effect.kind, codec.encode(effect)) == effect
        assert effect.target == "ticket:fake:1001"
    create = CreateTicket(system="fake", new=NewTicket(subject="x"))
    assert codec.decode(create.kind, codec.encode(create)) == create
    assert create.target == "tickets:fake"
    note = NoteCustomer(customer=fake.add_customer("acme", "Acme"), text="x")
    assert codec.decode(note.kind, codec.encode(note)) == note
    assert note.target == "customer:fake:acme"
    assert {type(effect) for effect in (*effects, create, note)} == set(TICKET_EFFECTS)


async def test_a_note_is_internal_unless_it_says_otherwise(fake: FakeTickets) -> None:
    """It is written in the words of its language, for the person it is done for; the result is the comment's id."""
    ticket = fake.add_ticket("x")

    done = await perform(fake, AddNote(ticket=ticket, text=_("{who} joined", who="{x} & co"), acting_for="Grace"))

    (comment,) = await fake.comments(ticket)
    assert (comment.text, comment.audience, done.result) == ("{x} & co joined", Audience.INTERNAL, comment.ref.id)
    assert comment.author is not None
    assert "Grace" in comment.author.name


async def test_no_effect_but_one_changes_the_owner(fake: FakeTickets) -> None:
    """Whatever else is done to a case, it stays with its owner."""
    anna = fake.add_person("anna", "Anna")
    ticket = fake.add_ticket("x", owner="anna")
    article = fake.add_article("How", state="published")
    for number, effect in enumerate(samples(ticket, article.id)):
        await perform(fake, effect, f"k{number}")
        owner = (await fake.get(ticket)).owner
        assert owner is not None
        assert owner.ref == anna


async def test_twice_is_once(fake: FakeTickets) -> None:
    """Each effect, after an answer that was lost and again after that: one effect, the same result."""
    ticket = fake.add_ticket("x")
    article = fake.add_article("Known", state="published")
    for number, effect in enumerate(samples(ticket, article.id)):
        fake.fail(OutcomeUnknown("no answer"), when="after")
        with pytest.raises(OutcomeUnknown):
            await perform(fake, effect, f"k{number}")
        assert await perform(fake, effect, f"k{number}") == await perform(fake, effect, f"k{number}")
    assert len(await fake.comments(ticket)) == 1
    assert len(await fake.search_articles("how known", limit=10)) == 2
    assert fake.links == [("KB2", ticket.id), ("KB1", ticket.id)]


async def test_the_results_say_what_people_call_things(fake: FakeTickets) -> None:
    """The system's word for the status; the key of the article."""
    ticket = fake.add_ticket("x")
    done = await perform(fake, SetStatus(ticket=ticket, status=Status.RESOLVED), "a")
    assert done.result == (await fake.get(ticket)).vendor_status
    drafted = await perform(fake, DraftArticle(ticket=ticket, title="How", text=said("So."), locale="nl"), "b")
    assert drafted.result is not None
    article = await fake.article(drafted.result)
    assert (article.text, article.locale) == ("So.", "nl")
    linked = await perform(fake, LinkArticle(ticket=ticket, article=drafted.result.lower()), "c")
    assert linked.result == drafted.result


async def test_a_long_note_becomes_several(fake: FakeTickets) -> None:
    """In order, each within the limit; after a break in the middle nothing is doubled or missing."""
    short = FakeTickets(capabilities=TicketCapabilities(comment_limit=40))
    ticket = short.add_ticket("x")
    words = " ".join(f"word{number}" for number in range(20))
    effect = AddNote(ticket=ticket, text=said(words))
    short.fail(OutcomeUnknown("no answer"), when="after")
    with pytest.raises(OutcomeUnknown):
        await perform(short, effect)

    first = await perform(short, effect)

    comments = await short.comments(ticket)
    assert " ".join(comment.text for comment in comments) == words
    assert first.result == comments[0].ref.id


async def test_what_cannot_be_is_refused_before_anything_happens() -> None:
    """No internal comments, no articles, no such system or article: the port's own errors, and no write."""
    bare = FakeTickets(capabilities=TicketCapabilities(internal_comments=False))
    ticket = bare.add_ticket("x")
    for effect in (samples(ticket, "KB1")[0], *samples(ticket, "KB1")[3:]):
        with pytest.raises(Unsupported):
            await perform(bare, effect)
    with pytest.raises(Missing):
        await perform(bare, SetStatus(ticket=Ref(system="gone", kind="ticket", id="1"), status=Status.OPEN))
    full = FakeTickets(capabilities=EVERYTHING)
    with pytest.raises(Missing):
        await perform(full, LinkArticle(ticket=full.add_ticket("x"), article="KB404"))
    assert not bare.writes
    assert not full.writes


async def test_foreign_failures_pass(fake: FakeTickets) -> None:
    """The sender decides about another try, so it must see what happened."""
    ticket = fake.add_ticket("x")
    fake.fail(Unreachable("down"), when="always")
    with pytest.raises(Unreachable):
        await perform(fake, SetStatus(ticket=ticket, status=Status.OPEN))
    fake.recover()
    assert len((await fake.search(TicketQuery())).items) == 1


@given(text=st.text(st.characters(codec="utf-8"), max_size=400), limit=st.integers(min_value=20, max_value=60))
def test_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    """Never longer than allowed; nothing but space between parts is lost, unless the last one says so."""
    cut = " …more"
    pieces = parts(text, limit, cut)
    assert all(len(piece.encode()) <= limit for piece in pieces)
    assert 1 <= len(pieces) <= MAX_PARTS
    squeezed = "".join("".join(pieces).split())
    if pieces[-1].endswith(cut):
        assert "".join(text.split()).startswith(squeezed.removesuffix("…more"))
    else:
        assert squeezed == "".join(text.split())


async def test_a_case_changes_hands_once(fake: FakeTickets) -> None:
    """To the person named, or to nobody; a repetition changes nothing, and neither does a lost answer."""
    anna, ben = fake.add_person("anna", "Anna"), fake.add_person("ben", "Ben")
    ticket = fake.add_ticket("x")
    taken = AssignTicket(ticket=ticket, owner=anna, was=None)
    fake.fail(OutcomeUnknown("no answer"), when="after")
    with pytest.raises(OutcomeUnknown):
        await perform(fake, taken, "a")
    assert (await perform(fake, taken, "a")).result == "Anna"

    with pytest.raises(Conflict, match="Anna"):
        await perform(fake, AssignTicket(ticket=ticket, owner=ben, was=None), "b")
    assert (await perform(fake, AssignTicket(ticket=ticket, owner=ben), "c")).result == "Ben"
    assert (await perform(fake, AssignTicket(ticket=ticket, owner=None), "d")).result is None
    assert (await fake.get(ticket)).owner is None


async def test_a_case_is_made_once(fake: FakeTickets) -> None:
    """The result says what it is called and where it is; again under the same key it is the same case."""
    create = CreateTicket(system="fake", new=NewTicket(subject="Card charged twice", priority=Priority.HIGH))
    done = await perform(fake, create)
    assert ticket_made(done.result or "") == ("fake:1001", "https://fake.example/1001")
    assert await perform(fake, create) == done
    with pytest.raises(Missing):
        await perform(fake, CreateTicket(system="nowhere", new=NewTicket(subject="x")))


async def test_files_and_notes_on_customers_are_there_once(fake: FakeTickets) -> None:
    """A system that takes neither refuses before anything happens."""
    ticket, acme = fake.add_ticket("x"), fake.add_customer("acme", "Acme")
    file = AttachFile(ticket=ticket, url="https://files.example/log.txt", name="log.txt")
    note = NoteCustomer(customer=acme, text="calls at noon", acting_for="Anna")
    for _time in range(2):
        assert (await perform(fake, file, "a")).result == "A1"
        await perform(fake, note, "b")
    assert fake.extras.files == [(ticket.id, "https://files.example/log.txt", "log.txt")]
    assert [(one.text, one.by) for one in (await fake.customer_record(acme)).notes] == [("calls at noon", "Anna")]

    bare = FakeTickets(capabilities=TicketCapabilities())
    for effect in (file, note):
        with pytest.raises(Unsupported):
            await perform(bare, effect)
