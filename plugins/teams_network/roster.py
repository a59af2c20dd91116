"""Who is in a conversation, as the Bot Connector tells it; the app has to be there."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.message import Identity, RoomRef
from chatops.errors import Missing
from teams_network.addresses import base, root
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.known import Known
from teams_network.settings import TeamsSettings


class Roster:
    """Finds conversations and their people. Raises PortErrors."""

    def __init__(self, connector: Connector, conversations: Conversations, settings: TeamsSettings) -> None:
        self._connector = connector
        self._conversations = conversations
        self._settings = settings

    async def known(self, room: RoomRef) -> Known:
        """Return the conversation a room is in. Raise Missing when the app is in none like that."""
        if room.network != self._settings.network:
            message = f"{room} is not on {self._settings.network}"
            raise Missing(message)
        known = await self._conversations.known(room.id)
        if known is None or (root(room.id) is not None and known.type != "channel"):
            message = f"{base(room.id)} is no conversation that the app is in"
            raise Missing(message)
        return known

    async def people(self, known: Known) -> Sequence[Identity]:
        """Return who is in a conversation, bots left out; of a channel, who is in its team."""
        accounts = await self._connector.members(known.service_url, known.id, tenant=known.tenant)
        return [
            Identity(
                network=self._settings.network,
                tenant=account.tenant_id or known.tenant,
                id=account.aad_object_id or account.id,
            )
            for account in accounts
            if account.id and account.id != known.bot_id and not account.id.startswith("28:")
        ]

    def here(self, identity: Identity) -> None:
        """Raise Missing for somebody of another network."""
        if identity.network != self._settings.network:
            message = f"{identity} is not on {self._settings.network}"
            raise Missing(message)
