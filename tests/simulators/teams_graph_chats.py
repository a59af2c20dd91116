"""Graph: group chats, their members, and meetings. Source: Graph reference v1.0, "chat", "onlineMeeting"."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime
from urllib.parse import unquote

from aiohttp import web

from teams_acts import Acts
from teams_graph_installs import Installs
from teams_graph_wire import GraphError, body, bound, expanded, may, page, told, user
from teams_world import Conversation, Raw, User, World

MOST = 250
"""People in a group chat."""
AT_ONCE = 200
"""People added at a time."""


class Chats:
    """Serves them."""

    def __init__(self, world: World, people: Acts, installs: Installs) -> None:
        self._world = world
        self._people = people
        self._installs = installs
        self.organizers: set[str] | None = None
        """Object ids of those for whom an application access policy lets the app make meetings; None: everybody."""

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve them below `prefix`."""
        for method, path, handler in (
            ("POST", "/chats", self._create),
            ("GET", "/chats/{chat}", self._read),
            ("PATCH", "/chats/{chat}", self._change),
            ("GET", "/chats/{chat}/members", self._members),
            ("POST", "/chats/{chat}/members", self._add),
            ("DELETE", "/chats/{chat}/members/{member}", self._remove),
            ("GET", "/users/{user}/chats", self._of_user),
            ("GET", "/users/{user}", self._user),
            ("GET", "/users", self._users),
            ("POST", "/users/{user}/onlineMeetings", self._meeting),
        ):
            app.router.add_route(method, prefix + path, told(handler))

    def chat(self, request: web.Request) -> Conversation:
        """Return the chat of an address. Raise GraphError."""
        found = self._world.conversations.get(unquote(request.match_info["chat"]))
        if found is None or found.type == "channel":
            raise GraphError(404, "NotFound", "NotFound: no such thread.")
        return found

    async def _create(self, request: web.Request) -> web.Response:
        may(request, "Chat.Create")
        asked = await body(request)
        members = asked.get("members") or []
        if asked.get("chatType") != "group":
            raise GraphError(400, "BadRequest", "The simulator makes group chats only.")
        if not members or len(members) > AT_ONCE:
            raise GraphError(400, "BadRequest", f"Members must be 1 to {AT_ONCE}.")
        people = [self._member(one) for one in members]
        if len(set(people)) != len(people):
            raise GraphError(400, "BadRequest", "Duplicate chat members specified in the request.")
        chat = self._world.group_chat(people, topic=str(asked.get("topic") or ""))
        chat.owners = {one.id for one, told in zip(people, members, strict=True) if "owner" in told["roles"]}
        for one in asked.get("installedApps") or []:
            self._installs.install(request, chat, one)
        return web.json_response(self._shown(chat), status=201)

    async def _read(self, request: web.Request) -> web.Response:
        chat = self.chat(request)
        self._may_read(request, chat)
        return web.json_response(self._shown(chat))

    async def _change(self, request: web.Request) -> web.Response:
        chat = self.chat(request)
        may(request, "Chat.ReadWrite.All", rsc=["ChatSettings.ReadWrite.Chat", "Chat.Manage.Chat"], where=chat)
        chat.name = str((await body(request)).get("topic", chat.name))
        return web.json_response(self._shown(chat))

    async def _members(self, request: web.Request) -> web.Response:
        chat = self.chat(request)
        may(
            request,
            "ChatMember.Read.All",
            "ChatMember.ReadWrite.All",
            "Chat.ReadBasic.All",
            "Chat.Read.All",
            "Chat.ReadWrite.All",
            rsc=["ChatMember.Read.Chat", "Chat.Manage.Chat"],
            where=chat,
        )
        return page(request, [self._membership(chat, one) for one in chat.people])

    async def _add(self, request: web.Request) -> web.Response:
        chat = self.chat(request)
        self._may_manage(request, chat)
        asked = await body(request)
        who = self._member(asked)
        if who in chat.people:
            raise GraphError(409, "Conflict", "The member is already in the chat.")
        if len(chat.people) >= MOST:
            raise GraphError(400, "BadRequest", f"A chat takes {MOST} people.")
        await self._people.add(who, chat)
        if "owner" in asked["roles"]:
            chat.owners.add(who.id)
        where = f"/chats/{chat.id}/members/{_membership_id(chat, who)}"
        return web.Response(status=201, headers={"Location": where})

    async def _remove(self, request: web.Request) -> web.Response:
        chat = self.chat(request)
        self._may_manage(request, chat)
        for who in chat.people:
            if _membership_id(chat, who) == request.match_info["member"]:
                await self._people.remove(who, chat)
                return web.Response(status=204)
        raise GraphError(404, "NotFound", "No such member.")

    async def _of_user(self, request: web.Request) -> web.Response:
        who = user(self._world, request.match_info["user"])
        may(request, "Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All")
        found = [self._shown(chat) for chat in self._world.chats_with(who)]
        if expanded(request, "members"):
            for one in found:
                chat = self._world.conversations[one["id"]]
                one["members"] = [self._membership(chat, member) for member in chat.people]
        return page(request, found)

    async def _users(self, request: web.Request) -> web.Response:
        may(request, "User.Read.All")
        found: list[Raw] = [
            {"id": one.object_id, "displayName": one.name, "userPrincipalName": one.upn, "userType": one.type}
            for one in self._world.users.values()
        ]
        return page(request, found)

    async def _user(self, request: web.Request) -> web.Response:
        may(request, "User.ReadBasic.All", "User.Read.All")
        who = user(self._world, request.match_info["user"])
        return web.json_response({"id": who.object_id, "displayName": who.name, "userPrincipalName": who.upn})

    async def _meeting(self, request: web.Request) -> web.Response:
        who = user(self._world, request.match_info["user"])
        may(request, "OnlineMeetings.ReadWrite.All")
        if self.organizers is not None and who.object_id not in self.organizers:
            message = "No application access policy found for this app on the user."
            raise GraphError(403, "Forbidden", message)
        asked = await body(request)
        id = uuid.uuid4().hex
        told: Raw = {
            "id": id,
            "subject": asked.get("subject"),
            "startDateTime": asked.get("startDateTime"),
            "endDateTime": asked.get("endDateTime"),
            "joinWebUrl": f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{id}%40thread.v2/0",
            "chatInfo": {"threadId": f"19:meeting_{id}@thread.v2"},
        }
        return web.json_response(told, status=201)

    def _member(self, told: Raw) -> User:
        if told.get("@odata.type") != "#microsoft.graph.aadUserConversationMember":
            raise GraphError(400, "BadRequest", "Invalid member type.")
        who = bound(self._world, told)
        if told.get("roles") != (["guest"] if who.type == "Guest" else ["owner"]):
            raise GraphError(400, "BadRequest", "Members are owners, and guests of the tenant are guests.")
        return who

    def _may_read(self, request: web.Request, chat: Conversation) -> None:
        may(
            request,
            "Chat.ReadBasic.All",
            "Chat.Read.All",
            "Chat.ReadWrite.All",
            rsc=["ChatSettings.Read.Chat", "ChatSettings.ReadWrite.Chat", "Chat.Manage.Chat"],
            where=chat,
        )

    def _may_manage(self, request: web.Request, chat: Conversation) -> None:
        may(request, "ChatMember.ReadWrite.All", "Chat.ReadWrite.All", rsc=["Chat.Manage.Chat"], where=chat)

    def _membership(self, chat: Conversation, who: User) -> Raw:
        return {
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "id": _membership_id(chat, who),
            "roles": ["owner"] if who.id in chat.owners else [],
            "displayName": who.name,
            "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
            "userId": who.object_id,
            "email": who.upn,
            "tenantId": self._world.tenant,
        }

    def _shown(self, chat: Conversation) -> Raw:
        return {
            "id": chat.id,
            "topic": chat.name or None,
            "chatType": "group" if chat.type == "groupChat" else "oneOnOne",
            "createdDateTime": datetime.fromtimestamp(chat.created, UTC).isoformat(timespec="milliseconds"),
            "lastUpdatedDateTime": datetime.fromtimestamp(chat.created, UTC).isoformat(timespec="milliseconds"),
            "tenantId": self._world.tenant,
            "webUrl": f"https://teams.microsoft.com/l/chat/{chat.id}/0?tenantId={self._world.tenant}",
        }


def _membership_id(chat: Conversation, who: User) -> str:
    return base64.urlsafe_b64encode(f"{chat.id}##{who.object_id}".encode()).decode()
