"""The error for those who are not let in."""

from __future__ import annotations

from enum import StrEnum

from chatops.errors import ChatopsError


class Reason(StrEnum):
    """Why not. For the log and the audit record; whoever knocked is not told."""

    NO_TOKEN = "no_token"  # noqa: S105 - a reason, like those below
    TWO_HEADERS = "two_headers"
    NOT_BEARER = "not_bearer"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    """No token in the form we read, or a token that is written another way than its signer would."""
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    KEYS_UNAVAILABLE = "keys_unavailable"
    """Says nothing about the token: nobody can judge it now. All others are final."""
    SIGNATURE = "signature"
    CLAIMS = "claims"
    """A claim of a wrong type."""
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    """Or without an end."""
    NOT_YET = "not_yet"
    CHANNEL = "channel"
    ENDORSEMENT = "endorsement"
    SERVICE_URL = "service_url"
    TENANT = "tenant"


class Unauthorized(ChatopsError):
    """Not let in. `reason` is one of `Reason`: a short, stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = str(reason)
