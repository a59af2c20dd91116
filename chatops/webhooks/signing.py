"""Signatures after Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`, written `v1,BASE64`.

Stricter than the standard in two places, so that nothing but the very same message passes twice: an id has no dot (with
one, `a.1` at `2` and `a` at `1` would be signed alike), and a signature counts only as it is written by `sign` (base64 can
write the same bytes in several ways).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from chatops.core.frozen import Frozen
from chatops.errors import StartError

PREFIX = "whsec_"
MIN_SECRET, MAX_SECRET = 24, 64
"""Bytes, as the standard asks for."""

TOLERANCE = 300.0
"""Seconds a message may be older or newer than now."""

MOST_SIGNATURES = 16
"""Signatures of one message that are looked at."""

_ID = re.compile(r"[!-\-/-~]{1,128}")
_SECONDS = re.compile(r"[1-9][0-9]{0,11}")


class Signed(Frozen, frozen=True, kw_only=True):
    """What stands in a signed message's headers: `webhook-id`, `webhook-timestamp`, `webhook-signature`."""

    id: str
    timestamp: str
    signature: str


def sign(secrets: Sequence[bytes], id: str, at: datetime, body: bytes) -> Signed:
    """Return the headers of `body`, signed with each of `secrets`. Raise ValueError for an id that cannot be one."""
    if not _ID.fullmatch(id):
        message = f"{id!r} is no id of a message"
        raise ValueError(message)
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(_signature(secret, id, timestamp, body) for secret in secrets)
    return Signed(id=id, timestamp=timestamp, signature=signatures)


def verified(secrets: Sequence[bytes], headers: Signed, body: bytes, *, now: datetime) -> bool:
    """Whether one of `secrets` signed this message within the last or next five minutes. The same message may come again."""
    if not _ID.fullmatch(headers.id) or not _SECONDS.fullmatch(headers.timestamp):
        return False
    if abs(now.timestamp() - int(headers.timestamp)) > TOLERANCE:
        return False
    given = [one.encode() for one in headers.signature.split(" ")[:MOST_SIGNATURES] if one.isascii()]
    expected = [_signature(secret, headers.id, headers.timestamp, body).encode() for secret in secrets]
    # Every pair is compared, so that the time taken tells nothing.
    return any([hmac.compare_digest(one, other) for one in expected for other in given])  # noqa: C419


def read_secrets(file: Path, name: str) -> tuple[bytes, ...]:
    """Return the secrets in `file`, one a line; the first is the newest. Blocking. Raise StartError naming the setting."""
    try:
        lines = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{name}: the secret cannot be read from {file}: {error}"
        raise StartError(message) from error
    secrets = tuple(_secret(line, file, name) for line in lines)
    if not secrets:
        message = f'{name}: there is no secret in {file}. Make one: echo "whsec_$(openssl rand -base64 32)" > {file}'
        raise StartError(message)
    return secrets


def _secret(line: str, file: Path, name: str) -> bytes:
    # What stands in the line is not repeated: it may be the secret with a slip in it.
    try:
        secret = base64.b64decode(line.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not MIN_SECRET <= len(secret) <= MAX_SECRET:
        message = (
            f"{name}: each line of {file} is a secret of {MIN_SECRET} to {MAX_SECRET} bytes in base64 behind {PREFIX}. "
            f'Make one: echo "whsec_$(openssl rand -base64 32)" > {file}'
        )
        raise StartError(message)
    return secret


def _signature(secret: bytes, id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.digest(secret, f"{id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"
