"""A directory made of what a test says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import process

from chatops.core.frozen import replace
from chatops.core.message import Identity, Person
from chatops.core.params import Selector
from chatops.people.changes import PodChanges, ProfileChanges, overlaid, overlaid_pod
from chatops.people.links import LinkedIdentity
from chatops.ports.roster import Pod, Profile


class FakeDirectory:
    """Implements `chatops.ports.roster.Directory`. Names match whole, by a word, or by id; never by a mere part."""

    def __init__(self, people: Iterable[Person] = (), profiles: dict[str, Profile] | None = None) -> None:
        self._people = {person.id: person for person in people}
        self._profiles = dict(profiles or {})
        self._pods: dict[str, Pod] = {}
        self._changes: dict[str, ProfileChanges] = {}
        self._pod_changes: dict[str, PodChanges] = {}
        self._links: dict[str, LinkedIdentity] = {}

    def add(self, person: Person, profile: Profile | None = None) -> None:
        """Add somebody, or replace them."""
        self._people[person.id] = person
        if profile is not None:
            self._profiles[person.id] = profile

    def add_pod(self, pod: Pod) -> None:
        """Add a pod, or replace it."""
        self._pods[pod.id] = pod

    def learn(self, changes: ProfileChanges) -> None:
        """Lay over what somebody has changed."""
        known = self._changes.get(changes.id)
        if known is None or known.number < changes.number:
            self._changes[changes.id] = changes

    def learn_pod(self, changes: PodChanges) -> None:
        """Lay over what was changed about a pod."""
        known = self._pod_changes.get(changes.id)
        if known is None or known.number < changes.number:
            self._pod_changes[changes.id] = changes

    def learn_link(self, link: LinkedIdentity) -> None:
        """Let an identity stand for whoever linked it, or no more."""
        known = self._links.get(link.id)
        if known is None or known.number < link.number:
            self._links[link.id] = link
            person, identity = self._people[link.person], link.account.identity
            others = tuple(one for one in person.identities if one != identity)
            mine = (*others, identity) if link.active else others
            self._people[person.id] = replace(person, identities=mine)

    def written(self, person: str) -> Profile:
        """Return what the test has said of a person."""
        return self._profiles.get(person, Profile())

    def pods(self) -> Sequence[Pod]:
        """Return all pods."""
        return tuple(overlaid_pod(pod, self._pod_changes.get(pod.id)) for pod in self._pods.values())

    def pod(self, text: str) -> Pod | None:
        """Return the pod of that id or name."""
        wanted = text.casefold()
        return next((pod for pod in self.pods() if wanted in {pod.id.casefold(), pod.name.casefold()}), None)

    def skills(self) -> Sequence[str]:
        """Return the name of every skill somebody has, sorted."""
        return sorted({skill for person in self._people for skill in self.profile(person).skills})

    def skill(self, text: str) -> str:
        """Return a skill as profiles hold it; there are no synonyms."""
        return "-".join(text.casefold().split())

    def everybody(self) -> Sequence[Person]:
        """Return all people, guests included."""
        return tuple(self._people.values())

    def by_identity(self, identity: Identity) -> Person | None:
        """Return whose identity it is."""
        return next((person for person in self._people.values() if identity in person.identities), None)

    def by_id(self, person: str) -> Person | None:
        """Return a person by id."""
        return self._people.get(person)

    def profile(self, person: str) -> Profile:
        """Return what is known of a person."""
        return overlaid(self.written(person), self._changes.get(person))

    def named(self, text: str) -> Sequence[Person]:
        """Return whom `text` may mean."""
        wanted = text.casefold()
        found = []
        for person in self._people.values():
            profile = self.profile(person.id)
            whole = {person.id, person.name, profile.handle, profile.email or ""}
            if wanted in {name.casefold() for name in whole if name} or wanted in person.name.casefold().split():
                found.append(person)
        return found

    def nearest(self, text: str, *, limit: int = 3) -> Sequence[Person]:
        """Return whose name looks like `text`."""
        names = {person.id: person.name.casefold() for person in self._people.values()}
        found = process.extract(text.casefold(), names, limit=limit, score_cutoff=60)
        return [self._people[id_] for _name, _score, id_ in found]

    def select(self, selector: Selector) -> Sequence[Person]:
        """Return everybody a selector means: persons by name, others by profile and roles."""
        if selector.kind == "person":
            return self.named(selector.value)
        people = [person for person in self._people.values() if self._fits(person, selector)]
        if selector.kind == "skill":
            people.sort(key=lambda person: -self.profile(person.id).skills.get(selector.value, 0))
        return people

    def _fits(self, person: Person, selector: Selector) -> bool:
        profile = self.profile(person.id)
        match selector.kind:
            case "skill":
                return profile.skills.get(selector.value, 0) >= max(selector.minimum, 1)
            case "pod":
                return selector.value in profile.pods
            case "role":
                return selector.value in person.roles
            case "dept":
                return profile.department == selector.value
            case "guest":
                return "guest" in person.roles and selector.value in {person.id, profile.email}
            case _:
                return False
