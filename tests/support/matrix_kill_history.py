"""Everything a homeserver holds, as its admin can read it: all rooms, with their whole timelines and present states."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from synapse_server import Synapse

ADMIN = "/_synapse/admin/v1/rooms"
PAGE = 500

History = list[dict[str, Any]]
"""Rooms: `id`, `events` (oldest first, state events among them) and `state`."""


async def history(server: Synapse, token: str) -> History:
    """Read all of it, all pages (synapse/rest/admin/rooms.py)."""
    return await asyncio.to_thread(_history, server, token)


def _history(server: Synapse, token: str) -> History:
    answer = server.call("GET", f"{ADMIN}?limit=100000", token=token)
    assert answer["total_rooms"] == len(answer["rooms"])
    return [
        {
            "id": room["room_id"],
            "events": _events(server, room["room_id"], token),
            "state": server.call("GET", f"{ADMIN}/{quote(room['room_id'], safe='')}/state", token=token)["state"],
        }
        for room in answer["rooms"]
    ]


def _events(server: Synapse, room: str, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start = ""
    while True:
        where = f"{ADMIN}/{quote(room, safe='')}/messages?dir=b&limit={PAGE}{start}"
        page = server.call("GET", where, token=token)
        found += page["chunk"]
        if "end" not in page:
            return found[::-1]
        start = f"&from={quote(page['end'])}"
