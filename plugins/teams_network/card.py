"""A post as Teams shows it: sentences as text, everything else as one Adaptive Card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatops import Frozen
from chatops.core.message import Identity
from chatops.ports.chat import Outgoing
from teams_network.words import Words


class Rendered(Frozen, frozen=True, kw_only=True):
    """What an activity carries."""

    text: str = ""
    attachments: tuple[dict[str, Any], ...] = ()
    entities: tuple[dict[str, Any], ...] = ()
    summary: str = ""

    @property
    def activity(self) -> dict[str, Any]:
        """The activity to send, or to replace one with: `type`, `locale`, and what there is of the rest."""
        raise NotImplementedError

    @property
    def card(self) -> dict[str, Any] | None:
        """The Adaptive Card, or None for sentences."""
        return self.attachments[0]["content"] if self.attachments else None


def adaptive(
    outgoing: Outgoing, *, accounts: Mapping[Identity, tuple[str, str]], words: Words
) -> Rendered:
    """Return a post as Teams shows it, however long it gets; `fitting` sees to the length.

    `accounts` holds (account id, name) of those who can be mentioned where it is posted: of `notify`, those who are in
    the room. It is empty in personal chats, where everything rings.
    """
    raise NotImplementedError
