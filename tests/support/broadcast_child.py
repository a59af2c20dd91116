"""A server that broadcasts to many rooms of a network with a limit, and dies once that has as many posts as it is told.

Run as a program with its orders in JSON. It says `up`, begins at the first line of its input, says `sent` when nothing is
left to send by anybody, and ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any, ClassVar
from urllib.parse import quote

import aiohttp

from chatops import logs
from chatops.core.access import Relations
from chatops.core.catalogue import Catalogues
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body, replace
from chatops.core.message import MessageRef, RoomRef
from chatops.core.table import CommandTable
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.engine import Engine
from chatops.engine.settings import EngineSettings
from chatops.errors import RateLimited, Unreachable
from chatops.hookspecs import Listener
from chatops.ports.chat import Outgoing
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import EVERYTHING, FakeNetwork
from timer_child import open_store

SECRET = b"a secret for buttons in tests, 32 bytes or more"
LEASE = 3.0
"""Seconds until another takes up what the dead one was sending."""

PAUSE = 0.1


class Broadcast(Body, frozen=True, kw_only=True):
    """Something to say everywhere."""

    kind: ClassVar[str] = "test.broadcast"

    rooms: int


async def broadcast(unit: Unit, told: Broadcast) -> None:
    """Say it."""
    for number in range(told.rooms):
        unit.post(f"remote:limited:room-{number}", _("All is well again."), bulk=True)


class LimitedNetwork(FakeNetwork):
    """A connection to `limited_server`.

    With the first post of its own after so many of everybody's there, it ends this process before anybody here knows. Its
    own alone are not what is counted: a quicker replica may leave it too few.
    """

    def __init__(self, session: aiohttp.ClientSession, told: dict[str, Any]) -> None:
        super().__init__("limited", capabilities=replace(EVERYTHING, per_second=told["limit"], room_per_second=10.0))
        self._session = session
        self._url = f"http://127.0.0.1:{told['port']}"
        self._dies_after = told["dies_after"]

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post."""
        try:
            async with self._session.post(f"{self._url}/{room.id}/{quote(key, safe='')}") as answer:
                status, wait, told = answer.status, answer.headers.get("Retry-After"), await answer.json()
        except aiohttp.ClientError as error:
            raise Unreachable(str(error)) from error
        if status == 429:
            message = "too many posts"
            raise RateLimited(message, retry_after=float(wait or 1))
        if 0 < self._dies_after <= told["posts"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return MessageRef(room=room, id=told["id"])


async def serve(told: dict[str, Any]) -> None:
    """Send what there is to send."""
    clock, codec = SystemClock(), Codec([Broadcast])
    store = open_store(told["database"], told["name"], codec, clock)
    await store.open()
    async with aiohttp.ClientSession() as session:
        engine = Engine(
            store=store,
            codec=codec,
            catalogues=Catalogues({}),
            directory=FakeDirectory(),
            networks=[LimitedNetwork(session, told)],
            table=CommandTable([]),
            relations=Relations(),
            listeners=[Listener(name="test.broadcast", of=Broadcast, handle=broadcast)],
            secret=SECRET,
            settings=EngineSettings(send_lease=LEASE),
        )
        await engine.start()
        _say("up")
        await asyncio.to_thread(sys.stdin.readline)
        body = codec.encode(Broadcast(rooms=told["rooms"]))
        await store.accept_many([InboxRow(key="say", lane="all", kind=Broadcast.kind, body=body, cause="say")])
        engine.ring()
        left = True
        while left:
            await asyncio.sleep(PAUSE)
            depths = await store.depths()
            left = bool(depths.inbox or depths.outbox)
        _say("sent")
        await asyncio.to_thread(sys.stdin.readline)
        await engine.stop()
    await store.close()


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logs.configure(level="error", style="text")
    asyncio.run(serve(json.loads(sys.argv[1])))
