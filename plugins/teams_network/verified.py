"""Tokens that were found good, so that their signature is checked once: the connector uses one for many activities."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from chatops import Frozen
from teams_network.claims import Claims

MOST = 1024
"""Tokens remembered; the one unused for longest goes first."""


class Verified(Frozen, frozen=True):
    """A token that was signed for us. What changes is judged again each time: the time, the key, the activity."""

    kid: str
    thumbprint: bytes
    claims: Claims


class VerifiedTokens:
    """Tokens by their SHA-256, so that a dump of our memory holds none that could be used."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Verified] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> Verified | None:
        """Return what is known of a token, which is the one used last from now on; or None."""
        digest = _digest(token)
        if digest not in self._kept:
            return None
        self._kept.move_to_end(digest)
        return self._kept[digest]

    def put(self, token: str, verified: Verified) -> None:
        """Remember a token as the one used last."""
        self._kept[_digest(token)] = verified
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
