"""Certificates as an operator makes them for the app."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


def certificate(key: Any, *, now: datetime, days: int = 365) -> x509.Certificate:
    """Return a self-signed certificate of a private key, made the day before `now`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chatops")])
    made = now - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=days))
        .sign(key, SHA256())
    )


def pem_of(certificate: x509.Certificate) -> bytes:
    """Return a certificate as it stands in a file."""
    return certificate.public_bytes(Encoding.PEM)


def pem_of_key(key: Any, *, password: bytes = b"") -> bytes:
    """Return a private key as it stands in a file."""
    how: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
