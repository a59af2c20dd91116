"""What people have changed is there after a start, and in every replica; files may say more of pods and skills."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chatops.core.codec import Codec
from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.errors import SettingsError
from chatops.people.changes import BODIES, PodChanges, ProfileChanges
from chatops.people.directory import Member, PeopleDirectory, Pod
from chatops.people.profiles import ProfileBook
from chatops.people.roster import read_company
from chatops.ports.roster import Profile
from people_stage import PeopleStage, folk

ANNA = '[[people]]\nid = "anna"\nname = "Anna"\nskills = { invoicing = 2, billing = 3 }\ninterests = ["Invoicing"]\n'


async def test_a_start_brings_back_what_people_changed() -> None:
    """Another directory on the same store knows it all."""
    house = PeopleStage()
    async with house.stage:
        await house.asks("anna", "expert load max=1")
        await house.asks("mona", "pod lead anna")
        fresh = folk()
        await ProfileBook(Codec(BODIES), house.store, fresh, house.clock).load()
    assert fresh.profile("anna").max_load == 1
    assert (pod := fresh.pod("emea")) is not None
    assert pod.lead == "anna"


def test_what_is_older_changes_nothing() -> None:
    """Word may come late; and a new company keeps what people have changed."""
    directory = PeopleDirectory([Member(person=Person(id="anna", name="Anna"))])
    directory.learn(ProfileChanges(id="anna", number=2, max_load=1))
    directory.learn(ProfileChanges(id="anna", number=1, max_load=7))
    assert directory.profile("anna").max_load == 1
    directory.replace([Member(person=Person(id="anna", name="Anna"), profile=Profile(max_load=9))])
    assert directory.profile("anna").max_load == 1
    assert directory.written("anna").max_load == 9


def test_who_leads_a_pod_may_what_leads_may() -> None:
    """As long as they lead it; who has it from the file keeps it; manager and admin never come this way."""
    people = [
        Member(person=Person(id="anna", name="Anna", roles=frozenset({"expert"}))),
        Member(person=Person(id="lea", name="Lea", roles=frozenset({"pod_lead"}))),
    ]
    directory = PeopleDirectory(people, [Pod(id="emea", lead="lea", members=("lea", "anna"))])

    def roles(person: str) -> set[str]:
        found = directory.by_id(person)
        assert found is not None
        return set(found.roles)

    directory.learn_pod(PodChanges(id="emea", number=1, lead="anna"))
    assert roles("anna") == {"expert", "pod_lead"}
    directory.learn_pod(PodChanges(id="emea", number=2, lead="lea"))
    assert (roles("anna"), roles("lea")) == ({"expert"}, {"pod_lead"})
    directory.learn_pod(PodChanges(id="emea", number=3, lead="nobody-of-it"))
    assert (pod := directory.pod("emea")) is not None
    assert pod.lead == "lea"


def test_synonyms_stand_for_one_skill(tmp_path: Path) -> None:
    """In profiles, interests and questions; a word that stands for two is refused."""
    file = tmp_path / "people.toml"
    file.write_text('[synonyms]\nbilling = ["Invoicing"]\n' + ANNA, encoding="utf-8")
    company = read_company(file)
    directory = PeopleDirectory(company.members, company.pods, company.synonyms)
    assert directory.profile("anna").skills == {"billing": 3}
    assert directory.profile("anna").interests == ("billing",)
    assert [one.id for one in directory.select(Selector(kind="skill", value="invoicing"))] == ["anna"]
    file.write_text('[synonyms]\nbilling = ["money"]\ntax = ["money"]\n' + ANNA, encoding="utf-8")
    with pytest.raises(SettingsError, match="a word means one skill"):
        read_company(file)
    file.write_text("[synonyms]\nbilling = 3\n" + ANNA, encoding="utf-8")
    with pytest.raises(SettingsError, match="write one line a skill"):
        read_company(file)


async def test_a_follower_can_be_stopped() -> None:
    """It waits for word and costs nothing meanwhile."""
    house = PeopleStage()
    book = ProfileBook(Codec(BODIES), house.store, folk(), house.clock)
    following = asyncio.ensure_future(book.follow())
    await asyncio.sleep(0)
    following.cancel()
    assert (await asyncio.gather(following, return_exceptions=True))[0].__class__ is asyncio.CancelledError
