"""The Bot Connector: what a bot calls to speak, below `{service_url}/v3`.

Source of addresses and error codes: Microsoft Learn, "Bot Connector REST API reference", "Send proactive messages:
status codes"; the vendor's playground where they are silent.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from teams_world import App, Conversation, Post, Raw, User, World, base, root

CALLER = web.RequestKey("caller", App)
"""Whose token came with a request."""

MAX_BYTES = 100 * 1024
"""Of a message in UTF-16."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def answer(self) -> web.Response:
        """Return it as JSON."""
        return web.json_response({"error": {"code": self.code, "message": str(self)}}, status=self.status)


Handler = Callable[[web.Request], Awaitable[web.Response]]


class Connector:
    """Serves it. The caller is `request[CALLER]`, put there once its token was checked."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve it below `prefix`."""
        conversations = f"{prefix}/v3/conversations"
        for method, path, handler in (
            ("POST", "", self._create),
            ("POST", "/{conversation}/activities", self._send),
            ("POST", "/{conversation}/activities/{activity}", self._send),
            ("PUT", "/{conversation}/activities/{activity}", self._update),
            ("DELETE", "/{conversation}/activities/{activity}", self._delete),
            ("GET", "/{conversation}/members", self._all_members),
            ("GET", "/{conversation}/pagedmembers", self._paged_members),
            ("GET", "/{conversation}/members/{member}", self._member),
        ):
            app.router.add_route(method, conversations + path, _told(handler))
        app.router.add_get(f"{prefix}/v3/teams/{{team}}", _told(self._team))
        app.router.add_get(f"{prefix}/v3/teams/{{team}}/conversations", _told(self._channels))

    async def _send(self, request: web.Request) -> web.Response:
        app: App = request[CALLER]
        named = request.match_info["conversation"]
        where = self._in(app, named)
        activity = await _json(request)
        if activity.get("type") == "typing":
            where.typing += 1
            return web.json_response({}, status=202)
        self._check(where, activity)
        thread = root(named) or str(activity.get("replyToId") or request.match_info.get("activity", ""))
        post = self._write(where, app, activity, thread)
        return web.json_response({"id": post.id}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        where, post = self._own(request)
        activity = await _json(request)
        self._check(where, activity)
        post.activity = activity
        post.edits += 1
        post.shown.clear()
        return web.json_response({"id": post.id})

    async def _delete(self, request: web.Request) -> web.Response:
        _where, post = self._own(request)
        post.deleted = True
        return web.json_response({})

    async def _create(self, request: web.Request) -> web.Response:
        app: App = request[CALLER]
        body = await _json(request)
        data = body.get("channelData") or {}
        tenant = body.get("tenantId") or (data.get("tenant") or {}).get("id")
        if tenant not in {None, self._world.tenant}:
            raise Refused(403, "ForbiddenTenant", "The tenant is not known to the bot.")
        channel = (data.get("channel") or {}).get("id")
        if channel:
            return self._thread(app, channel, body)
        return self._personal(app, body)

    def _thread(self, app: App, channel: str, body: Raw) -> web.Response:
        where = self._in(app, channel)
        if where.type != "channel":
            raise Refused(400, "BadArgument", "Threads are begun in channels.")
        activity = body.get("activity") or {}
        self._check(where, activity)
        post = self._world.write(where, app.id, activity)
        id = f"{where.id};messageid={post.id}"
        return web.json_response({"id": id, "activityId": post.id}, status=201)

    def _personal(self, app: App, body: Raw) -> web.Response:
        members = body.get("members") or []
        if body.get("isGroup") or len(members) != 1:
            raise Refused(400, "BadSyntax", "Incorrect conversation creation parameters")
        try:
            user = self._world.somebody(str(members[0].get("id")))
        except KeyError:
            raise Refused(403, "BotNotInConversationRoster", "The user is not known to the bot.") from None
        where = self._world.personal(user, app)
        if app.app_id not in where.apps:
            raise Refused(403, "BotNotInConversationRoster", "Bot is not installed in user's personal scope")
        answer: Raw = {"id": where.id}
        activity = body.get("activity")
        if activity:
            self._check(where, activity)
            answer["activityId"] = self._world.write(where, app.id, activity).id
        return web.json_response(answer, status=201)

    async def _all_members(self, request: web.Request) -> web.Response:
        where = self._in(request[CALLER], request.match_info["conversation"])
        return web.json_response([self._account(user) for user in where.people])

    async def _paged_members(self, request: web.Request) -> web.Response:
        where = self._in(request[CALLER], request.match_info["conversation"])
        size = min(int(request.query.get("pageSize", "200")), 500)
        start = int(request.query.get("continuationToken", "0") or "0")
        page: Raw = {"members": [self._account(user) for user in where.people[start : start + size]]}
        if start + size < len(where.people):
            page["continuationToken"] = str(start + size)
        return web.json_response(page)

    async def _member(self, request: web.Request) -> web.Response:
        where = self._in(request[CALLER], request.match_info["conversation"])
        wanted = request.match_info["member"]
        for user in where.people:
            if wanted in {user.id, user.object_id}:
                return web.json_response(self._account(user))
        raise Refused(404, "MemberNotFoundInConversation", "Member not found in conversation.")

    async def _team(self, request: web.Request) -> web.Response:
        team = self._in(request[CALLER], request.match_info["team"]).team
        if team is None:
            raise Refused(404, "NotFound", "Team not found.")
        return web.json_response(
            {
                "id": team.id,
                "name": team.name,
                "aadGroupId": team.group_id,
                "channelCount": len(team.channels),
                "memberCount": len(team.people),
            }
        )

    async def _channels(self, request: web.Request) -> web.Response:
        team = self._in(request[CALLER], request.match_info["team"]).team
        if team is None:
            raise Refused(404, "NotFound", "Team not found.")
        told = [
            {"id": one.id} if one.id == team.id else {"id": one.id, "name": one.name} for one in team.channels.values()
        ]
        return web.json_response({"conversations": told})

    def _in(self, app: App, conversation: str) -> Conversation:
        try:
            where = self._world.find(base(conversation))
        except KeyError:
            raise Refused(404, "ConversationNotFound", "Conversation not found.") from None
        if app.app_id not in where.apps:
            raise Refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        thread = root(conversation)
        if thread and thread not in where.posts:
            raise Refused(404, "ConversationNotFound", "Conversation not found.")
        return where

    def _own(self, request: web.Request) -> tuple[Conversation, Post]:
        app: App = request[CALLER]
        where = self._in(app, request.match_info["conversation"])
        if where.archived:
            raise Refused(403, "MessageWritesBlocked", "Message writes are blocked: the conversation is archived.")
        try:
            post = where.post(request.match_info["activity"])
        except KeyError:
            raise Refused(404, "ActivityNotFoundInConversation", "Activity not found in conversation.") from None
        if post.sender != app.id:
            raise Refused(403, "NotEnoughPermissions", "The bot may change only its own messages.")
        return where, post

    def _write(self, where: Conversation, app: App, activity: Raw, thread: str) -> Post:
        if where.type != "channel":
            return self._world.write(where, app.id, activity)
        before = where.posts.get(thread)
        if thread and before is None:
            raise Refused(404, "ActivityNotFoundInConversation", "Activity not found in conversation.")
        return self._world.write(where, app.id, activity, root=before.root if before else "")

    def _check(self, where: Conversation, activity: Raw) -> None:
        if where.archived:
            raise Refused(403, "MessageWritesBlocked", "Message writes are blocked: the conversation is archived.")
        text, attachments = activity.get("text") or "", activity.get("attachments") or []
        if activity.get("type", "message") != "message" or not (text or attachments):
            raise Refused(400, "BadSyntax", "Activity must have text or attachments.")
        if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) > MAX_BYTES:
            raise Refused(413, "MessageSizeTooBig", "Message size too large.")
        cards = json.dumps(attachments, ensure_ascii=False)
        known = {user.id for user in where.people} | {user.object_id for user in where.people}
        for mention in _mentions(activity):
            told, whom = str(mention.get("text", "")), str((mention.get("mentioned") or {}).get("id", ""))
            if not told or (told not in text and json.dumps(told, ensure_ascii=False)[1:-1] not in cards):
                raise Refused(400, "BadArgument", f"Mention text {told} is not in the message.")
            if whom not in known and not whom.startswith("28:"):
                raise Refused(400, "BadArgument", "Bad format of conversation ID or the mentioned user is not in it.")

    def _account(self, user: User) -> Raw:
        given, _space, surname = user.name.partition(" ")
        return {
            "id": user.id,
            "name": user.name,
            "objectId": user.object_id,
            "aadObjectId": user.object_id,
            "givenName": given,
            "surname": surname,
            "userPrincipalName": user.upn,
            "email": user.upn,
            "tenantId": self._world.tenant,
            "userRole": "user",
        }


def _mentions(activity: Raw) -> list[Raw]:
    found = [one for one in activity.get("entities") or [] if one.get("type") == "mention"]
    for attachment in activity.get("attachments") or []:
        content = attachment.get("content")
        if isinstance(content, dict):
            found += [one for one in (content.get("msteams") or {}).get("entities", []) if one.get("type") == "mention"]
    return found


async def _json(request: web.Request) -> Raw:
    try:
        body = await request.json()
    except ValueError:
        raise Refused(400, "BadSyntax", "Invalid JSON.") from None
    if not isinstance(body, dict):
        raise Refused(400, "BadSyntax", "Invalid JSON.")
    return body


def _told(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return refused.answer()

    return handle
