"""What a change makes of a case. Pure: a case in, a case and its history out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from chatops import replace
from chatops.ports.tickets import Audience, Ref, TicketPatch, Unset
from local_tickets.documents import ChangeDoc, CommentDoc, PlanDoc, TicketDoc
from local_tickets.timers import aimed, answered, turned

_ValueT = TypeVar("_ValueT")

SEARCHED = 20_000
"""Characters of its comments a case is found by; the newest count."""


def patched(
    ticket: TicketDoc, patch: TicketPatch, *, plan: PlanDoc | None, by: str, at: datetime
) -> tuple[TicketDoc, Sequence[ChangeDoc]]:
    """Return the case with `patch` applied, and what changed; the case itself when nothing did."""
    status = _or(patch.status, ticket.status)
    priority = _or(patch.priority, ticket.priority)
    timers = ticket.timers
    if priority is not ticket.priority and plan is not None:
        timers = aimed(timers, plan, priority)
    if status is not ticket.status:
        timers = turned(timers, status, at)
    new = replace(
        ticket,
        status=status,
        priority=priority,
        owner=_id_or(patch.owner, ticket.owner),
        queue=_id_or(patch.queue, ticket.queue),
        subject=_or(patch.subject, ticket.subject),
        tags=tagged(ticket.tags, add=patch.add_tags, remove=patch.remove_tags),
        timers=timers,
    )
    if new == ticket:
        return ticket, ()
    changes = [
        ChangeDoc(
            id=f"{ticket.id}-{ticket.changes + number}", ticket=ticket.id, field=field, old=old, new=now, by=by, at=at
        )
        for number, (field, old, now) in enumerate(_differences(ticket, new), 1)
    ]
    return replace(new, changes=ticket.changes + len(changes), updated_at=at), changes


def commented(
    ticket: TicketDoc, text: str, audience: Audience, *, at: datetime, author: str | None, acting_for: str, staff: bool
) -> tuple[TicketDoc, CommentDoc]:
    """Return the case with one more comment, and the comment. The customer's first answer stops that clock."""
    comment = CommentDoc(
        id=f"{ticket.id}-{ticket.comments + 1}",
        ticket=ticket.id,
        author=author,
        acting_for=acting_for,
        audience=audience,
        text=text,
        at=at,
    )
    reaches_customer = staff and audience is Audience.PUBLIC
    new = replace(
        ticket,
        comments=ticket.comments + 1,
        updated_at=at,
        timers=answered(ticket.timers, at) if reaches_customer else ticket.timers,
        said=f"{ticket.said}\n{text}"[-SEARCHED:],
    )
    return new, comment


def tagged(tags: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> tuple[str, ...]:
    """Return tags, lower case and each once, in the order they came."""
    gone = {tag.strip().lower() for tag in remove}
    kept = dict.fromkeys(tag.strip().lower() for tag in (*tags, *add))
    return tuple(tag for tag in kept if tag and tag not in gone)


def _differences(old: TicketDoc, new: TicketDoc) -> Iterable[tuple[str, str, str]]:
    for field in ("status", "priority", "owner", "queue", "subject"):
        before, after = getattr(old, field) or "", getattr(new, field) or ""
        if before != after:
            yield field, str(before), str(after)
    if old.tags != new.tags:
        yield "tags", " ".join(old.tags), " ".join(new.tags)


def _or(given: _ValueT | Unset, now: _ValueT) -> _ValueT:
    return now if isinstance(given, Unset) else given


def _id_or(given: Ref | Unset | None, now: str | None) -> str | None:
    if isinstance(given, Unset):
        return now
    return None if given is None else given.id
