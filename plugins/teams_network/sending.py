"""What the bot says: posts and edits. In one conversation nothing overtakes anything, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from chatops import Clock, Frozen
from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.core.text import Text
from chatops.errors import Invalid, Missing, OutcomeUnknown, PortError, RateLimited, StoreUnavailable, Unsupported
from chatops.ports.chat import Outgoing, as_typed
from teams_network.addresses import base
from teams_network.card import Rendered
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.fitting import fitted
from teams_network.known import Known
from teams_network.locks import Newest, Queues
from teams_network.parts import UNSURE, PartsBook
from teams_network.personal_chats import PersonalChats
from teams_network.settings import TeamsSettings
from teams_network.spots import Spot, address_of, spot

log = structlog.get_logger("teams")

Words = Callable[[Text, str], str]
"""(text, locale) → the words."""

PATIENCE = 8.0
"""Seconds to spend on one post. What is left of it by then is sent when it is asked for again."""


class _Edit(Frozen, frozen=True, kw_only=True):
    message: MessageRef
    body: Outgoing


class Sending:
    """Speaks as the bot. Raises PortErrors; StoreUnavailable where the records cannot be had."""

    def __init__(
        self,
        connector: Connector,
        conversations: Conversations,
        personal_chats: PersonalChats,
        parts: PartsBook,
        settings: TeamsSettings,
        *,
        words: Words,
        clock: Clock,
    ) -> None:
        self._connector = connector
        self._conversations = conversations
        self._personal_chats = personal_chats
        self._parts = parts
        self._settings = settings
        self._words = words
        self._clock = clock
        self._queues = Queues()
        self._edits: Newest[_Edit] = Newest(self._queues)

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post; what is too long for one message follows in others. Repeated with the same key, only what is missing.

        In a channel without a thread it begins one. Raise OutcomeUnknown when a part may have been sent.
        """
        where = await spot(self._conversations, room, thread)
        async with self._queues.turn(where.known.id):
            began = self._clock.monotonic()
            try:
                id = await self._post(room, where, body, key, began)
            except Missing:
                if not await self._is_back(where.known):
                    raise
                id = await self._post(room, where, body, key, began)
        return MessageRef(room=room, id=id)

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our messages, with all that followed it. Of edits that wait, only the newest is made.

        Raise Missing when the message is gone.
        """
        del key  # A repetition changes nothing; what an edit adds is written down before it is sent.
        await self._edits.run(base(message.room.id), message.id, _Edit(message=message, body=body), self._edit)

    async def prune(self) -> int:
        """Forget how posts were split that nobody edits any more; return how many. Raise StoreUnavailable."""
        return await self._parts.prune()

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Raise Unsupported. The Bot Connector's documented API has no call for it, only Microsoft's newest SDK does, as a
        preview (microsoft/teams.net#338); Graph's is for people (Microsoft Learn, "chatMessage: setReaction")."""
        text = "bots cannot react in Teams"
        raise Unsupported(text)

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Raise Unsupported. The Bot Connector has no call for it, and Graph's, which is for chats alone, asks for a right
        to read all chats of the organisation (Microsoft Learn, "Pin a message in a chat": Chat.ReadWrite.All)."""
        text = "bots cannot pin in Teams"
        raise Unsupported(text)

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Raise Unsupported, as `pin` does."""
        text = "bots cannot pin in Teams"
        raise Unsupported(text)

    async def _post(self, room: RoomRef, where: Spot, body: Outgoing, key: str, began: float) -> str:
        known = where.known
        made = await self._made(body, known)
        # Asked of short posts as well: rendered again, what was long may have become short.
        before = await self._parts.sent(room.id, key)
        if before is not None:
            first, place, ids = before.ids[0], before.place, before.ids
        else:
            first, place, made = await self._first(where, body, made)
            ids = (first,)
            if len(made) > 1 or place != address_of(MessageRef(room=room, id=first), known):
                await self._written_down(room, place, ids, key)
        await self._rest(known, room, place, ids, made, began)
        return first

    async def _written_down(self, room: RoomRef, place: str, ids: Sequence[str], key: str) -> None:
        """Remember what was begun. When that fails, nobody may take it for something that was not sent."""
        try:
            await self._parts.keep(room.id, place, ids, key)
        except StoreUnavailable as error:
            message = "a message was sent, and where could not be written down"
            raise OutcomeUnknown(message) from error

    async def _first(
        self, where: Spot, body: Outgoing, made: Sequence[Rendered]
    ) -> tuple[str, str, Sequence[Rendered]]:
        """Send the first part, without mentions where Teams refuses them; return its id, where it is, and all parts."""
        try:
            return (*await self._begin(where, made[0].activity), made)
        except Invalid as error:
            plain = self._rendered(body, where.known, {})
            if plain == made or error.code == "MessageSizeTooBig":
                raise
            log.warning("a message was refused with its mentions", conversation=where.known.id, code=error.code)
            return (*await self._begin(where, plain[0].activity), plain)

    async def _begin(self, where: Spot, activity: Mapping[str, Any]) -> tuple[str, str]:
        known = where.known
        if not where.begins_thread:
            id = await self._connector.send(known.service_url, where.address, activity, tenant=known.tenant)
            return id, where.address
        begun = await self._connector.create(
            known.service_url, where.beginning(activity), thread=known.id, tenant=known.tenant
        )
        if not begun.activity:
            message = "Teams began a thread and did not say its message's id"
            raise OutcomeUnknown(message)
        return begun.activity, begun.conversation

    async def _rest(
        self, known: Known, room: RoomRef, place: str, ids: tuple[str, ...], made: Sequence[Rendered], began: float
    ) -> tuple[str, ...]:
        """Send what has not been sent. What may have been sent is not sent again. `began`: monotonic seconds."""
        while len(ids) < len(made):
            if self._clock.monotonic() - began > PATIENCE:
                message = "the rest of a long message is still to come"
                raise RateLimited(message, retry_after=0.1)
            await self._parts.keep(room.id, place, (*ids, UNSURE))
            try:
                id = await self._connector.send(known.service_url, place, made[len(ids)].activity, tenant=known.tenant)
            except OutcomeUnknown:
                raise
            except PortError:  # Nothing happened.
                await self._parts.keep(room.id, place, ids)
                raise
            ids = (*ids, id)
            await self._parts.keep(room.id, place, ids)
        return ids

    async def _edit(self, edit: _Edit) -> None:
        message = edit.message
        known = (await spot(self._conversations, message.room, None)).known
        made = await self._made(edit.body, known)
        parts = await self._parts.of(message.room.id, message.id)
        place = parts.place if parts else address_of(message, known)
        ids = parts.ids if parts else (message.id,)
        made = await self._replace_first(known, place, edit, made)
        for id, part in list(zip(ids, made, strict=False))[1:]:
            await self._replace(known, place, id, part)
        if len(made) < len(ids):
            await self._drop(known, place, ids[len(made) :])
            await self._parts.keep(message.room.id, place, ids[: len(made)])
        await self._rest(known, message.room, place, ids, made, self._clock.monotonic())

    async def _replace_first(
        self, known: Known, place: str, edit: _Edit, made: Sequence[Rendered]
    ) -> Sequence[Rendered]:
        id = edit.message.id
        try:
            await self._connector.update(known.service_url, place, id, made[0].activity, tenant=known.tenant)
        except Invalid as error:
            plain = self._rendered(edit.body, known, {})
            if plain == made or error.code == "MessageSizeTooBig":
                raise
            await self._connector.update(known.service_url, place, id, plain[0].activity, tenant=known.tenant)
            return plain
        return made

    async def _replace(self, known: Known, place: str, id: str, part: Rendered) -> None:
        """Replace what followed a message. What somebody took away stays away."""
        if id == UNSURE:
            return
        try:
            await self._connector.update(known.service_url, place, id, part.activity, tenant=known.tenant)
        except Missing:
            log.info("a part of a long message is gone", conversation=known.id, message=id)

    async def _drop(self, known: Known, place: str, ids: Sequence[str]) -> None:
        for id in ids:
            if id == UNSURE:
                continue
            try:
                await self._connector.delete(known.service_url, place, id, tenant=known.tenant)
            except Missing:
                continue

    async def _made(self, body: Outgoing, known: Known) -> Sequence[Rendered]:
        return self._rendered(body, known, await self._accounts(body, known))

    def _rendered(
        self, body: Outgoing, known: Known, accounts: Mapping[Identity, tuple[str, str]]
    ) -> Sequence[Rendered]:
        typed = as_typed(body, "" if known.type == "personal" else self._settings.prefix)
        return fitted(typed, accounts=accounts, words=lambda text: self._words(text, body.locale))

    async def _accounts(self, body: Outgoing, known: Known) -> Mapping[Identity, tuple[str, str]]:
        """Return whom a post can mention. In a personal chat everything rings anyway."""
        if known.type == "personal":
            return {}
        found: dict[Identity, tuple[str, str]] = {}
        for identity in dict.fromkeys(body.notify):
            if identity.network == self._settings.network:
                contact = await self._conversations.contact(identity.tenant, identity.id)
                if contact is not None and contact.account:
                    found[identity] = (contact.account, contact.name)
        return found

    async def _is_back(self, known: Known) -> bool:
        """Whether a personal chat whose history somebody removed is there again, under the same id."""
        return known.type == "personal" and await self._personal_chats.again(known)
