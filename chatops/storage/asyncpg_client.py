"""Tortoise's asyncpg client for a database on several hosts: Tortoise itself knows one port only."""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_pool import keep
from chatops.storage.postgres_server import PostgresServer


class HostsClient(AsyncpgDBClient):
    """Connects to `server`, whichever of its hosts takes writes."""

    def __init__(self, *, server: PostgresServer, session: dict[str, str], **kwargs: Any) -> None:
        self._server = server
        self._session = session
        super().__init__(**kwargs, database=server.database, minsize=1, maxsize=server.readers)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Return the pool."""
        del kwargs  # Tortoise's own idea of where the database is
        address = self._server.address()
        if "target_session_attrs" in address:
            address["target_session_attrs"] = (
                "primary"  # sessions that only read are not "read-write", wherever they are
            )
        return await asyncpg.create_pool(
            connect=connect,
            **address,
            min_size=0,  # see postgres_pool
            max_size=self._server.readers,
            server_settings=self._session,
            reset=keep,
            command_timeout=self._server.statement_timeout + self._server.connect_timeout,
        )


client_class = HostsClient


def settings(server: PostgresServer, **session: str) -> dict[str, Any]:
    """Return Tortoise's settings for a pool whose sessions have these settings."""
    return {"engine": __name__, "credentials": {"server": server, "session": server.settings(**session)}}
