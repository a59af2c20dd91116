"""What the command line does: by the running server when there is one, else by starting the parts it needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from chatops import logs
from chatops.app import App
from chatops.core.frozen import Frozen
from chatops.errors import ChatopsError, FolderInUse, SettingsError, StartError
from chatops.ports.chat import CheckResult
from chatops.settings import Settings
from chatops.storage.folder import OPERATOR_TOKEN, DataFolder, Holder
from chatops.web.operator import PATH, DoRequest
from chatops.web.operator_tools import INVITE, VERIFY, Findings, Invite, Link

USAGE_CODES = frozenset({"usage", "unknown_command", "bad_argument", "ambiguous"})


class Unheard(ChatopsError):
    """The running server does not answer, or not in a way that makes sense."""


class Asked(Frozen, frozen=True, kw_only=True):
    """What `chatops do` was asked."""

    command: str
    person: str = ""
    room: str = ""
    timeout: float = 30.0
    """Seconds."""


class Told(Frozen, frozen=True, kw_only=True):
    """What came of it."""

    ok: bool
    usage: bool
    answer: dict[str, Any]
    """The answer as the server's JSON."""


async def do_once(asked: Asked, *, url: str, folder: Path, where: Callable[[], tuple[Settings, Path]]) -> Told:
    """Run one command by the server at `url`, or by the one that holds the folder, or by starting the engine for it."""
    request = DoRequest(
        command=asked.command,
        as_=asked.person or None,
        room=asked.room or None,
        timeout_s=asked.timeout,
    )
    address = url or _serving(folder)
    if not address:
        settings, folder = where()
        if not settings.demo and settings.people.file is None:
            message = (
                f"No server uses the data folder {folder}, and no settings say who is who. "
                "Try `make demo`, or name the settings: chatops do --config FILE …"
            )
            raise StartError(message)
        logs.configure(level="error", style="text")
        try:
            app = App.prepare(settings, folder, listen=False)
        except FolderInUse as error:
            # Somebody started it between our look and our lock.
            address = error.url or ""
            if not address:
                raise
        else:
            await app.start()
            try:
                return _told(msgspec.json.encode(await app.do(request)))
            finally:
                await app.stop()
    return _told(await _over_http(address, request, DataFolder.secret_of(folder, OPERATOR_TOKEN)))


def show(told: Told, *, as_json: bool) -> str:
    """Return the answer for a terminal: JSON, or the replies as text."""
    if as_json:
        return json.dumps(told.answer, ensure_ascii=False, indent=2)
    parts = [reply["text"] for reply in told.answer.get("replies", ())]
    error = told.answer.get("error")
    if error and not parts:
        parts = [line for line in (error["message"], error.get("hint")) if line]
    if not told.answer.get("settled", True):
        parts.append(f"Accepted as {told.answer['id']}; it is still being worked on.")
    return "\n\n".join(parts)


async def look_over(settings: Settings, folder: Path) -> Sequence[CheckResult]:
    """Check everything that can be checked without serving. Never raises what a check can say."""
    logs.configure(level="error", style="text")
    findings = [CheckResult(name="settings", ok=True)]
    try:
        app = App.prepare(settings, folder, listen=False)
    except FolderInUse as error:
        return [*findings, CheckResult(name="server", ok=True, detail=f"running at {error.url}")]
    except ChatopsError as error:
        return [*findings, CheckResult(name="start", ok=False, detail=str(error))]
    try:
        return [*findings, *await app.check()]
    finally:
        await app.stop()


async def migrate(folder: Path) -> str:
    """Bring the database in `folder` to this program's schema; return what was done. Raise FolderInUse."""
    applied = await App.migrate(folder)
    return f"Applied: {', '.join(applied)}." if applied else "The database has this program's schema already."


async def verify(folder: Path) -> Sequence[str]:
    """Check the journals; by the running server when there is one."""
    address = _serving(folder)
    if address:
        raw = await _call("GET", address.rstrip("/") + VERIFY, None, DataFolder.secret_of(folder, OPERATOR_TOKEN))
        return msgspec.json.decode(raw, type=Findings).findings
    return await App.verify(folder)


async def sign_in_link(person: str, *, folder: Path) -> str:
    """Ask the running server for a sign-in link."""
    address = _serving(folder)
    if not address:
        message = "Sign-in links are made by the running server. Start it first: chatops run"
        raise StartError(message)
    body = msgspec.json.encode(Invite(person=person))
    raw = await _call("POST", address.rstrip("/") + INVITE, body, DataFolder.secret_of(folder, OPERATOR_TOKEN))
    return msgspec.json.decode(raw, type=Link).link


def _serving(folder: Path) -> str:
    """Return the address of the server that holds `folder`, or nothing."""
    holder: Holder | None = DataFolder.holder_of(folder)
    return holder.url or "" if holder else ""


async def _over_http(address: str, request: DoRequest, token: str | None) -> bytes:
    return await _call("POST", address.rstrip("/") + PATH, msgspec.json.encode(request), token)


async def _call(method: str, url: str, body: bytes | None, token: str | None) -> bytes:
    if token is None:
        message = "The operator token is missing: use the data folder of the server (--data or CHATOPS_DATA)."
        raise SettingsError(message)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=150)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.request(method, url, data=body, allow_redirects=False) as response,
        ):
            raw = await response.read()
            if response.status in {200, 202}:
                return raw
            message = f"The server answered {response.status}: {_problem(raw)}"
            raise Unheard(message)
    except (aiohttp.ClientError, TimeoutError) as error:
        message = f"The server at {url} does not answer: {error}"
        raise Unheard(message) from error


def _problem(raw: bytes) -> str:
    try:
        told = json.loads(raw)
        return str(told.get("error", told).get("message", "no reason given"))
    except (ValueError, AttributeError):
        return "no reason given"


def _told(raw: bytes) -> Told:
    answer: dict[str, Any] = json.loads(raw)
    error = answer.get("error") or {}
    return Told(ok=bool(answer["ok"]), usage=error.get("code") in USAGE_CODES, answer=answer)
