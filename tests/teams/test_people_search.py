"""People are found while somebody types: all of them, by those who may look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatops.core.message import Identity, Person
from chatops.ports.roster import Profile
from chatops.testing.directory import FakeDirectory
from teams_entrance import Accepting, Entrance, company, identity
from teams_network.people_search import FIND, MOST, PeopleSearch
from teams_payloads import ANNA, BEN, Json, activity, invoke

ANNAS = identity(ANNA)


async def ask(raw: Json, people: FakeDirectory | None = None) -> Any:
    """What is answered."""
    told = await Entrance(people).invokes(activity(raw), Accepting())
    return json.loads(told.body)


def typing(text: object, *, dataset: object = "people", who: Json = ANNA) -> Json:
    """Somebody types into an input of a card."""
    value = {"queryText": text, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset}
    return invoke("application/search", value, who=who)


def querying(text: str | None, *, command: str = FIND, who: Json = ANNA) -> Json:
    """Somebody looks from the box they write in."""
    told = [{"name": "initialRun", "value": "true"}] if text is None else [{"name": "name", "value": text}]
    value = {"commandId": command, "parameters": told, "queryOptions": {"skip": 0, "count": 25}}
    return invoke("composeExtension/query", value, who=who)


def names(people: FakeDirectory, typed: str) -> list[str]:
    """Who is found, in order."""
    return [person.id for person in PeopleSearch(people).found(typed, ANNAS)]


async def test_what_is_typed_into_a_card_is_answered_with_choices() -> None:
    """Their names, and what commands call them."""
    people = company()
    people.add(Person(id="bea", name="Bea Benz"), Profile(department="Databases"))

    told = await ask(typing("be"), people)

    assert (told["statusCode"], told["type"]) == (200, "application/vnd.microsoft.search.searchResponse")
    assert told["value"]["results"] == [
        {"title": "Bea Benz (Databases)", "value": "@bea"},
        {"title": "Ben Bauer", "value": "@ben"},
    ]


async def test_people_of_other_networks_are_found() -> None:
    """Cleo is not on Teams."""
    assert (await ask(typing("cle")))["value"]["results"] == [{"title": "Cleo Conti", "value": "@cleo"}]


async def test_from_the_box_people_write_in_cards_are_found() -> None:
    """Before anything is typed, everybody."""
    told = (await ask(querying("ben")))["composeExtension"]
    first = (await ask(querying(None)))["composeExtension"]

    assert (told["type"], told["attachmentLayout"]) == ("result", "list")
    (found,) = told["attachments"]
    assert found["preview"]["content"]["title"] == "Ben Bauer"
    assert found["content"]["type"] == "AdaptiveCard"
    assert len(first["attachments"]) == 4


RANKS = [
    ("ben", ["ben", "benno", "rube"]),
    ("@BEN", ["ben", "benno", "rube"]),
    ("bauer", ["ben", "rube"]),
    ("be ba", ["ben", "rube"]),
    ("databases", []),
    ("benno@company.example", ["benno"]),
    ("  ", ["anna", "ben", "benno", "rube"]),
]


@pytest.mark.parametrize(("typed", "found"), RANKS)
def test_who_fits_best_comes_first(typed: str, found: list[str]) -> None:
    """Whole names and handles before beginnings, those before anything inside."""
    people = FakeDirectory([Person(id="anna", name="Anna Arendt", identities=(ANNAS,))])
    people.add(Person(id="rube", name="Ruth Ben-Bauer"))
    people.add(Person(id="benno", name="Benno Ernst"), Profile(email="benno@company.example"))
    people.add(Person(id="ben", name="Ben Bauer"), Profile(handle="ben"))

    assert names(people, typed) == found


def test_a_slip_of_the_finger_is_forgiven() -> None:
    """Where nobody fits, those whose name looks like it."""
    assert names(company(), "ben baurr") == ["ben"]


def test_no_more_than_fit_are_shown() -> None:
    """Of a thousand, the first."""
    people = FakeDirectory([Person(id="anna", name="Anna Arendt", identities=(ANNAS,))])
    for number in range(1000):
        people.add(Person(id=f"p{number}", name=f"Person {number:04}"))

    assert names(people, "person") == [f"p{number}" for number in range(MOST)]


@pytest.mark.parametrize(
    "who",
    [
        pytest.param({"id": "29:x", "aadObjectId": "gus-object"}, id="guest"),
        pytest.param({"id": "29:x", "aadObjectId": "nobody"}, id="unknown"),
        pytest.param({"id": "29:x"}, id="account only"),
    ],
)
async def test_guests_and_strangers_find_nobody(who: Json) -> None:
    """The directory is not theirs."""
    assert (await ask(typing("ben", who=who)))["value"]["results"] == []
    assert (await ask(querying("ben", who=who)))["composeExtension"]["attachments"] == []


async def test_somebody_of_another_tenant_finds_nobody() -> None:
    """The same object id elsewhere is somebody else."""
    raw = typing("ben", who=BEN | {"tenantId": "other"})

    assert (await ask(raw))["value"]["results"] == []


ODD = [typing("x", dataset="other"), typing(7), typing(None, dataset=None), invoke("application/search", "x")]


@pytest.mark.parametrize("raw", ODD)
async def test_odd_searches_find_nothing(raw: Json) -> None:
    """And nothing fails."""
    assert (await ask(raw))["value"]["results"] == []


async def test_odd_queries_find_nothing() -> None:
    """And nothing fails."""
    for raw in (querying("ben", command="other"), invoke("composeExtension/query", [])):
        assert (await ask(raw))["composeExtension"]["attachments"] == []


def test_an_identity_elsewhere_is_no_asker() -> None:
    """Somebody is who they are on this network."""
    assert not PeopleSearch(company()).found("ben", Identity(network="chat", id=ANNAS.id))
