"""The least a bot on Matrix does, with aiohttp: echoes what it is told, joins where it is invited, tells many rooms at once.

Run as a program: the first line of standard input is an object {url, user, token}. It keeps nothing, checks nobody, and
would lose and repeat commands when it is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import quote

import aiohttp
from raw_matrix import Wire, each, said

FAN_OUT = "!fan "
"""With the rest, the path of a JSON file with the rooms to tell."""

AT_ONCE = 8


async def answer(wire: Wire, room: str, text: str) -> None:
    """Echo, or tell the rooms."""
    if text.startswith(FAN_OUT):
        file = Path(text.removeprefix(FAN_OUT).strip())
        rooms = json.loads(await asyncio.to_thread(file.read_text))
        await each(AT_ONCE, rooms, lambda one: wire.send(one, "to everybody", "m.notice"))
    else:
        await wire.send(room, text, "m.notice")


async def main() -> None:
    """Serve until killed."""
    told = json.loads(sys.stdin.readline())
    answering: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession() as http:
        wire = Wire(http, told["url"], told["user"], told["token"])
        print("ready", flush=True)
        async for rooms in wire.syncs():
            for room in rooms.get("invite", {}):
                await wire.call("POST", f"/join/{quote(room)}", {})
            for room, event in said(rooms):
                if event["sender"] != wire.user and event["content"].get("msgtype") == "m.text":
                    task = asyncio.create_task(answer(wire, room, event["content"]["body"]))
                    answering.add(task)
                    task.add_done_callback(answering.discard)


if __name__ == "__main__":
    asyncio.run(main())
