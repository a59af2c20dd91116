"""People and pods from files, and from personnel systems."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatops.core.message import Identity, Person
from chatops.errors import SettingsError, Unreachable
from chatops.people.directory import PeopleDirectory, Pod
from chatops.people.roster import Company, Roster, read_company

ANNA = """
[[people]]
id = "anna"
name = "Anna Kessler"
handle = "anna"
email = "anna@example.com"
roles = ["agent"]
zone = "Europe/Berlin"
locale = "de"
department = "Support"
pods = ["one"]
quiet = "21:00-07:00"
max_load = 2
[people.skills]
"Refund Loops" = 3
[people.identities]
console = "anna"
teams = { tenant = "t1", id = "u1" }
"""

BEN = """
[[people]]
id = "ben"
name = "Ben Ode"
"""


def company(folder: Path, people: str, pods: str | None = None) -> Company:
    file = folder / "people.toml"
    file.write_text(people, encoding="utf-8")
    if pods is None:
        return read_company(file)
    (folder / "pods.toml").write_text(pods, encoding="utf-8")
    return read_company(file, folder / "pods.toml")


def test_a_person_is_read_whole(tmp_path: Path) -> None:
    """Everything written is in the person or the profile; skills are folded."""
    (anna,) = company(tmp_path, ANNA).members
    assert anna.person == Person(
        id="anna",
        name="Anna Kessler",
        roles=frozenset({"agent"}),
        locale="de",
        zone="Europe/Berlin",
        identities=(Identity(network="console", id="anna"), Identity(network="teams", tenant="t1", id="u1")),
    )
    assert anna.profile.skills == {"refund-loops": 3}
    assert (anna.profile.quiet_from, anna.profile.quiet_to, anna.profile.max_load) == ("21:00", "07:00", 2)
    assert (anna.profile.languages, anna.profile.pods, anna.profile.email) == (("de",), ("one",), "anna@example.com")


def test_without_a_pods_file_pods_are_what_people_say(tmp_path: Path) -> None:
    """A pod exists as soon as somebody is in it; no people file at all is an empty company."""
    assert company(tmp_path, ANNA + BEN).pods == (Pod(id="one", name="one", members=("anna",)),)
    assert read_company(None) == Company()


def test_membership_is_the_same_from_both_sides(tmp_path: Path) -> None:
    """Named in the pod, leading it, or saying so oneself: all are members, the lead first."""
    pods = '[[pods]]\nid = "one"\nname = "Pod One"\nlead = "ben"\n[[pods]]\nid = "two"\nmembers = ["anna"]\n'
    read = company(tmp_path, ANNA + BEN, pods)
    assert read.pods[0] == Pod(id="one", name="Pod One", lead="ben", members=("ben", "anna"))
    assert [member.profile.pods for member in read.members] == [("one", "two"), ("one",)]


@pytest.mark.parametrize(
    ("people", "says"),
    [
        (ANNA.replace('"agent"', '"agnet"'), ["line 2 (anna)", "'agnet' is not a role; 'agent' is."]),
        (ANNA.replace("handle", "handel"), ["line 2 (anna)", "'handel' is not a key; 'handle' is."]),
        (ANNA.replace("Europe/Berlin", "Europe/Bonn"), ["zone: 'Europe/Bonn' is no IANA time zone"]),
        (ANNA.replace("= 3", "= 9"), ["skills.Refund Loops: 9 is no level; give 1 (learning) to 5"]),
        (ANNA.replace("= 3", '= "high"'), ["skills", "expected `int`, got `str`"]),
        (ANNA.replace("21:00-07:00", "9pm"), ['write it like quiet = "22:00-07:00"']),
        (ANNA.replace('locale = "de"', 'locale = "German"'), ["'German' is no language"]),
        (ANNA.replace('["agent"]', '["guest", "agent"]'), ["a guest has no other role"]),
        (ANNA.replace('name = "Anna Kessler"\n', ""), ["name is missing."]),
        (ANNA.replace('id = "anna"', 'id = "Anna K"'), ["id: 'Anna K' must be lower-case"]),
        (ANNA + ANNA, ["line 20 (anna): id 'anna' is also that of line 2 (anna)", "identity 'console:anna'"]),
        (ANNA + BEN + 'handle = "ANNA"', ["line 20 (ben): handle or e-mail 'anna' is also that of line 2 (anna)"]),
        (
            ANNA + BEN + '[people.identities]\nteams = { tenant = "t1", id = "u1" }',
            ["line 20 (ben): identity 'teams:t1:u1' is also that of line 2 (anna)"],
        ),
        ("people = 3", ["[[people]]"]),
        ("[person]\nid = 1", ["person has no meaning here", "[[people]]"]),
        ("[[people]", ["cannot be read"]),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_mending(tmp_path: Path, people: str, says: list[str]) -> None:
    """File, line, what is wrong, what would be right."""
    with pytest.raises(SettingsError) as refused:
        company(tmp_path, people)
    assert str(tmp_path / "people.toml") in str(refused.value)
    for words in says:
        assert words in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """So that nobody starts the server five times."""
    with pytest.raises(SettingsError) as refused:
        company(tmp_path, ANNA.replace("Berlin", "Bonn").replace("= 3", "= 9") + BEN.replace("ben", "BEN"))
    assert len(str(refused.value).splitlines()) == 3


def test_pods_and_people_must_know_each_other(tmp_path: Path) -> None:
    """A typing mistake in either file is found, with the nearest right one."""
    with pytest.raises(SettingsError) as refused:
        company(tmp_path, ANNA, '[[pods]]\nid = "won"\nlead = "ana"\n')
    assert "'ana' is not a person; 'anna' is." in str(refused.value)
    assert "pods of anna: 'one' is not a pod" in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(SettingsError, match=r"people\.toml cannot be read"):
        read_company(tmp_path / "people.toml")


class Personnel:
    """A personnel system that can be down."""

    name = "hr"

    def __init__(self, *people: Person) -> None:
        self.staff: Sequence[Person] = people
        self.down = False

    async def people(self) -> Sequence[Person]:
        if self.down:
            message = "no answer"
            raise Unreachable(message)
        return self.staff


@pytest.fixture
def files(tmp_path: Path) -> Company:
    return company(tmp_path, ANNA)


async def test_sources_add_people(files: Company) -> None:
    """Besides those of the files; but they can make nobody a manager or admin."""
    directory = PeopleDirectory()
    source = Personnel(Person(id="cleo", name="Cleo Park", roles=frozenset({"agent", "admin", "manager"})))
    roster = Roster(directory, files, [source])
    assert [person.id for person in directory.everybody()] == ["anna"]

    assert await roster.sync() == {}

    cleo = directory.by_id("cleo")
    assert cleo is not None
    assert cleo.roles == {"agent"}
    assert directory.by_id("anna") is not None


async def test_an_outage_never_empties_the_directory(files: Company) -> None:
    """What a source said before still holds, and the finding says so."""
    directory = PeopleDirectory()
    source = Personnel(Person(id="cleo", name="Cleo Park"))
    roster = Roster(directory, files, [source])
    await roster.sync()
    source.down = True

    findings = await roster.sync()

    assert "Unreachable" in findings["hr"]
    assert [person.id for person in directory.everybody()] == ["anna", "cleo"]


async def test_who_leaves_is_gone(files: Company) -> None:
    """When the source answers, its word counts."""
    directory = PeopleDirectory()
    source = Personnel(Person(id="cleo", name="Cleo Park"))
    roster = Roster(directory, files, [source])
    await roster.sync()
    source.staff = ()
    await roster.sync()
    assert [person.id for person in directory.everybody()] == ["anna"]


async def test_nobody_takes_an_identity_of_the_files(files: Company) -> None:
    """Neither by id nor by identity; the finding names it."""
    directory = PeopleDirectory()
    thief = Person(id="eve", name="Eve", identities=(Identity(network="console", id="anna"),))
    double = Person(id="anna", name="Eve")
    roster = Roster(directory, files, [Personnel(thief, double)])

    findings = await roster.sync()

    assert "console:anna, anna" in findings["hr"]
    assert [person.name for person in directory.everybody()] == ["Anna Kessler"]
    found = directory.by_identity(Identity(network="console", id="anna"))
    assert found is not None
    assert found.name == "Anna Kessler"
