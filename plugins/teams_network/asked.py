"""Somebody wants something at once: an invoke, with what all kinds of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chatops import Body, Frozen
from chatops.core.message import Identity, RoomRef
from chatops.core.text import Text, _
from chatops.errors import StoreUnavailable
from chatops.ports.chat import Accept, Answered
from teams_network.activity import Activity
from teams_network.cutting import shortened
from teams_network.place import Place

Words = Callable[[Text], str]


class Asked(Frozen, frozen=True, kw_only=True):
    """An invoke of somebody, and what it takes to answer it."""

    activity: Activity
    place: Place
    asker: Identity
    at: datetime
    key: str
    """`i/…`: the same when it is redelivered, another one for everybody: what came of it is told to who asks."""
    words: Words
    """Puts our sentences into the asker's language."""
    accept: Accept
    at_most: float
    """Seconds the answer may take."""

    async def outcome(self, body: Body) -> Outcome:
        """Hand over what is asked, and return what came of it. Raise StoreUnavailable when it was not accepted."""
        await self.accept([(self.key, body)])
        try:
            answers = await self.accept.answers(self.key, self.at_most)
        except StoreUnavailable:
            answers = None  # it is accepted, and will happen
        return Outcome(answers=None if answers is None else tuple(answers))


class Outcome(Frozen, frozen=True, kw_only=True):
    """What came of something asked; no answers when it takes longer."""

    answers: tuple[Answered, ...] | None

    def card(self, room: RoomRef, message: str | None) -> Answered | None:
        """Return what a message of ours says now, if that was changed. In another room the same id is another message."""
        told = reversed(self.answers or ())
        return next((one for one in told if message and (one.room, one.message) == (room, message)), None)

    def refused(self) -> Answered | None:
        """Return the refusal of what was asked, if it was one."""
        return next((one for one in self.answers or () if one.refused and one.reply), None)

    def said(self, words: Words) -> str:
        """Return it in words."""
        if self.answers is None:
            return words(_("Working on it…"))
        told = self.refused() or next((one for one in reversed(self.answers) if one.reply), None)
        # Without facts and buttons: the card itself stands in the conversation.
        parts = () if told is None else (told.body.title, "".join(line.text for line in told.body.text))
        plain = "\n".join(part for part in parts if part) or (told.body.plain if told is not None else "")
        return shortened(plain, 1_000) if plain.strip() else words(_("Done."))
