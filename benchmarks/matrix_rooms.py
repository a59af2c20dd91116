"""Opens rooms through the adapter and by plain requests, in turns, and prints how long each took.

Run as a program with a data folder that nobody holds; standard input is an object {url, user, token, invite, turns}.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path

import aiohttp
import structlog
from raw_matrix import Wire

from chatops.app import App
from chatops.core.message import Identity
from chatops.ports.chat import ChatNetwork, Line, Outgoing, RoomSpec
from chatops.settings import load

TITLE, TEXT = "Swarm 12 · refund loops", "Severity 2. Whoever can help: this is the place."
WARM = 3
"""Turns that do not count."""


async def adapter(chat: ChatNetwork, invite: list[str], turn: int) -> float:
    """Open a room with everybody invited, post a card, pin it."""
    started = time.perf_counter()
    members = tuple(Identity(network=chat.name, id=one) for one in invite)
    room = await chat.open_room(RoomSpec(title=TITLE, topic="Measured", members=members, private=True), key=f"o{turn}")
    card = Outgoing(title=TITLE, text=(Line(text=TEXT),), plain=f"{TITLE}\n{TEXT}")
    message = await chat.post(room, card, key=f"p{turn}")
    await chat.pin(message, key=f"i{turn}")
    return time.perf_counter() - started


async def raw(wire: Wire, invite: list[str]) -> float:
    """Do the same with three plain requests."""
    started = time.perf_counter()
    room = await wire.open_room(TITLE, invite)
    await wire.pin(room, await wire.send(room, TEXT))
    return time.perf_counter() - started


async def main() -> None:
    """Take turns."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    told = json.loads(sys.stdin.readline())
    folder = Path(sys.argv[1])
    app = await asyncio.to_thread(lambda: App.prepare(load(folder / "chatops.toml"), folder, listen=False))
    await app.start()
    took: dict[str, list[float]] = {"adapter": [], "raw": []}
    async with aiohttp.ClientSession() as http:
        wire = Wire(http, told["url"], told["user"], told["token"])
        for turn in range(told["turns"] + WARM):
            took["adapter"].append(await adapter(app.registry.networks["matrix"], told["invite"], turn))
            took["raw"].append(await raw(wire, told["invite"]))
    await app.stop()
    print(json.dumps({name: seconds[WARM:] for name, seconds in took.items()}))


if __name__ == "__main__":
    asyncio.run(main())
