"""Who is meant: names as people type them, and selectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.message import Identity, Person
from chatops.core.params import Selector
from chatops.people.directory import Member, PeopleDirectory, Pod
from chatops.people.names import plain, spellings
from chatops.ports.roster import Directory, Profile


def member(
    id: str, name: str, *, roles: tuple[str, ...] = ("agent",), identity: str = "", profile: Profile | None = None
) -> Member:
    identities = (Identity(network="console", id=identity or id),)
    return Member(
        person=Person(id=id, name=name, roles=frozenset(roles), identities=identities), profile=profile or Profile()
    )


COMPANY = (
    member(
        "agent-1", "Grace Whitfield", profile=Profile(handle="grace", email="grace@b.example", department="Support")
    ),
    member("agent-2", "Anna Keßler", profile=Profile(skills={"billing": 2}, department="Support")),
    member("expert-1", "Anna Castellano", roles=("expert",), profile=Profile(skills={"billing": 4, "tax": 5})),
    member(
        "expert-2",
        "Jörg Müller",
        roles=("expert",),
        profile=Profile(skills={"billing": 4}, languages=("de", "en"), handle="jm"),
    ),
    member("lead-1", "Søren Ångström", roles=("agent", "pod_lead")),
    member("guest-1", "Ines Fontaine", roles=("guest",), profile=Profile(skills={"billing": 5}, department="Support")),
)
PODS = (Pod(id="emea-1", name="EMEA One", lead="lead-1", members=("agent-1", "lead-1", "expert-2")),)


@pytest.fixture
def directory() -> PeopleDirectory:
    return PeopleDirectory(COMPANY, PODS)


def ids(people: object) -> list[str]:
    assert isinstance(people, (list, tuple))
    return [person.id for person in people]


def test_it_is_a_directory(directory: PeopleDirectory) -> None:
    """It keeps the port's promises, and an unknown person is no error."""
    port: Directory = directory
    assert port.by_id("nobody") is None
    assert port.by_identity(Identity(network="console", id="nobody")) is None
    assert port.profile("nobody") == Profile()
    assert ids(port.everybody()) == ["agent-1", "agent-2", "expert-1", "expert-2", "lead-1", "guest-1"]


def test_an_identity_belongs_to_one_network_and_tenant(directory: PeopleDirectory) -> None:
    """The same id elsewhere is somebody else."""
    found = directory.by_identity(Identity(network="console", id="agent-1"))
    assert found is not None
    assert found.id == "agent-1"
    assert directory.by_identity(Identity(network="matrix", id="agent-1")) is None
    assert directory.by_identity(Identity(network="console", id="agent-1", tenant="t")) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("agent-1", ["agent-1"]),
        ("AGENT-1", ["agent-1"]),
        ("@grace", ["agent-1"]),
        ("Grace@B.example", ["agent-1"]),
        ("grace whitfield", ["agent-1"]),
        ("whitfield", ["agent-1"]),
        ("anna kessler", ["agent-2"]),
        ("Anna Keßler", ["agent-2"]),
        ("anna k", ["agent-2"]),
        ("ann cas", ["expert-1"]),
        ("anna", ["agent-2", "expert-1"]),
        ("jorg", ["expert-2"]),
        ("Joerg Mueller", ["expert-2"]),
        ("JÖRG  MÜLLER", ["expert-2"]),
        ("soren angstrom", ["lead-1"]),
        ("an", []),
        ("", []),
        ("@", []),
        ("nobody at all", []),
    ],
)
def test_names_are_understood_as_typed(directory: PeopleDirectory, typed: str, meant: list[str]) -> None:
    """Case, accents, spelled-out umlauts and a leading @ do not matter; several stay several."""
    assert ids(directory.named(typed)) == meant


def test_what_is_unique_goes_before_a_name() -> None:
    """A handle means its holder, even if it is somebody else's first name; the same handle twice stays ambiguous."""
    directory = PeopleDirectory(
        [
            member("p1", "Kim Novak", profile=Profile(handle="anna")),
            member("p2", "Anna Rossi"),
            member("p3", "Lee Marvin", profile=Profile(handle="p1")),
        ]
    )
    assert ids(directory.named("anna")) == ["p1"]
    assert ids(directory.named("p1")) == ["p1", "p3"]


