"""Group chats as rooms: made by Graph, spoken in through the app installed there.

Source: microsoft-graph-docs-contrib `chat-post.md` (guests of the tenant as guests, everybody else as owners), "Limits and
specifications for Microsoft Teams" (250 people, 200 at a time). Nothing published says how few people a group chat may be
made with: it is tried with whoever there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from chatops import Clock
from chatops.core.message import Identity
from chatops.errors import Conflict, Forbidden, Invalid, Missing, PortError, Rejected, Unreachable
from chatops.ports.chat import RoomSpec
from teams_network.choosing import outside
from teams_network.connector import Connector
from teams_network.first_post import call_post
from teams_network.graph import Graph
from teams_network.graph_things import Chat, ChatMember, Invitee
from teams_network.guests import Guests
from teams_network.installing import Installing
from teams_network.meetings import Meetings
from teams_network.naming import chat_topic
from teams_network.saga import Look, Run
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking

log = structlog.get_logger("teams")

AT_ONCE, MOST = 200, 250
"""People put into a chat when it is made, and people in it at all."""

SHOWN = 25
"""Members Graph tells of a chat in a list (chat-list.md, known issue)."""

READY = timedelta(minutes=5)
"""How long a chat may be unknown to parts of Graph after it was made."""

SKEW = timedelta(minutes=2)
"""How far Graph's clock may be behind ours."""

CLOSED = " (closed)"


