"""Graph: messages, to be read only. Source: Graph reference v1.0, "chatMessage"."""

from __future__ import annotations

import html
import json

from aiohttp import web

from teams_activities import Activities
from teams_graph_chats import Chats
from teams_graph_teams import Teams
from teams_graph_wire import GraphError, may, page, told
from teams_world import Conversation, Post, Raw, World


class Messages:
    """Serves them."""

    def __init__(self, world: World, activities: Activities, teams: Teams, chats: Chats) -> None:
        self._world = world
        self._activities = activities
        self._teams = teams
        self._chats = chats

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve them below `prefix`."""
        messages = f"{prefix}/teams/{{team}}/channels/{{channel}}/messages"
        app.router.add_get(f"{prefix}/chats/{{chat}}/messages", told(self._list))
        app.router.add_get(f"{prefix}/chats/{{chat}}/messages/{{message}}", told(self._read))
        app.router.add_get(messages, told(self._list))
        app.router.add_get(f"{messages}/{{message}}", told(self._read))
        app.router.add_get(f"{messages}/{{root}}/replies", told(self._list))
        app.router.add_get(f"{messages}/{{root}}/replies/{{message}}", told(self._read))

    async def _list(self, request: web.Request) -> web.Response:
        where = self._where(request)
        found = [post for post in where.posts.values() if self._among(post, where, request)]
        return page(request, [self._shown(where, post) for post in reversed(found)])

    async def _read(self, request: web.Request) -> web.Response:
        where = self._where(request)
        post = where.posts.get(request.match_info["message"])
        if post is None or not self._among(post, where, request):
            raise GraphError(404, "NotFound", "NotFound: no such message.")
        return web.json_response(self._shown(where, post))

    def _where(self, request: web.Request) -> Conversation:
        if "chat" in request.match_info:
            chat = self._chats.chat(request)
            may(request, "Chat.Read.All", "Chat.ReadWrite.All", rsc=["ChatMessage.Read.Chat"], where=chat)
            return chat
        channel = self._teams.channel(request)
        may(request, "ChannelMessage.Read.All", rsc=["ChannelMessage.Read.Group"], where=channel)
        return channel

    def _among(self, post: Post, where: Conversation, request: web.Request) -> bool:
        if where.type != "channel":
            return True
        root = request.match_info.get("root")
        return post.root == post.id if root is None else post.root == root and post.root != post.id

    def _shown(self, where: Conversation, post: Post) -> Raw:
        user = self._world.users.get(post.sender)
        time = self._activities.time(post.id)
        sender: Raw = {"application": {"id": post.sender.removeprefix("28:"), "applicationIdentityType": "bot"}}
        if user is not None:
            sender = {"user": {"id": user.object_id, "displayName": user.name, "userIdentityType": "aadUser"}}
        mentions = [one for one in post.activity.get("entities") or [] if one.get("type") == "mention"]
        answer: Raw = {
            "id": post.id,
            "replyToId": post.root if post.root and post.root != post.id else None,
            "messageType": "message",
            "createdDateTime": time,
            "lastModifiedDateTime": time,
            "lastEditedDateTime": time if post.edits else None,
            "deletedDateTime": time if post.deleted else None,
            "chatId": None if where.team else where.id,
            "channelIdentity": {"teamId": where.team.group_id, "channelId": where.id} if where.team else None,
            "from": sender,
            "body": {"contentType": "html", "content": "" if post.deleted else self._words(post, mentions)},
            "attachments": [] if post.deleted else self._attachments(post),
            "mentions": [self._mention(number, one) for number, one in enumerate(mentions)],
            "reactions": [],
        }
        return answer

    def _words(self, post: Post, mentions: list[Raw]) -> str:
        words = html.escape(str(post.activity.get("text") or ""), quote=False)
        for number, one in enumerate(mentions):
            name = html.escape(str(one["mentioned"]["name"]))
            words = words.replace(html.escape(one["text"], quote=False), f'<at id="{number}">{name}</at>', 1)
        cards = post.activity.get("attachments") or []
        marks = "".join(f'<attachment id="{number}"></attachment>' for number, _one in enumerate(cards))
        quoted = f'<attachment id="{post.quotes}"></attachment>' if post.quotes else ""
        return f"{quoted}<p>{words}</p>{marks}"

    def _attachments(self, post: Post) -> list[Raw]:
        cards = post.activity.get("attachments") or []
        found: list[Raw] = [
            {"id": str(number), "contentType": one["contentType"], "content": json.dumps(one.get("content"))}
            for number, one in enumerate(cards)
        ]
        if post.quotes:
            content = json.dumps({"messageId": post.quotes})
            found.append({"id": post.quotes, "contentType": "messageReference", "content": content})
        return found

    def _mention(self, number: int, told: Raw) -> Raw:
        whom = self._world.users.get(told["mentioned"]["id"])
        mentioned: Raw = {"application": {"id": told["mentioned"]["id"].removeprefix("28:"), "displayName": None}}
        if whom is not None:
            mentioned = {"user": {"id": whom.object_id, "displayName": whom.name, "userIdentityType": "aadUser"}}
        return {"id": number, "mentionText": told["mentioned"]["name"], "mentioned": mentioned}
