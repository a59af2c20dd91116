"""What we know of Graph's things: chats, channels, their members, the app in the catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chatops import Frozen


class Invitee(Frozen, frozen=True, kw_only=True):
    """Somebody to be put into a chat."""

    id: str
    """Object id."""
    tenant: str = ""
    """Where they belong, when that is not our tenant."""
    guest: bool = False
    """A guest of our tenant: Graph takes no guest as an owner, and nobody else as a guest."""


class ChatMember(Frozen, frozen=True, kw_only=True):
    """Somebody in a chat."""

    membership: str
    """Opaque; what is taken away."""
    user: str
    """Object id."""
    tenant: str = ""


class Chat(Frozen, frozen=True, kw_only=True):
    """A chat."""

    id: str
    topic: str = ""
    created: datetime | None = None
    members: tuple[ChatMember, ...] = ()
    """At most 25 of them in lists."""


class Channel(Frozen, frozen=True, kw_only=True):
    """A channel of a team."""

    id: str
    name: str = ""
    description: str = ""
    archived: bool = False


class Posted(Frozen, frozen=True, kw_only=True):
    """A message that began a thread in a channel."""

    id: str
    app: str = ""
    """The app that wrote it, or nothing."""
    created: datetime | None = None
    text: str = ""
    """As HTML or plain text, however it was written."""


class CatalogApp(Frozen, frozen=True, kw_only=True):
    """Our app in the organisation's catalogue."""

    id: str
    permissions: tuple[tuple[str, str], ...] = ()
    """(name, `Application` or `Delegated`) of those that come with its package."""
    state: str = ""
    """`published`, `submitted`, `rejected`; nothing when it was not told."""


def words(value: Any) -> str:
    """Return a text, or nothing for what is none."""
    return value if isinstance(value, str) else ""


def part(value: Any, *names: str) -> Any:
    """Return what is under a path of names, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def instant(value: Any) -> datetime | None:
    """Return a time as Graph writes it (seven digits after the second, `Z`), or None."""
    try:
        read = datetime.fromisoformat(words(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
