"""Server-sent events: one stream per tab, resumed where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
from aiohttp import web

from chatops import Frozen, PluginContext
from chatops.core.message import Person
from chatops.errors import StoreUnavailable
from console_network.live import Changes, Touched
from console_network.model import Entry, Room
from console_network.pages import Pages
from console_network.store import Store

HEARTBEAT = 15.0
"""Seconds between signs of life on a quiet stream, so that both ends notice a dead line."""

RETRY_MS = 1000
"""Milliseconds a browser waits before it connects again."""


class Watcher(Frozen, frozen=True, kw_only=True):
    """What a tab shows."""

    person: Person
    room: str
    thread: str | None
    address: str
    """Of the page, for links in what is sent."""


class _Piece(Frozen, frozen=True, kw_only=True):
    """HTML for one place of the page; `list` names the list it belongs to when it is not there yet."""

    id: str
    html: str
    list: str = ""
    new: bool = False


class Streams:
    """Sends what changes to whoever watches."""

    def __init__(self, context: PluginContext, store: Store, changes: Changes, pages: Pages) -> None:
        self._context = context
        self._store = store
        self._changes = changes
        self._pages = pages

    async def serve(self, request: web.Request, watcher: Watcher, cursor: str) -> web.StreamResponse:
        """Send until the browser goes away or the server stops."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        shown: Room | None = None
        # While the database is away the line ends, and the tab asks again from where it was told.
        with suppress(ConnectionResetError, StoreUnavailable):
            while True:
                room = self._store.rooms[watcher.room]
                if not room.visible_to(watcher.person):
                    await response.write(_event("gone", b"{}", ""))
                    break
                changes = self._changes.since(cursor)
                now = self._changes.cursor
                if changes is None:
                    await response.write(_event("resync", b"{}", now))
                elif changes:
                    async for piece in self._pieces(request, watcher, changes, room, shown):
                        await response.write(_event("piece", msgspec.json.encode(piece), ""))
                    shown = room
                    await response.write(_event("told", b"{}", now))
                cursor = now
                if not await self._changed(cursor):
                    await response.write(b": beat\n\n")
                    await self._store.catch_up(watcher.room)
        return response

    async def _changed(self, cursor: str) -> bool:
        """Return True when there is something to tell, False when it is time for a heartbeat."""
        waits = {
            asyncio.ensure_future(self._changes.wait(cursor)),
            asyncio.ensure_future(self._context.clock.sleep(HEARTBEAT)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return cursor != self._changes.cursor

    async def _pieces(
        self, request: web.Request, watcher: Watcher, changes: tuple[Touched, ...], room: Room, shown: Room | None
    ) -> AsyncIterator[_Piece]:
        person, address = watcher.person, watcher.address
        here = [change for change in changes if change.room == room.id]
        found = [await self._store.entry(id_) for id_ in dict.fromkeys(change.entry for change in here if change.entry)]
        # Of what several replicas wrote, one hears in another order than it stands in.
        for entry in sorted((entry for entry in found if entry is not None), key=lambda entry: entry.seq):
            async for piece in self._entry(request, watcher, entry):
                yield piece
        if here:
            html = await self._pages.top(request, person, room, address=address)
            yield _Piece(id="top", html=html)
            await self._store.see(person, room)
        if here and (shown is None or room.members != shown.members):
            yield _Piece(id="members", html=self._pages.members(request, person, room))
        if here and (shown is None or _writable(room, person) is not _writable(shown, person)):
            yield _Piece(id="compose", html=self._pages.write(request, person, room, address=address))
        yield _Piece(id="rooms", html=self._pages.rooms(request, person, room.id))

    async def _entry(self, request: web.Request, watcher: Watcher, entry: Entry) -> AsyncIterator[_Piece]:
        person, address = watcher.person, watcher.address
        new = entry.author != person.id and not entry.edits and not entry.replies and not entry.reactions
        if entry.thread is None:
            html = await self._pages.entry(request, person, entry, prefix="", address=address)
            yield _Piece(id=entry.id, html=html, list="entries", new=new)
        if watcher.thread is not None and watcher.thread in {entry.id, entry.thread}:
            html = await self._pages.entry(request, person, entry, prefix="t-", address=address)
            yield _Piece(id=f"t-{entry.id}", html=html, list="replies", new=new)


def _writable(room: Room, person: Person) -> bool:
    return person.id in room.members and not room.archived


def _event(name: str, data: bytes, cursor: str) -> bytes:
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {name}\ndata: ".encode() + data + b"\n\n"
