"""What people say that is about no single case. Pure values."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Body, Instant

PREFIX = "IDEA"
"""`IDEA-3`."""


class Idea(Aggregate, frozen=True, kw_only=True):
    """How something could be better, told to a pod. It waits for the word of the pod's lead."""

    kind: ClassVar[str] = "voices.idea"

    pod: str
    person: str
    text: str
    at: Instant
    state: Literal["open", "taken", "left"] = "open"
    answer: str = ""
    """What the lead said to it."""

    @property
    def name(self) -> str:
        """`IDEA-3`."""
        return f"{PREFIX}-{self.id}"

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by pod, and by whether it waits."""
        return frozenset({("pod", self.pod), ("open", f"{self.pod}:{self.state == 'open'}")})


class Feedback(Aggregate, frozen=True, kw_only=True):
    """What somebody noticed about a product."""

    kind: ClassVar[str] = "voices.feedback"

    product: str
    """Lower case."""
    person: str
    text: str
    at: Instant
    swarm: str = ""
    """Id of the swarm it came up in; empty when it was none, or a private one."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by product."""
        return frozenset({("product", self.product[:200]), ("all", "yes")})


class Told(Aggregate, frozen=True, kw_only=True):
    """Up to when a digest has told. `id` is `pod:ID` or `product:NAME`."""

    kind: ClassVar[str] = "voices.told"

    until: Instant


class DigestDue(Body, frozen=True, kw_only=True):
    """The week's ideas of a pod, or feedback about a product, are told."""

    kind: ClassVar[str] = "voices.digest_due"

    of: str
    """`pod:ID` or `product:NAME`."""


BODIES: tuple[type[Body], ...] = (Idea, Feedback, Told, DigestDue)
