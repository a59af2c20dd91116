"""The demo company for Microsoft's Playground: a proxy that signs, the chatops server, and what the Playground reads.

    scripts/teams-playground FOLDER [--port 8080] [--proxy-port 8009] [--playground-port 56150]

The Playground itself is not ours; docs/how-to/teams-playground.md says how it is installed and started.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import threading
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatops.demo import COMPANY, TRY
from chatops.errors import ChatopsError
from chatops.serving import serve
from chatops.settings import SETTINGS_NAME, load
from demo_teams import write_settings
from teams_signing_proxy import SigningProxy

CONFIG = ".m365agentsplayground.yml"
LOOPBACK = "loopback.cjs"

TENANT = "00000000-0000-0000-0000-0000000000a0"
TEAM, CHANNEL = "19:general@thread.tacv2", "19:support@thread.tacv2"

BIND = """// Microsoft's Playground listens on all addresses and has no setting for that: node --require ./loopback.cjs …
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === "number" || typeof first === "string") return listen.call(this, Number(first), "127.0.0.1",
    ...rest.filter((one) => typeof one === "function"));
  return listen.call(this, typeof first === "object" && first?.port ? { ...first, host: "127.0.0.1" } : first, ...rest);
};
"""

USERS = 5
"""Beside the one at the keyboard. The Playground takes no fewer and no more."""

WITHIN = 30.0
"""Seconds for anything that is asked of the proxy."""


def main(*words: str) -> int:
    """Run until Ctrl-C."""
    asked = _asked(words)
    people = tomllib.loads((COMPANY / "people.toml").read_text(encoding="utf-8"))["people"]
    ids = {person["handle"]: str(uuid.uuid5(uuid.NAMESPACE_DNS, person["email"])) for person in people}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    proxy = SigningProxy(f"http://127.0.0.1:{asked.playground_port}", tenant=TENANT)
    try:
        with running(proxy, asked.proxy_port), tempfile.TemporaryDirectory(prefix="chatops-playground-") as kept:
            data = Path(kept)
            rooms = {"public": "thread", "others": "thread", "thread_channel": CHANNEL}
            table = proxy.settings(rooms=rooms)
            write_settings(data, table, proxy.bot.secret, tenant=TENANT, ids=ids, port=asked.port)
            prepare(asked.folder, proxy, people, ids)

            def begin(url: str) -> str:
                proxy.bot.endpoint = f"{url}/api/messages"
                return welcome(proxy, asked.folder, asked.playground_port)

            serve(load(data / SETTINGS_NAME), data, welcome=begin)
    except (ChatopsError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to whoever started it
        return 1
    except KeyboardInterrupt:
        pass
    return 0


@contextmanager
def running(proxy: SigningProxy, port: int) -> Iterator[None]:
    """Run the proxy in a thread of its own until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(proxy.start(port), loop).result(WITHIN)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(proxy.stop(), loop).result(WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN)
        loop.close()


def prepare(folder: Path, proxy: SigningProxy, people: Sequence[Mapping[str, Any]], ids: Mapping[str, str]) -> None:
    """Write what the Playground reads: who is there, with Grace at the keyboard, and what binds it to loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOOPBACK).write_text(BIND, encoding="utf-8")
    first, *others = [_user(person, ids) for person in people[: 1 + USERS]]
    users = "\n".join(f"  - {_flow(one)}" for one in others)
    (folder / CONFIG).write_text(
        f"""version: "0.1.0"
tenantId: {TENANT}
bot: {{ id: "{proxy.bot.id}", name: chatops }}
currentUser: {_flow(first)}
users:
{users}
personalChat: {{ id: "a:personal" }}
groupChat: {{ id: "19:group@thread.v2", name: Grace and others }}
team:
  id: "{TEAM}"
  name: Brightwater
  aadGroupId: {uuid.uuid5(uuid.NAMESPACE_DNS, "brightwater.example")}
  channels:
    - {{ id: "{CHANNEL}", name: Support }}
""",
        encoding="utf-8",
    )


def welcome(proxy: SigningProxy, folder: Path, port: int) -> str:
    """Return what to print once all serve."""
    return f"""
Brightwater waits for the Playground. In another terminal, in {folder}:

  node --require ./{LOOPBACK} node_modules/@microsoft/m365agentsplayground/cli.js start \\
    -e {proxy.url}/api/messages -c msteams -p {port} --service-url {proxy.service_url} --disable-telemetry

Then open http://127.0.0.1:{port}, and say in the personal chat: {TRY[0]}

Nothing is kept. Stop with Ctrl-C.
"""


def _user(person: Mapping[str, Any], ids: Mapping[str, str]) -> Mapping[str, str]:
    given, _space, surname = person["name"].partition(" ")
    return {
        "id": f"29:{person['handle']}",
        "name": person["name"],
        "userPrincipleName": person["email"],
        "aadObjectId": ids[person["handle"]],
        "givenName": given,
        "surname": surname,
        "email": person["email"],
    }


def _flow(user: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f'{name}: "{value}"' for name, value in user.items()) + " }"


def _asked(words: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/teams-playground", description="For Microsoft's Playground.")
    parser.add_argument("folder", type=Path, help="where the Playground is installed")
    parser.add_argument("--port", type=int, default=8080, help="of the chatops server, on 127.0.0.1")
    parser.add_argument("--proxy-port", type=int, default=8009, help="of what signs, on 127.0.0.1")
    parser.add_argument("--playground-port", type=int, default=56150, help="of the Playground")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
