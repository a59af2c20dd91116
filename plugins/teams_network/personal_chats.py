"""The personal chat with somebody: found, or begun.

Source: Microsoft Learn, "Send proactive messages" (`POST /v3/conversations` with one member); an object id serves as the
member's id where the app is installed for them (MicrosoftDocs/msteams-docs#14079 and #11125). Asked again, Teams returns
the same conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from chatops import replace
from chatops.core.message import Identity, RoomRef
from chatops.errors import Forbidden, Invalid, Missing
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.known import Contact, Known
from teams_network.settings import TeamsSettings

log = structlog.get_logger("teams")


class PersonalChats:
    """Raises PortErrors; StoreUnavailable where the records cannot be had."""

    def __init__(self, connector: Connector, conversations: Conversations, settings: TeamsSettings) -> None:
        self._connector = connector
        self._conversations = conversations
        self._settings = settings

    async def open(self, identity: Identity) -> RoomRef:
        """Return the personal chat with somebody. Raise Forbidden when they do not have the app."""
        contact = await self._conversations.contact(identity.tenant, identity.id)
        if contact is not None and contact.conversation:
            known = await self._conversations.known(contact.conversation)
            if known is not None:
                return RoomRef(network=identity.network, id=contact.conversation)
        conversation = await self._begin(identity, contact)
        return RoomRef(network=identity.network, id=conversation)

    async def again(self, known: Known) -> bool:
        """Begin a chat again whose history was removed; whether it is the same one.

        After "Delete chat" Teams answers ConversationNotFound until it is begun again (msteams-docs#14079).
        """
        contact = await self._conversations.by_conversation(known.id)
        if contact is None:
            return False
        identity = Identity(network=self._settings.network, tenant=contact.tenant, id=contact.identity_id)
        return await self._begin(identity, contact) == known.id

    async def _begin(self, identity: Identity, contact: Contact | None) -> str:
        if identity.tenant not in self._settings.tenants:
            message = "that person belongs to no organisation this bot speaks with"
            raise Forbidden(message, code="tenant")
        service_url = await self._service_url(identity.tenant, contact)
        member = contact.account if contact is not None and contact.account else identity.id
        try:
            begun = await self._connector.create(
                service_url, self._beginning(identity.tenant, member), thread=member, tenant=identity.tenant
            )
        except (Forbidden, Missing, Invalid) as error:
            if error.code == "service_url":
                raise
            message = (
                "Teams does not let the bot write to that person: they do not have the app, or have blocked it. "
                "They add it in Teams under Apps, or an admin installs it for them"
            )
            raise Forbidden(message, code=error.code) from error
        known = Known(
            id=begun.conversation,
            tenant=identity.tenant,
            service_url=service_url,
            bot_id=self._bot,
            type="personal",
        )
        await self._conversations.keep(known)
        new = contact or Contact(identity_id=identity.id, tenant=identity.tenant, account="", service_url=service_url)
        await self._conversations.keep_contact(replace(new, conversation=begun.conversation, service_url=service_url))
        log.info("a personal chat was begun", conversation=begun.conversation)
        return begun.conversation

    @property
    def _bot(self) -> str:
        return f"28:{self._settings.app_id}"

    def _beginning(self, tenant: str, member: str) -> Mapping[str, Any]:
        return {
            "isGroup": False,
            "bot": {"id": self._bot},
            "members": [{"id": member}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }

    async def _service_url(self, tenant: str, contact: Contact | None) -> str:
        """Return where the tenant's people are reached. Raise Forbidden when nothing was ever heard from there."""
        if contact is not None and contact.service_url:
            return contact.service_url
        known = await self._conversations.in_tenant(tenant)
        if known is None:
            message = (
                "nothing was heard from that organisation yet: the app has to be installed in a team or chat first"
            )
            raise Forbidden(message, code="never_heard")
        return known.service_url
