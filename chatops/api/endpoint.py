"""One endpoint, declared: what goes in, what comes out, who may, and the code behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeVar

from chatops.api.scopes import Scope
from chatops.api.tokens import Caller
from chatops.core.frozen import Frozen
from chatops.core.message import Person
from chatops.errors import ChatopsError

FrozenT = TypeVar("FrozenT", bound=Frozen)

MOST_PATH = 300
"""Characters of one part of an address."""


class Empty(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing may be told."""


class Asked(Frozen, frozen=True, kw_only=True):
    """A call that passed every check."""

    caller: Caller
    path: Mapping[str, str]
    query: Frozen
    body: Frozen | None = None
    key: str = ""
    """The `Idempotency-Key`."""

    @property
    def person(self) -> Person:
        """Who calls."""
        return self.caller.person

    def told(self, shape: type[FrozenT]) -> FrozenT:
        """Return the body. Raise TypeError when the endpoint declares another one."""
        return _of(shape, self.body)

    def asks(self, shape: type[FrozenT]) -> FrozenT:
        """Return the query. Raise TypeError when the endpoint declares another one."""
        return _of(shape, self.query)


class Answered(Frozen, frozen=True, kw_only=True):
    """What comes out."""

    body: Frozen | None
    status: int = 200
    headers: Mapping[str, str] = {}


class Told(ChatopsError):
    """It cannot be: answered as a problem with this status and code."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str = "",
        commands: tuple[str, ...] = (),
        preview: str = "",
        after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.commands = commands
        self.preview = preview
        self.after = after
        """Seconds after which it may be asked again."""


class Endpoint(Frozen, frozen=True, kw_only=True):
    """One method of one address."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    """Below `/api/v1`, with `{name}` parts."""
    name: str
    """Unique; what the operation is called in the description and in figures."""
    summary: str
    scope: Scope | None
    """None: any token will do."""
    handle: Callable[[Asked], Awaitable[Answered]]
    answers: Mapping[int, type[Frozen] | None]
    """What comes out, by status."""
    problems: tuple[int, ...] = ()
    """Statuses of what can be wrong beyond the call itself."""
    query: type[Frozen] = Empty
    body: type[Frozen] | None = None
    keyed: bool = False
    """Takes an `Idempotency-Key`."""
    group: str = ""
    """Heading in the description."""
    description: str = ""
    parts: Mapping[str, str] = {}
    """What the parts of the path are, by name."""


def _of(shape: type[FrozenT], value: Any) -> FrozenT:
    if not isinstance(value, shape):
        message = f"{type(value).__name__} is no {shape.__name__}"
        raise TypeError(message)
    return value
