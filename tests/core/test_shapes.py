"""Shapes of values, as protocols name them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import pytest

from chatops.core.frozen import Frozen
from chatops.core.shapes import fits


@runtime_checkable
class Named(Protocol):
    """Has a name."""

    name: str


@runtime_checkable
class Called(Named, Protocol):
    """Comes when it is called."""

    @property
    def far(self) -> bool:
        """Whether it is not here."""
        ...

    def come(self) -> str:
        """Come."""
        ...


class Cat(Frozen, frozen=True, kw_only=True):
    """Has a name and does as it likes."""

    name: str


class Dog(Frozen, frozen=True, kw_only=True):
    """Has it all."""

    name: str
    far: bool = False

    def come(self) -> str:
        """Come."""
        return self.name


@pytest.mark.parametrize("value", [Cat(name="Mia"), Dog(name="Rex"), 7, None])
@pytest.mark.parametrize("protocol", [Named, Called])
def test_shapes_are_what_isinstance_says(value: object, protocol: type) -> None:
    """The same answer, members of the protocols it is made of included."""
    assert fits(value, protocol) == isinstance(value, protocol)
