"""The demo company is whole, believable, and the same after every start."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chatops.core.message import Identity
from chatops.core.params import Selector
from chatops.demo import COMPANY, FIRST_PERSON, SETTINGS, TRY, demo_settings
from chatops.people.directory import PeopleDirectory
from chatops.people.roster import read_company
from chatops.ports.tickets import Status, Ticket, TicketQuery
from chatops.settings import load
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from local_desk import LocalDesk, local_desk
from tree import ROOT


@pytest.fixture
def directory() -> PeopleDirectory:
    settings = load(SETTINGS)
    company = read_company(settings.people.file, settings.people.pods)
    return PeopleDirectory(company.members, company.pods)


@pytest.fixture
def table() -> dict[str, Any]:
    return dict(load(SETTINGS).plugins.table("local_tickets"))


@pytest.fixture
def desk(tmp_path: Path, table: dict[str, Any]) -> LocalDesk:
    return local_desk(tmp_path, table, seed=None)


async def cases(desk: LocalDesk) -> Sequence[Ticket]:
    page = await desk.plugin.system.search(TicketQuery(sort="oldest"), limit=100)
    return sorted(page.items, key=lambda ticket: ticket.ref.key)


def test_people_of_every_kind(directory: PeopleDirectory) -> None:
    """Three departments, three time zones, three languages, two pods with leads, and every role under its name."""
    everybody = directory.everybody()
    profiles = [directory.profile(person.id) for person in everybody]
    assert {"Support", "Engineering", "Finance"} <= {profile.department for profile in profiles}
    assert {"Europe/Berlin", "America/New_York", "Asia/Singapore"} <= {person.zone for person in everybody}
    assert {person.locale for person in everybody} == {"en", "de", "nl"}
    assert [(pod.id, pod.lead) for pod in directory.pods()] == [("emea-1", "lead-1"), ("apac-1", "lead-2")]
    for role, id_ in (
        ("agent", "agent-1"),
        ("expert", "expert-1"),
        ("pod_lead", "lead-1"),
        ("pod_lead", "lead-2"),
        ("manager", "manager-1"),
        ("admin", "admin-1"),
        ("guest", "guest-1"),
    ):
        person = directory.by_id(id_)
        assert person is not None
        assert role in person.roles
        assert person.identities[0] == Identity(network="console", id=id_)


def test_somebody_can_always_be_asked(directory: PeopleDirectory) -> None:
    """The best for refunds keeps no quiet hours, so the first example works at any time of day."""
    best = directory.select(Selector(kind="skill", value="refunds", minimum=3))
    assert [person.id for person in best] == ["expert-1", "expert-2"]
    assert directory.profile(best[0].id).quiet_from is None


def test_a_first_name_can_mean_two(directory: PeopleDirectory) -> None:
    """So that asking back can be seen."""
    assert len(directory.named("anna")) == 2


async def test_twenty_cases_with_history(desk: LocalDesk) -> None:
    """demo:1001 to demo:1020, for customers of four segments, in three languages, of every kind."""
    found = await cases(desk)
    assert [str(ticket.ref) for ticket in found] == [f"demo:{1000 + number}" for number in range(1, 21)]
    customers = [ticket.customer for ticket in found if ticket.customer]
    assert len(customers) == 20
    assert len({customer.segment for customer in customers}) == 4
    assert {customer.locale for customer in customers} == {"en", "de", "nl"}
    assert len({ticket.priority for ticket in found}) == 4
    assert {Status.NEW, Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.RESOLVED} <= {t.status for t in found}
    states = Counter(clock.state for ticket in found for clock in ticket.clocks)
    assert {"running", "paused", "met", "breached"} <= set(states)
    assert all(ticket.entitlement and ticket.queue and ticket.requester for ticket in found)
    comments = [comment for ticket in found for comment in await desk.plugin.system.comments(ticket.ref, limit=100)]
    assert len(comments) >= 40
    assert {comment.author.side for comment in comments if comment.author} == {"staff", "customer"}


async def test_the_first_example_fits(desk: LocalDesk, directory: PeopleDirectory) -> None:
    """demo:1001 is about refund loops, open, due soon, and belongs to the person the examples are run as."""
    system = desk.plugin.system
    assert TRY[0] == "swarm open demo:1001 refund loops"
    case = await system.get(await system.resolve("1001"))
    assert "refund" in case.subject.lower()
    assert "loops" in case.subject.lower()
    assert case.open
    assert case.owner is not None
    owner = directory.by_identity(Identity(network="demo", id=case.owner.ref.id))
    assert owner is not None
    assert (owner.id, owner.locale) == (FIRST_PERSON, "en")
    running = [clock.due for clock in case.clocks if clock.state == "running" and clock.due]
    assert desk.clock.now() < running[0] < desk.clock.now() + timedelta(days=1)
    assert (await system.search_articles("refund loops"))[0].ref.key == "KB1"


async def test_owners_are_people_but_for_two(desk: LocalDesk, directory: PeopleDirectory) -> None:
    """One case has no owner, one an owner who is in nobody's directory: only a pod lead may swarm them."""
    owners = {ticket.ref.key: ticket.owner for ticket in await cases(desk)}
    assert owners["1019"] is None
    unknown = [
        key
        for key, owner in owners.items()
        if owner and directory.by_identity(Identity(network="demo", id=owner.ref.id)) is None
    ]
    assert unknown == ["1020"]
    for key, owner in owners.items():
        if owner and key not in unknown:
            person = directory.by_id(owner.ref.id)
            assert person is not None
            assert person.name == owner.name


async def test_a_second_start_adds_nothing(tmp_path: Path, table: dict[str, Any]) -> None:
    """Not even days later: nothing is sown twice, and nothing grows younger."""
    records = MemoryRecords()
    first = local_desk(tmp_path, table, seed=None, records=records)
    before = [(ticket.ref, ticket.created_at, ticket.version) for ticket in await cases(first)]
    later = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    second = local_desk(tmp_path, table, seed=None, records=records, clock=later)
    assert [(ticket.ref, ticket.created_at, ticket.version) for ticket in await cases(second)] == before


def test_the_demo_listens_where_it_is_told(tmp_path: Path) -> None:
    """And tells its visitor three commands, and where everything is kept."""
    settings, tell = demo_settings(tmp_path, port=8123)
    assert settings.demo
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8123)
    assert settings.operator.acts_as == FIRST_PERSON
    told = tell("http://127.0.0.1:8123")
    assert "http://127.0.0.1:8123/console/agent-1/" in told
    assert str(tmp_path) in told
    assert all(command in told for command in TRY)
    assert len(TRY) == 3


def test_the_sample_files_are_right() -> None:
    """config/demo.toml says the same as the demo; the samples of people and pods can be read."""
    sample, real = (load(file).model_dump() for file in (ROOT / "config" / "demo.toml", SETTINGS))
    assert sample == real
    assert real["people"]["file"] == COMPANY / "people.toml"
    company = read_company(ROOT / "config" / "people.toml", ROOT / "config" / "pods.toml")
    assert [pod.members for pod in company.pods] == [("noor", "erin")]


def test_nobody_real_is_named() -> None:
    """Every address in the demo ends where nobody can live."""
    for file in COMPANY.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        tomllib.loads(text)
        hosts = [word.partition("@")[2].strip('",') for word in text.split() if "@" in word]
        assert all(host.endswith(".example") for host in hosts)
