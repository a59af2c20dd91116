"""The journal finds every kind of tampering, and an erasure is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.frozen import replace
from chatops.core.journal import MIN_KEY, NewEntry, Seal, commit, xor
from chatops.testing.clock import START
from chatops.testing.memory_journal import MemoryJournal

KEY = b"k" * MIN_KEY


def entry(chain: str, payload: str) -> NewEntry:
    return NewEntry(chain=chain, kind="note", payload=payload, salt="5a" * 16)


@pytest.fixture
def journal() -> MemoryJournal:
    """Three entries in each of two chains."""
    journal = MemoryJournal(Seal(KEY))
    for number in range(3):
        journal.append([entry("timeline:swarm:1", f"one {number}"), entry("audit:lane", f"two {number}")], at=START)
    journal.anchor()
    return journal


def test_what_is_whole_verifies(journal: MemoryJournal) -> None:
    assert journal.verify() == []


def edit_payload(journal: MemoryJournal) -> None:
    chain = journal.chains["audit:lane"]
    chain[1] = replace(chain[1], payload="something else")


def edit_time(journal: MemoryJournal) -> None:
    chain = journal.chains["audit:lane"]
    chain[1] = replace(chain[1], recorded_at=START.replace(year=2020))


def edit_with_commitment(journal: MemoryJournal) -> None:
    chain = journal.chains["audit:lane"]
    chain[1] = replace(chain[1], payload="else", commitment=commit("else", chain[1].salt or ""))


def swap(journal: MemoryJournal) -> None:
    chain = journal.chains["audit:lane"]
    chain[0], chain[1] = replace(chain[1], seq=1), replace(chain[0], seq=2)


def delete_in_the_middle(journal: MemoryJournal) -> None:
    del journal.chains["audit:lane"][1]


def delete_the_tail(journal: MemoryJournal) -> None:
    del journal.chains["audit:lane"][2]


def delete_the_chain(journal: MemoryJournal) -> None:
    del journal.chains["audit:lane"], journal.heads["audit:lane"]


def empty_silently(journal: MemoryJournal) -> None:
    chain = journal.chains["audit:lane"]
    chain[1] = replace(chain[1], payload=None, salt=None)


def recompute_without_the_key(journal: MemoryJournal) -> None:
    forged = MemoryJournal(Seal(b"f" * MIN_KEY))
    for number in range(3):
        forged.append([entry("timeline:swarm:1", f"one {number}"), entry("audit:lane", "kinder words")], at=START)
    journal.chains, journal.heads, journal.ledgers = forged.chains, forged.heads, forged.ledgers


def go_back(journal: MemoryJournal) -> None:
    older = MemoryJournal(Seal(KEY))
    older.append([entry("timeline:swarm:1", "one 0"), entry("audit:lane", "two 0")], at=START)
    journal.chains, journal.heads, journal.ledgers = older.chains, older.heads, older.ledgers


@pytest.mark.parametrize(
    "tamper",
    [
        edit_payload,
        edit_time,
        edit_with_commitment,
        swap,
        delete_in_the_middle,
        delete_the_tail,
        delete_the_chain,
        empty_silently,
        recompute_without_the_key,
        go_back,
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_tampering_is_found(journal: MemoryJournal, tamper: Callable[[MemoryJournal], None]) -> None:
    """Each in its way."""
    tamper(journal)

    assert journal.verify() != []


def test_an_erasure_leaves_the_chain_whole(journal: MemoryJournal) -> None:
    """The words are gone, the proof is not; it can be done again without harm."""
    journal.erase("audit:lane", 2, at=START)
    journal.erase("audit:lane", 2, at=START)

    entries = journal.entries("audit:lane", after=0, limit=10)
    assert [one.payload for one in entries] == ["two 0", None, "two 2", '{"seq": 2}']
    assert journal.verify() == []


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(b"short")


@given(st.lists(st.text(max_size=20), min_size=2, max_size=5, unique=True))
def test_parts_are_framed(parts: list[str]) -> None:
    """Moving a character from one field to the next changes the seal."""
    seal = Seal(KEY)

    assert len({seal.head_seal(part, 1, "0") for part in parts}) == len(parts)
    assert seal.head_seal("ab", 1, "c") != seal.head_seal("a", 1, "bc")


def test_the_order_of_writers_does_not_matter() -> None:
    """Ledgers add up whichever came first."""
    one, two = "1" * 64, "2" * 64

    assert xor(xor("0" * 64, one), two) == xor(xor("0" * 64, two), one)
    assert xor("0" * 64, one, one) == "0" * 64
