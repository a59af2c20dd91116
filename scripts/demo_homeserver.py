"""The demo company's Matrix homeserver: Synapse on this machine only, in a process of its own.

Synapse is AGPL: it is installed into an environment of its own (scripts/setup synapse) and run, never imported.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import http.client
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

SERVER_NAME = "brightwater.example"
PASSWORD = "brightwater"  # noqa: S105 - everybody's; it is shown, and only this machine reaches the homeserver
LEASHED = Path(__file__).parent / "leashed.py"
FREE_WITHIN = 3.0
START_WITHIN = 60.0
STOP_WITHIN = 10.0
REGISTER = "/_synapse/admin/v1/register"

PLENTY = {"per_second": 10, "burst_count": 100}
"""For people who try things out as one person after another, from one address."""


class HomeserverError(Exception):
    """It cannot start, or did not do as asked. The message says what to do, or what it answered."""


class DemoHomeserver:
    """Synapse with its data in `folder`; a second start finds everything there again."""

    def __init__(self, python: Path, folder: Path, *, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._python = python
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._lease: IO[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Come back when it answers. Raise HomeserverError."""
        # One left from before is ending just now, if its demo was killed.
        if not self._soon(listening=False, within=FREE_WITHIN):
            message = (
                f"Something already listens on port {self._port}. End it, or choose: make demo-matrix MATRIX_PORT=8018"
            )
            raise HomeserverError(message)
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "homeserver.yaml"
        config.write_text(json.dumps(self._settings(), indent=1))  # JSON is YAML
        config.chmod(0o600)
        lease = self._folder / "lease"
        self._lease = lease.open("a+b")
        fcntl.flock(self._lease, fcntl.LOCK_SH)
        with self._log.open("ab") as printed:
            self._process = subprocess.Popen(  # noqa: S603 - the Python of scripts/setup
                [sys.executable, LEASHED, lease, self._python, "-m", "synapse.app.homeserver", "-c", config],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=printed,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for chatops, which is to finish first
            )
        if self._soon(listening=True, within=START_WITHIN):
            threading.Thread(target=self._say_when_gone, args=(self._process,), daemon=True).start()
            return
        self.stop()
        message = f"The homeserver does not start; its last words are in {self._log}"
        raise HomeserverError(message)

    def stop(self) -> None:
        """End it and wait for its end."""
        self._stopping = True
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            if self._lease is not None:
                self._lease.close()
            self._process.wait()

    def register(self, user: str, name: str, *, admin: bool = False) -> None:
        """Make an account if it is not there yet. Source: synapse/rest/admin/users.py, UserRegisterServlet."""
        nonce = self.call("GET", REGISTER)["nonce"]
        parts = (nonce, user, PASSWORD, "admin" if admin else "notadmin")
        mac = hmac.new(self._secret().encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": user, "displayname": name, "password": PASSWORD, "admin": admin, "mac": mac}
        status, answer = self.ask("POST", REGISTER, body)
        if status != HTTPStatus.OK and answer.get("errcode") != "M_USER_IN_USE":
            message = f"The homeserver refuses an account for {user}: {answer}"
            raise HomeserverError(message)

    def log_in(self, user: str) -> str:
        """Return an access token of a person. The device is the same each time."""
        answer = self.call(
            "POST",
            "/_matrix/client/v3/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": user},
                "password": PASSWORD,
                "device_id": "DEMO",
            },
        )
        return str(answer["access_token"])

    def lift_limits(self, user: str, *, token: str) -> None:
        """Exempt an account from all rate limits, as an admin of the homeserver."""
        path = f"/_synapse/admin/v1/users/{quote(user)}/override_ratelimit"
        self.call("POST", path, {"messages_per_second": 0, "burst_count": 0}, token=token)

    def has_room(self, alias: str) -> bool:
        """Whether there is a room of that alias."""
        status, _ = self.ask("GET", f"/_matrix/client/v3/directory/room/{quote(alias)}")
        return status == HTTPStatus.OK

    def call(self, method: str, path: str, body: object = None, *, token: str = "") -> dict[str, Any]:
        """Ask for something that must succeed. Raise HomeserverError."""
        status, answer = self.ask(method, path, body, token=token)
        if status != HTTPStatus.OK:
            message = f"The homeserver refuses {method} {path}: {answer}"
            raise HomeserverError(message)
        return answer

    def ask(self, method: str, path: str, body: object = None, *, token: str = "") -> tuple[int, dict[str, Any]]:
        """Ask for something; return the status and what was answered."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    @property
    def _log(self) -> Path:
        return self._folder / "printed.log"

    def _soon(self, *, listening: bool, within: float) -> bool:
        give_up = time.monotonic() + within
        while self._listening() != listening:
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() > give_up:
                return False
            time.sleep(0.05)
        return True

    def _listening(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse()
        except ConnectionRefusedError:
            return False
        except (OSError, http.client.HTTPException):
            return True
        finally:
            connection.close()
        return True

    def _say_when_gone(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        if not self._stopping:
            print(  # noqa: T201 - to whoever looks at the terminal
                f"\nThe homeserver has ended (code {code}); its last words are in {self._log}. chatops goes on trying to"
                " reach it. Ctrl-C, then make demo-matrix, starts both again.",
                flush=True,
            )

    def _secret(self) -> str:
        """What accounts are made with. Kept, as are the accounts."""
        file = self._folder / "secret"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
                kept.write(secrets.token_hex(16))
        return file.read_text()

    def _settings(self) -> dict[str, Any]:
        return {
            "server_name": SERVER_NAME,
            "public_baseurl": f"{self.url}/",
            "listeners": [
                {
                    "port": self._port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self._folder / "homeserver.db")}},
            "media_store_path": str(self._folder / "media"),
            "signing_key_path": str(self._folder / "signing.key"),
            "pid_file": str(self._folder / "homeserver.pid"),
            "log_config": self._log_settings(),
            "registration_shared_secret": self._secret(),
            "macaroon_secret_key": f"macaroon-{self._secret()}",
            "form_secret": f"form-{self._secret()}",
            "enable_registration": False,
            "report_stats": False,
            # Nothing leaves this machine.
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "federation_domain_whitelist": [],
            "send_federation": False,
            "url_preview_enabled": False,
            "bcrypt_rounds": 4,  # the password is no secret
            "rc_message": PLENTY,
            "rc_login": {"address": PLENTY, "account": PLENTY, "failed_attempts": PLENTY},
            "rc_joins": {"local": PLENTY, "remote": PLENTY},
            "rc_invites": {"per_room": PLENTY, "per_user": PLENTY, "per_issuer": PLENTY},
            "rc_room_creation": PLENTY,
        }

    def _log_settings(self) -> str:
        file = self._folder / "log.yaml"
        handler = {"class": "logging.StreamHandler", "formatter": "plain"}
        settings = {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {"printed": handler},
            "root": {"level": "WARNING", "handlers": ["printed"]},
        }
        file.write_text(json.dumps(settings))
        return str(file)
