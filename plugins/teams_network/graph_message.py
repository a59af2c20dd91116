"""A message as Graph shows it. Source: Microsoft Graph v1.0, "chatMessage resource type"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chatops import Frozen
from teams_network.graph_things import instant, part, words
from teams_network.ids import id_or_none


class Somebody(Frozen, frozen=True, kw_only=True):
    """A user by object id, or an app by its id."""

    id: str
    tenant: str = ""
    """Where a user belongs, when it is told."""
    app: bool = False


class GraphMessage(Frozen, frozen=True, kw_only=True):
    """What somebody wrote, as it stands now."""

    id: str
    root: str = ""
    """The message its thread hangs on; empty when it began one, and in chats."""
    sender: Somebody
    content: str
    html: bool
    at: datetime | None
    edited: bool = False
    mentions: tuple[Somebody, ...] = ()
    quoted: str | None = None
    locale: str | None = None


def message_of(body: Mapping[str, Any]) -> GraphMessage | None:
    """Return a message; None for what was deleted, for what Teams itself tells, and for what nobody wrote."""
    sender = _somebody(body.get("from"))
    if body.get("messageType") != "message" or body.get("deletedDateTime") or sender is None:
        return None
    return GraphMessage(
        id=words(body.get("id")),
        root=words(body.get("replyToId")),
        sender=sender,
        content=words(part(body, "body", "content")),
        html=part(body, "body", "contentType") == "html",
        at=instant(body.get("createdDateTime")),
        edited=bool(body.get("lastEditedDateTime")),
        mentions=tuple(dict.fromkeys(_mentions(body.get("mentions")))),
        quoted=_quoted(body.get("attachments")),
        locale=words(body.get("locale")) or None,
    )


def _somebody(told: Any) -> Somebody | None:
    user, app = id_or_none(part(told, "user", "id")), id_or_none(part(told, "application", "id"))
    if user is not None:
        return Somebody(id=user, tenant=words(part(told, "user", "tenantId")))
    return Somebody(id=app, app=True) if app is not None else None


def _mentions(told: Any) -> Iterator[Somebody]:
    for one in told if isinstance(told, list) else []:
        whom = _somebody(part(one, "mentioned"))
        if whom is not None and not whom.app:
            yield whom


def _quoted(told: Any) -> str | None:
    """Return which message this one replies to: chats tell it as an attachment of this type."""
    for one in told if isinstance(told, list) else []:
        if part(one, "contentType") == "messageReference":
            return id_or_none(part(one, "id"))
    return None
