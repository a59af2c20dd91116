"""The unit of work: what it reads it remembers, what it writes it collects, and nothing happens before the commit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.access import Relations
from chatops.core.actions import Action
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow
from chatops.core.effects import Post, Timer
from chatops.core.events import Event
from chatops.core.frozen import replace
from chatops.core.journal import AuditRecord, NewEntry, TimelineNote, audit_chain
from chatops.core.message import Button, Card, Identity, Person, RoomRef
from chatops.core.text import _, said
from chatops.core.unit import Origin, Unit
from chatops.errors import CodecError, NotAllowed, NotFound
from chatops.testing.clock import START, ManualClock
from chatops.testing.memory_store import MemoryStore
from tallies import BODIES, OWNER, Nudge, Raised, Stamp, Tally

ANNA = Person(id="anna", name="Anna", identities=(Identity(network="fake", id="anna"),))
GENERAL = Origin(target="remote:fake:general", remote=RoomRef(network="fake", id="general"), thread="t1")


class Bench:
    """A store, and units on it."""

    def __init__(self) -> None:
        self.store = MemoryStore(clock=ManualClock())
        self.codec = Codec((*BODIES, Post, Action, TimelineNote, AuditRecord))
        self._number = 0

    async def unit(self, *, dry_run: bool = False, origin: Origin | None = GENERAL) -> Unit:
        """Return a unit for a new event."""
        self._number += 1
        key = f"e{self._number}"
        await self.store.accept_many([InboxRow(key=key, lane=key, kind="tally.raised", body="{}", cause=key)])
        (claimed,) = await self.store.claim_events(limit=1, now=START, lease=timedelta(minutes=1))
        event = Event(
            seq=claimed.seq,
            key=key,
            lane=key,
            body=Raised(tally="x"),
            cause=key,
            accepted_at=START,
            fence=claimed.fence,
        )
        relations = Relations()
        relations.publish(OWNER)
        return Unit(
            event=event,
            facts=self.store,
            codec=self.codec,
            now=START,
            secret=b"s" * 32,
            relations=relations,
            actor=ANNA,
            origin=origin,
            dry_run=dry_run,
        )

    async def stored(self, *tallies: Tally) -> None:
        """Store tallies."""
        unit = await self.unit()
        for tally in tallies:
            unit.put(tally)
        await self.store.commit(unit.commit())


@pytest.fixture
def bench() -> Bench:
    """Somewhere to work."""
    return Bench()


async def test_what_was_put_is_read_back(bench: Bench) -> None:
    """Within the unit, before it is stored."""
    unit = await bench.unit()

    assert await unit.get(Tally, "a") is None
    unit.put(Tally(id="a", value=1))

    assert await unit.get(Tally, "a") == Tally(id="a", value=1)
    assert await bench.store.get("tally", "a") is None


async def test_versions_read_are_versions_expected(bench: Bench) -> None:
    """What was read and not written must not have changed; what was written must be as it was read."""
    await bench.stored(Tally(id="a"), Tally(id="b"))
    unit = await bench.unit()

    await unit.get(Tally, "a")
    await unit.get(Tally, "nothing")
    unit.put(replace(await unit.need(Tally, "b"), value=5))
    commit = unit.commit()

    assert set(commit.reads) == {("tally", "a", 1), ("tally", "nothing", 0)}
    assert [(put.id, put.expected) for put in commit.puts] == [("b", 1)]


async def test_what_did_not_change_is_not_written(bench: Bench) -> None:
    """Putting back what was read costs no version."""
    await bench.stored(Tally(id="a"))
    unit = await bench.unit()

    unit.put(await unit.need(Tally, "a"))

    assert unit.commit().puts == ()


async def test_something_needed_that_is_not_there(bench: Bench) -> None:
    unit = await bench.unit()

    with pytest.raises(NotFound):
        await unit.need(Tally, "a", _("No such tally."))


async def test_found_are_those_that_fit_now(bench: Bench) -> None:
    """With the unit's own changes, in both directions."""
    await bench.stored(Tally(id="a", owner="anna"), Tally(id="b", owner="anna"))
    unit = await bench.unit()

    unit.put(replace(await unit.need(Tally, "b"), owner="ben"))
    unit.put(Tally(id="c", owner="anna"))

    assert [tally.id for tally in await unit.find(Tally, owner="anna")] == ["a", "c"]


async def test_an_unregistered_body_is_refused_at_once(bench: Bench) -> None:
    """Where the mistake is, not in the middle of the commit."""

    class Stranger(Tally, frozen=True, kw_only=True):
        kind = "stranger"

    unit = await bench.unit()

    with pytest.raises(CodecError):
        unit.put(Stranger(id="a"))


async def test_keys_of_effects_are_stable(bench: Bench) -> None:
    """A handler that runs again asks for the same things under the same keys."""
    unit = await bench.unit()

    keys = [unit.effect(Stamp(what="a")), unit.post("room:x", _("hi")), unit.effect(Stamp(what="b"), key="named")]

    assert keys == ["e1/0", "e1/1", "named"]
    assert [row.key for row in unit.commit().outbox] == keys


