"""A real server with REST, a hook that posts, one that runs a command, and tokens for whoever needs one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from chatops.api.scopes import Scope
from chatops.core.clock import Clock
from chatops.webhooks.signing import Signed, sign
from live_house import House, furnish

KEY = b"a secret of thirty-two bytes, ok"
OLDER = b"the one before it, as long as it"
JSON = {"Content-Type": "application/json"}

_PEOPLE = """
[[people]]
id = "admin-1"
name = "admin-1"
roles = ["admin"]
identities = { console = "admin-1" }

[[people]]
id = "guest-1"
name = "guest-1"
roles = ["guest"]
email = "guest@example.com"
identities = { console = "guest-1" }
"""

_SETTINGS = """
[[hooks]]
name = "alerts"
secret_file = "hook.secret"
room = "console:general"
template = "{alert.name} is {status}"

[[hooks]]
name = "cases"
secret_file = "hook.secret"
command = "swarm open"
person = "agent-1"
fields = { case = "{case}", help_needed = "{text}" }
"""


def whsec(secret: bytes) -> str:
    """Return a secret as it stands in a file."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def furnish_rest(folder: Path, settings: str = "") -> Path:
    """Make a data folder for such a server."""
    data = furnish(folder)
    with (data / "people.toml").open("a") as people:
        people.write(_PEOPLE)
    with (data / "chatops.toml").open("a") as file:
        file.write(_SETTINGS + settings)
    (data / "hook.secret").write_text(f"{whsec(KEY)}\n{whsec(OLDER)}\n")
    return data


@dataclass(frozen=True)
class Came:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """A program that calls with a token."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base
        self.token = token

    async def ask(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Came:
        """Call, with a JSON body if there is one; bytes are sent as they are."""
        sent = {**JSON, **(headers or {})} if body is not None else dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = f"{self._base}/api/v1{path}"
        async with self._session.request(method, url, data=data, headers=sent, allow_redirects=False) as answer:
            raw = await answer.read()
            return Came(answer.status, answer.headers.copy(), json.loads(raw) if raw else None)

    async def get(self, path: str) -> Came:
        """Look at something."""
        return await self.ask("GET", path)

    async def run(self, text: str, *, key: str = "", **more: object) -> Came:
        """Run a command."""
        headers = {"Idempotency-Key": key} if key else None
        return await self.ask("POST", "/commands", {"text": text, **more}, headers=headers)


class RestHouse(House):
    """The server, listening, and clients for it."""

    def __init__(self, data: Path, *, clock: Clock | None = None) -> None:
        super().__init__(data, clock=clock, listen=True)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> RestHouse:
        # Programs need no direct chats, so none are opened.
        await self.app.start()
        await self.console.network.ready()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *told: object) -> None:
        if self._session is not None:
            await self._session.close()
        await super().__aexit__(*told)

    async def client(self, person: str, *scopes: Scope) -> Client:
        """Return a client with a token for `person`; all scopes when none are named."""
        _token, shown = await self.app.rest.tokens.create(person, scopes or tuple(Scope))
        return self.stranger(shown)

    def stranger(self, token: str = "") -> Client:
        """Return a client with whatever it shows."""
        assert self._session is not None
        return Client(self._session, self.app.url, token)

    async def hook(self, name: str, raw: bytes, headers: Signed) -> Came:
        """Send a message to a hook."""
        told = {
            "webhook-id": headers.id,
            "webhook-timestamp": headers.timestamp,
            "webhook-signature": headers.signature,
        }
        return await self.stranger().ask("POST", f"/hooks/{name}", raw, headers=told)


def signed(id: str, raw: bytes, *, secret: bytes = KEY, at: datetime | None = None) -> Signed:
    """Sign a message as its sender does."""
    return sign([secret], id, at or datetime.now(UTC), raw)
