"""What the engine tells whoever counts. Kinds and outcomes are words of ours, few and fixed: no person, room or text."""

from __future__ import annotations

from typing import Literal, Protocol

Handled = Literal["done", "refused", "retried", "failed"]
"""What became of an event: `retried` comes back later, `failed` is a dead letter."""

Called = Literal["sent", "limited", "unreachable", "login", "unknown", "failed"]
"""What became of one call to a network: `login` does not take our credentials, `unknown` may have happened."""


class Meter(Protocol):
    """Counts. Its methods never wait and never raise."""

    def handled(self, kind: str, ended: Handled, *, asked: bool, seconds: float, key: str, cause: str) -> None:
        """An event of `kind` came to an end, `seconds` after it was accepted. `asked`: a person waited for the answer.

        `key` is its own, `cause` that of the event everything began with.
        """
        ...

    def called(self, network: str, outcome: Called, *, seconds: float) -> None:
        """A network was called once, and took `seconds` to answer."""
        ...

    def settled(self, kind: str, state: str, *, bulk: bool, seconds: float, key: str, cause: str) -> None:
        """An effect got into `state` (see `chatops.ports.store.Mark`), `seconds` after it was queued.

        `key` is its own, `cause` that of the event everything began with.
        """
        ...

    def fired(self, late: float) -> None:
        """A timer's event was handled; it had fired `late` seconds after it was due."""
        ...


class NoMeter:
    """Counts nothing."""

    def handled(self, kind: str, ended: Handled, *, asked: bool, seconds: float, key: str, cause: str) -> None:
        """Nothing."""

    def called(self, network: str, outcome: Called, *, seconds: float) -> None:
        """Nothing."""

    def settled(self, kind: str, state: str, *, bulk: bool, seconds: float, key: str, cause: str) -> None:
        """Nothing."""

    def fired(self, late: float) -> None:
        """Nothing."""
