"""What brings people together around a case, whichever domain it is of: a swarm, an incident.

Those who need one look it up by its kind's name and the key `case`, and never import its domain.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from chatops.core.message import Person
from chatops.ports.tickets import Ref


@runtime_checkable
class Guarded(Protocol):
    """An aggregate that not everybody may know of."""

    def visible_to(self, person: Person, at: datetime) -> bool:
        """Whether a person may know of it at a time: what they may for a time only ends with it, not with a timer."""
        ...


class About(Protocol):
    """The case, as a gathering remembers it."""

    @property
    def ref(self) -> Ref:
        """The case."""
        ...


@runtime_checkable
class Gathering(Protocol):
    """An aggregate that is about one case. Stored under the key `case` = `gathering_key(ref)`."""

    kind: ClassVar[str]
    """The noun of its commands: `swarm`."""

    @property
    def name(self) -> str:
        """What people call it: `SW-12`."""
        ...

    @property
    def case(self) -> About:
        """The case it is about."""
        ...

    @property
    def owner(self) -> str:
        """Id of the person who sees it through."""
        ...

    @property
    def live(self) -> bool:
        """Whether people still work on it."""
        ...

    @property
    def has_guests(self) -> bool:
        """Whether guests read along in its rooms, or may any moment."""
        ...

    def member(self, person: str) -> object | None:
        """Return somebody who is in it now, or None."""
        ...

    def visible_to(self, person: Person, at: datetime) -> bool:
        """Whether a person may know of it at a time: what they may for a time only ends with it, not with a timer."""
        ...


def gathering_key(ref: Ref) -> str:
    """Return the key a gathering is found by for its case."""
    return f"{ref.system}:{ref.id}"[:200]
