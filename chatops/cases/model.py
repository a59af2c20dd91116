"""What is remembered about cases here: who may do what with one, and what somebody last looked at."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.access import Relation
from chatops.core.frozen import Aggregate, replace
from chatops.core.text import _
from chatops.ports.tickets import Ref

MOST_RECENT = 10


class CaseInHand(Aggregate, frozen=True, kw_only=True):
    """A case and the people who have to do with it. Made to be asked who may; never stored."""

    kind: ClassVar[str] = "case"

    owner: str = ""
    """Id of the person who owns it, as far as the directory knows them."""
    members: frozenset[str] = frozenset()
    """Ids of those who work on it together."""


RELATIONS = (
    Relation(
        name="owner",
        label=_("owner"),
        of=CaseInHand,
        holds=lambda case, person: case.owner == person.id,
        guests=False,
    ),
    Relation(
        name="colleague",
        label=_("member of the swarm"),
        of=CaseInHand,
        holds=lambda case, person: person.id in case.members,
        guests=False,
    ),
)
"""What people are to a case: its owner, or a member of the house in what works on it. To guests it is nothing."""


class Recent(Aggregate, frozen=True, kw_only=True):
    """What a person last looked at; `id` is theirs."""

    kind: ClassVar[str] = "case.recent"

    cases: tuple[Ref, ...] = ()
    """The last one first."""


def seen(recent: Recent, case: Ref) -> Recent:
    """Return `recent` with `case` in front."""
    others = tuple(one for one in recent.cases if (one.system, one.id) != (case.system, case.id))
    return replace(recent, cases=(case, *others)[:MOST_RECENT])
