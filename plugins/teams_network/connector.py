"""The Bot Connector's calls, as far as we make them.

Source: Microsoft Learn, "Bot Connector REST API reference"; for Teams "Send proactive messages", "Get Teams specific
context", "Update and delete messages sent from bot". A thread is addressed in the conversation's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from chatops import Clock, Frozen
from chatops.errors import OutcomeUnknown, Unreachable
from teams_network.activity import Account, Wire
from teams_network.addresses import in_path
from teams_network.asking import Ask, Asking
from teams_network.buckets import Buckets
from teams_network.http import Http
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

Json = Mapping[str, Any]

WireT = TypeVar("WireT", bound=Wire)

_PAGE = 500

_PAGES = 100
"""Pages of members, at most: a team has up to 25,000 (Microsoft Learn, "Limits and specifications")."""


class Created(Frozen, frozen=True, kw_only=True):
    """What was begun."""

    conversation: str
    """With `;messageid=` for a thread."""
    activity: str = ""
    """Id of the first message; empty when none was sent along."""


class _Id(msgspec.Struct, frozen=True):
    id: str


class _Begun(Wire, frozen=True, kw_only=True):
    id: str
    activity_id: str | None = None


class _Member(Wire, frozen=True, kw_only=True):
    id: str
    name: str | None = None
    aad_object_id: str | None = None
    object_id: str | None = None
    """The same, by another name: which one is told differs from call to call."""
    tenant_id: str | None = None
    user_role: str | None = None


class _Page(Wire, frozen=True, kw_only=True):
    members: tuple[_Member, ...] = ()
    continuation_token: str | None = None


class Connector:
    """Speaks as the bot. Waits for its turn where that is near.

    Everything raises PortErrors: RateLimited, Unreachable (nothing happened, or a repetition is harmless), OutcomeUnknown
    (it may have), Forbidden (also, before any I/O, for a service URL our token must not be sent to), Missing, Invalid,
    AuthExpired. `tenant` is whose limit counts; empty: that of the settings.
    """

    def __init__(self, http: Http, tokens: Tokens, settings: TeamsSettings, buckets: Buckets, clock: Clock) -> None:
        self._asking = Asking(http, tokens, settings, buckets, clock)

    async def send(self, service_url: str, conversation: str, activity: Json, *, tenant: str = "") -> str:
        """Send an activity and return its id."""
        ask = Ask(
            method="POST",
            service_url=service_url,
            path=f"{in_path(conversation)}/activities",
            body=_encoded(activity),
            doing="write",
            turn="send",
            thread=conversation,
            tenant=tenant,
        )
        try:
            id = msgspec.json.decode(await self._asking(ask), type=_Id).id
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            id = ""
        if not id:
            message = "Teams took a message and did not say its id"
            raise OutcomeUnknown(message)
        return id

    async def update(self, service_url: str, conversation: str, id: str, activity: Json, *, tenant: str = "") -> None:
        """Replace a message of ours. Raise Missing when it is gone."""
        await self._asking(
            Ask(
                method="PUT",
                service_url=service_url,
                path=f"{in_path(conversation)}/activities/{in_path(id)}",
                body=_encoded({**activity, "id": id}),
                doing="repeatable",
                turn="send",
                thread=conversation,
                tenant=tenant,
            )
        )

    async def delete(self, service_url: str, conversation: str, id: str, *, tenant: str = "") -> None:
        """Take a message of ours away. Raise Missing when it is gone."""
        await self._asking(
            Ask(
                method="DELETE",
                service_url=service_url,
                path=f"{in_path(conversation)}/activities/{in_path(id)}",
                doing="repeatable",
                turn="send",
                thread=conversation,
                tenant=tenant,
            )
        )

    async def create(self, service_url: str, body: Json, *, thread: str = "", tenant: str = "") -> Created:
        """Begin a personal chat, or with an `activity` in the body a thread of a channel.

        `thread` is whose limit counts: the channel, or the person. A personal chat is begun once: asked again, Teams
        returns the same. With an activity a repetition would post it again.
        """
        ask = Ask(
            method="POST",
            service_url=service_url,
            path="",
            body=_encoded(body),
            doing="write" if "activity" in body else "repeatable",
            turn="send",
            thread=thread,
            tenant=tenant,
        )
        try:
            begun = msgspec.json.decode(await self._asking(ask), type=_Begun)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            message = "Teams began a conversation and did not say its id"
            raise (OutcomeUnknown if ask.doing == "write" else Unreachable)(message) from error
        return Created(conversation=begun.id, activity=begun.activity_id or "")

    async def begin_personal(self, service_url: str, *, bot: str, member: str, tenant: str) -> str:
        """Return the personal chat with somebody, by account or object id, begun if need be: asked again, the same."""
        body = {
            "isGroup": False,
            "bot": {"id": bot},
            "members": [{"id": member}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        return (await self.create(service_url, body, thread=member, tenant=tenant)).conversation

    async def members(self, service_url: str, conversation: str, *, tenant: str = "") -> Sequence[Account]:
        """Return who is in a conversation; of a channel, who is in its team."""
        found: list[Account] = []
        token = ""
        for _page in range(_PAGES):
            query = f"?pageSize={_PAGE}" + (f"&continuationToken={in_path(token)}" if token else "")
            path = f"{in_path(conversation)}/pagedmembers{query}"
            page = _decoded(await self._asking(_look(service_url, path, conversation, tenant)), _Page)
            found.extend(_account(member) for member in page.members)
            if not page.continuation_token or page.continuation_token == token:
                break
            token = page.continuation_token
        return found


def _look(service_url: str, path: str, conversation: str, tenant: str) -> Ask:
    return Ask(
        method="GET",
        service_url=service_url,
        path=path,
        doing="read",
        turn="get",
        thread=conversation,
        tenant=tenant,
    )


def _encoded(body: Json) -> bytes:
    return msgspec.json.encode(body)


def _decoded(body: bytes, of: type[WireT]) -> WireT:
    try:
        return msgspec.json.decode(body, type=of)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = "Teams answered something that is not understood"
        raise Unreachable(message) from error


def _account(member: _Member) -> Account:
    return Account(
        id=member.id,
        name=member.name,
        aad_object_id=member.aad_object_id or member.object_id,
        role=member.user_role,
        tenant_id=member.tenant_id,
    )
