"""Reaching a person outside chat: pager, telephone, mail."""

from __future__ import annotations

from typing import Protocol

from chatops.core.message import Person, Receipt


class Notifier(Protocol):
    """One way of reaching people."""

    @property
    def name(self) -> str:
        """The connection's name in the settings."""
        ...

    async def notify(self, person: Person, words: str, *, urgent: bool, key: str) -> Receipt:
        """Tell somebody. Repeating with the same `key` reaches them once where the service can do that."""
        ...
