"""Which PostgreSQL, and how patient with it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from chatops.core.frozen import Frozen
from chatops.errors import SettingsError

PORT = 5432
PROGRAM = "chatops"

PATIENT: Mapping[str, str] = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
"""Settings of a session that reads everything: between two pages it may have much to do."""


class PostgresServer(Frozen, frozen=True, kw_only=True):
    """A database on one or several hosts, of which one takes writes. Times are in seconds."""

    url: str
    """`postgresql://USER@HOST:PORT[,HOST:PORT]/NAME`, with `sslmode` and `sslrootcert` as libpq knows them."""
    password: str | None = None
    name: str = "chatops"
    """This server's name among its replicas."""
    writers: int = 8
    readers: int = 4
    connect_timeout: float = 5.0
    statement_timeout: float = 20.0
    idle_timeout: float = 10.0

    @property
    def database(self) -> str:
        """The database's name."""
        return unquote(urlsplit(self.url).path.lstrip("/")) or PROGRAM

    @property
    def places(self) -> str:
        """Where it is, without user and password: HOST:PORT[,HOST:PORT]."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def address(self) -> dict[str, Any]:
        """Return what `asyncpg.connect` takes. Raise SettingsError when the URL is none."""
        parts = urlsplit(self.url)
        credentials, _at, places = parts.netloc.rpartition("@")
        user, _colon, password = credentials.partition(":")
        try:
            hosts = [_host(place) for place in places.split(",")]
        except ValueError:
            message = f"database.url: {places!r} is no HOST:PORT."
            raise SettingsError(message) from None
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unknown = query.keys() - {"sslmode", "sslrootcert"}
        if unknown:
            message = f"database.url: {', '.join(sorted(unknown))} cannot be set there."
            raise SettingsError(message)
        address: dict[str, Any] = {
            "host": [name for name, _port in hosts],
            "port": [port for _name, port in hosts],
            "user": unquote(user) or PROGRAM,
            "password": self.password or (unquote(password) or None),
            "database": self.database,
            "timeout": self.connect_timeout,
        }
        if len(hosts) > 1:
            address["target_session_attrs"] = "read-write"
        if "sslrootcert" in query:
            address["ssl"] = _trusting(query["sslrootcert"], query.get("sslmode", "verify-full"))
        elif "sslmode" in query:
            address["ssl"] = query["sslmode"]
        return address

    def settings(self, **more: str) -> dict[str, str]:
        """Return the settings of each session."""
        return {
            "application_name": f"{PROGRAM} {self.name}",
            "statement_timeout": f"{self.statement_timeout * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{self.idle_timeout * 1000:.0f}",
            "timezone": "UTC",
            **more,
        }


def _trusting(file: str, mode: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        message = f"database.url: sslrootcert {file} cannot be used: {error}"
        raise SettingsError(message) from error
    context.check_hostname = mode == "verify-full"
    return context


def _host(place: str) -> tuple[str, int]:
    found = urlsplit(f"//{place}")
    return found.hostname or "127.0.0.1", found.port or PORT
