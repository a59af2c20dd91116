"""Reactions of our own under our cards: somebody clicks on one instead of pressing a button."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import structlog
from nio import Api

from chatops.errors import Conflict, Forbidden, PortError, Rejected
from matrix_network.buttons import Accounts
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.marks import bare
from matrix_network.once import transaction

log = structlog.get_logger("matrix_network")

PAGE = 100
PAGES = 5
"""Of reactions that are looked through for our own, oldest first: ours came with the card."""


class Seeds:
    """Puts reactions under cards and takes them away. Where reactions are not allowed, what can be typed is still there."""

    def __init__(self, homeserver: Homeserver, accounts: Accounts) -> None:
        self._homeserver = homeserver
        self._accounts = accounts

    async def plant(self, room: str, message: str, emoji: Iterable[str], *, key: str) -> None:
        """Put these under a message, in their order. Harmless when they are there. Raise a PortError but Rejected."""
        for one in emoji:
            relation = {"rel_type": "m.annotation", "event_id": message, "key": one}
            request = Api.room_send(
                NO_TOKEN, room, "m.reaction", {"m.relates_to": relation}, transaction(key, f"seed {one}")
            )
            try:
                await self._homeserver.call(request)
            except Conflict:
                continue
            except Rejected as error:
                log.warning("buttons not shown", room=room, card=message, reason=error.code)
                return

    async def weed(self, room: str, message: str, emoji: Iterable[str], *, key: str) -> None:
        """Take ours of these away. Harmless when they are gone. Raise a PortError but Rejected."""
        gone = {bare(one) for one in emoji}
        try:
            for event in await self._ours(room, message, gone) if gone else ():
                await self._redact(room, event, transaction(key, f"weed {event}"))
        except Rejected as error:
            log.warning("buttons not taken away", room=room, card=message, reason=error.code)

    async def give_back(self, room: str, reaction: str) -> None:
        """Take somebody's click off again, so that the button can be clicked another time.

        Only with the right to redact what others sent; without it the click stays, which harms nothing. Never raises a
        PortError, and is not tried again.
        """
        try:
            await self._redact(room, reaction, transaction(reaction, "given back"))
        except Forbidden:
            return
        except PortError as error:
            log.info("a click stays", room=room, reaction=reaction, reason=type(error).__name__)

    async def _redact(self, room: str, event: str, transaction_id: str) -> None:
        await self._homeserver.call(Api.room_redact(NO_TOKEN, room, event, transaction_id))

    async def _ours(self, room: str, message: str, emoji: set[str]) -> list[str]:
        user = (await self._accounts.account()).user
        found: list[str] = []
        start = ""
        for _page in range(PAGES):
            answer = await self._homeserver.call(_reactions(room, message, start))
            found += [
                str(event["event_id"])
                for event in answer.get("chunk", ())
                if event.get("sender") == user and bare(_key(event)) in emoji
            ]
            start = answer.get("next_batch", "")
            if not start:
                break
        return found


def _reactions(room: str, message: str, start: str) -> tuple[str, str]:
    """Return the request for a page of a message's reactions (client-server API v1.4, "Relationships API")."""
    where = f"/_matrix/client/v1/rooms/{quote(room, safe='')}/relations/{quote(message, safe='')}"
    return "GET", f"{where}/m.annotation/m.reaction?dir=f&limit={PAGE}" + (f"&from={quote(start)}" if start else "")


def _key(event: Json) -> str:
    content = event.get("content")
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    key = relation.get("key") if isinstance(relation, dict) else None
    return key if isinstance(key, str) else ""
