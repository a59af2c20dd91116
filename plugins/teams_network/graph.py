"""Graph's calls, as far as we make them: typed, one request each. Raw JSON stays here.

Source: microsoftgraph/microsoft-graph-docs-contrib `api-reference/v1.0/api/`: chat-post, chat-list, chat-post-members,
chat-delete-members, chat-patch, chat-post-installedapps, userteamwork-post-installedapps, appcatalogs-list-teamsapps,
channel-post, channel-list, channel-archive, channel-list-messages, application-post-onlinemeetings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from chatops import Clock
from chatops.errors import OutcomeUnknown, Unreachable
from teams_network import permissions as need
from teams_network.addresses import in_path
from teams_network.graph_calls import GraphCalls, Json
from teams_network.graph_message import GraphMessage, message_of
from teams_network.graph_things import CatalogApp, Channel, Chat, ChatMember, Invitee, Posted, instant, part, words
from teams_network.http import Http
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

WHOLE_HISTORY = "0001-01-01T00:00:00Z"
"""Shows a new member everything said before (chat-post-members, example 3)."""

_MEMBER = "#microsoft.graph.aadUserConversationMember"

_RECENT = 50
"""Chats or messages looked through, the newest: as many as one page holds."""


class Graph:
    """Asks Graph. Every method raises RateLimited, Unreachable, OutcomeUnknown, AuthExpired or Rejected; a Forbidden names
    the permission that is missing and where to grant it."""

    def __init__(self, http: Http, tokens: Tokens, settings: TeamsSettings, clock: Clock) -> None:
        self._calls = GraphCalls(http, tokens, settings, clock)

    async def create_chat(self, topic: str, members: Sequence[Invitee]) -> Chat:
        """Make a group chat. Not repeatable: each call makes another."""
        body = {"chatType": "group", "topic": topic, "members": [self._member(member) for member in members]}
        return _chat(_made((await self._calls.write("POST", "/chats", need.CREATE_CHAT, body)).body))

    async def chats_of(self, user: str, topic: str) -> Sequence[Chat]:
        """Return somebody's group chats of that topic, as far as they are among their newest."""
        told = quote(topic.replace("'", "''"), safe="")
        path = f"/users/{in_path(user)}/chats?$expand=members&$top={_RECENT}&$filter=topic%20eq%20'{told}'"
        body = await self._calls.read(path, need.LIST_CHATS)
        things = body.get("value")
        chats = [_chat(thing) for thing in things if isinstance(thing, dict)] if isinstance(things, list) else []
        return [chat for chat in chats if chat.topic == topic]

    async def chat_members(self, chat: str) -> Sequence[ChatMember]:
        """Return who is in a chat. Raise Missing."""
        path = f"/chats/{in_path(chat)}/members"
        return [_chat_member(one) async for one in self._calls.listed(path, need.LIST_CHAT_MEMBERS, place=chat)]

    async def add_chat_member(self, chat: str, member: Invitee) -> None:
        """Put somebody into a chat; they see all of its history. Harmless when they are in. Raise Missing."""
        body = self._member(member) | {"visibleHistoryStartDateTime": WHOLE_HISTORY}
        path = f"/chats/{in_path(chat)}/members"
        await self._calls.write("POST", path, need.CHANGE_CHAT_MEMBERS, body, place=chat, repeatable=True)

    async def remove_chat_member(self, chat: str, membership: str) -> None:
        """Take a membership away. Raise Missing when it is not there."""
        path = f"/chats/{in_path(chat)}/members/{in_path(membership)}"
        await self._calls.write("DELETE", path, need.CHANGE_CHAT_MEMBERS, place=chat, repeatable=True)

    async def rename_chat(self, chat: str, topic: str) -> None:
        """Give a chat another topic."""
        path = f"/chats/{in_path(chat)}"
        await self._calls.write("PATCH", path, need.RENAME_CHAT, {"topic": topic}, place=chat, repeatable=True)

    async def install_in_chat(self, chat: str, app: CatalogApp) -> None:
        """Install the app, with the permissions its package asks for. Raise Conflict when it is installed."""
        body: dict[str, Any] = self._installed(app)
        if app.permissions:
            asked = [{"permissionValue": name, "permissionType": kind} for name, kind in app.permissions]
            body["consentedPermissionSet"] = {"resourceSpecificPermissions": asked}
        path = f"/chats/{in_path(chat)}/installedApps"
        await self._calls.write("POST", path, need.INSTALL_IN_CHAT, body, place=chat, repeatable=True)

    async def install_for_user(self, user: str, app: CatalogApp) -> None:
        """Install the app for somebody. Raise Conflict when it is installed."""
        path = f"/users/{in_path(user)}/teamwork/installedApps"
        await self._calls.write("POST", path, need.INSTALL_FOR_USER, self._installed(app), repeatable=True)

    async def catalog_app(self, *, by: Literal["id", "externalId"], value: str) -> CatalogApp | None:
        """Return the app from the catalogue, found by its id there or by its manifest's; None when it is not in."""
        path = f"/appCatalogs/teamsApps?$filter={by}%20eq%20'{in_path(value)}'&$expand=appDefinitions"
        async for thing in self._calls.listed(path, need.READ_CATALOG):
            return _catalog_app(thing)
        return None

    async def chat_message(self, chat: str, message: str) -> GraphMessage | None:
        """Return a message of a chat; None when it was deleted or nobody wrote it. Raise Missing."""
        path = f"/chats/{in_path(chat)}/messages/{in_path(message)}"
        return message_of(await self._calls.read(path, need.READ_CHAT, place=chat))

    async def channel_message(self, team: str, channel: str, message: str, *, root: str = "") -> GraphMessage | None:
        """Return a message of a channel, below `root` when it is a reply; None when it was deleted. Raise Missing."""
        path = f"/teams/{in_path(team)}/channels/{in_path(channel)}/messages/"
        path += f"{in_path(root)}/replies/{in_path(message)}" if root else in_path(message)
        return message_of(await self._calls.read(path, need.READ_CHANNEL, place=team))

    async def create_channel(self, team: str, name: str, description: str) -> Channel:
        """Make a standard channel. Names are unique in a team, those of deleted channels included."""
        body = {"displayName": name, "description": description, "membershipType": "standard"}
        path = f"/teams/{in_path(team)}/channels"
        reply = await self._calls.write("POST", path, need.CREATE_CHANNEL, body, place=team)
        return _channel(_made(reply.body))

    async def channels(self, team: str) -> Sequence[Channel]:
        """Return a team's channels, without those that were deleted. Raise Missing when there is no such team."""
        path = f"/teams/{in_path(team)}/channels"
        return [_channel(one) async for one in self._calls.listed(path, need.LIST_CHANNELS, place=team)]

    async def channel(self, team: str, channel: str) -> Channel:
        """Return one channel. Raise Missing."""
        path = f"/teams/{in_path(team)}/channels/{in_path(channel)}"
        return _channel(_told(await self._calls.read(path, need.LIST_CHANNELS, place=team)))

    async def archive_channel(self, team: str, channel: str) -> str:
        """Begin to archive a channel; return the path of the operation, or nothing when there is none to wait for."""
        path = f"/teams/{in_path(team)}/channels/{in_path(channel)}/archive"
        reply = await self._calls.write("POST", path, need.ARCHIVE_CHANNEL, {}, place=team, repeatable=True)
        location = reply.location.removeprefix(self._calls.url)
        # `/teams('id')/operations('id')` and `/teams/id/operations/id` are both seen; nothing else is followed.
        return location if location.startswith("/teams") else ""

    async def operation(self, path: str, team: str) -> str:
        """Return how far a long operation is: `notStarted`, `inProgress`, `succeeded`, `failed`, `invalid`."""
        return words((await self._calls.read(path, need.ARCHIVE_CHANNEL, place=team)).get("status"))

    async def threads(self, team: str, channel: str) -> Sequence[Posted]:
        """Return the newest messages of a channel that began threads."""
        path = f"/teams/{in_path(team)}/channels/{in_path(channel)}/messages?$top={_RECENT}"
        body = await self._calls.read(path, need.READ_CHANNEL, place=team)
        things = body.get("value")
        return [_posted(thing) for thing in things if isinstance(thing, dict)] if isinstance(things, list) else []

    async def create_meeting(self, organizer: str, subject: str, start: datetime, end: datetime) -> str:
        """Make a meeting in somebody's name; return the link to join it. It stands in nobody's calendar."""
        body = {"startDateTime": start.isoformat(), "endDateTime": end.isoformat(), "subject": subject}
        path = f"/users/{in_path(organizer)}/onlineMeetings"
        return words((await self._calls.write("POST", path, need.CREATE_MEETING, body)).body.get("joinWebUrl"))

    async def guests(self, users: Sequence[str]) -> frozenset[str]:
        """Return those of up to 15 people who are guests of the tenant."""
        told = ",".join(f"'{in_path(user)}'" for user in users)
        path = f"/users?$select=id,userType&$filter=id%20in%20({told})"
        things = self._calls.listed(path, need.READ_USERS)
        return frozenset([words(one.get("id")) async for one in things if one.get("userType") == "Guest"])

    def _member(self, member: Invitee) -> dict[str, Any]:
        """Return a member as Graph wants it: guests of the tenant as guests, all others as owners (chat-post)."""
        bind = f"{self._calls.url}/users('{member.id}')"
        body: dict[str, Any] = {
            "@odata.type": _MEMBER,
            "user@odata.bind": bind,
            "roles": ["guest" if member.guest else "owner"],
        }
        return body | {"tenantId": member.tenant} if member.tenant else body

    def _installed(self, app: CatalogApp) -> dict[str, Any]:
        return {"teamsApp@odata.bind": f"{self._calls.url}/appCatalogs/teamsApps/{app.id}"}


