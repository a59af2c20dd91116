"""What somebody was thanked for, as others may know of it: by whichever domain keeps it, found by its kind's name."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

PRAISE = "kudos"
"""The kind. The id is the person's."""


@runtime_checkable
class Praised(Protocol):
    """How often, and whether they like that to be known."""

    @property
    def count(self) -> int:
        """How often they were thanked by name."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether they like to be thanked alone: then only they are told."""
        ...
