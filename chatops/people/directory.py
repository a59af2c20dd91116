"""The directory, in memory: whose identity, whose name, who fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from chatops.core.access import ANYONE, effective
from chatops.core.frozen import Frozen, replace
from chatops.core.message import Identity, Person
from chatops.core.params import Selector
from chatops.people.addresses import Vouched
from chatops.people.changes import PodChanges, ProfileChanges, evidence_of, overlaid, overlaid_pod
from chatops.people.links import LinkedIdentity, linkable
from chatops.people.names import plain, spellings
from chatops.ports.roster import Pod, Profile

__all__ = ["Member", "PeopleDirectory", "Pod", "skill_name"]

LIKENESS = 60.0
"""Out of 100: how alike two names must be for a hint."""


class Member(Frozen, frozen=True, kw_only=True):
    """A person and what is known of them."""

    person: Person
    profile: Profile = Profile()


class PeopleDirectory:
    """Everybody, as last loaded. `replace` swaps the whole company at once; a reader never sees half of two.

    Where nothing else decides, people come in the order they were given. What people have changed about themselves and
    their pods (`learn`) is laid over it, and stays when the company is replaced.
    """

    def __init__(
        self,
        members: Iterable[Member] = (),
        pods: Iterable[Pod] = (),
        synonyms: Mapping[str, str] | None = None,
        *,
        vouched: Vouched | None = None,
    ) -> None:
        """`vouched`: the linked addresses that hold; of others a link does not, also if it was made when they did."""
        self._vouched = vouched or Vouched()
        self._changes: dict[str, ProfileChanges] = {}
        self._pod_changes: dict[str, PodChanges] = {}
        self._links: dict[str, LinkedIdentity] = {}
        self.replace(members, pods, synonyms)

    def replace(
        self, members: Iterable[Member], pods: Iterable[Pod] = (), synonyms: Mapping[str, str] | None = None
    ) -> None:
        """Make these the company. Ids and identities must be unique: `chatops.people.roster` sees to it.

        `synonyms`: other words for a skill → the skill, both folded.
        """
        company = _Company(members, pods, synonyms or {})
        for changes in self._changes.values():
            company.learn(changes)
        for of_pod in self._pod_changes.values():
            company.learn_pod(of_pod)
        company.link(self._holding())
        self._all = company

    def learn(self, changes: ProfileChanges) -> None:
        """Lay over what somebody has changed. What is older than what is known already changes nothing."""
        known = self._changes.get(changes.id)
        if known is None or known.number < changes.number:
            self._changes[changes.id] = changes
            self._all.learn(changes)

    def learn_pod(self, changes: PodChanges) -> None:
        """Lay over what was changed about a pod; who leads it now may what pod leads may."""
        known = self._pod_changes.get(changes.id)
        if known is None or known.number < changes.number:
            self._pod_changes[changes.id] = changes
            self._all.learn_pod(changes)

    def learn_link(self, link: LinkedIdentity) -> None:
        """Let an identity stand for whoever linked it, or no more. One that the files name stays whose it is there."""
        known = self._links.get(link.id)
        if known is None or known.number < link.number:
            self._links[link.id] = link
            owners = {link.person} if known is None else {link.person, known.person}
            self._all.link(self._holding(), owners)

    def _holding(self) -> Iterable[LinkedIdentity]:
        return (link for link in self._links.values() if self._vouched.allows(link.account.identity))

    def written(self, person: str) -> Profile:
        """Return what the files say of a person, without what was changed since."""
        member = self._all.written.get(person)
        return Profile() if member is None else member.profile

    def skill(self, text: str) -> str:
        """Return a skill as profiles hold it: folded, and a synonym replaced by what it stands for."""
        return self._all.skill(text)

    def everybody(self) -> Sequence[Person]:
        """Return all people, guests included."""
        return tuple(member.person for member in self._all.members.values())

    def pods(self) -> Sequence[Pod]:
        """Return all pods."""
        return tuple(self._all.pods.values())

    def pod(self, text: str) -> Pod | None:
        """Return the pod of that id or name."""
        return self._all.pod(text)

    def skills(self) -> Sequence[str]:
        """Return the name of every skill somebody has, sorted."""
        return sorted({skill for member in self._all.members.values() for skill in member.profile.skills})

    def by_identity(self, identity: Identity) -> Person | None:
        """Return whose identity it is."""
        return self._all.identities.get(identity)

    def by_id(self, person: str) -> Person | None:
        """Return a person by the directory's own id."""
        member = self._all.members.get(person)
        return None if member is None else member.person

    def profile(self, person: str) -> Profile:
        """Return what is known of a person; an empty profile for somebody unknown."""
        member = self._all.members.get(person)
        return Profile() if member is None else member.profile

    def named(self, text: str) -> Sequence[Person]:
        """Return whom `text` may mean, without regard to case or accents.

        An id, handle or e-mail address goes before a full name, a full name before part of one: a first name, a last
        name, or the beginnings of several (`anna k`).
        """
        return self._all.named(text)

    def nearest(self, text: str, *, limit: int = 3) -> Sequence[Person]:
        """Return whose name looks like `text`, for hints."""
        wanted = plain(text)
        if not wanted or limit < 1:
            return ()
        known = self._all
        hits = process.extract(wanted, known.labels, scorer=fuzz.WRatio, score_cutoff=LIKENESS, limit=limit * 6)
        found = dict.fromkeys(known.label_owners[index] for _label, _score, index in hits)
        return known.people(tuple(found)[:limit])

    def select(self, selector: Selector) -> Sequence[Person]:
        """Return everybody a selector means, best first; nobody when its value means nothing."""
        return self._all.selections[selector.kind](selector)


