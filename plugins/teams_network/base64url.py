"""Base64 as in JSON web tokens (RFC 7515, section 2), and only the one way each sequence of bytes is written in it.

Python's decoder skips characters that do not belong there and ignores the bits left over at the end, so that many texts
mean the same bytes. Of a token there is to be one.
"""

from __future__ import annotations

import base64
import binascii


def encoded(raw: bytes) -> str:
    """Return bytes as text, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes. Raise ValueError for any other way of writing them than `encoded`."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        message = "no base64url"
        raise ValueError(message) from error
    if encoded(raw) != text:
        message = "base64url written another way"
        raise ValueError(message)
    return raw
