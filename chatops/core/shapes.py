"""Whether a value has the shape of a protocol, asked once for each type: `isinstance` looks at every member every time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import get_annotations
from typing import Any, TypeGuard, TypeVar

P = TypeVar("P")


def fits(value: object, protocol: Callable[..., P]) -> TypeGuard[P]:
    """Whether the type of `value` has every public member of `protocol`: for structs and classes, not for modules or
    whatever gets its members only when it is made.

    `protocol` is written as something to call, because mypy takes no protocol for a `type[P]` (python/mypy#4717).
    """
    kind: Any = type(value)
    return _fits(kind, protocol)


@cache
def _fits(kind: Any, protocol: Any) -> bool:
    return all(hasattr(kind, name) for name in _members(protocol))


@cache
def _members(protocol: type) -> frozenset[str]:
    bases = [base for base in protocol.__mro__ if getattr(base, "_is_protocol", False)]
    names = {name for base in bases for name in (*vars(base), *get_annotations(base))}
    return frozenset(name for name in names if not name.startswith("_"))
