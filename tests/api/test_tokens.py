"""Tokens: what opens a door, what no longer does, and what is kept of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chatops.api.scopes import Scope
from chatops.api.token_audit import TokenChanged
from chatops.api.token_tools import TokenTools
from chatops.api.tokens import BadToken, Tokens
from chatops.core.message import Person
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def records() -> MemoryRecords:
    return MemoryRecords()


@pytest.fixture
def directory() -> FakeDirectory:
    known = FakeDirectory()
    known.add(Person(id="anna", name="Anna", roles=frozenset({"agent"})))
    known.add(Person(id="gus", name="Gus", roles=frozenset({"guest"})))
    return known


async def unheard(_change: TokenChanged) -> None:
    """Nobody keeps an audit here."""


@pytest.fixture
def tokens(records: MemoryRecords, directory: FakeDirectory, clock: ManualClock) -> Tokens:
    return Tokens(records, directory, clock)


async def test_a_token_speaks_for_its_person(tokens: Tokens) -> None:
    """And is found by secret scanners."""
    token, shown = await tokens.create("anna", [Scope.READ], name="ci")

    caller = await tokens.caller(shown)

    assert re.fullmatch(r"cts_[0-9a-f]{12}_[0-9a-f]{64}", shown)
    assert caller is not None
    assert (caller.person.id, caller.token.id, caller.token.scopes) == ("anna", token.id, (Scope.READ,))


async def test_only_a_hash_is_kept(tokens: Tokens, records: MemoryRecords) -> None:
    """Whoever reads the database cannot call."""
    token, shown = await tokens.create("anna", [Scope.READ])

    kept = await records.get("token", token.id)

    assert kept is not None
    assert shown.rpartition("_")[2] not in str(kept.body)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "0", str.upper, lambda t: t[:-1] + "g", lambda t: ""]
)
async def test_anything_else_opens_nothing(tokens: Tokens, spoil: object) -> None:
    """Not a part of it, not more, not another case."""
    _token, shown = await tokens.create("anna", [Scope.READ])

    assert callable(spoil)
    assert await tokens.caller(spoil(shown)) is None


async def test_the_secret_of_another_token_opens_nothing(tokens: Tokens) -> None:
    """Id and secret belong together."""
    first, one = await tokens.create("anna", [Scope.READ])
    _second, other = await tokens.create("anna", [Scope.READ])

    assert await tokens.caller(f"cts_{first.id}_{other.rpartition('_')[2]}") is None
    assert await tokens.caller(one) is not None


async def test_it_ends_when_it_expires(tokens: Tokens, clock: ManualClock) -> None:
    """To the second."""
    _token, shown = await tokens.create("anna", [Scope.READ], expires=timedelta(days=1))
    clock.advance(timedelta(hours=23))
    before = await tokens.caller(shown)
    clock.advance(timedelta(hours=1))

    assert before is not None
    assert await tokens.caller(shown) is None


async def test_it_ends_when_it_is_revoked(tokens: Tokens) -> None:
    """At once; revoking it again is harmless."""
    token, shown = await tokens.create("anna", [Scope.READ])
    await tokens.revoke(token.id)
    await tokens.revoke(token.id)

    assert await tokens.caller(shown) is None
    with pytest.raises(BadToken, match="chatops token list"):
        await tokens.revoke("nothing")


async def test_it_ends_when_its_person_has_gone_or_became_a_guest(tokens: Tokens, directory: FakeDirectory) -> None:
    """The directory has the last word, at each call."""
    _token, shown = await tokens.create("anna", [Scope.READ])
    directory.add(Person(id="anna", name="Anna", roles=frozenset({"guest"})))

    assert await tokens.caller(shown) is None


async def test_the_day_it_was_used_is_noted(tokens: Tokens, clock: ManualClock) -> None:
    """Once a day."""
    token, shown = await tokens.create("anna", [Scope.READ])
    await tokens.caller(shown)
    await tokens.caller(shown)

    [kept] = await tokens.list()

    assert (kept.id, kept.used_on) == (token.id, clock.now().date())


@pytest.mark.parametrize(("person", "words"), [("gus", "guests have no tokens"), ("ana", "Did you mean anna")])
async def test_who_gets_none_is_told_why(tokens: Tokens, person: str, words: str) -> None:
    """Guests, and nobody."""
    with pytest.raises(BadToken, match=words):
        await tokens.create(person, [Scope.READ])


async def test_operators_make_list_and_revoke(tokens: Tokens, clock: ManualClock) -> None:
    """The secret is shown when it is made, and never again."""
    tools = {tool.name: tool.run for tool in TokenTools(tokens, clock, unheard).tools()}
    made = await tools["create"]({"person": "anna", "scope": "read,commands", "expires": "90d", "name": "ci"})
    shown = made.splitlines()[0]
    [token] = await tokens.list()

    listed = await tools["list"]({})
    revoked = await tools["revoke"]({"id": token.id})

    assert await tokens.caller(shown) is None
    assert listed == f"{token.id} (ci): anna, read commands, until {token.expires_at:%Y-%m-%d}, never used"
    assert revoked == f"{token.id} opens nothing any more."
    assert "revoked" in await tools["list"]({})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"scope": "root"}, "'root' is no scope: scopes are|is no scope"),
        ({"scope": ""}, "Say what it is for"),
        ({"expires": "soon"}, "Write it like 12h, 90d"),
        ({"expires": "9999w"}, "ten years"),
    ],
)
async def test_what_makes_no_sense_is_told(
    tokens: Tokens, clock: ManualClock, told: dict[str, str], words: str
) -> None:
    """With what would."""
    tools = {tool.name: tool.run for tool in TokenTools(tokens, clock, unheard).tools()}

    with pytest.raises(BadToken, match=words):
        await tools["create"]({"person": "anna", "scope": "read", "expires": "", "name": "", **told})
