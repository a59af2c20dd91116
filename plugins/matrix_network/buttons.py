"""Reactions that stand for buttons: which emoji of which card means what. The homeserver keeps it, in the card itself.

The references grant nothing (whoever presses needs the right), so they may stand where everybody in the room can read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec
from nio import Api

from chatops import PluginContext
from chatops.errors import Missing
from chatops.ports.signals import LONGEST
from matrix_network.account import Account
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.marks import NOTHING, Marks
from matrix_network.recent import Recent
from matrix_network.render import CARD

MOST = 10_000
"""Messages whose buttons are remembered."""


class Accounts(Protocol):
    """Knows who we are."""

    async def account(self) -> Account:
        """Return who we are. Raise AuthExpired when nobody has logged in yet."""
        ...


class Buttons:
    """What the reactions under our cards mean. Our own sends keep it fresh; what is not known is read off the card.

    Among replicas a card may have been edited by another: what its new marks mean is told before they can be clicked, and a
    mark that is not known is looked for in the card once more. No emoji ever changes its meaning.
    """

    def __init__(self, homeserver: Homeserver, accounts: Accounts, *, context: PluginContext | None = None) -> None:
        """`context`: of a plugin that may have replicas."""
        self._context = context if context is not None and context.shared else None
        if self._context is not None:
            self._context.signals.listen(self._topic, self._heard, missed=lambda: None)
        self._homeserver = homeserver
        self._accounts = accounts
        self._known: Recent[tuple[str, str], Marks] = Recent(MOST)

    async def pressed(self, room: str, message: str, emoji: str) -> str | None:
        """Return the reference of the button that `emoji` stands for on one of our messages, or None.

        Works for every card ever sent, also after a restart, and for buttons the card has no longer. Raise a PortError
        when the homeserver does not say.
        """
        marks = self._known.get((room, message))
        if marks is not None and self._context is not None and marks.meaning(emoji) is None:
            marks = None
            self._known.drop((room, message))
        if marks is None:
            try:
                event = await self._homeserver.call(Api.room_get_event(NO_TOKEN, room, message))
            except Missing:
                return None
            read = marks_of(event, (await self._accounts.account()).user)
            marks = self._known.get((room, message))
            if marks is None:  # else we have edited the card meanwhile, and know better
                marks = read
                self._known.put((room, message), marks)
        return marks.meaning(emoji)

    def remember(self, room: str, message: str, marks: Marks) -> None:
        """A message of ours has these marks now."""
        self._known.put((room, message), marks)

    async def tell(self, room: str, message: str, marks: Marks) -> None:
        """A message of ours is about to have these marks: whoever reads what is clicked has to know."""
        if self._context is not None:
            text = msgspec.json.encode(_Told(room, message, dict(marks.meanings), list(marks.shown))).decode()
            if len(text.encode()) <= LONGEST:
                await self._context.signals.send(self._topic, text)

    @property
    def _topic(self) -> str:
        return f"plugin:{self._context.name if self._context else ''}:marks"

    def _heard(self, text: str) -> None:
        with suppress(msgspec.MsgspecError):
            told = msgspec.json.decode(text, type=_Told)
            self.remember(told.room, told.message, Marks(meanings=told.meanings, shown=tuple(told.shown)))


def marks_of(event: Json, user: str) -> Marks:
    """Return the marks in the newest text of a message by `user`. Somebody else's card has none, whatever it says."""
    if event.get("sender") != user:
        return NOTHING
    try:
        card = msgspec.convert(newest(event).get(CARD, {}), _Card)
    except msgspec.ValidationError:
        return NOTHING
    return Marks(meanings=card.buttons, shown=tuple(emoji for emoji in card.shown if emoji in card.buttons))


def newest(event: Json) -> Mapping[str, Any]:
    """Return the content of a message as it was last edited by its sender.

    The newest edit comes bundled with the event (client-server API v1.16, "Server-side aggregation of m.replace"). Synapse
    before 1.79 also put the new content in place of the old.
    """
    edit = _at(event, "unsigned", "m.relations", "m.replace")
    if edit.get("sender") == event.get("sender"):
        new = _at(edit, "content", "m.new_content")
        if new:
            return new
    return _at(event, "content")


def _at(found: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        inner = found.get(name)
        if not isinstance(inner, dict):
            return {}
        found = inner
    return found


class _Card(msgspec.Struct, frozen=True):
    buttons: dict[str, str] = {}
    shown: list[str] = []


class _Told(msgspec.Struct, frozen=True, array_like=True):
    room: str
    message: str
    meanings: dict[str, str]
    shown: list[str]
