"""The Matrix part of `chatops doctor`: the login, the homeserver, the clock. Rooms, people and limits: beside this."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from nio import Api

from chatops import Checkup, Finding
from chatops.errors import AuthExpired, PortError, StoreError
from chatops.ports.roster import Directory
from matrix_network.account import Account
from matrix_network.doctor_limits import Probe
from matrix_network.doctor_people import alone, identified, twins
from matrix_network.doctor_rooms import encrypted, powerless, rooms_of, space_of
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.room_state import RoomStates
from matrix_network.session import LOG_IN, UNHEARD, Session
from matrix_network.settings import MatrixSettings

NEEDED = (1, 4)
"""The version of the specification that has everything we use: threads (1.4), refresh tokens (1.3), `/v3/` (1.1)."""

KNOWN_ROOMS = frozenset({"11", "12"})
"""Room versions we are tested with."""

SMALL_UPLOAD = 2**20
"""Bytes; long answers are attached as files."""

NOTHING: Mapping[str, Any] = {"room": {"rooms": []}, "presence": {"types": []}, "account_data": {"types": []}}
"""A sync filter that lets nothing through."""

_VERSION = re.compile(r"v(\d{1,3})\.(\d{1,3})", re.ASCII)


class Doctor:
    """Looks at one connection."""

    def __init__(
        self,
        settings: MatrixSettings,
        *,
        session: Session,
        homeserver: Homeserver,
        states: RoomStates,
        probe: Probe,
        people: Directory,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._name = settings.network
        self._people = people
        self._now = now
        self._session = session
        self._homeserver = homeserver
        self._states = states
        self._probe = probe

    def checkup(self) -> Checkup:
        """Return what the plugin registers."""
        return Checkup(name=f"{self._name}: deeper", run=self.examine)

    async def examine(self) -> Sequence[Finding]:
        """Look at everything; without a login there is nothing more to see."""
        self._session.retry()
        try:
            account = await self._session.account()
            known = await self._homeserver.call(Api.whoami(NO_TOKEN))
        except AuthExpired as error:
            return (self._bad("login", str(error), error.fix or LOG_IN),)
        except (PortError, StoreError) as error:
            return (self._bad("homeserver", str(error), UNHEARD),)
        findings = [self._login(account, known), self._address()]
        for name, look in (
            ("specification", self._versions),
            ("room version", self._room_version),
            ("receiving", self._sync),
            ("uploads", self._uploads),
        ):
            findings.append(await self._careful(name, look))
        findings += await self._several("limits", lambda: self._probe.look(account))
        findings.append(await self._careful("devices", lambda: self._devices(account)))
        if self._settings.space:
            findings.append(await self._careful("space", lambda: self._space(account)))
        people = identified(self._people.everybody(), self._name, account, federate=self._settings.federate)
        findings += [_named(self._name, finding) for finding in people]
        findings += await self._several("rooms", lambda: self._rooms(account))
        return tuple(findings)

    def _login(self, account: Account, known: Mapping[str, Any]) -> Finding:
        user, device = known.get("user_id"), known.get("device_id")
        if (user, device) == (account.user, account.device):
            return self._well("login", f"{account.user} on the device {account.device}")
        detail = (
            f"kept as {account.user} on {account.device}, but the homeserver takes the token for {user} on {device}"
        )
        return self._bad("login", detail, LOG_IN)

    def _address(self) -> Finding:
        url = self._homeserver.url
        if url.startswith("https://") or loopback(url):
            return self._well("address", url)
        detail = f"{url} is not encrypted: whoever sees the traffic can read everything and take the token"
        fix = f"Name an address with https: {LOG_IN} --homeserver https://…, and the setting homeserver if there is one"
        return self._doubtful("address", detail, fix)

    async def _versions(self) -> Finding:
        answer = await self._homeserver.send(("GET", "/_matrix/client/versions"))
        newest = newest_version(answer.get("versions"))
        said = f"v{newest[0]}.{newest[1]}" if newest else "none that is known"
        if newest >= NEEDED:
            return self._well("specification", said)
        detail = f"the homeserver speaks {said}; threads came with v1.4, renewing tokens with v1.3"
        return self._doubtful("specification", detail, "Bring the homeserver up to date.")

    async def _room_version(self) -> Finding:
        answer = await self._homeserver.call(("GET", "/_matrix/client/v3/capabilities"))
        capabilities = answer.get("capabilities")
        versions = capabilities.get("m.room_versions") if isinstance(capabilities, dict) else None
        default = str(versions.get("default")) if isinstance(versions, dict) else "not told"
        if default in KNOWN_ROOMS:
            return self._well("room version", default)
        detail = f"new rooms get version {default}; this plugin is tested with {' and '.join(sorted(KNOWN_ROOMS))}"
        return self._doubtful("room version", detail, "On Synapse: default_room_version in homeserver.yaml.")

    async def _sync(self) -> Finding:
        await self._homeserver.call(Api.sync(NO_TOKEN, timeout=0, filter=NOTHING))
        return self._well("receiving", "")

    async def _uploads(self) -> Finding:
        answer = await self._homeserver.call(("GET", "/_matrix/client/v1/media/config"))
        size = answer.get("m.upload.size")
        if not isinstance(size, int):
            return self._well("uploads", "no limit told")
        if size >= SMALL_UPLOAD:
            return self._well("uploads", f"up to {size / 2**20:.0f} MiB")
        fix = "On Synapse: max_upload_size in homeserver.yaml; and what the proxy before it lets through."
        return self._doubtful("uploads", f"only up to {size} bytes, too little for long answers as files", fix)

    async def _rooms(self, account: Account) -> Sequence[Finding]:
        rooms = await rooms_of(account, self._homeserver, self._states, without=self._probe.room)
        weak, dark = powerless(rooms, account.user), encrypted(rooms)
        findings = []
        if weak:
            fix = "Give the account power level 50 there, in the room's settings under roles and permissions."
            findings.append(self._doubtful("power", f"missing in {weak}", fix))
        if dark:
            fix = "Use a room without encryption: it cannot be switched off in a room."
            findings.append(self._doubtful("encryption", f"nothing can be read in {dark}", fix))
        return findings or (self._well("rooms", f"{len(rooms)} room{'' if len(rooms) == 1 else 's'}, all well"),)

    async def _devices(self, account: Account) -> Finding:
        answer = await self._homeserver.call(Api.devices(NO_TOKEN))
        return _named(self._name, alone(twins(answer, [account.device], self._now())))

    async def _space(self, account: Account) -> Finding:
        return _named(self._name, await space_of(self._settings.space, account.user, self._states))

    async def _careful(self, name: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
        try:
            return await look()
        except (PortError, StoreError) as error:
            return self._bad(name, str(error), "Try again; if it stays, the homeserver's log says more.")

    async def _several(self, name: str, look: Callable[[], Awaitable[Sequence[Finding]]]) -> Sequence[Finding]:
        try:
            return [_named(self._name, finding) for finding in await look()]
        except (PortError, StoreError) as error:
            return [self._bad(name, str(error), "Try again; if it stays, the homeserver's log says more.")]

    def _well(self, name: str, detail: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="ok", detail=detail)

    def _doubtful(self, name: str, detail: str, fix: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="warning", detail=detail, fix=fix)

    def _bad(self, name: str, detail: str, fix: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="failure", detail=detail, fix=fix)


def _named(network: str, finding: Finding) -> Finding:
    if finding.name.startswith(f"{network} "):
        return finding
    return Finding(name=f"{network} {finding.name}", state=finding.state, detail=finding.detail, fix=finding.fix)


def newest_version(told: object) -> tuple[int, int]:
    """Return the newest version of the specification in a homeserver's list; (0, 0) when there is none we can read."""
    words = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    named = [match for one in words if (match := _VERSION.fullmatch(one))]
    return max(((int(match[1]), int(match[2])) for match in named), default=(0, 0))


def loopback(url: str) -> bool:
    """Whether an address is on this very machine, where nobody else can listen."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
