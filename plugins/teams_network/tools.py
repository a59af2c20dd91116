"""`chatops teams manifest`, `secret` and `status`: what operators do on the command line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from chatops import Clock, Tool, ToolOption
from chatops.errors import AuthExpired, ChatopsError, PortError
from chatops.ports.secrets import Secrets
from chatops.ports.web import Web
from teams_network.actions import offered
from teams_network.consents import reasons
from teams_network.credentials import SECRET
from teams_network.manifest import GUID, package
from teams_network.opening import Opening
from teams_network.saga import Saga
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

FILE = "teams-app.zip"

_SEMVER = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}")


class ToolFailed(ChatopsError):
    """The operator has to do something else."""


class TeamsTools:
    """The tools. They share the tokens with the connection, so a new secret is used at once."""

    def __init__(
        self,
        settings: TeamsSettings,
        *,
        tokens: Tokens,
        secrets: Secrets,
        saga: Saga,
        web: Web,
        clock: Clock,
        folder: Path,
        commands: Callable[[], frozenset[str]],
    ) -> None:
        """`folder` is where the package is written unless the operator names another place. `commands`: all there are."""
        self._settings = settings
        self._commands = commands
        self._tokens = tokens
        self._secrets = secrets
        self._saga = saga
        self._web = web
        self._clock = clock
        self._folder = folder

    def tools(self) -> tuple[Tool, ...]:
        """Return all of them."""
        return (
            Tool(
                group="teams",
                name="manifest",
                help="Write the app package that is uploaded to Teams.",
                run=self.manifest,
                options=(
                    ToolOption(name="file", help=f"where to; without it, {FILE} in the data folder", default=FILE),
                    ToolOption(name="version", help="1.2.3; without it, one that is higher every minute", default=""),
                ),
            ),
            Tool(
                group="teams",
                name="secret",
                help="Keep the app's client secret, encrypted, and try it.",
                run=self.secret,
                options=(ToolOption(name="secret", help="the secret's value, not its id", secret=True),),
            ),
            Tool(
                group="teams",
                name="status",
                help="Show whether Teams takes our credentials, and which rooms are only half open.",
                run=self.status,
            ),
        )

    async def manifest(self, options: Mapping[str, str]) -> str:
        """Write the package; return where it is and what it asks for. Raise ToolFailed or BadManifest."""
        now = self._clock.now()
        version = options["version"].strip() or f"{now.year}.{now.month}.{int(f'{now:%d%H%M}')}"
        if not _SEMVER.fullmatch(version):
            message = f"{version} is no version like 1.2.3."
            raise ToolFailed(message)
        file = self._folder / (options["file"].strip() or FILE)
        try:
            written = await asyncio.to_thread(self._write, file, version)
        except OSError as error:
            message = f"{file} cannot be written: {error.strerror}."
            raise ToolFailed(message) from error
        asked = "\n".join(f"  {name}: {why}" for name, why in sorted(reasons(self._settings).items()))
        return (
            f"{written}, version {version}.\nUpload it: Teams admin centre, Teams apps, Manage apps, Upload new app "
            f"(or, on the app's page there, New version: Upload file).\nWhere it is installed it asks for:\n{asked}"
        )

    def _write(self, file: Path, version: str) -> Path:
        file.write_bytes(package(self._settings, self._web, version, offered(self._commands())))
        return file.resolve()

    async def secret(self, options: Mapping[str, str]) -> str:
        """Keep the client secret and try it. Raise ToolFailed when it is none, or another one is used."""
        for setting in ("client_secret_file", "certificate_file"):
            if getattr(self._settings, setting):
                message = f"The setting {setting} says what is used; a secret kept here would not be. Nothing was kept."
                raise ToolFailed(message)
        value = options["secret"].strip()
        if not value:
            message = "No secret was given; nothing was changed."
            raise ToolFailed(message)
        if GUID.fullmatch(value):
            message = "That is the secret's id. Its value is shown once, when it is made: make a new one if it is lost."
            raise ToolFailed(message)
        await self._secrets.write(SECRET, value)
        self._tokens.retry()
        return f"The secret is kept. {await self._tried(self._settings.where.connector_scope, 'the Bot Connector')}"

    async def status(self, _options: Mapping[str, str]) -> str:
        """Show how things stand. Never a token or a secret."""
        self._tokens.retry()
        where = self._settings.where
        lines = [
            f"Bot {self._settings.app_id} in the tenant {self._settings.tenant}.",
            await self._tried(where.connector_scope, "the Bot Connector"),
            await self._tried(where.graph_scope, "Graph"),
        ]
        half = await self._saga.half_done()
        if half:
            lines.append("Rooms that are only half open:")
            lines += [_shown(opening) for opening in half]
        return "\n".join(lines)

    async def _tried(self, scope: str, what: str) -> str:
        try:
            await self._tokens.current(scope)
        except AuthExpired as error:
            return f"No token for {what}: {error}."
        except PortError as error:
            return f"Whether there is a token for {what} is not known: {error}."
        return f"Entra gives us a token for {what}."


def _shown(opening: Opening) -> str:
    tries = "once" if opening.tries == 1 else f"{opening.tries} times"
    done = ", ".join(step.name for step in opening.steps if step.state == "done") or "nothing"
    open_ended = ", ".join(step.name for step in opening.steps if step.state == "asked")
    unsure = f"; not known: {open_ended}" if open_ended else ""
    return (
        f"  {opening.title!r} ({opening.form}), since {opening.since:%Y-%m-%d %H:%M} UTC, tried {tries}; "
        f"done: {done}{unsure}. {opening.problem}".rstrip()
    )
