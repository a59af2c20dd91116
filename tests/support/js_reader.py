"""Reads a room with matrix-js-sdk (tests/matrix/js), to see our messages as a client nobody here wrote sees them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from matrix_people import MatrixPerson
from needs import lacking, need
from tree import ROOT

FOLDER = ROOT / "tests/matrix/js"
HOW = "apt-get install nodejs npm && scripts/setup js"

LONGEST = 16 * 1024 * 1024
"""Bytes of one line: a whole room as the client understood it."""


class ReadMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message as the SDK understood it, edits applied."""

    id: str
    sender: str
    msgtype: str | None
    text: str | None
    html: str | None
    edited: bool
    redacted: bool
    thread: str | None
    """Id of the message that starts the thread; its own for that one."""
    in_thread: bool
    starts_thread: bool
    reply_to: str | None
    mentions: tuple[str, ...]
    mentions_said: bool
    """False when there is no `m.mentions`: then clients search the text for names."""
    highlights_me: bool
    notifies_me: bool
    reactions: dict[str, tuple[str, ...]]
    """Who reacted, sorted, by key."""


class ReadRoom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The room as the SDK understood it."""

    name: str
    topic: str | None
    join_rule: str
    version: str
    pinned: tuple[str, ...]
    members: dict[str, str]
    may_write: bool


class Read(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a client shows of a room."""

    room: ReadRoom
    messages: tuple[ReadMessage, ...]

    def message(self, id_: str) -> ReadMessage:
        """Return a message. Raise KeyError when the client has none with that id."""
        return {message.id: message for message in self.messages}[id_]


class JsReader:
    """A running client."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def read(self, *, until: str) -> Read:
        """Return what the client shows as soon as it has the event `until`."""
        return msgspec.convert(await self.ask(until), Read)

    async def ask(self, line: str) -> Any:
        """Write a line and return the answer. Raise AssertionError with what the client said when it died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()
        answer = await self._process.stdout.readline()
        if not answer:
            assert self._process.stderr is not None
            raise AssertionError((await self._process.stderr.read()).decode())
        return json.loads(answer)


@asynccontextmanager
async def js_reader(person: MatrixPerson, room: str) -> AsyncIterator[JsReader]:
    """Log a client in as `person`, joined to `room` and synced. It ends with the block."""
    node = need("node", how=HOW)
    if not (FOLDER / "node_modules/.ready").exists():
        lacking("matrix-js-sdk", how=HOW)
    process = await asyncio.create_subprocess_exec(
        node,
        str(FOLDER / "reader.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST,
    )
    try:
        reader = JsReader(process)
        told = {"homeserver": person.url, "user": person.id, "token": person.token, "room": room}
        await reader.ask(json.dumps(told))
        yield reader
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
