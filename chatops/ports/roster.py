"""Who is who: what the engine asks the directory, and where a directory may get its people from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from chatops.core.frozen import Frozen, Instant
from chatops.core.message import Identity, Person
from chatops.core.params import Selector

Location = Literal["", "onshore", "nearshore", "offshore", "virtual"]
"""Where a pod sits, seen from its customers; empty when nobody has said."""


class Evidence(Frozen, frozen=True, kw_only=True):
    """Why a skill stands in a profile."""

    source: Literal["file", "confirmed", "lowered", "claimed", "earned"] = "file"
    """`file`: the people file says so; `confirmed`: by `by`; `lowered`: by themselves, below what had been confirmed;
    `claimed`: nobody has confirmed it yet; `earned`: in swarms only."""
    level: int = 0
    """What can be relied on, 1 to 5; 0 when it is only claimed."""
    claimed: int = 0
    """A level that waits for a word of the manager or a pod's lead; 0 when none does."""
    by: str = ""
    """Id of who confirmed it."""
    at: Instant | None = None
    swarms: int = 0
    """Swarms solved with their help in which it was wanted."""


class Profile(Frozen, frozen=True, kw_only=True):
    """What is known of a person beyond name and roles: what they can do, where they belong, when they rest."""

    skills: dict[str, int] = {}
    """Skill → level, 1 to 5, also those only claimed. Names are lower case."""
    evidence: dict[str, Evidence] = {}
    """Skill → why; a skill without an entry is from the file."""
    interests: tuple[str, ...] = ()
    """Skills they would like to learn."""
    countries: tuple[str, ...] = ()
    """Countries whose customers and rules they know: `DE`."""
    away_until: Instant | None = None
    """They are not to be asked before then; in the past, it means nothing any more."""
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


class Pod(Frozen, frozen=True, kw_only=True):
    """A standing team that swarms together. The lead is one of the members."""

    id: str
    name: str = ""
    lead: str | None = None
    members: tuple[str, ...] = ()
    """Ids of the people, the lead among them."""
    zone: str = "UTC"
    location: Location = ""
    room: str = ""
    """Its home room, as the settings write rooms."""
    calendar: str = ""
    """Name of the calendar it works by; empty: round the clock."""
    external: bool = False
    """Whether it belongs to a partner."""
    skills: tuple[str, ...] = ()
    """What it is there for."""


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

    def pods(self) -> Sequence[Pod]:
        """Return all pods."""
        ...

    def pod(self, text: str) -> Pod | None:
        """Return the pod of that id or name."""
        ...

    def skills(self) -> Sequence[str]:
        """Return the name of every skill somebody has, sorted."""
        ...

    def skill(self, text: str) -> str:
        """Return a skill as profiles hold it: folded, and a synonym replaced by what it stands for."""
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
