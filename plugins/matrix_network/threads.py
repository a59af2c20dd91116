"""Which thread a message is in. A thread has one root; Synapse refuses to start one from within another."""

from __future__ import annotations

from nio import Api

from chatops.core.message import Message
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.recent import Recent

MOST = 20_000
"""Messages whose thread is remembered."""


class Threads:
    """Roots of threads. Messages we have just heard are known; for older ones the homeserver is asked."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._roots: Recent[tuple[str, str], str] = Recent(MOST)

    def heard(self, message: Message) -> None:
        """Remember the thread of a message somebody wrote."""
        self._roots.put((message.ref.room.id, message.ref.id), message.thread or message.ref.id)

    async def relation(self, room: str, message: str) -> Json:
        """Return the relation of a reply in the thread that `message` starts or is in. Raise Missing when it is gone.

        The fallback (`is_falling_back`) shows it as a plain reply where clients know no threads.
        """
        return {
            "rel_type": "m.thread",
            "event_id": await self._root(room, message),
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": message},
        }

    async def _root(self, room: str, message: str) -> str:
        root = self._roots.get((room, message))
        if root is None:
            event = await self._homeserver.call(Api.room_get_event(NO_TOKEN, room, message))
            root = root_of(event) or message
            self._roots.put((room, message), root)
        return root


def root_of(event: Json) -> str | None:
    """Return the root of the thread an event is in, or None."""
    content = event.get("content")
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    if not isinstance(relation, dict) or relation.get("rel_type") != "m.thread":
        return None
    root = relation.get("event_id")
    return root if isinstance(root, str) else None
