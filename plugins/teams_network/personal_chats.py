"""Personal chats whose history somebody removed: they are begun again.

After "Delete chat" Teams answers ConversationNotFound until the chat is begun again (MicrosoftDocs/msteams-docs#14079).
`POST /v3/conversations` with one member gives the same chat each time (Microsoft Learn, "Send proactive messages").
"""

from __future__ import annotations

import structlog

from chatops import replace
from chatops.errors import Rejected
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.known import Known
from teams_network.settings import TeamsSettings

log = structlog.get_logger("teams")


class PersonalChats:
    """Raises PortErrors; StoreUnavailable where the records cannot be had."""

    def __init__(self, connector: Connector, conversations: Conversations, settings: TeamsSettings) -> None:
        self._connector = connector
        self._conversations = conversations
        self._settings = settings

    async def again(self, known: Known) -> bool:
        """Begin a chat again; whether it is there now, under the same id. Another id is remembered for the next time."""
        contact = await self._conversations.by_conversation(known.id)
        if contact is None:
            return False
        member = contact.account or contact.identity_id
        try:
            begun = await self._connector.begin_personal(
                known.service_url, bot=known.bot_id, member=member, tenant=known.tenant
            )
        except Rejected:
            return False
        if begun != known.id:
            await self._conversations.keep(replace(known, id=begun))
            await self._conversations.keep_contact(replace(contact, conversation=begun))
        log.info("a personal chat was begun again", conversation=begun)
        return begun == known.id
