"""Conversation ids, and where our token may go. Nothing here asks anybody.

A channel's thread is addressed by `;messageid=ROOT` behind the channel's id (Microsoft Learn, "Send proactive messages";
teams.py `Conversation.to_threaded_conversation_id`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import quote, urlsplit

_THREAD = ";messageid="

_CHANNELS = ("@thread.tacv2", "@thread.skype")
"""How a channel's id ends; the second is that of channels made before 2021."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Kind = Literal["personal", "groupChat", "channel"]


def base(conversation: str) -> str:
    """Return the conversation a thread is in: `19:…@thread.tacv2` for `19:…@thread.tacv2;messageid=N`."""
    return conversation.partition(_THREAD)[0]


def root(conversation: str) -> str | None:
    """Return the id of the message that a thread hangs on, or None for what is no thread."""
    return conversation.partition(_THREAD)[2] or None


def threaded(conversation: str, message: str) -> str:
    """Return the address of a thread: that of the conversation, with the id of the message it hangs on."""
    return f"{base(conversation)}{_THREAD}{message}"


def kind_of(conversation: str, told: str | None = None, *, app: str = "") -> Kind:
    """Return what a conversation is: what activities say (`conversationType`), else what its id looks like.

    Personal is only what nothing speaks against, since everybody reads what is said in others. A chat between two people is
    `personal` to Teams as well; where its id tells (`19:…`), it does not name the app.
    """
    if told == "channel" or (told not in {"groupChat", "personal"} and base(conversation).endswith(_CHANNELS)):
        return "channel"
    between = conversation.startswith("19:") and f"_{app}@unq.gbl.spaces" not in conversation
    return "groupChat" if between or told not in {"personal", "", None} else "personal"


def in_path(id: str) -> str:
    """Return an id as one segment of a path."""
    return quote(id, safe="")


def may_be_told(url: str, hosts: Iterable[str]) -> bool:
    """Whether our token may be sent to an address: a host that is named, by https.

    `hosts` are `HOST` (on the usual port) or `HOST:PORT`; `*.HOST` is all below. Plain http only to this machine, and
    only where its port is named.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or "\\" in url:
        return False
    secure = parts.scheme == "https"
    if not secure and not (parts.scheme == "http" and host in _LOOPBACK and port is not None):
        return False
    named = f"[{host}]" if ":" in host else host
    told = named if port in {None, 443} and secure else f"{named}:{port}"
    return any(_is_meant(told, pattern.lower()) for pattern in hosts)


def _is_meant(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) and host != pattern[1:] if pattern.startswith("*.") else host == pattern
