"""Secrets in memory."""

from __future__ import annotations


class MemorySecrets:
    """Implements `chatops.ports.secrets.Secrets`. Nothing is encrypted: it ends with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        """All of them, to look at."""

    async def read(self, name: str) -> str | None:
        """Return a secret, or None."""
        return self.kept.get(name)

    async def write(self, name: str, value: str) -> None:
        """Keep a secret."""
        self.kept[name] = value

    async def forget(self, name: str) -> None:
        """Forget a secret."""
        self.kept.pop(name, None)
