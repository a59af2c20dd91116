"""A message, read again from the homeserver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nio import Api

from chatops import replace
from chatops.core.message import Identity, Message, MessageRef
from chatops.errors import Forbidden, Missing
from matrix_network.addressing import without_quote
from matrix_network.buttons import Accounts, newest
from matrix_network.directs import Directs
from matrix_network.event import event_of, object_in, text_in
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.words import Words, words_of

MESSAGES = frozenset({"m.room.message", "m.room.encrypted"})


class Reading:
    """Looks messages up."""

    def __init__(
        self, homeserver: Homeserver, *, accounts: Accounts, directs: Directs, now: Callable[[], datetime]
    ) -> None:
        self._homeserver = homeserver
        self._accounts = accounts
        self._directs = directs
        self._now = now

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message as it was last edited, or None when it is gone or cannot be seen."""
        room = message.room.id
        try:
            raw = await self._homeserver.call(Api.room_get_event(NO_TOKEN, room, message.id))
        except (Missing, Forbidden):
            return None
        account = await self._accounts.account()
        direct = await self._directs.user(room) is not None
        return message_of(raw, message, me=account.user, direct=direct, now=self._now())


def is_gone(raw: Json) -> bool:
    """Return whether an event has been redacted: nothing of what it said is left."""
    return not raw.get("content") or "redacted_because" in object_in(raw, "unsigned")


def message_of(raw: Json, ref: MessageRef, *, me: str, direct: bool, now: datetime) -> Message | None:
    """Return what somebody wrote, as it was last edited, prefix and all; None for what is gone and for what is none."""
    event = event_of(raw, now=now)
    if event is None or event.type not in MESSAGES or event.state_key is not None or is_gone(raw):
        return None
    relation = object_in(event.content, "m.relates_to")
    content = {**newest(raw), "m.relates_to": relation}
    us = Identity(network=ref.room.network, id=me)
    reading = Words(ref=ref.room, me=us, name="", prefix="", direct=direct)
    message = words_of(replace(event, content=content), reading)
    if message is None:
        return None
    text = text_in(content, "body") or ""
    return replace(
        message,
        text=without_quote(text) if "m.in_reply_to" in relation else text,
        addressed=False,
        edited="m.replace" in object_in(object_in(raw, "unsigned"), "m.relations"),
        automated=message.automated or event.sender == me,
    )
