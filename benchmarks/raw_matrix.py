"""Plain Matrix requests for measuring: aiohttp, and no more than a client has to do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp

CLIENT = "/_matrix/client/v3"
PATIENCE = aiohttp.ClientTimeout(total=60)

FILTER = (
    '{"presence":{"types":[]},"account_data":{"types":[]},'
    '"room":{"ephemeral":{"types":[]},"account_data":{"types":[]},'
    '"state":{"lazy_load_members":true},"timeline":{"limit":100}}}'
)
"""What both bots and the person who measures ask for."""


class Wire:
    """One account's requests."""

    def __init__(self, http: aiohttp.ClientSession, url: str, user: str, token: str) -> None:
        self._http = http
        self._url = url
        self.user = user
        self._headers = {"Authorization": f"Bearer {token}"}
        self._numbers = itertools.count()

    async def call(self, method: str, path: str, body: object = None, query: dict[str, str] | None = None) -> Any:
        """One request. Raise RuntimeError when it is refused."""
        async with self._http.request(
            method, self._url + CLIENT + path, json=body, params=query, headers=self._headers, timeout=PATIENCE
        ) as response:
            answer = await response.json()
            if response.status != HTTPStatus.OK:
                message = f"{method} {path}: {response.status} {answer}"
                raise RuntimeError(message)
            return answer

    async def send(self, room: str, text: str, msgtype: str = "m.text") -> str:
        """Post a message and return its event id."""
        path = f"/rooms/{quote(room)}/send/m.room.message/b{next(self._numbers)}"
        return (await self.call("PUT", path, {"msgtype": msgtype, "body": text}))["event_id"]

    async def syncs(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the rooms of each answer to /sync, and at first the invitations that wait."""
        query = {"filter": FILTER, "timeout": "0"}
        first = await self.call("GET", "/sync", query=query)
        since = first["next_batch"]
        yield {"invite": first.get("rooms", {}).get("invite", {})}
        while True:
            query = {"filter": FILTER, "timeout": "30000", "since": since}
            answer = await self.call("GET", "/sync", query=query)
            since = answer["next_batch"]
            yield answer.get("rooms", {})

    async def open_room(self, name: str, invite: list[str]) -> str:
        """Make a room with everybody invited, and return its id."""
        body = {"preset": "private_chat", "name": name, "topic": "Measured", "invite": invite}
        return (await self.call("POST", "/createRoom", body))["room_id"]

    async def pin(self, room: str, event: str) -> None:
        """Pin a message."""
        await self.call("PUT", f"/rooms/{quote(room)}/state/m.room.pinned_events/", {"pinned": [event]})


async def each(most: int, items: list[str], act: Any) -> None:
    """Act on every item, at most so many at a time."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await act(item)

    await asyncio.gather(*(worker() for _ in range(most)))


def said(rooms: dict[str, Any], room: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return the messages of a sync answer, each with its room."""
    return [
        (id_, event)
        for id_, joined in rooms.get("join", {}).items()
        if room is None or id_ == room
        for event in joined["timeline"]["events"]
        if event["type"] == "m.room.message"
    ]
