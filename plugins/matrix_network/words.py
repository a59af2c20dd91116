"""What somebody wrote: text, thread, reply, mentions, and whether it is an edit."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from chatops import Frozen
from chatops.core.message import Identity, Message, MessageRef, RoomRef
from matrix_network.addressing import addressed, without_quote
from matrix_network.attached import FILES, attached
from matrix_network.event import Event, id_in, is_id, object_in, text_in
from matrix_network.pills import Handle, with_handles

MOST_MENTIONS = 50
"""People one message can mention for us; the rest is a nuisance."""

_SPOKEN = frozenset({"m.text", "m.notice"})
_PILL = re.compile(r"""href=["']https://matrix\.to/#/(@[^"'?]{1,255})["'?]""")
_USER = re.compile(r"@[^:\s]+:\S+")


class Words(Frozen, frozen=True, kw_only=True):
    """How words are read."""

    ref: RoomRef
    me: Identity
    name: str
    prefix: str
    direct: bool
    handle: Handle = lambda _user: None


def words_of(event: Event, reading: Words) -> Message | None:
    """Return the message, or None when the event says nothing.

    An edit is the original message with the new text; it never executes. What a redaction has emptied is nothing.
    """
    relation = object_in(event.content, "m.relates_to")
    replaced = id_in(relation, "event_id") if relation.get("rel_type") == "m.replace" else None
    if event.type == "m.room.encrypted":
        return _unreadable(event, reading, replaced) if event.content else None
    said = object_in(event.content, "m.new_content") if replaced is not None else event.content
    text, kind = text_in(said, "body"), text_in(said, "msgtype")
    if text is None or kind is None:
        return None
    replies, thread = object_in(relation, "m.in_reply_to"), _thread(relation)
    if replies and replaced is None:
        text = without_quote(text)
    mentions = _mentions(said, reading)
    speaks = False
    if kind in _SPOKEN or (kind in FILES and text_in(said, "filename") not in {None, text}):
        speaks, text = addressed(
            text,
            prefix=reading.prefix,
            user=reading.me.id,
            name=reading.name,
            mentioned=reading.me in mentions,
            direct=reading.direct,
        )
    if speaks:
        text = with_handles(text, text_in(said, "formatted_body") or "", reading.handle)
    falls_back = thread is not None and relation.get("is_falling_back") is True
    return Message(
        ref=MessageRef(room=reading.ref, id=replaced or event.id),
        sender=Identity(network=reading.ref.network, id=event.sender),
        text=text,
        at=event.at,
        addressed=speaks,
        direct=reading.direct,
        thread=thread,
        reply_to=None if falls_back else id_in(replies, "event_id"),
        mentions=tuple(each for each in mentions if each != reading.me),
        edited=replaced is not None,
        automated=kind == "m.notice",
        files=attached(said),
    )


def _unreadable(event: Event, reading: Words, replaced: str | None) -> Message:
    return Message(
        ref=MessageRef(room=reading.ref, id=replaced or event.id),
        sender=Identity(network=reading.ref.network, id=event.sender),
        text="",
        at=event.at,
        addressed=reading.direct,
        direct=reading.direct,
        thread=_thread(object_in(event.content, "m.relates_to")),
        edited=replaced is not None,
        unreadable=True,
    )


def _thread(relation: dict[str, Any]) -> str | None:
    return id_in(relation, "event_id") if relation.get("rel_type") == "m.thread" else None


def _mentions(said: dict[str, Any], reading: Words) -> tuple[Identity, ...]:
    """Return whom the message means, once each. Clients that know no `m.mentions` put links to people into the HTML."""
    told = said.get("m.mentions")
    if isinstance(told, dict):
        listed = told.get("user_ids")
        users = [user for user in listed if isinstance(user, str)] if isinstance(listed, list) else []
    else:
        users = [unquote(user) for user in _PILL.findall(text_in(said, "formatted_body") or "")]
    meant = [user for user in dict.fromkeys(users[: MOST_MENTIONS * 2]) if is_id(user) and _USER.fullmatch(user)]
    return tuple(Identity(network=reading.ref.network, id=user) for user in meant[:MOST_MENTIONS])
