"""Lists of cases: which, in what order, and where the next page begins. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from chatops.errors import Invalid
from chatops.ports.tickets import Priority, TicketQuery
from local_tickets.documents import TicketDoc
from local_tickets.timers import next_due

Place = tuple[float, int]
"""Where a case stands in its list; smaller is earlier. The second part is its number, so no two share a place."""

Versioned = tuple[TicketDoc, int]

_RANKS = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3, Priority.UNSET: 4}
_NEVER = 1e18


def fits(doc: TicketDoc, query: TicketQuery) -> bool:
    """Whether a case is what the query asks for, its text left out."""
    wanted = ((query.owner, doc.owner), (query.queue, doc.queue), (query.customer, doc.customer))
    return all(ref is None or ref.id == own for ref, own in wanted) and (doc.open or not query.open_only)


def page(
    found: Iterable[Versioned], query: TicketQuery, *, cursor: str | None, limit: int, now: datetime
) -> tuple[Sequence[Versioned], str | None]:
    """Return the part of `found` after `cursor`, and the cursor of the next part; None at the end.

    A cursor is a place in the order, not a count: cases that come or go meanwhile make no other appear twice.
    """
    after = _place(cursor) if cursor is not None else None
    placed = sorted(((place(doc, query, now), (doc, version)) for doc, version in found), key=lambda pair: pair[0])
    rest = [pair for pair in placed if after is None or pair[0] > after]
    shown = rest[: max(limit, 1)]
    more = len(rest) > len(shown)
    return [versioned for _place, versioned in shown], json.dumps(shown[-1][0]) if more else None


def place(doc: TicketDoc, query: TicketQuery, now: datetime) -> Place:
    """Return where a case stands in the order the query asks for."""
    number, created = int(doc.id), doc.created_at.timestamp()
    match query.sort:
        case "newest":
            return -created, -number
        case "oldest":
            return created, number
        case "due":
            due = next_due(doc.timers, now)
            return (due.timestamp() if due else _NEVER), number
        case "priority":
            return _RANKS[doc.priority] * 1e12 + created, number


def _place(cursor: str) -> Place:
    try:
        first, second = json.loads(cursor)
        return float(first), int(second)
    except (ValueError, TypeError, RecursionError, OverflowError):
        message = "no such page"
        raise Invalid(message, fields={"cursor": ["not one of ours"]}) from None
