"""Our own tokens, for the Bot Connector and for Graph."""

from __future__ import annotations

from chatops import Clock
from chatops.ports.secrets import Secrets
from teams_network.http import Http
from teams_network.settings import TeamsSettings


class Tokens:
    """Tokens by scope, from the client credentials grant."""

    def __init__(self, http: Http, settings: TeamsSettings, secrets: Secrets, clock: Clock) -> None: ...

    async def current(self, scope: str) -> str:
        """Return the token to use now. Raise AuthExpired, Unreachable or RateLimited."""
        raise NotImplementedError

    async def renewed(self, scope: str, refused: str) -> str:
        """Return another token than `refused`. Raise AuthExpired, Unreachable or RateLimited."""
        raise NotImplementedError
