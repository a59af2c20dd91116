"""The demo company on Matrix: a homeserver, everybody on it, a room, and the chatops server among them.

    scripts/demo-matrix [--port 8080] [--matrix-port 8008] [--data chatops-data]

A second start finds everything as it was left.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from chatops.demo import COMPANY, FIRST_PERSON, SETTINGS, TRY
from chatops.errors import ChatopsError
from chatops.serving import serve
from chatops.settings import SETTINGS_NAME, Plugins, data_folder, load
from chatops.settings_file import write
from demo_homeserver import PASSWORD, SERVER_NAME, DemoHomeserver, HomeserverError

ROOT = Path(__file__).parent.parent
BOT = f"@chatops:{SERVER_NAME}"
ALIAS = f"#support:{SERVER_NAME}"
LOGGED_IN = "bot-logged-in"
"""A file in the server's data folder: its account needs no second login."""


def main(*words: str) -> int:
    """Run until Ctrl-C."""
    asked = _asked(words)
    folder = data_folder(asked.data) / "matrix-demo"
    data = folder / "chatops"
    python = Path(os.environ.get("SYNAPSE_PYTHON") or ROOT / ".synapse/bin/python")
    homeserver = DemoHomeserver(python, folder / "homeserver", port=asked.matrix_port)
    people = tomllib.loads((COMPANY / "people.toml").read_text(encoding="utf-8"))["people"]
    # Until the server takes both over, and when the terminal is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    print("Starting the homeserver …", flush=True)  # noqa: T201 - to whoever started it
    try:
        homeserver.start()
        settle(homeserver, people)
        write_settings(data, homeserver.url, port=asked.port)
        log_in(data, homeserver.url)
        serve(load(data / SETTINGS_NAME), data, welcome=lambda url: welcome(url, homeserver.url, data, people))
    except (ChatopsError, HomeserverError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to whoever started it
        return 1
    except KeyboardInterrupt:
        pass
    finally:
        homeserver.stop()
    return 0


def settle(homeserver: DemoHomeserver, people: list[dict[str, Any]]) -> None:
    """Give everybody an account, the bot freedom from rate limits, and all but guests an invitation to one room."""
    if homeserver.has_room(ALIAS):
        return
    admin = next(person["handle"] for person in people if "admin" in person["roles"])
    for person in people:
        homeserver.register(person["handle"], person["name"], admin=person["handle"] == admin)
    homeserver.register("chatops", "Chatops")
    token = homeserver.log_in(admin)
    homeserver.lift_limits(BOT, token=token)
    staff = [person["handle"] for person in people if "guest" not in person["roles"] and person["handle"] != admin]
    homeserver.call(
        "POST",
        "/_matrix/client/v3/createRoom",
        {
            "preset": "private_chat",
            "name": "Support",
            "topic": f"Say: !{TRY[0]}",
            "room_alias_name": "support",
            "invite": [BOT, *(matrix_id(handle) for handle in staff)],
        },
        token=token,
    )


def write_settings(data: Path, url: str, *, port: int) -> None:
    """Write what `chatops` reads in `data`: the demo's settings with Matrix, its people with their Matrix ids."""
    data.mkdir(parents=True, exist_ok=True)
    everybody = data / "people.toml"
    everybody.write_text(with_matrix_ids((COMPANY / "people.toml").read_text(encoding="utf-8")), encoding="utf-8")
    demo = load(SETTINGS)
    plugins = Plugins.model_validate(
        {
            **demo.plugins.model_dump(),
            "enabled": (*demo.plugins.enabled, "matrix_network"),
            "matrix_network": {"homeserver": url},
        }
    )
    settings = demo.model_copy(
        update={
            "server": demo.server.model_copy(update={"port": port}),
            "people": demo.people.model_copy(update={"file": everybody}),
            "plugins": plugins,
        }
    )
    (data / SETTINGS_NAME).write_text(write(settings, describe=False), encoding="utf-8")


def with_matrix_ids(people: str) -> str:
    """Return people.toml with a Matrix id beside each console id; the user name is the handle."""
    handle = ""

    def told(line: str) -> str:
        nonlocal handle
        if match := re.match(r'handle = "(.+)"$', line):
            handle = match[1]
        return line.replace("identities = { ", f'identities = {{ matrix = "{matrix_id(handle)}", ')

    return "\n".join(told(line) for line in people.splitlines()) + "\n"


def matrix_id(handle: str) -> str:
    """Return somebody's whole user id."""
    return f"@{handle}:{SERVER_NAME}"


def log_in(data: Path, url: str) -> None:
    """Log the bot in, once, as an operator does: `chatops matrix login`. Raise HomeserverError."""
    if (data / LOGGED_IN).exists():
        return
    command = ("matrix", "login", "--data", str(data), "--homeserver", url, "--user", BOT)
    ran = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "chatops", *command],
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,  # without a terminal to ask at, it reads the password from its input
    )
    if ran.returncode:
        message = f"chatops {' '.join(command)}\n{ran.stdout}{ran.stderr}"
        raise HomeserverError(message)
    (data / LOGGED_IN).touch()


def welcome(url: str, matrix_url: str, data: Path, people: list[dict[str, Any]]) -> str:
    """Return what to print once all serve."""
    commands = "\n".join(f"  !{command}" for command in TRY)
    names = "\n".join(f"  {person['handle']:16} {person['name']}, {', '.join(person['roles'])}" for person in people)
    return f"""
Brightwater is open on Matrix: {matrix_url} (its people are called @NAME:{SERVER_NAME})

Any Matrix client on this machine will do. In Element (Desktop, or https://app.element.io): Sign in, Edit beside the
homeserver, {matrix_url}, then one of these names with the password {PASSWORD}

{names}

Accept the invitation to "Support", and say there:

{commands}

A second browser profile makes you somebody else; daniel knows refunds and is asked first.
The same company in the browser: {url}/console/{FIRST_PERSON}/

Everything is kept in {data.parent}. Stop with Ctrl-C.
"""


def _asked(words: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo-matrix", description="The demo company on Matrix.")
    parser.add_argument("--port", type=int, default=8080, help="of the chatops server, on 127.0.0.1")
    parser.add_argument("--matrix-port", type=int, default=8008, help="of the homeserver, on 127.0.0.1")
    parser.add_argument("--data", type=Path, help="data folder; the demo keeps everything in matrix-demo below it")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
