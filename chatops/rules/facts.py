"""What the rules tell the house, and what wakes them.

A case is told as it was when its rule fired, so that whoever acts on it needs not ask the ticket system again, which may be
away by then. The words people wrote in it (its subject) are kept as long as events are.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Body, Frozen, Instant
from chatops.ports.tickets import Ref


class RoutedCase(Frozen, frozen=True, kw_only=True):
    """A case as its rule saw it."""

    ref: Ref
    subject: str
    priority: str = ""
    customer: str = ""
    segment: str = ""
    due: Instant | None = None
    """When its first running clock ends."""
    owner: str = ""
    """Id of its owner in our directory; empty when it has none, or one whom the directory does not know."""


class Wish(Frozen, frozen=True, kw_only=True):
    """A case and what its rule wants for it."""

    case: RoutedCase
    rule: str
    question: str = ""
    skills: tuple[str, ...] = ()
    timebox: int | None = None
    """Seconds."""
    invite: tuple[str, ...] = ()


class SwarmWanted(Body, frozen=True, kw_only=True):
    """A rule wants a swarm opened at once, in the name of the case's owner, else of the pod's lead."""

    kind: ClassVar[str] = "rules.swarm_wanted"

    wish: Wish
    pod: str
    room: str = ""
    """`NETWORK:ID` of where the pod hears of it; empty: its home room."""


class SwarmsOffered(Body, frozen=True, kw_only=True):
    """Rules offer cases to a pod: one look's worth of them."""

    kind: ClassVar[str] = "rules.swarms_offered"

    wishes: tuple[Wish, ...]
    pod: str
    room: str = ""


class Look(Body, frozen=True, kw_only=True):
    """Time to look at the open cases of a system."""

    kind: ClassVar[str] = "rules.look"

    system: str


class Routed(Aggregate, frozen=True, kw_only=True):
    """What rules have done about a case, so that each does it once. `id` is `SYSTEM:ID` of the case."""

    kind: ClassVar[str] = "rules.routed"

    rules: tuple[str, ...] = ()
    """Names of those that have acted, the first one first."""
    at: Instant
    """When the last one did."""


class Sweep(Aggregate, frozen=True, kw_only=True):
    """How far the looks at a system have come. `id` is the system's name."""

    kind: ClassVar[str] = "rules.sweep"

    state: Literal["well", "away"] = "well"
    since: Instant | None = None
    """Since when it cannot be asked."""
    why: str = ""
    not_before: Instant | None = None
    """It wants to be left alone until then."""
    cursor: str | None = None
    """Where the next look goes on; None: at the beginning."""


BODIES: tuple[type[Body], ...] = (SwarmWanted, SwarmsOffered, Look, Routed, Sweep)
