"""Plugins' secrets: encrypted documents (`chatops.ports.secrets.Secrets`), under a key that lies beside the database."""

from __future__ import annotations

import base64
import hashlib
import os
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatops.errors import StoreError
from chatops.ports.records import Records, Write

KIND = "secret"
NONCE = 12
"""Bytes; what AES-GCM takes (NIST SP 800-38D, 5.2.1.1)."""


class SealedSecrets:
    """One plugin's secrets. `key` may have any length; it is never used as it is."""

    def __init__(self, records: Records, plugin: str, key: bytes) -> None:
        self._records = records
        self._plugin = plugin
        self._cipher = AESGCM(hashlib.sha256(b"chatops secrets\0" + key).digest())

    async def read(self, name: str) -> str | None:
        """Return a secret, or None. Raise StoreError when it was encrypted with another key."""
        record = await self._records.get(KIND, self._id(name))
        if record is None:
            return None
        try:
            sealed = base64.b64decode(record.body["sealed"], validate=True)
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], self._id(name).encode()).decode()
        except (InvalidTag, ValueError):
            message = (
                f"The secret {name!r} of the plugin {self._plugin!r} was encrypted with another secrets.key, or is damaged. "
                "Put the old key back, or sign the plugin in again."
            )
            raise StoreError(message) from None

    async def write(self, name: str, value: str) -> None:
        """Keep a secret in place of the one before."""
        nonce = os.urandom(NONCE)
        # The name is sealed in: one secret cannot be put in another's place.
        sealed = nonce + self._cipher.encrypt(nonce, value.encode(), self._id(name).encode())
        body = {"sealed": base64.b64encode(sealed).decode()}
        await self._records.write(Write(kind=KIND, id=self._id(name), body=body))

    async def forget(self, name: str) -> None:
        """Forget a secret. Harmless when there is none."""
        await self._records.delete(KIND, self._id(name))

    def _id(self, name: str) -> str:
        return f"{quote(self._plugin, safe='')}/{name}"
