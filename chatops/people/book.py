"""The directory as those need it who change it: what people and pods have changed is laid over the files."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.people.changes import PodChanged, PodChanges, ProfileChanged, ProfileChanges
from chatops.people.links import LinkedIdentity
from chatops.ports.roster import Directory, Pod, Profile

MOST_CONFIRMERS = 5
"""People who are asked to confirm one level."""


@runtime_checkable
class ChangingDirectory(Directory, Protocol):
    """A directory over which changes can be laid."""

    def learn(self, changes: ProfileChanges) -> None:
        """Lay over what somebody has changed; what is older than what is known changes nothing."""
        ...

    def learn_pod(self, changes: PodChanges) -> None:
        """Lay over what was changed about a pod."""
        ...

    def learn_link(self, link: LinkedIdentity) -> None:
        """Let an identity stand for whoever linked it, or no more; what is older than what is known changes nothing."""
        ...

    def written(self, person: str) -> Profile:
        """Return what the files say of a person."""
        ...


class Following:
    """Lays over what has been committed, as soon as the server hears of it."""

    def __init__(self, directory: ChangingDirectory) -> None:
        self._directory = directory

    async def profile(self, unit: Unit, fact: ProfileChanged) -> None:
        """Take over somebody's changes."""
        changes = await unit.get(ProfileChanges, fact.person)
        if changes is not None:
            self._directory.learn(changes)

    async def pod(self, unit: Unit, fact: PodChanged) -> None:
        """Take over a pod's."""
        changes = await unit.get(PodChanges, fact.pod)
        if changes is not None:
            self._directory.learn_pod(changes)


def leads(directory: Directory, person: str) -> tuple[str, ...]:
    """Return the ids of those who lead a pod that somebody is in, themselves left out."""
    found = (pod.lead for pod in directory.pods() if person in pod.members)
    return tuple(dict.fromkeys(lead for lead in found if lead and lead != person))


def confirmers(directory: Directory, person: str) -> tuple[str, ...]:
    """Return who is asked to confirm what somebody says of themselves: the leads of their pods, else the managers."""
    found = leads(directory, person) or tuple(
        one.id for one in directory.everybody() if "manager" in one.roles and one.id != person
    )
    return found[:MOST_CONFIRMERS]


def may_confirm(directory: Directory, who: Person, person: str) -> bool:
    """Whether `who` may confirm what `person` says of themselves: a manager, or the lead of one of their pods."""
    return who.id != person and ("manager" in who.roles or who.id in leads(directory, person))


def own_pods(directory: Directory, person: str) -> tuple[Pod, ...]:
    """Return the pods somebody is in."""
    return tuple(pod for pod in directory.pods() if person in pod.members)


def the_pod(directory: Directory, unit: Unit, typed: str, command: str) -> Pod:
    """Return the pod meant by `emea-1`, `pod:emea-1` or its name; without words, the asker's own.

    Raise NotFound, or Ambiguous with `command` for each.
    """
    name = typed.strip().removeprefix("pod:").strip()
    if name:
        found = directory.pod(name)
        if found is not None:
            return found
        raise NotFound(
            _("There is no pod {name}.", name=said(name)),
            commands=tuple(f"{command} {pod.id}" for pod in directory.pods()[:4]),
        )
    own = own_pods(directory, unit.actor.id)
    if len(own) == 1:
        return own[0]
    if own:
        raise Ambiguous(_("Which pod?"), commands=tuple(f"{command} {pod.id}" for pod in own[:4]))
    raise NotFound(
        _("You are in no pod. Say which one."), commands=tuple(f"{command} {pod.id}" for pod in directory.pods()[:4])
    )


def pod_of(directory: Directory, person: Person, selector: Selector | None, command: str) -> Pod:
    """Return the pod named, which `person` must be in, or the only one they are in. Raise a Refusal."""
    own = own_pods(directory, person.id)
    if selector is not None:
        name = selector.value
        found = directory.pod(name)
        if found is None:
            raise NotFound(
                _("There is no pod {name}.", name=said(name)),
                commands=tuple(f"{command} pod:{pod.id}" for pod in directory.pods()[:4]),
            )
        if found not in own:
            raise Impossible(
                _("{who} is not in {pod}.", who=person.name, pod=said(found.name or found.id)),
                hint=_("Who belongs to a pod stands in the people file."),
            )
        return found
    if not own:
        raise Impossible(_("{who} is in no pod.", who=person.name))
    if len(own) > 1:
        raise Ambiguous(_("Which pod?"), commands=tuple(f"{command} pod:{pod.id}" for pod in own[:4]))
    return own[0]