class _Company:
    """The indexes of one loading. Values are ids, in the order the people were given."""

    def __init__(self, members: Iterable[Member], pods: Iterable[Pod], synonyms: Mapping[str, str]) -> None:
        self.members = {member.person.id: member for member in members}
        self.written = dict(self.members)
        """Everybody as the files have them."""
        self.pods = {pod.id: pod for pod in pods}
        self.written_pods = dict(self.pods)
        self.synonyms = synonyms
        self.identities: dict[Identity, Person] = {}
        self.addresses: dict[str, tuple[str, ...]] = {}
        self.full_names: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, tuple[Sequence[str], ...]] = {}
        """The words of each person's name, once per spelling."""
        self.labels: list[str] = []
        self.label_owners: list[str] = []
        self.selections: Mapping[str, Callable[[Selector], Sequence[Person]]] = {
            "person": self._addressed,
            "skill": self._skilled,
            "pod": self._in_pod,
            "role": self._in_role,
            "dept": self._in_department,
            "oncall": self._on_call,
            "guest": self._guests,
        }
        for member in self.members.values():
            self._index(member)
        self.written_identities = frozenset(self.identities)

    def learn(self, changes: ProfileChanges) -> None:
        written, now = self.written.get(changes.id), self.members.get(changes.id)
        if written is not None and now is not None:
            self.members[changes.id] = replace(now, profile=overlaid(written.profile, changes))

    def learn_pod(self, changes: PodChanges) -> None:
        written = self.written_pods.get(changes.id)
        if written is None:
            return
        before = self.pods[changes.id].lead
        self.pods[changes.id] = overlaid_pod(written, changes)
        for person in {before, self.pods[changes.id].lead} - {None}:
            self._role(person or "")

    def link(self, links: Iterable[LinkedIdentity], owners: Collection[str] | None = None) -> None:
        """Give `owners`, by default everybody, the identities they have linked, and no others besides the written ones."""
        found: dict[str, list[Identity]] = {owner: [] for owner in owners or ()}
        for link in links:
            if link.active and (owners is None or link.person in owners):
                found.setdefault(link.person, []).append(link.account.identity)
        for owner in found:
            # Before anybody is given one: it may go from one person straight to another.
            self._forget(owner)
        for owner, linked in found.items():
            written = self.written.get(owner)
            if written is None:
                continue
            own = written.person.identities
            # What the files have come to name is what they say; so are the identities of those they keep for themselves.
            more = [one for one in linked if one not in self.written_identities] if linkable(written.person) else []
            person = replace(self.members[owner].person, identities=(*own, *more))
            self.members[owner] = replace(self.members[owner], person=person)
            for identity in person.identities:
                self.identities[identity] = person

    def _forget(self, owner: str) -> None:
        """Take away the identities that somebody has linked."""
        written, now = self.written.get(owner), self.members.get(owner)
        for gone in now.person.identities if now is not None else ():
            if written is None or gone not in written.person.identities:
                self.identities.pop(gone, None)

    def _role(self, id_: str) -> None:
        """Let who leads a pod by word of a manager do what pod leads may, as long as they lead it."""
        written = self.written.get(id_)
        if written is None or "guest" in written.person.roles:
            return
        named = any(pod.lead == id_ and self.written_pods[pod.id].lead != id_ for pod in self.pods.values())
        roles = written.person.roles | ({"pod_lead"} if named else frozenset())
        person = replace(self.members[id_].person, roles=roles)
        self.members[id_] = replace(self.members[id_], person=person)
        for identity in person.identities:
            self.identities[identity] = person

    def skill(self, text: str) -> str:
        name = skill_name(text)
        return self.synonyms.get(name, name)

    def people(self, ids: Iterable[str]) -> tuple[Person, ...]:
        return tuple(self.members[id_].person for id_ in ids)

    def named(self, text: str) -> Sequence[Person]:
        wanted = plain(text)
        sure = self.addresses.get(wanted, ()) or self.full_names.get(wanted, ())
        return self.people(sure or self._partly(wanted.split()))

    def _partly(self, typed: Sequence[str]) -> Sequence[str]:
        if not typed:
            return ()
        return [id_ for id_, names in self._names.items() if any(_means(typed, words) for words in names)]

    def pod(self, text: str) -> Pod | None:
        wanted = plain(text)
        named = (pod for pod in self.pods.values() if wanted in {plain(pod.id), plain(pod.name)})
        return next(named, None) if wanted else None

    def _index(self, member: Member) -> None:
        person, profile = member.person, member.profile
        for identity in person.identities:
            self.identities[identity] = person
        addresses = {plain(address) for address in (person.id, profile.handle, profile.email or "")} - {""}
        for address in addresses:
            self.addresses[address] = (*self.addresses.get(address, ()), person.id)
        names = spellings(person.name) - {""}
        self._names[person.id] = tuple(name.split() for name in names)
        for name in names:
            self.full_names[name] = (*self.full_names.get(name, ()), person.id)
        for label in sorted(addresses | names | {word for name in names for word in name.split()}):
            self.labels.append(label)
            self.label_owners.append(person.id)

    def _addressed(self, selector: Selector) -> Sequence[Person]:
        return self.named(selector.value)

    def _staff(self) -> list[Member]:
        return [member for member in self.members.values() if "guest" not in member.person.roles]

    def _skilled(self, selector: Selector) -> Sequence[Person]:
        skill, least = self.skill(selector.value), max(selector.minimum, 1)
        known = [(member, evidence_of(member.profile, skill)) for member in self._staff()]
        fit = [(member, why) for member, why in known if max(why.level, why.claimed) >= least]
        # What is only claimed comes behind what can be relied on.
        fit.sort(key=lambda one: (one[1].level < least, -one[1].level, -one[1].claimed, -len(one[0].profile.languages)))
        return tuple(member.person for member, _why in fit)

    def _in_pod(self, selector: Selector) -> Sequence[Person]:
        pod = self.pod(selector.value)
        if pod is None:
            return ()
        lead_first = sorted(pod.members, key=lambda id_: id_ != pod.lead)
        return self.people(id_ for id_ in lead_first if id_ in self.members)

    def _in_role(self, selector: Selector) -> Sequence[Person]:
        role = plain(selector.value).replace(" ", "_")
        everybody = (member.person for member in self.members.values())
        return tuple(person for person in everybody if role == ANYONE or role in effective(person))

    def _in_department(self, selector: Selector) -> Sequence[Person]:
        wanted = plain(selector.value)
        return tuple(member.person for member in self._staff() if wanted and plain(member.profile.department) == wanted)

    def _on_call(self, selector: Selector) -> Sequence[Person]:
        # Until there are schedules, a pod's lead is who is called.
        return self._in_pod(selector)[:1]

    def _guests(self, selector: Selector) -> Sequence[Person]:
        guests = [member.person for member in self.members.values() if "guest" in member.person.roles]
        if not selector.value.strip():
            return tuple(guests)
        meant = self.named(selector.value)
        return tuple(guest for guest in guests if guest in meant)


def skill_name(text: str) -> str:
    """Return a skill as profiles hold it: `Refund Loops` becomes `refund-loops`."""
    return "-".join(text.casefold().split())


def _means(typed: Sequence[str], name: Sequence[str]) -> bool:
    """Whether one word typed is a word of the name, or several are the beginnings of its first words."""
    if len(typed) == 1:
        return typed[0] in name
    return len(typed) <= len(name) and all(word.startswith(start) for word, start in zip(name, typed, strict=False))
