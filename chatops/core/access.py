"""Who may do what: a closed set of roles, and relations that the domains publish. Denied unless granted.

A command says `who="owner | pod_lead"`. Roles in it are checked before the handler runs; for relations the handler loads
the aggregate and calls `unit.require(aggregate)`. A command that names none, or an unknown one, does not register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from chatops.core.frozen import Aggregate, Frozen
from chatops.core.message import Person
from chatops.core.shapes import fits
from chatops.core.text import Text, _

ROLES: dict[str, Text] = {
    "guest": _("guest"),
    "staff": _("staff"),
    "agent": _("agent"),
    "expert": _("expert"),
    "pod_lead": _("pod lead"),
    "manager": _("manager"),
    "admin": _("admin"),
}
"""The closed set, with the words people read. Everyone but a guest is also `staff`: a mapped member of the house."""

ANYONE = "anyone"
"""In a `who`: every mapped person, guests included. `staff` is every mapped person but guests."""

AggregateT = TypeVar("AggregateT", bound=Aggregate)

RelationTest = Callable[[Any, Person], bool]


LOOKING = frozenset({"staff", ANYONE})
"""Roles of who only looks."""


@runtime_checkable
class Sealed(Protocol):
    """An aggregate that somebody may look into though it is closed to them."""

    def looked_into_by(self, person: Person) -> bool:
        """Whether it is closed to a person, who may look into it all the same."""
        ...


@runtime_checkable
class Dated(Protocol):
    """An aggregate in which some may see or do something until a time only."""

    def as_of(self, at: datetime) -> Aggregate:
        """Return it with what is over at `at` gone, for judging who may; it is never stored."""
        ...


class Relation(Frozen, frozen=True, kw_only=True):
    """A person's relation to one aggregate, published by the noun's domain: owner, participant, invitee."""

    name: str
    label: Text
    of: type[Aggregate]
    holds: RelationTest
    """Pure: (aggregate, person) → whether the relation holds."""
    guests: bool = True
    """Whether a guest can ever hold it. Where none can, guests are refused before anything is looked up for them."""


class Who(Frozen, frozen=True, kw_only=True):
    """A parsed `who`: enough to hold one of the roles or one of the relations."""

    roles: frozenset[str]
    relations: frozenset[str]

    @classmethod
    def parse(cls, expression: str, relations: Iterable[str]) -> Who:
        """Read `a | b`. Raise ValueError when it is empty or names neither a role nor a published relation."""
        names = [name.strip() for name in expression.split("|")]
        known = frozenset(relations)
        unknown = [name for name in names if name not in ROLES and name != ANYONE and name not in known]
        if unknown or not expression.strip():
            message = f"who={expression!r} names no role or relation: {', '.join(unknown) or 'it is empty'}"
            raise ValueError(message)
        return cls(
            roles=frozenset(name for name in names if name in ROLES or name == ANYONE),
            relations=frozenset(names) & known,
        )

    def by_role(self, person: Person) -> bool:
        """Whether a role alone suffices."""
        return ANYONE in self.roles or bool(self.roles & effective(person))


def as_of(aggregate: AggregateT, at: datetime) -> AggregateT:
    """Return an aggregate as rights in it are judged at a time: they end with their time, however late a timer is."""
    judged = aggregate.as_of(at) if fits(aggregate, Dated) else aggregate
    return judged if isinstance(judged, type(aggregate)) else aggregate


class Relations:
    """All published relations. Callers hand in aggregates `as_of` the time at which they judge."""

    def __init__(self) -> None:
        self._all: dict[tuple[type[Aggregate], str], Relation] = {}

    def publish(self, relation: Relation) -> None:
        """Add one. Two of the same name on one type are refused."""
        key = (relation.of, relation.name)
        if key in self._all or relation.name in ROLES or relation.name == ANYONE:
            message = f"relation {relation.name} of {relation.of.__name__} is published twice or names a role"
            raise ValueError(message)
        self._all[key] = relation

    def names(self) -> frozenset[str]:
        """Return every name published by any domain."""
        return frozenset(name for _of, name in self._all)

    def label(self, name: str) -> Text:
        """Return the words for a role or relation."""
        if name in ROLES:
            return ROLES[name]
        return next((relation.label for (_of, key), relation in self._all.items() if key == name), _("anyone"))

    def holds(self, who: Who, aggregate: Aggregate, person: Person) -> bool:
        """Whether `person` may, by role or by a relation to `aggregate`.

        Of what they may only look into, no role counts but that they belong to the house.
        """
        if fits(aggregate, Sealed) and aggregate.looked_into_by(person):
            who = Who(roles=who.roles & LOOKING, relations=who.relations)
        return who.by_role(person) or any(
            relation.holds(aggregate, person)
            for relation in self._of(who, type(aggregate))
            if relation.guests or not _guest(person)
        )

    def could(self, who: Who, person: Person) -> bool:
        """Whether `person` may, by role or by a relation to something that somebody like them can have."""
        return who.by_role(person) or any(
            relation.guests or not _guest(person)
            for (_type, name), relation in self._all.items()
            if name in who.relations
        )

    def may(self, who: Who, aggregate: Aggregate, person: Person) -> bool:
        """Whether `person` may where all is about `aggregate`: relations to it are known, any other they could have."""
        elsewhere = who.relations - {relation.name for relation in self._of(who, type(aggregate))}
        return self.holds(who, aggregate, person) or self.could(Who(roles=who.roles, relations=elsewhere), person)

    def _of(self, who: Who, kind: type[Aggregate]) -> list[Relation]:
        return [self._all[kind, name] for name in sorted(who.relations) if (kind, name) in self._all]


def _guest(person: Person) -> bool:
    return "guest" in person.roles


def effective(person: Person) -> frozenset[str]:
    """Return the person's roles with what they imply: every member but a guest is staff."""
    if "guest" in person.roles:
        return frozenset({"guest"})
    return person.roles | {"staff"}
