"""The base of every fact: frozen, keyword-only, and known to the codec by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time. Always aware; UTC wherever we make it ourselves."""


class Frozen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An immutable value. Change it with `chatops.core.frozen.replace`."""


class Body(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A value that is stored: in the inbox, the outbox, a timer, or as an aggregate.

    `kind` names the type in storage and never changes; `revision` counts its shapes. A field with a default may be
    added without a new revision. For anything else raise `revision` and teach `upgrade` the older shapes.
    """

    kind: ClassVar[str] = ""
    revision: ClassVar[int] = 1

    @classmethod
    def upgrade(cls, raw: dict[str, Any], revision: int) -> dict[str, Any]:
        """Return `raw`, written as an older `revision`, in the present shape. Raise ValueError when that cannot be."""
        message = f"{cls.kind} of revision {revision} cannot be read by revision {cls.revision}"
        raise ValueError(message)


class Aggregate(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A thing with an identity and a version, stored as one row.

    The version is the store's, not the value's: the unit of work remembers what it read.
    """

    id: str

    def keys(self) -> frozenset[tuple[str, str]]:
        """The (name, value) pairs this aggregate is found by, besides its id. Values are at most 200 characters."""
        return frozenset()

    def kept_until(self) -> datetime | None:
        """Return from when on the store may forget it; None: never."""
        return None


FrozenT = TypeVar("FrozenT", bound=Frozen)


def replace(value: FrozenT, /, **changes: Any) -> FrozenT:
    """Return a copy of `value` with `changes`."""
    return msgspec.structs.replace(value, **changes)
