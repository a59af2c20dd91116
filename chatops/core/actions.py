"""What stands behind a button: a stored command that anyone may try to run, under their own permissions."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Instant

ACTION_DAYS = 30
"""Days a button of an ordinary answer works."""

CARD_DAYS = 400
"""Days a button of a living card works."""


class Action(Aggregate, frozen=True, kw_only=True):
    """A button's memory. `id` is its 128-bit reference; it grants nothing, whoever presses needs the right."""

    kind: ClassVar[str] = "action"

    command: str
    uses: Literal["always", "once", "once_per_person"]
    card: str
    """Key of the post that carries the button."""
    room: str | None = None
    """Logical room that gives the command its context."""
    to: str = ""
    """The post target its card went to."""
    thread: str | None = None
    """The thread its card was posted in, where the answer goes as well."""
    expires: Instant
    used_by: tuple[str, ...] = ()
    """Ids of the persons whose press took effect."""

    def kept_until(self) -> datetime:
        """As long as it works."""
        return self.expires


def reference(secret: bytes, card: str, command: str, uses: str) -> str:
    """Return the unguessable 128-bit reference of a button: the same button of the same card keeps it over edits."""
    words = "\0".join((card, command, uses)).encode()
    # BLAKE2 takes its key itself (RFC 7693): a card has a dozen buttons, and an HMAC costs ten times as much.
    digest = hashlib.blake2b(
        words, digest_size=16, key=secret[: hashlib.blake2b.MAX_KEY_SIZE], person=b"chatops action"
    )
    return base64.b32encode(digest.digest()).decode().rstrip("=").lower()
