"""What Teams wants answered in the same request, within five seconds: clicks, dialogs, searches."""

from __future__ import annotations

from typing import Any

import msgspec

from chatops import Frozen
from chatops.ports.chat import Accept
from teams_network.activity import Activity


class Told(Frozen, frozen=True, kw_only=True):
    """The answer to an invoke."""

    status: int = 200
    body: bytes = b"{}"


def told(body: dict[str, Any]) -> Told:
    """Return an answer of JSON."""
    return Told(body=msgspec.json.encode(body))


class Invokes:
    """Answers invokes."""

    async def __call__(self, activity: Activity, accept: Accept) -> Told:
        """Return the answer; never an error for what is not known. Raise StoreUnavailable when nothing was accepted."""
        raise NotImplementedError
