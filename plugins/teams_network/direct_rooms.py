"""The personal chat with somebody. It exists where the person has the app; we may be allowed to give it to them.

Sources: Microsoft Learn, "Send proactive messages" and "Proactively install apps using Graph API"; microsoft/teams.net
`core/docs/CreateConversation-API-Behavior.md` (asked again, the Bot Connector gives the same chat).
"""

from __future__ import annotations

from typing import Any

from chatops import replace
from chatops.core.message import Identity
from chatops.errors import Conflict, Forbidden, Missing, PortError, Rejected, Unreachable, Unsupported
from teams_network.choosing import outside
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.installing import Installing
from teams_network.known import Contact, Known
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking


class DirectRooms:
    """Finds personal chats, or begins them. Raises PortErrors."""

    def __init__(
        self,
        *,
        connector: Connector,
        conversations: Conversations,
        installing: Installing,
        speaking: Speaking,
        settings: TeamsSettings,
    ) -> None:
        self._connector = connector
        self._conversations = conversations
        self._installing = installing
        self._speaking = speaking
        self._settings = settings

    async def room(self, person: Identity) -> str:
        """Return the chat with somebody. Raise Forbidden, saying who has to do what, when there can be none."""
        contact = await self._conversations.contact(person.tenant, person.id)
        if contact is not None and contact.conversation:
            return contact.conversation
        try:
            return await self._begun(person, contact)
        except (Forbidden, Missing) as error:
            refused = error
        await self._install(person, refused)
        told = await self._conversations.contact(person.tenant, person.id)
        if told is not None and told.conversation:
            return told.conversation
        try:
            return await self._begun(person, told or contact)
        except (Forbidden, Missing) as error:
            message = "the app was just installed for them; their chat will be there in a moment"
            raise Unreachable(message, code=error.code) from error

    async def _begun(self, person: Identity, contact: Contact | None) -> str:
        account = contact.account if contact is not None and contact.account else person.id
        url = contact.service_url if contact is not None and contact.service_url else ""
        url = url or await self._speaking.service_url("")
        tenant = person.tenant or self._settings.tenant
        body: dict[str, Any] = {
            "isGroup": False,
            "bot": {"id": f"28:{self._settings.app_id}"},
            "members": [{"id": account}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        try:
            made = (await self._connector.create(url, body, thread=account)).conversation
        except Rejected as error:
            if isinstance(error, (Forbidden, Missing, Conflict)) or contact is not None:
                raise
            # Teams does not know somebody it has told us nothing of: to it that is a bad request.
            message = "Teams does not know them as somebody who has the app"
            raise Missing(message, code=error.code) from error
        await self._keep(person, contact, made, url, account, tenant)
        return made

    async def _keep(
        self, person: Identity, contact: Contact | None, chat: str, url: str, account: str, tenant: str
    ) -> None:
        if await self._conversations.known(chat) is None:
            await self._conversations.keep(
                Known(id=chat, tenant=tenant, service_url=url, bot_id=f"28:{self._settings.app_id}", type="personal")
            )
        contact = contact or Contact(identity_id=person.id, tenant=person.tenant, account=account, service_url=url)
        await self._conversations.keep_contact(replace(contact, conversation=chat))

    async def _install(self, person: Identity, refused: PortError) -> None:
        if outside(person, self._settings):
            message = f"{person.id} belongs to another organisation, and has to add the app for themselves ({refused})"
            raise Forbidden(message, code=refused.code) from refused
        try:
            await self._installing.for_user(person.id)
        except Missing as error:
            message = f"there is nobody with the id {person.id} in our tenant"
            raise Missing(message, code=error.code) from error
        except (Forbidden, Unsupported) as error:
            message = (
                f"{person.id} does not have the app. They add it themselves (Teams, Apps, Built for your org), or an admin "
                f"installs it for everybody (Teams admin centre, Teams apps, Setup policies). Or we do it: {error}"
            )
            raise Forbidden(message, code=error.code) from error
