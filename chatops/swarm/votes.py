"""What people think of suggestions: a vote each, which moves a thing up or down wherever it is suggested next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar

from chatops.core.frozen import Aggregate, replace
from chatops.core.unit import Unit
from chatops.swarm.captured import Found


class Votes(Aggregate, frozen=True, kw_only=True):
    """The votes on one article, swarm or case."""

    kind: ClassVar[str] = "suggestion.votes"

    thing: str
    """What people type for it: `KB12`."""
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    """Ids of persons; nobody is in both."""

    @property
    def sum(self) -> int:
        """Those for it, less those against it."""
        return len(self.up) - len(self.down)


def voted(votes: Votes, person: str, *, good: bool) -> Votes:
    """Count somebody's vote. A second one replaces their first."""
    up = tuple(one for one in votes.up if one != person)
    down = tuple(one for one in votes.down if one != person)
    return replace(votes, up=(*up, person), down=down) if good else replace(votes, up=up, down=(*down, person))


async def votes_on(unit: Unit, thing: str) -> Votes:
    """Return the votes on a thing so far."""
    name = thing.strip().upper()
    id_ = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:40]
    return await unit.get(Votes, id_) or Votes(id=id_, thing=name[:200])


async def sums(unit: Unit, found: Iterable[Found]) -> dict[str, int]:
    """Return the sum of the votes on each thing, by what people type for it."""
    return {one.id: (await votes_on(unit, one.id)).sum for one in found}
