"""Lists of cases: which, in what order, on which page. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from chatops.core.frozen import Frozen
from chatops.ports.tickets import Priority, Status, Ticket

PAGE = 10
MOST_READ = 200
"""Cases of one system that a list looks at."""

_RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3, Priority.UNSET: 4}
_MINE = frozenset({"mine", "meine", "mijn", "my"})
_WORDS = {
    "pod": "pod",
    "country": "country",
    "land": "country",
    "topic": "topic",
    "thema": "topic",
    "onderwerp": "topic",
}


class Sort(StrEnum):
    """In what order."""

    SLA = "sla"
    AGE = "age"
    PRIORITY = "priority"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {
            "frist": "sla",
            "termijn": "sla",
            "alter": "age",
            "leeftijd": "age",
            "priorität": "priority",
            "prio": "priority",
            "prioriteit": "priority",
        }


class Words(Frozen, frozen=True, kw_only=True):
    """What `mine pod:emea country:DE topic:billing refund loops` asks for."""

    mine: bool = False
    pod: str = ""
    country: str = ""
    topic: str = ""
    text: str = ""


class Wanted(Frozen, frozen=True, kw_only=True):
    """Which cases. Everything given must hold."""

    owners: frozenset[tuple[str, str]] | None = None
    """(system, id) of those who may own it."""
    statuses: frozenset[Status] | None = None
    """None: the open ones."""
    segment: str = ""
    country: str = ""
    topic: str = ""
    """A word of the queue’s name, a tag or the subject."""


class Paged(Frozen, frozen=True, kw_only=True):
    """One page of a list."""

    items: tuple[Ticket, ...]
    number: int
    """From 1."""
    pages: int
    total: int


def understood(typed: str) -> Words:
    """Read what was typed behind `case list`: selectors are taken out, everything else is searched for."""
    found: dict[str, str] = {}
    rest: list[str] = []
    mine = False
    for word in typed.split():
        kind, colon, value = word.partition(":")
        name = _WORDS.get(kind.casefold())
        if word.casefold() in _MINE:
            mine = True
        elif colon and name is not None and value:
            found[name] = value
        else:
            rest.append(word)
    return Words(mine=mine, text=" ".join(rest), **found)


def fits(ticket: Ticket, wanted: Wanted) -> bool:
    """Whether a case is wanted."""
    customer = ticket.customer
    owner = (ticket.owner.ref.system, ticket.owner.ref.id) if ticket.owner is not None else None
    return (
        (wanted.owners is None or owner in wanted.owners)
        and (ticket.open if wanted.statuses is None else ticket.status in wanted.statuses)
        and _same(wanted.segment, customer.segment if customer is not None else "")
        and _same(wanted.country, customer.country if customer is not None else "")
        and (not wanted.topic or wanted.topic.casefold() in _topics(ticket))
    )


def ordered(tickets: Iterable[Ticket], sort: Sort, now: datetime) -> list[Ticket]:
    """Return cases, the most pressing first. Those alike go by priority, then by age."""

    def place(ticket: Ticket) -> tuple[float, ...]:
        rank, age = float(_RANK[ticket.priority]), ticket.created_at.timestamp()
        match sort:
            case Sort.SLA:
                return (left(ticket, now), rank, age)
            case Sort.PRIORITY:
                return (rank, left(ticket, now), age)
            case Sort.AGE:
                return (age, rank, 0.0)

    return sorted(tickets, key=lambda ticket: (*place(ticket), ticket.ref.system, ticket.ref.id))


def left(ticket: Ticket, now: datetime) -> float:
    """Return the seconds until the first running clock of a case ends; below 0 when it has; infinite without one."""
    found = math.inf
    for clock in ticket.clocks:
        if clock.state in {"running", "breached"} and clock.due is not None:
            found = min(found, (clock.due - now).total_seconds())
        elif clock.state == "breached":
            found = min(found, 0.0)
    return found


def due(ticket: Ticket) -> datetime | None:
    """Return when the first running clock of a case ends, or has ended."""
    dues = [clock.due for clock in ticket.clocks if clock.state in {"running", "breached"} and clock.due is not None]
    return min(dues) if dues else None


def page(tickets: Sequence[Ticket], number: int, *, size: int = PAGE) -> Paged:
    """Return one page. A number outside means the nearest page there is."""
    pages = max(math.ceil(len(tickets) / size), 1)
    number = min(max(number, 1), pages)
    begin = (number - 1) * size
    return Paged(items=tuple(tickets[begin : begin + size]), number=number, pages=pages, total=len(tickets))


def _same(wanted: str, own: str) -> bool:
    return not wanted or wanted.casefold() in own.casefold()


def _topics(ticket: Ticket) -> str:
    queue = f"{ticket.queue.key} {ticket.queue.id}" if ticket.queue is not None else ""
    return f"{queue} {' '.join(ticket.tags)} {ticket.subject}".casefold()
