"""Where we can speak in a conversation that we made: known from Teams itself, or from any other of the same tenant."""

from __future__ import annotations

from chatops import replace
from chatops.errors import Unreachable
from teams_network.addresses import Kind
from teams_network.conversations import Conversations
from teams_network.known import Known
from teams_network.settings import TeamsSettings


class Speaking:
    """Makes conversations of ours known. Raises StoreUnavailable."""

    def __init__(self, conversations: Conversations, settings: TeamsSettings) -> None:
        self._conversations = conversations
        self._settings = settings

    async def service_url(self, conversation: str) -> str:
        """Return where to speak in a conversation: the tenant's address when it has not told its own yet.

        Raise Unreachable when Teams has told us none at all: then the app was never installed anywhere.
        """
        known = await self._conversations.known(conversation)
        known = known or await self._conversations.in_tenant(self._settings.tenant)
        if known is None:
            message = (
                "Teams has not told us yet where to speak in this tenant. Install the app somewhere, or for yourself: "
                "what Teams then sends to /api/messages says it"
            )
            raise Unreachable(message)
        return known.service_url

    async def keep(self, id: str, kind: Kind, *, name: str, team: str = "", main_thread: str = "") -> Known:
        """Remember a conversation as ours, with what Teams may have told of it meanwhile."""
        ours = await self._conversations.known(id) or await self._new(id, kind)
        ours = replace(ours, name=name, team=team or ours.team, main_thread=main_thread or ours.main_thread, ours=True)
        await self._conversations.keep(ours)
        return ours

    async def meet(self, id: str, kind: Kind) -> None:
        """Remember a conversation that is not ours, unless it is known."""
        if await self._conversations.known(id) is None:
            await self._conversations.keep(await self._new(id, kind))

    async def _new(self, id: str, kind: Kind) -> Known:
        url = await self.service_url(id)
        return Known(
            id=id, tenant=self._settings.tenant, service_url=url, bot_id=f"28:{self._settings.app_id}", type=kind
        )
