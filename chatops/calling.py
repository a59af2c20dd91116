"""Asks the running server, over the address in its data folder. Imports little, so that `chatops do` answers at once."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from chatops.core.frozen import Frozen, FrozenT
from chatops.errors import ChatopsError, SettingsError, StartError
from chatops.storage.folder import OPERATOR_TOKEN, DataFolder
from chatops.web.doors import DO, DOCTOR, INVITE, TOOL, TOOLS, VERIFY

USAGE_CODES = frozenset({"usage", "unknown_command", "bad_argument", "ambiguous"})
"""Refusals that mean the words were wrong."""

PATIENCE = 150.0
"""Seconds an answer may take."""


STRANGER = "What answers at that address is no chatops server."


class Unheard(ChatopsError):
    """The running server does not answer, or not in a way that makes sense."""


class Asked(Frozen, frozen=True, kw_only=True):
    """What `chatops do` was asked, as the operator's door takes it."""

    command: str
    as_: str | None = msgspec.field(name="as", default=None)
    room: str | None = None
    timeout_s: float = 30.0
    confirmed: bool = False


class Told(Frozen, frozen=True, kw_only=True):
    """What came of it."""

    ok: bool
    usage: bool
    answer: dict[str, Any]
    """The answer as the server's JSON."""


class Option(Frozen, frozen=True, kw_only=True):
    """What a tool has to know; see `chatops.hookspecs.ToolOption`."""

    name: str
    help: str
    default: str | None = None
    secret: bool = False
    instead_of: str = ""


class Described(Frozen, frozen=True, kw_only=True):
    """A tool of a plugin."""

    group: str
    name: str
    help: str
    options: tuple[Option, ...] = ()


class Found(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """A finding of `chatops doctor`."""

    name: str
    state: Literal["ok", "warning", "failure"]
    detail: str = ""
    fix: str = ""


class _Toolbox(Frozen, frozen=True, kw_only=True):
    tools: tuple[Described, ...]


class _Shown(Frozen, frozen=True, kw_only=True):
    text: str


class _Examined(Frozen, frozen=True, kw_only=True):
    findings: tuple[Found, ...]


def serving(folder: Path) -> str:
    """Return the address of the server that holds `folder`, or nothing."""
    holder = DataFolder.holder_of(folder)
    return holder.url or "" if holder else ""


def readable(typed: str) -> str:
    """Return what a shell handed over as text that can be sent: bytes that are none become U+FFFD."""
    return typed.encode(errors="surrogateescape").decode(errors="replace")


def do(asked: Asked, address: str, folder: Path) -> Told:
    """Run one command by the server at `address`, whose data folder is `folder`. Raise Unheard."""
    return told(_call("POST", address, DO, folder, msgspec.json.encode(asked)))


def verify(address: str, folder: Path) -> tuple[str, ...]:
    """Let the running server check its journals; return the findings."""
    return tuple(json.loads(_call("GET", address, VERIFY, folder))["findings"])


def sign_in_link(person: str, address: str, folder: Path) -> str:
    """Ask the running server for a sign-in link."""
    if not address:
        message = "Sign-in links are made by the running server. Start it first: chatops run"
        raise StartError(message)
    return str(json.loads(_call("POST", address, INVITE, folder, json.dumps({"person": person}).encode()))["link"])


def tools(address: str, folder: Path) -> tuple[Described, ...]:
    """Return the tools that the running server's plugins bring for the command line."""
    return toolbox(_call("GET", address, TOOLS, folder))


def use(address: str, folder: Path, group: str, name: str, options: Mapping[str, str]) -> str:
    """Use a tool in the running server; return what it shows. Raise Unheard with its sentence when it failed."""
    asked = msgspec.json.encode({"group": group, "name": name, "options": options})
    return _answer(_call("POST", address, TOOL, folder, asked), _Shown).text


def doctor(address: str, folder: Path) -> tuple[Found, ...]:
    """Let the running server examine itself."""
    return found(_call("POST", address, DOCTOR, folder, b"{}"))


def toolbox(raw: bytes) -> tuple[Described, ...]:
    """Read the tools from the answer of the operator's door. Raise Unheard when it is none."""
    return _answer(raw, _Toolbox).tools


def found(raw: bytes) -> tuple[Found, ...]:
    """Read the findings from the answer of the operator's door. Raise Unheard when it is none."""
    return _answer(raw, _Examined).findings


def told(raw: bytes) -> Told:
    """Read the answer of the operator's door. Raise Unheard when it is none."""
    try:
        answer: dict[str, Any] = json.loads(raw)
        error = answer.get("error") or {}
        return Told(ok=bool(answer["ok"]), usage=error.get("code") in USAGE_CODES, answer=answer)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unheard(STRANGER) from error


def show(told: Told, *, as_json: bool) -> str:
    """Return the answer for a terminal: JSON, or the replies as text."""
    if as_json:
        return json.dumps(told.answer, ensure_ascii=False, indent=2)
    parts = [reply["text"] for reply in told.answer.get("replies", ())]
    error = told.answer.get("error")
    if error and not parts:
        parts = [line for line in (error["message"], error.get("hint")) if line]
    if error and error.get("code") == "needs_confirmation":
        parts.append("With --yes it is done.")
    if not told.answer.get("settled", True):
        parts.append(f"Accepted as {told.answer['id']}; it is still being worked on.")
    return "\n\n".join(parts)


def line(finding: Found) -> str:
    """Return a finding for a terminal: state, what and why; on the next line what to do about it."""
    mark = {"ok": "ok     ", "warning": "warning", "failure": "FAIL   "}[finding.state]
    said = f"{mark} {finding.name}" + (f": {finding.detail}" if finding.detail else "")
    return f"{said}\n        {finding.fix}" if finding.fix and finding.state != "ok" else said


def _answer(raw: bytes, shape: type[FrozenT]) -> FrozenT:
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.DecodeError as error:
        raise Unheard(STRANGER) from error


def _call(method: str, address: str, path: str, folder: Path, body: bytes | None = None) -> bytes:
    url = address.rstrip("/") + path
    if not url.startswith(("http://", "https://")):
        message = f"{address} is no address of a server. Write it like http://127.0.0.1:8080"
        raise SettingsError(message)
    token = DataFolder.secret_of(folder, OPERATOR_TOKEN)
    if token is None:
        message = "The operator token is missing: name the data folder of the server (--data or CHATOPS_DATA)."
        raise SettingsError(message)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=body, headers=headers, method=method)  # noqa: S310 - http(s), checked above
    # The server is this machine's own, or the one named: a proxy from the environment has no business in between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=PATIENCE) as response:
            raw: bytes = response.read()
            return raw
    except urllib.error.HTTPError as error:
        message = _reason(error.read()) or f"The server answered {error.code} and no reason."
        raise Unheard(message) from error
    except http.client.RemoteDisconnected as error:
        message = f"The server at {address} stopped before it answered. Look whether it was done, or ask again."
        raise Unheard(message) from error
    except OSError as error:
        message = f"The server at {address} does not answer: {_why(error)}."
        raise Unheard(message) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the address named and nowhere else."""

    def redirect_request(self, *_told: Any) -> None:
        """Follow nothing."""


def _why(error: OSError) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason)


def _reason(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
