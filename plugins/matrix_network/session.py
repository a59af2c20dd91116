"""Staying logged in: the token lives in the plugin's secrets, is refreshed in time, and never fetched by logging in."""

from __future__ import annotations

from chatops.errors import AuthExpired
from chatops.ports.secrets import Secrets
from matrix_network.account import Account


class Session:
    """Implements `matrix_network.homeserver.Tokens`."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def account(self) -> Account:
        """Return who we are. Raise AuthExpired when nobody has logged in yet."""
        raise NotImplementedError

    async def current(self) -> str:
        """Return the access token to use now."""
        raise NotImplementedError

    async def renewed(self, refused: str, *, soft: bool) -> str:
        """Return another token than `refused`."""
        raise AuthExpired("stub")
