"""Where a plugin keeps what opens doors: tokens, keys, passwords. Encrypted, and never in the settings file or a log."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """One plugin's secrets, by name. No other plugin sees them.

    They are encrypted with a key that lies outside the database, so a copy of the database alone opens nothing.
    """

    async def read(self, name: str) -> str | None:
        """Return a secret, or None. Raise chatops.errors.StoreError when it was encrypted with another key."""
        ...

    async def write(self, name: str, value: str) -> None:
        """Keep a secret durably in place of the one before."""
        ...

    async def forget(self, name: str) -> None:
        """Forget a secret. Harmless when there is none."""
        ...
