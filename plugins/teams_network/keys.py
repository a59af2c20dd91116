"""The keys that the Bot Connector signs with, and which channels each may speak for."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chatops import Clock, Frozen
from teams_network.http import Http


class Key(Frozen, frozen=True):
    """A public key."""

    kid: str
    public: RSAPublicKey
    thumbprint: bytes
    endorsements: frozenset[str]


class Keys:
    """The keys published at an OpenID metadata address."""

    def __init__(self, http: Http, url: str, clock: Clock) -> None: ...

    async def key(self, kid: str) -> Key | None:
        """Return a key, or None when there is none of that id. Raise Unreachable when no keys can be had."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stop what is under way. Calling twice is harmless."""
