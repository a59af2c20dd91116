"""The personal chat with somebody. It exists where the person has the app; we may be allowed to give it to them.

Sources: Microsoft Learn, "Send proactive messages" and "Proactively install apps using Graph API"; microsoft/teams.net
`core/docs/CreateConversation-API-Behavior.md` (asked again, the Bot Connector gives the same chat); an object id serves as
the member's id where the app is installed for them (MicrosoftDocs/msteams-docs#14079 and #11125).
"""

from __future__ import annotations

import structlog

from chatops import replace
from chatops.core.message import Identity
from chatops.errors import Forbidden, Invalid, Missing, Rejected, Unreachable, Unsupported
from teams_network.choosing import outside
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.installing import Installing
from teams_network.known import Contact, Known
from teams_network.settings import TeamsSettings

log = structlog.get_logger("teams")

_FOR_GOOD = frozenset({"service_url", "ConversationBlockedByUser", "MessageWritesBlocked", "BotDisabledByAdmin"})
"""Refusals that installing the app does not change."""


class DirectRooms:
    """Finds personal chats, or begins them. Raises PortErrors; StoreUnavailable where the records cannot be had."""

    def __init__(
        self,
        *,
        connector: Connector,
        conversations: Conversations,
        installing: Installing,
        settings: TeamsSettings,
    ) -> None:
        self._connector = connector
        self._conversations = conversations
        self._installing = installing
        self._settings = settings

    async def room(self, person: Identity) -> str:
        """Return the chat with somebody. Raise Forbidden, saying who has to do what, when there can be none."""
        if person.tenant not in self._settings.tenants:
            message = "that person belongs to no organisation this bot speaks with"
            raise Forbidden(message, code="tenant")
        contact = await self._conversations.contact(person.tenant, person.id)
        if contact is not None and contact.conversation and await self._conversations.known(contact.conversation):
            return contact.conversation
        url = await self._service_url(person.tenant, contact)
        try:
            return await self._begun(person, contact, url)
        except (Forbidden, Missing, Invalid) as error:
            refused: Rejected = error
        if refused.code in _FOR_GOOD:
            message = f"Teams does not let the bot write to that person ({refused})"
            raise Forbidden(message, code=refused.code)
        if not await self._installed(person, refused):
            message = f"they have the app, but Teams does not let the bot write to them ({refused})"
            raise Forbidden(message, code=refused.code)
        try:
            return await self._begun(person, contact, url)
        except (Forbidden, Missing, Invalid) as error:
            message = "the app was just installed for that person; the chat with them will be there in a moment"
            raise Unreachable(message, code=error.code) from error

    async def _begun(self, person: Identity, contact: Contact | None, url: str) -> str:
        member = contact.account if contact is not None and contact.account else person.id
        bot = f"28:{self._settings.app_id}"
        chat = await self._connector.begin_personal(url, bot=bot, member=member, tenant=person.tenant)
        if await self._conversations.known(chat) is None:
            known = Known(id=chat, tenant=person.tenant, service_url=url, bot_id=bot, type="personal")
            await self._conversations.keep(known)
        # What Teams tells of the installation may have come first, and knows the person's account.
        told = await self._conversations.contact(person.tenant, person.id) or contact
        told = told or Contact(identity_id=person.id, tenant=person.tenant, account="", service_url=url)
        await self._conversations.keep_contact(replace(told, conversation=chat))
        log.info("a personal chat was begun", conversation=chat)
        return chat

    async def _service_url(self, tenant: str, contact: Contact | None) -> str:
        """Return where the tenant's people are reached. Raise Forbidden when nothing was ever heard from there."""
        if contact is not None and contact.service_url:
            return contact.service_url
        known = await self._conversations.in_tenant(tenant)
        if known is None:
            message = "nothing was heard from that organisation yet: the app has to be installed there first"
            raise Forbidden(message, code="never_heard")
        return known.service_url

    async def _installed(self, person: Identity, refused: Rejected) -> bool:
        """Install the app for somebody; return whether they did not have it before."""
        without = (
            f"{person.id} does not have the app ({refused}). They add it themselves (Teams, Apps, Built for your org), or "
            "an admin installs it for everybody (Teams admin centre, Teams apps, Setup policies)."
        )
        if outside(person, self._settings):
            raise Forbidden(without, code=refused.code)
        try:
            return await self._installing.for_user(person.id)
        except Missing as error:
            message = f"there is nobody with the object id {person.id} in our tenant"
            raise Missing(message, code=error.code) from error
        except (Forbidden, Unsupported) as error:
            message = f"{without} Or we do it: {error}"
            raise Forbidden(message, code=error.code) from error