async def test_an_answer_goes_where_it_was_asked(bench: Bench) -> None:
    """In the thread; privately to the person; to the caller alone if nobody else reads there."""
    unit = await bench.unit()
    unit.answer(_("here"))
    unit.answer(_("there"), private=True)
    called = await bench.unit(origin=Origin(target="call:k", direct=True))
    called.answer(_("caller"), private=True)

    posts = [effect for _key, effect in (*unit.effects, *called.effects) if isinstance(effect, Post)]
    assert [(post.to, post.thread, post.network) for post in posts] == [
        ("remote:fake:general", "t1", None),
        ("person:anna", None, "fake"),
        ("call:k", None, None),
    ]
    assert all(post.reply for post in posts)
    assert {post.reader for post in posts} == {"anna"}, "in a room that is not ours, in the asker's language and time"


async def test_a_button_keeps_its_reference_while_its_card_lives(bench: Bench) -> None:
    """Over edits; another card's button of the same command has another."""
    card = Card(title=_("t"), buttons=(Button(label=_("b"), command="tally raise a"),))
    refs = []
    for slot in ("one", "one", "two"):
        unit = await bench.unit()
        unit.post("room:x", card, slot=slot)
        commit = unit.commit()
        refs.append(commit.ensures[0].id)
        await bench.store.commit(commit)

    assert refs[0] == refs[1] != refs[2]
    assert all(len(ref) == 26 for ref in refs)


async def test_timers(bench: Bench) -> None:
    """Armed and disarmed in one unit: forgotten; disarmed and armed: armed."""
    unit = await bench.unit()

    due = unit.wake("a", Nudge(tally="x"), timedelta(minutes=5))
    unit.disarm("a")
    unit.disarm("b")
    unit.arm(Timer(series="b", lane="l", body=Nudge(tally="x"), due="2026-03-02T12:00:00", zone="Europe/Berlin"))
    commit = unit.commit()

    assert due == START + timedelta(minutes=5)
    assert [(timer.series, timer.due.hour) for timer in commit.armed] == [("b", 11)]
    assert set(commit.disarmed) == {"a", "b"}


async def test_a_timer_that_could_never_be_due_is_refused_at_once(bench: Bench) -> None:
    """Once stored, it would hold up every other timer."""
    unit = await bench.unit()
    timer = Timer(series="s", lane="l", body=Nudge(tally="x"), due="2026-03-02T12:00:00+00:00", rule="now and then")

    with pytest.raises(ValueError, match="is no rule"):
        unit.arm(timer)


async def test_notes_are_read_back_from_the_timeline(bench: Bench) -> None:
    """Who, what, when."""
    await bench.stored(Tally(id="a"))
    unit = await bench.unit()
    tally = await unit.need(Tally, "a")
    unit.note(tally, _("Raised"), tag="step")
    await bench.store.commit(unit.commit())

    (note,) = await (await bench.unit()).timeline(tally)

    assert (note.actor, note.tag, note.occurred_at) == ("anna", "step", START)
    assert Catalogues({}).plain(note.text, Reader()) == "Raised"


async def test_buttons_are_stored_until_they_expire(bench: Bench) -> None:
    """When minted and when used, so that the store can forget them; other aggregates stay for ever."""
    unit = await bench.unit()
    unit.put(Tally(id="a"))
    unit.answer(Card(title=said("x"), buttons=(Button(label=said("go"), command="tally show a"),)))
    made = unit.commit()
    (action,) = made.ensures
    await bench.store.commit(made)
    later = await bench.unit()
    later.put(replace(await later.need(Action, action.id), used_by=("anna",)))

    assert [put.expires for put in made.puts] == [None]
    assert [action.expires, *(put.expires for put in later.commit().puts)] == [START + timedelta(days=30)] * 2


async def test_of_many_records_the_newest_are_read_back(bench: Bench) -> None:
    """However long timeline and audit have become: the newest, oldest first."""
    await bench.stored(Tally(id="a"))
    unit = await bench.unit()
    tally = await unit.need(Tally, "a")
    for n in range(30):
        unit.note(tally, said(str(n)))
    records = [
        NewEntry(
            chain=audit_chain("tally:a"), kind=AuditRecord.kind, payload=bench.codec.encode(ran(n)), salt="5a17" * 8
        )
        for n in range(30)
    ]
    await bench.store.commit(replace(unit.commit(), entries=(*unit.commit().entries, *records)))

    later = await bench.unit()
    assert [note.text for note in await later.timeline(tally, limit=25)] == [said(str(n)) for n in range(5, 30)]
    assert [record.command for record in await later.audited("tally:a", limit=25)] == [str(n) for n in range(5, 30)]


def ran(number: int) -> AuditRecord:
    return AuditRecord(person="anna", command=str(number), outcome="done", event="e", at=START)


async def test_require_asks_roles_and_relations(bench: Bench) -> None:
    """Whoever is not meant is told who is."""
    unit = await bench.unit()

    unit.require(Tally(id="a", owner="anna"), "owner")
    with pytest.raises(NotAllowed):
        unit.require(Tally(id="b", owner="ben"), "owner | manager")

    assert unit.required


async def test_numbers_are_not_spent_on_dry_runs(bench: Bench) -> None:
    """A number shown in a dry run would be a lie anyway."""
    assert await (await bench.unit(dry_run=True)).next_number("tally") == 0
    assert await (await bench.unit()).next_number("tally") == 1


async def test_claims_and_releases(bench: Bench) -> None:
    """Claimed and given back within one unit: only given back."""
    unit = await bench.unit()

    unit.claim("a", "1")
    unit.claim("b", "1")
    unit.release("b")
    commit: Commit = unit.commit()

    assert (commit.claims, commit.releases) == ((("a", "1"),), ("b",))
