"""Who is who: what the engine asks the directory, and where a directory may get its people from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chatops.core.frozen import Frozen
from chatops.core.message import Identity, Person
from chatops.core.params import Selector


class Profile(Frozen, frozen=True, kw_only=True):
    """What is known of a person beyond name and roles: what they can do, where they belong, when they rest."""

    skills: dict[str, int] = {}
    """Skill → level, 1 to 5. Names are lower case."""
    department: str = ""
    pods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    quiet_from: str | None = None
    """`HH:MM` in the person's own zone; quiet hours may run over midnight. None when there are none."""
    quiet_to: str | None = None
    max_load: int = 3
    """Swarms at a time."""
    handle: str = ""
    email: str | None = None


class Directory(Protocol):
    """Everybody the organisation knows. Reads are from memory and never wait for a network."""

    def everybody(self) -> Sequence[Person]:
        """Return all people, guests included."""
        ...

    def by_identity(self, identity: Identity) -> Person | None:
        """Return whose identity it is."""
        ...

    def by_id(self, person: str) -> Person | None:
        """Return a person by the directory's own id."""
        ...

    def profile(self, person: str) -> Profile:
        """Return what is known of a person; an empty profile for somebody unknown."""
        ...

    def named(self, text: str) -> Sequence[Person]:
        """Return whom `text` may mean: id, handle, e-mail or name, without regard to case. Several mean: ask."""
        ...

    def nearest(self, text: str, *, limit: int = 3) -> Sequence[Person]:
        """Return whose name looks like `text`, for hints."""
        ...

    def select(self, selector: Selector) -> Sequence[Person]:
        """Return everybody a selector means, best first."""
        ...


class PeopleSource(Protocol):
    """Where people come from: a file, a personnel system."""

    @property
    def name(self) -> str:
        """The connection's name in the settings."""
        ...

    async def people(self) -> Sequence[Person]:
        """Return everybody it knows. Raise Unreachable when it cannot tell: an outage is never an empty company."""
        ...