class Chats:
    """Opens and changes group chats. Raises PortErrors."""

    def __init__(
        self,
        *,
        graph: Graph,
        connector: Connector,
        installing: Installing,
        meetings: Meetings,
        guests: Guests,
        speaking: Speaking,
        settings: TeamsSettings,
        clock: Clock,
    ) -> None:
        self._graph = graph
        self._connector = connector
        self._installing = installing
        self._meetings = meetings
        self._guests = guests
        self._speaking = speaking
        self._settings = settings
        self._clock = clock

    async def open(self, run: Run, spec: RoomSpec) -> str:
        """Return the chat of an opening. Who cannot be put into it is left out, and logged.

        It is looked for among the first member's chats, by topic, people and time. Two openings of the same topic and
        people at the same time may each get the other's chat: nobody could tell them apart.
        """
        invited = await self._invitees(spec.members)
        if not invited:
            message = "Teams makes no chat without anybody in it"
            raise Invalid(message)
        topic = chat_topic(spec.title)
        look = Look(
            find=lambda at: self._made_since(at, topic, invited),
            otherwise="Look whether one of its people has such a chat; if not, open the room anew.",
        )
        put = 0

        async def make() -> str:
            nonlocal put
            made, put = await self._make(topic, invited)
            return made

        chat = await run.once("chat", make, look)
        await run.again("app", lambda: self._install(chat, fresh=self._clock.now() < run.opening.since + READY))
        await self._speaking.keep(chat, "groupChat", name=topic)
        if put < len(invited):
            await run.again("people", lambda: self._complete(chat, invited))
        link = await self._meetings.link(run, spec.title, public=spec.public)
        if link:
            await run.at_most_once("call", lambda: self._tell(chat, link))
        return chat

    async def invite(self, chat: str, member: Identity) -> None:
        """Let somebody in; they see all that was said. Harmless when they are in."""
        invitees = await self._invitees((member,))
        if not invitees:
            message = "somebody without an account in an organisation's directory cannot be put into a chat"
            raise Forbidden(message)
        try:
            await self._graph.add_chat_member(chat, invitees[0])
        except Missing:
            raise
        except Rejected:
            if not await self._memberships(chat, member.id):
                raise

    async def remove(self, chat: str, member: Identity) -> None:
        """Take somebody out. Harmless when they are not in. Raise Forbidden for somebody whom Graph does not know.

        Who stays in goes on reading: that is never passed over.
        """
        if member.id.startswith(("29:", "8:")):
            message = "they have no account in an organisation's directory: somebody in the chat has to take them out"
            raise Forbidden(message)
        for membership in await self._memberships(chat, member.id):
            await self._taken(chat, membership)

    async def close(self, chat: str, name: str) -> None:
        """Close a chat. Teams cannot lock one: it is called closed, and everybody is taken out.

        Who is taken out goes on reading what was said until then, and cannot write any more. Harmless when it is closed.
        Whom Teams does not let go (the last owner, it may be) stays in, and is logged.
        """
        topic = name if name.endswith(CLOSED) else chat_topic(name, CLOSED)
        await self._graph.rename_chat(chat, topic)
        await self._speaking.keep(chat, "groupChat", name=topic)
        for member in await self._graph.chat_members(chat):
            try:
                await self._taken(chat, member)
            except (Invalid, Conflict) as error:
                log.warning("somebody stays in a closed chat", chat=chat, person=member.user, code=error.code)

    async def _make(self, topic: str, invited: Sequence[Invitee]) -> tuple[str, int]:
        """Make the chat; return it and how many people it was made with.

        When Graph refuses somebody, it is made with the first it takes, and the others come by and by.
        """
        first: PortError | None = None
        for count in dict.fromkeys((min(len(invited), AT_ONCE), 2, 1)):
            try:
                return (await self._graph.create_chat(topic, invited[:count])).id, count
            except (Invalid, Missing) as error:
                first = first or error
        if first is None or len(invited) > 1:
            raise first or Invalid(topic)
        message = f"Teams makes no group chat for one person ({first}); name a second one"
        raise Invalid(message, code=first.code) from first

    async def _made_since(self, at: datetime, topic: str, invited: Sequence[Invitee]) -> Sequence[str]:
        people = {member.id for member in invited}
        home = [member for member in invited if not member.tenant]
        if not home:
            message = "nobody in it is of our tenant."
            raise Forbidden(message)
        chats = await self._graph.chats_of(home[0].id, topic)
        return [chat.id for chat in chats if _is_it(chat, at - SKEW, people)]

    async def _install(self, chat: str, *, fresh: bool) -> str:
        try:
            await self._installing.in_chat(chat)
        except Missing as error:
            if not fresh:
                raise
            message = f"the chat was just made, and is not there for everybody yet ({error})"
            raise Unreachable(message, code=error.code) from error
        return ""

    async def _complete(self, chat: str, invited: Sequence[Invitee]) -> str:
        """Put in who is not in yet, as many as there is room for."""
        try:
            inside = {member.user for member in await self._graph.chat_members(chat)}
        except Rejected as error:
            log.warning("who is in a chat cannot be read", chat=chat, code=error.code)
            return ""
        missing = [member for member in invited if member.id not in inside]
        for member in missing[: MOST - len(inside)]:
            try:
                await self._graph.add_chat_member(chat, member)
            except Rejected as error:
                log.warning("somebody cannot be put into a chat", chat=chat, person=member.id, code=error.code)
        if len(missing) > MOST - len(inside):
            log.warning("a chat is full", chat=chat, left_out=len(missing) - (MOST - len(inside)))
        return ""

    async def _tell(self, chat: str, link: str) -> str:
        url = await self._speaking.service_url(chat)
        return await self._connector.send(url, chat, call_post(link))

    async def _memberships(self, chat: str, user: str) -> list[ChatMember]:
        return [member for member in await self._graph.chat_members(chat) if member.user.lower() == user.lower()]

    async def _taken(self, chat: str, member: ChatMember) -> None:
        try:
            await self._graph.remove_chat_member(chat, member.membership)
        except Missing:
            return

    async def _invitees(self, members: Sequence[Identity]) -> Sequence[Invitee]:
        """Return those who can be put into a chat, people of our tenant first, each once."""
        here = [one for one in dict.fromkeys(members) if one.network == self._settings.network]
        named = [one for one in here if not one.id.startswith(("29:", "8:"))]
        ours = [one.id for one in named if not outside(one, self._settings)]
        guests = await self._guests.among(ours)
        return [Invitee(id=one, guest=one in guests) for one in ours] + [
            Invitee(id=one.id, tenant=one.tenant) for one in named if outside(one, self._settings)
        ]


def _is_it(chat: Chat, since: datetime, people: set[str]) -> bool:
    inside = {member.user for member in chat.members}
    return chat.created is not None and chat.created >= since and bool(inside) and inside <= people
