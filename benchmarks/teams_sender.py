"""What the Bot Connector would send: signed activities, each of its own, and the keys they are judged by."""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from aiohttp import web
from teams_load import request

from teams_issuer import Issuer
from teams_world import App

PATH = "/api/messages"
PEOPLE = 200
TENANT = "0b8f3f0c-6f0e-4a52-8d0c-3e1c2f4b5a66"
TOKENS = 3000
"""Tokens in turn where none is to be used again: far more than are remembered."""

_PERSON = """
[[people]]
id = "p{number}"
name = "Person {number}"
roles = ["agent"]
identities = {{ teams = {{ tenant = "{tenant}", id = "{object_id}" }} }}
"""

_SETTINGS = """
demo = true

[server]
port = 0

[people]
file = "{people}"

[plugins]
enabled = ["teams_network", "broadcasting"]

[plugins.teams_network]
app_id = "{app}"
tenant = "{tenant}"
client_secret_file = "{secret}"

[plugins.teams_network.endpoints]
openid_metadata_url = "{keys}/v1/.well-known/openidconfiguration"
token_issuer = "https://api.botframework.com"
authority = "{dead}/login"
graph_url = "{dead}/graph"
service_hosts = ["{dead_host}"]

[engine]
flood_burst = 1000000

[log]
level = "warning"
format = "json"
"""


class BlackHole:
    """Takes connections and never answers: the worst way to be down."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}"

    def close(self) -> None:
        """Be gone altogether."""
        self._socket.close()


class Sender:
    """Signs."""

    def __init__(self, hole: BlackHole) -> None:
        self.app = App(app_id=str(uuid.uuid4()), name="chatops", secret="none", external_id="", catalog_id="")  # noqa: S106 - opens nothing
        self.issuer = Issuer(time.time)
        self.service_url = f"{hole.url}/amer/{TENANT}/"
        self._hole = hole
        self._number = 0
        self._runner: web.AppRunner | None = None
        self.one = self.issuer.sign(self.app, self.service_url)
        """The token that is used again and again."""
        self._tokens = cycle([self.issuer.sign(self.app, self.service_url, jti=str(n)) for n in range(TOKENS)])

    async def publish(self) -> None:
        """Serve the keys."""
        served = web.Application()
        self.issuer.add_routes(served)
        self._runner = web.AppRunner(served, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.issuer.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def vanish(self) -> None:
        """Serve them no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def settings(self, folder: Path) -> Path:
        """Write the settings of a server into a data folder, and return it."""
        folder.mkdir(parents=True)
        people, secret = folder / "people.toml", folder / "client_secret"
        told = (_PERSON.format(number=n, tenant=TENANT, object_id=object_id(n)) for n in range(PEOPLE))
        people.write_text("".join(told))
        secret.write_text(self.app.secret)
        secret.chmod(0o600)
        (folder / "chatops.toml").write_text(
            _SETTINGS.format(
                people=people,
                app=self.app.app_id,
                tenant=TENANT,
                secret=secret,
                keys=self.issuer.url,
                dead=self._hole.url,
                dead_host=self._hole.host,
            )
        )
        return folder

    def requests(self, port: int, *, fresh: bool) -> Iterator[bytes]:
        """Yield requests without end, each with a message of its own; with a token of its own when `fresh`."""
        while True:
            token = next(self._tokens) if fresh else self.one
            yield request(PATH, f"127.0.0.1:{port}", json.dumps(self._activity()).encode(), token)

    def _activity(self) -> dict[str, object]:
        """A command in somebody's personal chat, with all that Teams says about it."""
        self._number += 1
        number = self._number % PEOPLE
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        return {
            "text": f"echo t{number}",
            "textFormat": "plain",
            "attachments": [{"contentType": "text/html", "content": f"<p>echo t{number}</p>"}],
            "type": "message",
            "timestamp": at,
            "localTimestamp": at,
            "localTimezone": "Europe/Berlin",
            "locale": "en-US",
            "id": str(1_700_000_000_000 + self._number),
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": f"29:1{number:060}", "name": f"Person {number}", "aadObjectId": object_id(number)},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:1{number:060}"},
            "recipient": {"id": self.app.id, "name": "chatops"},
            "entities": [
                {
                    "locale": "en-US",
                    "country": "US",
                    "platform": "Web",
                    "timezone": "Europe/Berlin",
                    "type": "clientInfo",
                }
            ],
            "channelData": {"tenant": {"id": TENANT}},
        }


def object_id(number: int) -> str:
    """Return the directory's id of somebody."""
    return f"00000000-0000-4000-8000-{number:012}"
