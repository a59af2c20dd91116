"""A published key set (RFC 7517) read with suspicion: what is odd about one key leaves out that key, never the others.

Left out: everything but RSA keys for RS256 signatures (a symmetric key would let anybody who reads the set sign), keys
below 2,048 bits (NIST SP 800-131A) or so long that a check is costly, keys published with their private part, and keys
that share an id with a different one, since nobody could say which of them a token means.
"""

from __future__ import annotations

import hashlib

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatops import Frozen
from teams_network.base64url import decoded

SHORTEST, LONGEST = 2048, 8192
"""Bits of a key."""

EXPONENT = 65537
"""What Microsoft's keys, and practically all others, have."""

MOST = 100
"""Keys looked at."""

NAME = 256
"""Characters of a key's id."""


class Key(Frozen, frozen=True):
    """A public key of whoever signs, and the channels it may speak for (`endorsements`)."""

    kid: str
    public: RSAPublicKey
    thumbprint: bytes
    """SHA-256 of the key itself: two keys with one id differ here."""
    endorsements: frozenset[str]


class _Set(msgspec.Struct):
    keys: list[msgspec.Raw]


class _Jwk(msgspec.Struct):
    kty: str
    kid: str
    n: str = ""
    e: str = ""
    use: str = "sig"
    alg: str = "RS256"
    endorsements: list[str] = []
    d: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_SET = msgspec.json.Decoder(_Set)
_JWK = msgspec.json.Decoder(_Jwk)


def published(body: bytes) -> dict[str, Key]:
    """Return the usable keys by id. Raise ValueError for what is no key set."""
    try:
        listed = _SET.decode(body).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = "no key set"
        raise ValueError(message) from error
    found: dict[str, Key] = {}
    disputed: set[str] = set()
    for raw in listed[:MOST]:
        key = _key(raw)
        if key is None:
            continue
        other = found.setdefault(key.kid, key)
        if other.thumbprint != key.thumbprint or other.endorsements != key.endorsements:
            disputed.add(key.kid)
    return {kid: key for kid, key in found.items() if kid not in disputed}


def _key(raw: msgspec.Raw) -> Key | None:
    """Return a key, or None when it is not for us to use."""
    try:
        jwk = _JWK.decode(raw)
        if (jwk.kty, jwk.use, jwk.alg) != ("RSA", "sig", "RS256") or jwk.d is not msgspec.UNSET:
            return None
        if not 0 < len(jwk.kid) <= NAME or len(jwk.n) > LONGEST:
            return None
        n, e = (int.from_bytes(decoded(number), "big") for number in (jwk.n, jwk.e))
        if e != EXPONENT or n % 2 == 0 or not SHORTEST <= n.bit_length() <= LONGEST:
            return None
        public = RSAPublicNumbers(e, n).public_key()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    thumbprint = hashlib.sha256(der).digest()
    return Key(kid=jwk.kid, public=public, thumbprint=thumbprint, endorsements=frozenset(jwk.endorsements))
