"""The signed form of a token (RFC 7515, compact), as narrow as the vendor's tokens are.

One algorithm, by name and by code: RSASSA-PKCS1-v1_5 with SHA-256. There is nothing here that could read `none`, or take
a public key for the secret of an HMAC, which is how such checks have been talked round (RFC 8725, section 2.1). Of each
token there is one spelling: a changed byte is another token, and a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from teams_network.base64url import decoded
from teams_network.unauthorized import Reason, Unauthorized

LONGEST = 8192
"""Characters of the header's value: as many as most servers take. What is longer is not worth being looked at."""

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class _Head(msgspec.Struct):
    alg: str = ""
    kid: str = ""
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    b64: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_HEAD = msgspec.json.Decoder(_Head)


def bearer(authorizations: Sequence[str]) -> str:
    """Return the token of the one `Authorization` header (RFC 6750, section 2.1). Raise Unauthorized.

    Of two headers, a proxy in front may have judged the other.
    """
    if not authorizations:
        raise Unauthorized(Reason.NO_TOKEN)
    if len(authorizations) > 1:
        raise Unauthorized(Reason.TWO_HEADERS)
    value = authorizations[0]
    if len(value) > LONGEST:
        raise Unauthorized(Reason.TOO_LONG)
    scheme, _space, token = value.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized(Reason.NOT_BEARER if value else Reason.NO_TOKEN)
    if not token:
        raise Unauthorized(Reason.NO_TOKEN)
    if _COMPACT.fullmatch(token) is None:
        raise Unauthorized(Reason.MALFORMED)
    return token


def key_id(token: str) -> str:
    """Return the id of the key a token says it is signed with. Nothing of it is proven. Raise Unauthorized."""
    try:
        head = _HEAD.decode(decoded(token.partition(".")[0]))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unauthorized(Reason.MALFORMED) from error
    if head.alg != "RS256":
        raise Unauthorized(Reason.ALGORITHM)
    if head.crit is not msgspec.UNSET or head.b64 is not msgspec.UNSET:
        # RFC 7515, section 4.1.11: extensions that must be understood. We understand none.
        raise Unauthorized(Reason.MALFORMED)
    if not head.kid:
        raise Unauthorized(Reason.UNKNOWN_KEY)
    return head.kid


def payload(token: str, key: RSAPublicKey) -> bytes:
    """Return what was signed with that key. Raise Unauthorized. Takes some 60 microseconds, whatever is sent."""
    signed, _dot, signature = token.rpartition(".")
    try:
        raw, proof = decoded(signed.partition(".")[2]), decoded(signature)
    except ValueError as error:
        raise Unauthorized(Reason.MALFORMED) from error
    try:
        key.verify(proof, signed.encode("ascii"), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise Unauthorized(Reason.SIGNATURE) from error
    return raw
