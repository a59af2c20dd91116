"""What the house hears of a case's owner, however it came about: a command of ours, or somebody in the ticket system."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Body
from chatops.ports.tickets import Ref


class CaseReassigned(Body, frozen=True, kw_only=True):
    """A case has another owner than before, in its ticket system. Plugins that hear of it there may tell it as well."""

    kind: ClassVar[str] = "ticket.reassigned"

    ticket: Ref
    owner: Ref | None = None
    """Who it is there; None: nobody."""
    name: str = ""
    """What they are called there."""


class CasePassed(Body, frozen=True, kw_only=True):
    """Somebody of the house sees a case through now instead of somebody else."""

    kind: ClassVar[str] = "ticket.passed"

    ticket: Ref
    person: str
    previous: str


TICKET_EVENTS: tuple[type[Body], ...] = (CaseReassigned, CasePassed)


def case_lane(ticket: Ref) -> str:
    """Return the lane of what concerns a case."""
    return f"case:{ticket.system}:{ticket.id}"
