"""What people say for a point in time, in English, German and Dutch: a closed grammar, full match or refusal."""

from __future__ import annotations

from datetime import datetime

from chatops.core.params import When
from chatops.core.text import _, said
from chatops.errors import BadArgument


def read_when(text: str, *, now: datetime, zone: str, locale: str) -> When:
    """Read a time. Raise BadArgument, with examples, for whatever is not fully understood."""
    raise BadArgument(_("{typed} is not a time.", typed=said(text)), commands=("14:00",))