def _made(body: Json) -> Json:
    """Return what was made. Raise OutcomeUnknown when Graph made something, and it cannot be read what."""
    if not words(body.get("id")):
        message = "Graph made something and did not say its id"
        raise OutcomeUnknown(message)
    return body


def _told(body: Json) -> Json:
    """Return what was answered. Raise Unreachable when it is not what was asked for."""
    if not words(body.get("id")):
        message = "Graph answered without an id"
        raise Unreachable(message)
    return body


def _chat(body: Mapping[str, Any]) -> Chat:
    members = body.get("members")
    return Chat(
        id=words(body.get("id")),
        topic=words(body.get("topic")),
        created=instant(body.get("createdDateTime")),
        members=tuple(_chat_member(one) for one in members) if isinstance(members, list) else (),
    )


def _chat_member(body: Any) -> ChatMember:
    return ChatMember(
        membership=words(part(body, "id")), user=words(part(body, "userId")), tenant=words(part(body, "tenantId"))
    )


def _channel(body: Mapping[str, Any]) -> Channel:
    return Channel(
        id=words(body.get("id")),
        name=words(body.get("displayName")),
        description=words(body.get("description")),
        archived=body.get("isArchived") is True,
    )


def _posted(body: Mapping[str, Any]) -> Posted:
    return Posted(
        id=words(body.get("id")),
        app=words(part(body, "from", "application", "id")),
        created=instant(body.get("createdDateTime")),
        text=words(part(body, "body", "content")),
    )


def _catalog_app(body: Mapping[str, Any]) -> CatalogApp:
    """Return the app with the newest of its definitions: they are told oldest first."""
    told = body.get("appDefinitions")
    definitions = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    newest = next((one for one in reversed(definitions) if one.get("publishingState") == "published"), None)
    newest = newest or (definitions[-1] if definitions else {})
    asked = part(newest, "authorization", "requiredPermissionSet", "resourceSpecificPermissions")
    pairs = [
        (words(part(one, "permissionValue")), words(part(one, "permissionType")).capitalize())
        for one in (asked if isinstance(asked, list) else [])
    ]
    return CatalogApp(
        id=words(body.get("id")),
        permissions=tuple(pair for pair in pairs if all(pair)),
        state=words(newest.get("publishingState")),
    )
