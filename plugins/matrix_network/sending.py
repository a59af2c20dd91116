"""What the bot says: posts, edits and reactions, each once per key, and never too long for an event."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from nio import Api

from chatops import replace
from chatops.core.message import MessageRef, RoomRef
from chatops.core.text import Text, _
from chatops.errors import Conflict, Forbidden, Invalid, Missing, Rejected
from chatops.ports.chat import Line, Outgoing, as_typed
from matrix_network.buttons import Accounts, Buttons, marks_of, newest
from matrix_network.directs import Directs
from matrix_network.event import object_in
from matrix_network.fitting import BUDGETS, fitted
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json, id_of
from matrix_network.marks import assigned
from matrix_network.once import transaction
from matrix_network.reading import is_gone
from matrix_network.render import Manner, content, replacing
from matrix_network.seeds import Seeds
from matrix_network.settings import MatrixSettings
from matrix_network.threads import Threads
from matrix_network.typing_notice import TypingNotice
from matrix_network.uploads import uploaded

log = structlog.get_logger("matrix_network")

ATTACHED = _("The whole text is attached.")

Words = Callable[[Text, str], str]
"""(text, locale) → the words."""


class Sending:
    """Speaks as the account. A plain post is one request. Raises PortErrors."""

    def __init__(
        self,
        homeserver: Homeserver,
        *,
        accounts: Accounts,
        settings: MatrixSettings,
        directs: Directs,
        buttons: Buttons,
        seeds: Seeds,
        threads: Threads,
        typing: TypingNotice,
        words: Words,
    ) -> None:
        self._homeserver = homeserver
        self._accounts = accounts
        self._settings = settings
        self._directs = directs
        self._buttons = buttons
        self._seeds = seeds
        self._threads = threads
        self._typing = typing
        self._words = words

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post; what is too long for an event follows as a file. Returns when the buttons stand there as well."""
        self._typing.answered(room.id, user=await self._directs.user(room.id))
        marks = assigned(body.buttons)
        manner = await self._manner(room)
        body = as_typed(body, manner.typed_after)
        relation = {} if thread is None else {"m.relates_to": await self._threads.relation(room.id, thread)}

        def made(post: Outgoing) -> Json:
            return content(post, marks, manner) | relation

        event, whole = await self._fitting(room, body, made, key, announced=self._announcing)
        self._buttons.remember(room.id, event, marks)
        if not whole:
            file = await uploaded(self._homeserver, content(body, marks, manner)["body"])
            await self._send(room, file | relation, transaction(key, "file"))
        await self._seeds.plant(room.id, event, marks.shown, key=key)
        return MessageRef(room=room, id=event)

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our messages; what is too long is cut. Raise Missing or Forbidden.

        The buttons are changed first: cut off in between, the same edit finds the same to do again. And what they mean is
        known before they can be clicked, which may be long before the homeserver takes the text.
        """
        room = message.room
        raw = await self._homeserver.call(Api.room_get_event(NO_TOKEN, room.id, message.id))
        user = (await self._accounts.account()).user
        if raw.get("sender") != user:
            text = "somebody else wrote the message to edit"
            raise Forbidden(text)
        if is_gone(raw):
            text = "the message to edit is gone"
            raise Missing(text)
        before = marks_of(raw, user)
        marks = assigned(body.buttons, before)
        manner = await self._manner(room)
        body = as_typed(body, manner.typed_after)
        mentioned = object_in(dict(newest(raw)), "m.mentions").get("user_ids")

        def made(post: Outgoing) -> Json:
            new = content(post, marks, manner)
            return replacing(message.id, new, mentioned=mentioned if isinstance(mentioned, list) else ())

        new = [emoji for emoji in marks.shown if emoji not in before.shown]
        gone = [emoji for emoji in before.shown if emoji not in marks.shown]
        self._buttons.remember(room.id, message.id, marks)
        await self._buttons.tell(room.id, message.id, marks)
        await self._seeds.plant(room.id, message.id, new, key=key)
        await self._seeds.weed(room.id, message.id, gone, key=key)
        await self._fitting(room, body, made, key)

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Put a reaction on a message. Raise Missing when it is not there."""
        relation = {"rel_type": "m.annotation", "event_id": message.id, "key": emoji}
        request = Api.room_send(
            NO_TOKEN, message.room.id, "m.reaction", {"m.relates_to": relation}, transaction(key, "reaction")
        )
        try:
            await self._homeserver.call(request)
        except Conflict:
            return
        except Rejected:
            # Synapse answers M_UNKNOWN for a relation to what it does not know; asked for that event, it is clearer.
            await self._homeserver.call(Api.room_get_event(NO_TOKEN, message.room.id, message.id))
            raise

    async def _manner(self, room: RoomRef) -> Manner:
        return Manner(
            network=room.network,
            prefix=self._settings.prefix,
            direct=await self._directs.user(room.id) is not None,
        )

    async def _fitting(
        self,
        room: RoomRef,
        body: Outgoing,
        made: Callable[[Outgoing], Json],
        key: str,
        announced: Callable[[Outgoing], Outgoing] = lambda post: post,
    ) -> tuple[str, bool]:
        """Send as much as the homeserver takes, and return the event and whether that was all."""
        for budget in BUDGETS:
            found, whole = fitted(body, budget, made, announced)
            try:
                return await self._send(room, found, transaction(key)), whole
            except Invalid as error:
                if error.code != "M_TOO_LARGE" or budget == BUDGETS[-1]:
                    raise
                log.warning("an event is too large for the homeserver", room=room.id, most=budget)
        raise AssertionError

    async def _send(self, room: RoomRef, found: Json, transaction_id: str) -> str:
        answer = await self._homeserver.call(Api.room_send(NO_TOKEN, room.id, "m.room.message", found, transaction_id))
        return id_of(answer, "event_id")

    def _announcing(self, post: Outgoing) -> Outgoing:
        """Return a shortened post that says where the rest is."""
        return replace(post, footer=(Line(text=self._words(ATTACHED, post.locale)),))
