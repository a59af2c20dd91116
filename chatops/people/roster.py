"""The company from its files, and from personnel systems.

The files are the last word: managers and admins come from them only, and whoever is in them is exactly as written there,
whatever a personnel system says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from chatops.core.frozen import Frozen, replace
from chatops.core.message import Person
from chatops.errors import PortError
from chatops.people.directory import Member, PeopleDirectory, Pod
from chatops.people.files import read_members, read_pods, read_synonyms
from chatops.ports.roster import PeopleSource, Profile

CONFIGURED_ONLY = frozenset({"manager", "admin"})
"""Roles no personnel system can give."""


class Company(Frozen, frozen=True, kw_only=True):
    """Everybody and every pod, consistent: ids and identities are unique, pods and people name each other."""

    members: tuple[Member, ...] = ()
    pods: tuple[Pod, ...] = ()
    synonyms: Mapping[str, str] = {}
    """Other words for a skill → the skill."""


def read_company(people: Path | None, pods: Path | None = None) -> Company:
    """Read the files. Blocking. Raise SettingsError naming file, line, what is wrong and what would be right.

    Without a pods file, the pods are those that people say they are in.
    """
    if people is None:
        return Company()
    synonyms = read_synonyms(people)
    members = [_with_synonyms(member, synonyms) for member in read_members(people)]
    if pods is not None:
        return _joined(members, read_pods(pods, members), synonyms)
    named = dict.fromkeys(pod for member in members for pod in member.profile.pods)
    return _joined(members, [Pod(id=pod, name=pod) for pod in named], synonyms)


class Roster:
    """Keeps a directory up to date: the company of the files, and whom the sources know besides.

    A source that fails keeps what it last said: an outage never empties the directory.
    """

    def __init__(self, directory: PeopleDirectory, company: Company, sources: Iterable[PeopleSource] = ()) -> None:
        self._directory = directory
        self._company = company
        self._sources = tuple(sources)
        self._said: dict[str, Sequence[Person]] = {}
        self._publish()

    async def sync(self) -> Mapping[str, str]:
        """Ask every source once; return what was wrong, by source. Empty when all went well."""
        findings: dict[str, str] = {}
        for source in self._sources:
            try:
                self._said[source.name] = tuple(await source.people())
            except PortError as error:
                findings[source.name] = f"{type(error).__name__}: {error}. What it said before still holds."
        for name, left_out in self._publish().items():
            findings.setdefault(name, f"left out, because others have these ids: {', '.join(left_out)}")
        return findings

    def _publish(self) -> Mapping[str, Sequence[str]]:
        members = list(self._company.members)
        ids = {member.person.id for member in members}
        identities = {identity for member in members for identity in member.person.identities}
        left_out: dict[str, list[str]] = {}
        for source in self._sources:
            for person in self._said.get(source.name, ()):
                taken = [str(identity) for identity in person.identities if identity in identities]
                if person.id in ids or taken:
                    left_out.setdefault(source.name, []).append(taken[0] if taken else person.id)
                    continue
                ids.add(person.id)
                identities.update(person.identities)
                members.append(Member(person=replace(person, roles=person.roles - CONFIGURED_ONLY)))
        self._directory.replace(members, self._company.pods, self._company.synonyms)
        return left_out


def _joined(members: Sequence[Member], pods: Sequence[Pod], synonyms: Mapping[str, str]) -> Company:
    """Make membership the same seen from both sides."""
    of_pod: dict[str, tuple[str, ...]] = {}
    for pod in pods:
        own = [member.person.id for member in members if pod.id in member.profile.pods]
        of_pod[pod.id] = tuple(dict.fromkeys([*([pod.lead] if pod.lead else []), *pod.members, *own]))
    return Company(
        members=tuple(replace(member, profile=_in_pods(member, of_pod)) for member in members),
        pods=tuple(
            replace(
                pod,
                members=of_pod[pod.id],
                skills=tuple(dict.fromkeys(synonyms.get(skill, skill) for skill in pod.skills)),
            )
            for pod in pods
        ),
        synonyms=synonyms,
    )


def _with_synonyms(member: Member, synonyms: Mapping[str, str]) -> Member:
    """Hold every skill under its one name; of two names for one, the higher level counts."""
    skills: dict[str, int] = {}
    for skill, level in member.profile.skills.items():
        name = synonyms.get(skill, skill)
        skills[name] = max(level, skills.get(name, 0))
    interests = tuple(dict.fromkeys(synonyms.get(skill, skill) for skill in member.profile.interests))
    return replace(member, profile=replace(member.profile, skills=skills, interests=interests))


def _in_pods(member: Member, of_pod: Mapping[str, Sequence[str]]) -> Profile:
    joined = [pod for pod, ids in of_pod.items() if member.person.id in ids]
    return replace(member.profile, pods=tuple(dict.fromkeys([*member.profile.pods, *joined])))
