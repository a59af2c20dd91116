"""A real Matrix homeserver (Synapse) for tests, in a process of its own.

Synapse is AGPL: it lives in an environment of its own (scripts/setup synapse) and is run, never imported.
Every call here blocks. A test whose server under test must go on meanwhile says `await asyncio.to_thread(server.restart)`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import needs
import synapse_settings
from tree import ROOT

START_WITHIN = 60.0
"""Seconds; a start takes two or three on an idle machine."""

STOP_WITHIN = 10.0
LEASHED = ROOT / "scripts/leashed.py"
REGISTER = "/_synapse/admin/v1/register"


@dataclass(frozen=True)
class Login:
    """One account's device, logged in."""

    user: str
    device: str
    token: str
    password: str


class DidNotStart(Exception):
    """Synapse ended or stayed silent; the text is the end of what it printed."""


def interpreter() -> str:
    """The Python that has Synapse: SYNAPSE_PYTHON, else the one made by scripts/setup synapse; else no test."""
    python = os.environ.get("SYNAPSE_PYTHON") or str(ROOT / ".synapse/bin/python")
    return needs.need(python, how="scripts/setup synapse")


def free_port() -> int:
    """A loopback port nobody uses now. Synapse cannot tell which one it took, so it is chosen before.

    It lies below the ports that outgoing connections get. Else a client that tries to reach a server that is down
    could be given that very port, be connected to itself, and keep the server from starting again.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Synapse:
    """A homeserver in `directory`: ended and started again it knows everything it knew, on the same port.

    It ends, however this process ends, when the last process that holds `lease` is gone.
    """

    def __init__(
        self,
        directory: Path,
        *,
        server_name: str = "home.test",
        rate_limits: bool = False,
        sync_cache: bool = False,
        extra: Mapping[str, object] | None = None,
        lease: Path | None = None,
        port: int | None = None,
        secret: str | None = None,
    ) -> None:
        self.directory = directory
        self.server_name = server_name
        self.port = port or free_port()
        self._secret = secret or secrets.token_hex(16)
        self._settings = synapse_settings.homeserver(
            directory,
            port=self.port,
            server_name=server_name,
            secret=self._secret,
            rate_limits=rate_limits,
            sync_cache=sync_cache,
        ) | dict(extra or {})
        self._lease = lease or directory / "lease"
        self._held: IO[bytes] | None = None
        self._leash: subprocess.Popen[str] | None = None
        self._pid = 0

    @property
    def url(self) -> str:
        """Where clients reach it, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether its process is there (a paused one is)."""
        return self._leash is not None and self._leash.poll() is None

    def start(self) -> None:
        """Come back when it answers. Raises DidNotStart."""
        python = interpreter()
        self.directory.mkdir(parents=True, exist_ok=True)
        config = self.directory / "homeserver.yaml"
        config.write_text(json.dumps(self._settings, indent=1))
        (self.directory / "log.yaml").write_text(json.dumps(synapse_settings.logging(self.directory)))
        self.hold()
        command = [python, "-m", "synapse.app.homeserver", "-c", str(config)]
        with (self.directory / "printed.log").open("ab") as printed:
            self._leash = subprocess.Popen(
                [sys.executable, LEASHED, str(self._lease), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=printed,
                cwd=self.directory,
                text=True,
                start_new_session=True,
            )
        assert self._leash.stdout is not None
        with self._leash.stdout as said:
            self._pid = int(said.readline() or 0)
        self._until_it_answers()

    def stop(self) -> None:
        """End it cleanly; nothing happens when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """End it cleanly and start it again."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Let it hang: connections stay open and nothing is answered."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after a pause."""
        self._send(signal.SIGCONT)

    def hold(self) -> None:
        """Keep the server from ending until this process lets go or is gone."""
        if self._held is None:
            self._held = hold(self._lease)

    def let_go(self) -> None:
        """Give the lease back. Whoever else holds it keeps the server."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def register(self, name: str, *, admin: bool = False) -> Login:
        """A new account, logged in on a device of its own, though registration is closed.

        Source: synapse/rest/admin/users.py, UserRegisterServlet.
        """
        password = secrets.token_urlsafe(12)
        nonce = self.call("GET", REGISTER)["nonce"]
        parts = (nonce, name, password, "admin" if admin else "notadmin")
        mac = hmac.new(self._secret.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        made = self.call(
            "POST",
            REGISTER,
            {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac},
        )
        return Login(user=made["user_id"], device=made["device_id"], token=made["access_token"], password=password)

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> dict[str, Any]:
        """One plain request. An answer that is not 200 is an AssertionError: it is the test that asked wrongly."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        assert response.status == http.HTTPStatus.OK, f"{method} {path}: {response.status} {text}"
        answer: dict[str, Any] = json.loads(text)
        return answer

    def answers(self) -> bool:
        """Whether it says that it is well."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def known(self) -> dict[str, Any]:
        """What another process constructs its own view with: it can register people, but not stop the server."""
        return {"server_name": self.server_name, "port": self.port, "secret": self._secret}

    def _end(self, how: signal.Signals) -> None:
        if self._leash is None:
            return
        self._send(how)
        self._send(signal.SIGCONT)
        try:
            self._leash.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._send(signal.SIGKILL)
            self._leash.wait(STOP_WITHIN)
        self._leash = None

    def _send(self, how: signal.Signals) -> None:
        if self._pid and self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, how)

    def _until_it_answers(self) -> None:
        give_up = time.monotonic() + START_WITHIN
        while self._pid and self.running and time.monotonic() < give_up:
            if self.answers():
                return
            time.sleep(0.05)
        self.kill()
        self.let_go()
        raise DidNotStart(self._printed())

    def _printed(self) -> str:
        return (self.directory / "printed.log").read_text()[-3000:]


class OwnSynapse(Protocol):
    """What the fixture `own_synapse` is: starts a homeserver for this test alone."""

    def __call__(
        self, *, rate_limits: bool = False, sync_cache: bool = False, extra: Mapping[str, object] | None = None
    ) -> Synapse:
        """Give one that answers; `extra` is added to homeserver.yaml."""


def hold(lease: Path) -> IO[bytes]:
    """Hold a shared lock on `lease` until the file is closed or this process is gone."""
    lease.parent.mkdir(parents=True, exist_ok=True)
    file = lease.open("a+b")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file
