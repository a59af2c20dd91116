"""What people read for a status, a priority, a clock and a field, in their language."""

from __future__ import annotations

from chatops.core.text import Text, _, said
from chatops.ports.tickets import Clock, Priority, Status

STATUS = {
    Status.NEW: _("new"),
    Status.OPEN: _("open"),
    Status.WAITING: _("waiting for the customer"),
    Status.ON_HOLD: _("on hold"),
    Status.RESOLVED: _("resolved"),
    Status.CLOSED: _("closed"),
}
PRIORITY = {
    Priority.URGENT: _("urgent"),
    Priority.HIGH: _("high"),
    Priority.NORMAL: _("normal"),
    Priority.LOW: _("low"),
    Priority.UNSET: Text(msgid=""),
}
CLOCKS = {"first_response": _("First response"), "resolution": _("Resolution")}
FIELDS = {
    "status": _("Status"),
    "priority": _("Priority"),
    "owner": _("Owner"),
    "queue": _("Queue"),
    "subject": _("Subject"),
    "tags": _("Tags"),
}


def clock_name(clock: Clock) -> Text:
    """Return what people call a clock."""
    return CLOCKS[clock.goal] if clock.goal is not None else said(clock.name)


def field_name(field: str) -> Text:
    """Return what people call a field of the history."""
    return FIELDS.get(field) or said(field)


def field_value(field: str, value: str) -> Text:
    """Return what stood in a field, or a dash. Only statuses and priorities have words of ours."""
    if field == "status" and value in {one.value for one in Status}:
        return STATUS.get(Status(value)) or said(value)
    if field == "priority" and value in {one.value for one in Priority}:
        value_words = PRIORITY[Priority(value)]
        return value_words if value_words.msgid else said("–")
    return said(value or "–")
