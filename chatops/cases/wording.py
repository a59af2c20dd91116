"""The words people type for priorities and statuses, and cases named at the beginning of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from chatops.core.lexer import tokens
from chatops.core.params import TicketName
from chatops.core.values import ticket
from chatops.errors import UsageError
from chatops.ports.tickets import Priority, Status


class PriorityWord(StrEnum):
    """A priority to set."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {
            "dringend": "urgent",
            "hoch": "high",
            "hoog": "high",
            "normaal": "normal",
            "niedrig": "low",
            "laag": "low",
        }

    @property
    def meant(self) -> Priority:
        """What the port calls it."""
        return Priority(self.value)


class StatusWord(StrEnum):
    """A status to set or to look for."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on-hold"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in other words, German and Dutch."""
        return {
            "waiting": "pending",
            "solved": "resolved",
            "hold": "on-hold",
            "neu": "new",
            "nieuw": "new",
            "offen": "open",
            "wartend": "pending",
            "wachtend": "pending",
            "angehalten": "on-hold",
            "aangehouden": "on-hold",
            "gelöst": "resolved",
            "opgelost": "resolved",
            "geschlossen": "closed",
            "gesloten": "closed",
        }

    @property
    def meant(self) -> Status:
        """What the port calls it."""
        return {"pending": Status.WAITING, "on-hold": Status.ON_HOLD}.get(self.value) or Status(self.value)


STATUS_TYPED = {Status.WAITING: "pending", Status.ON_HOLD: "on-hold"}
"""What people type where it is not the port's own word."""


def led(text: str, systems: Sequence[str]) -> tuple[TicketName | None, str]:
    """Return the case a text begins with (`demo:1001 …`), and what follows; None when it begins otherwise.

    Only `SYSTEM:KEY` counts: a number or an address at the beginning may well be part of what is to be said.
    """
    found = tokens(text)
    first = found[0] if found else None
    if first is None or first.quoted or first.key:
        return None, text.strip()
    system, colon, key = first.text.rstrip(",.;").partition(":")
    if not colon or not key or system.casefold() not in {name.casefold() for name in systems}:
        return None, unquoted(text)
    try:
        name = ticket(first.text.rstrip(",.;:"), tuple(systems))
    except UsageError:
        return None, unquoted(text)
    return name, unquoted(text[first.end :])


def unquoted(text: str) -> str:
    """Return a text without the quotes around all of it."""
    found = tokens(text.strip())
    return found[0].text.strip() if len(found) == 1 and found[0].quoted else text.strip()
