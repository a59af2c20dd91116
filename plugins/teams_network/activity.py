"""What the Bot Connector sends, as far as we read it. Everything in it is data from outside until its token was judged.

Source: Bot Framework protocol, "Activity" schema (microsoft/botframework-sdk `specs/botframework-activity`); Teams' own
fields: Microsoft Learn, "Bot activity handlers". Unknown fields are ignored, wrong types are an error.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """JSON in camelCase, read leniently where we do not care."""


class Account(Wire, frozen=True, kw_only=True):
    """Somebody on the network: a user (`29:…`), a bot (`28:…`)."""

    id: str = ""
    name: str | None = None
    aad_object_id: str | None = None
    role: str | None = None
    tenant_id: str | None = None


class Conversation(Wire, frozen=True, kw_only=True):
    """Where it happened."""

    id: str = ""
    conversation_type: str | None = None
    """`personal`, `groupChat` or `channel`."""
    tenant_id: str | None = None
    name: str | None = None


class Named(Wire, frozen=True, kw_only=True):
    """A tenant, team or channel in the channel data."""

    id: str = ""
    name: str | None = None
    aad_group_id: str | None = None


class ChannelData(Wire, frozen=True, kw_only=True):
    """What only Teams says."""

    tenant: Named | None = None
    team: Named | None = None
    channel: Named | None = None
    event_type: str | None = None


class Entity(Wire, frozen=True, kw_only=True):
    """A mention (`mention`), the client's language and zone (`clientInfo`), and much we do not read."""

    type: str = ""
    text: str | None = None
    mentioned: Account | None = None
    locale: str | None = None
    timezone: str | None = None
    quoted_reply: Any = None


class Attachment(Wire, frozen=True, kw_only=True):
    """What hangs on a message; for us the HTML form of its text, what it replies to, files and pictures."""

    content_type: str = ""
    content: Any = None
    content_url: Any = None
    name: Any = None


class MessageReaction(Wire, frozen=True, kw_only=True):
    """A reaction put or taken back."""

    type: str = ""


class Activity(Wire, frozen=True, kw_only=True):
    """One thing that happened."""

    type: str
    id: str = ""
    name: str | None = None
    timestamp: str | None = None
    local_timezone: str | None = None
    service_url: str = ""
    channel_id: str = ""
    sender: Account = msgspec.field(name="from", default=Account())
    recipient: Account = Account()
    conversation: Conversation = Conversation()
    text: str | None = None
    text_format: str | None = None
    locale: str | None = None
    entities: list[Entity] | None = None
    attachments: list[Attachment] | None = None
    channel_data: ChannelData | None = None
    reply_to_id: str | None = None
    members_added: list[Account] | None = None
    members_removed: list[Account] | None = None
    reactions_added: list[MessageReaction] | None = None
    reactions_removed: list[MessageReaction] | None = None
    action: str | None = None
    """Of `installationUpdate`: `add`, `remove`, `add-upgrade`, `remove-upgrade`."""
    value: Any = None
    """What an invoke or a submitted card carries."""

    @property
    def tenant(self) -> str:
        """The tenant it happened in, or nothing."""
        told = self.channel_data.tenant.id if self.channel_data and self.channel_data.tenant else None
        return told or self.conversation.tenant_id or ""


_DECODER = msgspec.json.Decoder(Activity)


def decoded(body: bytes) -> Activity:
    """Return an activity. Raise msgspec.MsgspecError for bytes that are none."""
    try:
        return _DECODER.decode(body)
    except (UnicodeDecodeError, RecursionError) as error:
        message = "no text, or nested without end"
        raise msgspec.DecodeError(message) from error