@pytest.mark.parametrize(
    ("typed", "like"), [("grcae", "agent-1"), ("kesler", "agent-2"), ("fontane", "guest-1"), ("jeorg", "expert-2")]
)
def test_hints_name_who_may_be_meant(directory: PeopleDirectory, typed: str, like: str) -> None:
    """A slip of the finger finds the person, and never more people than asked for."""
    assert like in ids(directory.nearest(typed))
    assert len(directory.nearest(typed, limit=1)) == 1


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        (Selector(kind="person", value="@Grace"), ["agent-1"]),
        (Selector(kind="skill", value="Billing"), ["expert-2", "expert-1", "agent-2"]),
        (Selector(kind="skill", value="billing", minimum=3), ["expert-2", "expert-1"]),
        (Selector(kind="skill", value="cooking"), []),
        (Selector(kind="pod", value="EMEA-1"), ["lead-1", "agent-1", "expert-2"]),
        (Selector(kind="pod", value="emea one"), ["lead-1", "agent-1", "expert-2"]),
        (Selector(kind="pod", value="apac-9"), []),
        (Selector(kind="oncall", value="emea-1"), ["lead-1"]),
        (Selector(kind="oncall", value="payments"), []),
        (Selector(kind="role", value="expert"), ["expert-1", "expert-2"]),
        (Selector(kind="role", value="Pod Lead"), ["lead-1"]),
        (Selector(kind="role", value="staff"), ["agent-1", "agent-2", "expert-1", "expert-2", "lead-1"]),
        (Selector(kind="dept", value="support"), ["agent-1", "agent-2"]),
        (Selector(kind="dept", value=""), []),
        (Selector(kind="guest", value="ines"), ["guest-1"]),
        (Selector(kind="guest", value="grace"), []),
        (Selector(kind="guest", value=""), ["guest-1"]),
    ],
)
def test_selectors_find_the_best_first(directory: PeopleDirectory, selector: Selector, meant: list[str]) -> None:
    """Skill before languages, the lead before the pod; a guest is never found by what they can do."""
    assert ids(directory.select(selector)) == meant


def test_the_whole_company_is_swapped_at_once(directory: PeopleDirectory) -> None:
    """Nobody of the old one remains."""
    directory.replace([member("new-1", "New Person")])
    assert ids(directory.everybody()) == ["new-1"]
    assert directory.by_id("agent-1") is None
    assert directory.pod("emea-1") is None
    assert not directory.named("grace")


@given(text=st.text(max_size=300), kind=st.sampled_from(["person", "skill", "pod", "role", "dept", "oncall", "guest"]))
def test_any_text_is_an_answer(text: str, kind: str) -> None:
    """Whatever is typed: people, or nobody; never an error."""
    directory = PeopleDirectory(COMPANY, PODS)
    known = {entry.person.id for entry in COMPANY}
    selector = Selector(kind=kind, value=text)  # type: ignore[arg-type]  # one of the literals
    for found in (directory.named(text), directory.nearest(text), directory.select(selector)):
        assert {person.id for person in found} <= known
        assert len({person.id for person in found}) == len(found)


@given(names=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=6), pick=st.integers(min_value=0))
def test_everybody_is_found_by_their_own_name(names: list[str], pick: int) -> None:
    """Whatever the name: the full name, and the id, mean at least the person who has it."""
    company = [member(f"person-{number}", name) for number, name in enumerate(names)]
    directory = PeopleDirectory(company)
    someone = company[pick % len(company)].person
    assert someone in directory.named(someone.id)
    if plain(someone.name):
        assert someone in directory.named(someone.name)


@given(text=st.text(max_size=50))
def test_folding_is_stable(text: str) -> None:
    """Folding what is folded changes nothing, and it is one of its own spellings."""
    assert plain(text) in spellings(text)
    assert plain(plain(text)) == plain(text)
