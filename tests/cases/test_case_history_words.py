"""What happened to a case is told in our words: who wrote, which status, whose it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatops.cases.tables import happened
from chatops.core.catalogue import Catalogues, Reader
from chatops.ports.ticket_extras import TicketEvent
from chatops.ports.tickets import Audience

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
NAMES = {"agent-1": "Olga"}


def told(event: TicketEvent) -> str:
    """Return an event as it is read."""
    return Catalogues({}).plain(happened(event, lambda id: NAMES.get(id, id)), Reader())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            TicketEvent(kind="comment", at=AT, text="help", audience=Audience.PUBLIC, side="customer"),
            "from the customer: help",
        ),
        (TicketEvent(kind="comment", at=AT, text="ok", audience=Audience.PUBLIC, side="staff"), "to the customer: ok"),
        (TicketEvent(kind="comment", at=AT, text="hm", audience=Audience.INTERNAL), "inside: hm"),
        (
            TicketEvent(kind="change", at=AT, field="status", old="waiting", new="open"),
            "status: waiting for the customer → open",
        ),
        (TicketEvent(kind="change", at=AT, field="priority", old="high", new="P1"), "priority: high → P1"),
        (TicketEvent(kind="change", at=AT, field="owner", old="agent-1", new="agent-2"), "owner: Olga → agent-2"),
        (TicketEvent(kind="change", at=AT, field="owner", old="agent-1"), "owner: Olga → –"),
        (TicketEvent(kind="change", at=AT, field="subject", old="", new="open"), "subject: open"),
    ],
)
def test_an_event_in_words(event: TicketEvent, words: str) -> None:
    """Statuses, priorities and people as everywhere else; what only the system knows as it says it."""
    assert told(event) == words
