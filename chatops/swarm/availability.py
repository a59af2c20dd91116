"""Who may be disturbed now: as everywhere in the house."""

from __future__ import annotations

from chatops.people.availability import Availability, availability

__all__ = ["Availability", "availability"]
