"""Logging in with a certificate: a short-lived statement of who we are, signed with its private key.

Form: Microsoft Learn, "Microsoft identity platform application authentication certificate credentials" (PS256 and
`x5t#S256`; older versions of the page name RS256 and `x5t`); RFC 7523, section 2.2.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from teams_network.base64url import encoded

LASTS = timedelta(minutes=5)
"""The page advises five to ten minutes at most."""

SHORTEST = 2048
"""Bits of the key that Entra takes."""


class Certificate:
    """A certificate and its private key. Raises ValueError, with a sentence, for a file that holds no such pair.

    All of it is work for a processor: not on the event loop.
    """

    def __init__(self, pem: bytes) -> None:
        self._key = _private_key(pem)
        self._certificate = _certificate_of(pem, self._key)

    def __repr__(self) -> str:
        """Say which; the key is nobody's business."""
        return f"Certificate({self.thumbprint})"

    @property
    def thumbprint(self) -> str:
        """SHA-256 of the certificate, as in `x5t#S256`."""
        return encoded(self._certificate.fingerprint(SHA256()))

    @property
    def until(self) -> datetime:
        """When it ends."""
        return self._certificate.not_valid_after_utc

    def assertion(self, *, client: str, audience: str, now: datetime) -> str:
        """Return the statement that we are `client`, for `audience` alone, good for `LASTS`."""
        at = int(now.timestamp())
        head = {"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint}
        claims: dict[str, str | int] = {
            "aud": audience,
            "iss": client,
            "sub": client,
            "jti": str(uuid.uuid4()),
            "nbf": at,
            "iat": at,
            "exp": at + int(LASTS.total_seconds()),
        }
        signed = ".".join(encoded(msgspec.json.encode(part)) for part in (head, claims))
        # RFC 7518, section 3.5: the salt is as long as the hash.
        signature = self._key.sign(signed.encode(), PSS(MGF1(SHA256()), SHA256.digest_size), SHA256())
        return f"{signed}.{encoded(signature)}"


def _private_key(pem: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        message = "its private key is encrypted; it must lie there as it is, readable by this server only"
        raise ValueError(message) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "there is no private key in it (PEM)"
        raise ValueError(message) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST:
        message = f"its private key is no RSA key of at least {SHORTEST} bits"
        raise ValueError(message)
    return key


def _certificate_of(pem: bytes, key: RSAPrivateKey) -> x509.Certificate:
    """Return the certificate of this key; files may hold those of its issuers as well."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        message = "there is no certificate in it (PEM)"
        raise ValueError(message) from error
    for certificate in found:
        if certificate.public_key() == key.public_key():
            return certificate
    message = "none of its certificates belongs to its private key"
    raise ValueError(message)
