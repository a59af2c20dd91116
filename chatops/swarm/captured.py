"""What people keep of a conversation: moments, decisions, steps of the solution; and what the server found that may help."""

from __future__ import annotations

from typing import Literal

from chatops.core.frozen import Frozen, Instant


class Kept(Frozen, frozen=True, kw_only=True):
    """Words somebody kept, in whoever's words they were."""

    number: int
    by: str
    """Id of whose words they are: who wrote the message, or who typed them."""
    kept_by: str
    """Id of who kept them."""
    at: Instant
    """When it happened."""
    text: str
    earlier: tuple[str, ...] = ()
    """What it said before it was put right, oldest first."""
    dropped: bool = False
    """Taken out again. Numbers are never given out twice."""


class Found(Frozen, frozen=True, kw_only=True):
    """Something that may help: an article, an earlier swarm, a case like this one."""

    kind: Literal["article", "swarm", "case"]
    id: str
    """What people type: `KB12`, `SW-3`, `demo:1002`."""
    title: str
    words: tuple[str, ...] = ()
    """The words that it and the question have in common."""
    url: str | None = None
    outcome: str = ""
    """What solved it, of an earlier swarm."""


class Draft(Frozen, frozen=True, kw_only=True):
    """What the article draft says beyond what the swarm knows anyway."""

    title: str = ""
    problem: str = ""
    """In the customer's own words, put right by hand."""
    environment: str = ""
    cause: str = ""
