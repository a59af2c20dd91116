"""“chatops is typing”: shown while somebody waits longer than a moment for an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nio import Api

from chatops.core.message import Message
from chatops.errors import PortError
from matrix_network.background import Background
from matrix_network.buttons import Accounts
from matrix_network.homeserver import NO_TOKEN, Homeserver

MOMENT = 0.4
"""Seconds within which an answer needs no notice."""

LASTS = 10.0
"""Seconds after which clients forget a notice that is not renewed."""

RENEWED = 8.0
"""Seconds between one and the next."""

LONGEST = 30.0
"""Seconds after which nobody is told any more: some things said need no answer."""


class TypingNotice:
    """Best effort: what fails is let go. One notice a room, however many wait there."""

    def __init__(
        self,
        homeserver: Homeserver,
        *,
        accounts: Accounts,
        background: Background,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._homeserver = homeserver
        self._accounts = accounts
        self._background = background
        self._sleep = sleep
        self._waiting: dict[str, _Wait] = {}

    def asked(self, message: Message) -> None:
        """Somebody has spoken to us, and it has been accepted."""
        room = message.ref.room.id
        wait = self._waiting.get(room)
        if wait is not None:
            wait.users.add(message.sender.id)
            return
        wait = _Wait(room, message.sender.id)
        self._waiting[room] = wait
        self._background.spawn(self._notice(wait), name=f"typing in {room}")

    def answered(self, room: str, *, user: str | None = None) -> None:
        """We are saying something in a room; `user`: in the direct chat of somebody, who may have asked elsewhere."""
        done = [
            wait for wait in self._waiting.values() if wait.room == room or (user is not None and user in wait.users)
        ]
        for wait in done:
            del self._waiting[wait.room]
            wait.over = True
            if wait.shown:
                self._background.spawn(self._end(wait.room), name=f"typing no more in {wait.room}")

    async def _notice(self, wait: _Wait) -> None:
        try:
            await self._sleep(MOMENT)
            for _time in range(int(LONGEST / RENEWED)):
                if wait.over:
                    return
                wait.shown = True  # already now: whoever answers meanwhile ends it
                wait.shown = await self._tell(wait.room, typing=True)
                if wait.over:
                    # It was answered while the notice was on its way, which may have overtaken its end.
                    if wait.shown:
                        await self._tell(wait.room, typing=False)
                    return
                await self._sleep(RENEWED)
        finally:
            if self._waiting.get(wait.room) is wait:
                del self._waiting[wait.room]

    async def _end(self, room: str) -> None:
        await self._tell(room, typing=False)

    async def _tell(self, room: str, *, typing: bool) -> bool:
        """Tell the homeserver; return whether it took that."""
        try:
            user = (await self._accounts.account()).user
            await self._homeserver.call(Api.room_typing(NO_TOKEN, room, user, typing, int(LASTS * 1000)))
        except PortError:
            return False
        return True


class _Wait:
    """Who waits in a room."""

    def __init__(self, room: str, user: str) -> None:
        self.room = room
        self.users = {user}
        self.shown = False
        self.over = False
