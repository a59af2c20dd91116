"""What the connector sends to a bot: activities as Teams builds them.

Sources: the Activity schema (botframework-sdk `specs/botframework-activity`); Microsoft Learn "Conversation events in your
Teams bot", "Send and receive messages", "Universal Actions"; payloads shown in issues of microsoft/teams.py.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from teams_world import App, Conversation, Post, Raw, User, World


class Activities:
    """Builds them. `service_url` is where the bot is told to answer."""

    def __init__(self, world: World, bot: App) -> None:
        self._world = world
        self._bot = bot
        self.service_url = ""

    def message(self, where: Conversation, who: User, post: Post) -> Raw:
        """Somebody wrote."""
        text = str(post.activity.get("text", ""))
        mentions = [one for one in post.activity.get("entities", ()) if one["type"] == "mention"]
        return self._from(where, who, root=post.root) | {
            "type": "message",
            "id": post.id,
            "text": text,
            "textFormat": "plain",
            "attachments": [
                {"contentType": "text/html", "content": self.html(where, post)},
                *post.activity.get("files", ()),
            ],
            "entities": [*mentions, self._client(who)],
        }

    def edited(self, where: Conversation, who: User, post: Post) -> Raw:
        """Somebody changed what they wrote."""
        activity = self.message(where, who, post)
        return activity | {
            "type": "messageUpdate",
            "channelData": activity["channelData"] | {"eventType": "editMessage"},
        }

    def deleted(self, where: Conversation, who: User, post: Post) -> Raw:
        """Somebody deleted what they wrote."""
        activity = self._from(where, who, root=post.root)
        more = activity["channelData"] | {"eventType": "softDeleteMessage"}
        return activity | {"type": "messageDelete", "id": post.id, "channelData": more}

    def reaction(self, where: Conversation, who: User, post: Post, kind: str, *, removed: bool) -> Raw:
        """Somebody put a reaction on what the bot wrote, or took it back."""
        changed = {"reactionsRemoved" if removed else "reactionsAdded": [{"type": kind}]}
        return self._from(where, who, root=post.root) | {
            "type": "messageReaction",
            "id": f"f:{uuid.uuid4()}",
            "replyToId": post.id,
            **changed,
        }

    def invoke(self, where: Conversation, who: User, name: str, value: object, *, post: Post | None = None) -> Raw:
        """Something that wants its answer at once."""
        about: Raw = {} if post is None else {"replyToId": post.id}
        return self._from(where, who, root=post.root if post else "") | {
            "type": "invoke",
            "id": f"f:{uuid.uuid4()}",
            "name": name,
            "value": value,
            "entities": [self._client(who)],
            "channelData": self._channel_data(where) | {"source": {"name": "message"}},
            **about,
        }

    def submitted(self, where: Conversation, who: User, data: Raw, *, post: Post) -> Raw:
        """What an old client sends for Action.Submit: a message without words."""
        return self._from(where, who, root=post.root) | {
            "type": "message",
            "id": f"f:{uuid.uuid4()}",
            "replyToId": post.id,
            "value": data,
            "entities": [self._client(who)],
        }

    def installed(self, where: Conversation, who: User, action: str) -> Raw:
        """The app came to somewhere, or went: `add`, `remove`, `add-upgrade`."""
        activity = self._from(where, who) | {"type": "installationUpdate", "id": f"f:{uuid.uuid4()}", "action": action}
        return self._of_team(activity, where, None)

    def members(self, where: Conversation, who: User, *, added: Iterable[Raw] = (), removed: Iterable[Raw] = ()) -> Raw:
        """Accounts came or went."""
        came, went = [*added], [*removed]
        changed: Raw = {"membersAdded": came} if came else {}
        if went:
            changed["membersRemoved"] = went
        event = ("teamMemberAdded" if came else "teamMemberRemoved") if where.team else None
        activity = self._from(where, who) | {"type": "conversationUpdate", "id": f"f:{uuid.uuid4()}", **changed}
        return self._of_team(activity, where, event)

    def channel(self, where: Conversation, who: User, event: str) -> Raw:
        """A channel or its team changed: `channelCreated`, `channelRenamed`, `teamArchived` …"""
        activity = self._from(where, who) | {"type": "conversationUpdate", "id": f"f:{uuid.uuid4()}"}
        activity = self._of_team(activity, where, event)
        activity["channelData"]["channel"] = {"id": where.id, "name": where.name}
        return activity

    def account(self, user: User) -> Raw:
        """Return somebody as an account."""
        return {"id": user.id, "aadObjectId": user.object_id, "name": user.name}

    def html(self, where: Conversation, post: Post) -> str:
        """Return a message's words as HTML, with the quotation before them."""
        mentions = [one for one in post.activity.get("entities", ()) if one["type"] == "mention"]
        words = html.escape(str(post.activity.get("text", "")), quote=False).replace("\n", "<br>")
        for number, mention in enumerate(mentions):
            marked = html.escape(mention["text"], quote=False)
            name = html.escape(mention["mentioned"]["name"])
            span = f'<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="{number}">{name}</span>'
            words = words.replace(marked, span, 1)
        quote = self._quote(where, post.quotes) if post.quotes else ""
        lines = words.replace("\n", "<br>")
        return f"{quote}<p>{lines}</p>"

    def time(self, id: str) -> str:
        """Return when the message with that id was written."""
        return datetime.fromtimestamp(int(id) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def _from(self, where: Conversation, who: User, *, root: str = "") -> Raw:
        now = datetime.fromtimestamp(self._world.now(), UTC)
        conversation: Raw = {"id": where.id, "conversationType": where.type, "tenantId": self._world.tenant}
        if where.type != "personal":
            conversation["isGroup"] = True
        if where.type == "groupChat" and where.name:
            conversation["name"] = where.name
        if root:
            conversation["id"] = f"{where.id};messageid={root}"
        return {
            "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
            "localTimestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00"),
            "localTimezone": who.zone,
            "locale": who.locale,
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": who.id, "name": who.name, "aadObjectId": who.object_id},
            "conversation": conversation,
            "recipient": {"id": self._bot.id, "name": self._bot.name},
            "channelData": self._channel_data(where),
        }

    def _channel_data(self, where: Conversation) -> Raw:
        data: Raw = {"tenant": {"id": self._world.tenant}}
        if where.team is not None:
            data |= {
                "teamsChannelId": where.id,
                "teamsTeamId": where.team.id,
                "channel": {"id": where.id},
                "team": {"id": where.team.id},
            }
        return data

    def _of_team(self, activity: Raw, where: Conversation, event: str | None) -> Raw:
        data = self._channel_data(where)
        if where.team is not None:
            data["team"] = {"aadGroupId": where.team.group_id, "name": where.team.name, "id": where.team.id}
        if event is not None:
            data["eventType"] = event
        return activity | {"channelData": data}

    def _client(self, who: User) -> Raw:
        return {
            "type": "clientInfo",
            "locale": who.locale,
            "country": who.locale.partition("-")[2] or "US",
            "platform": "Web",
            "timezone": who.zone,
        }

    def _quote(self, where: Conversation, id: str) -> str:
        quoted = where.posts[id]
        who = self._world.users.get(quoted.sender)
        name = html.escape(who.name if who else self._bot.name)
        mri = f"8:orgid:{who.object_id}" if who else self._bot.id
        preview = html.escape(str(quoted.activity.get("text", ""))[:200])
        return (
            f'<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="{id}">'
            f'<strong itemprop="mri" itemid="{mri}">{name}</strong><span itemprop="time" itemid="{id}"></span>'
            f'<p itemprop="preview">{preview}</p></blockquote>'
        )
