"""`chatops matrix login`, `status` and `logout`: the only way to a token. The server itself never logs in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from nio import Api

from chatops import Tool, ToolOption
from chatops.errors import AuthExpired, ChatopsError, Forbidden, PortError, RateLimited, Unreachable
from matrix_network.doctor_people import twins
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.session import DEVICE_NAME, LOG_IN, Kept, Session, renewal
from matrix_network.settings import MatrixSettings

PASSWORD = "m.login.password"  # noqa: S105 - the name of the flow (specification, "Password-based")


class LoginFailed(ChatopsError):
    """The operator has to do something else."""


class LoginTools:
    """The tools. They share the session with the connection, so a new login is used at once."""

    def __init__(self, session: Session, settings: MatrixSettings, now: Callable[[], datetime]) -> None:
        self._session = session
        self._settings = settings
        self._now = now

    def tools(self) -> tuple[Tool, ...]:
        """Return all of them."""
        return (
            Tool(
                group="matrix",
                name="login",
                help="Log the server's account in on one device, and keep the token encrypted.",
                run=self.login,
                options=(
                    ToolOption(
                        name="homeserver",
                        help="https://matrix.example.org, or example.org; without it, told by the settings or the user",
                        default=self._settings.homeserver,
                    ),
                    ToolOption(name="user", help="@chatops:example.org; empty: the one of the last login"),
                    ToolOption(name="password", help="empty to give an access token instead", secret=True),
                    ToolOption(name="token", help="access token of a device", secret=True, instead_of="password"),
                ),
            ),
            Tool(group="matrix", name="status", help="Show who is logged in, where, and how long.", run=self.status),
            Tool(group="matrix", name="logout", help="End the login, and forget it.", run=self.logout),
        )

    async def login(self, options: Mapping[str, str]) -> str:
        """Log in on the device we know, or on a new one. Raise LoginFailed with what to do."""
        before = await self._before()
        user = options["user"].strip() or (before.user if before else "")
        if not user:
            message = f"Say who: {LOG_IN} --user @chatops:example.org"
            raise LoginFailed(message)
        if ":" in user and not user.startswith("@"):
            message = f"{user} is no Matrix id. Begin it with @: {LOG_IN} --user @{user}"
            raise LoginFailed(message)
        where = await self._where(options["homeserver"].strip(), user, before)
        password, token = options["password"], options["token"].strip()
        async with self._at(where) as homeserver:
            await _there(homeserver)
            if password:
                await _takes_passwords(homeserver, user)
                device = before.device if before is not None and _same(before, user, where) else None
                kept = await self._session.begin_by(lambda: self._by_password(homeserver, user, password, device))
            elif token:
                kept = await self._session.begin_by(lambda: self._by_token(homeserver, user, token))
            else:
                message = "Neither a password nor an access token was given; nothing was changed."
                raise LoginFailed(message)
            await self._verify(homeserver, kept)
        if before is not None and before.account != kept.account:
            await self._end(before)
        others = await self._others(kept, before)
        said = f"Logged in as {kept.user} on the device {kept.device} at {kept.homeserver}.\n{self._lasts(kept)}"
        return f"{said}\n{others}" if others else said

    async def status(self, _options: Mapping[str, str]) -> str:
        """Show the login, and whether the homeserver takes it now. Never the token."""
        kept = await self._session.kept()
        if kept is None:
            return f"Nobody is logged in. To log in: {LOG_IN}"
        self._session.retry()
        async with self._at(kept.homeserver) as homeserver:
            try:
                await homeserver.call(Api.whoami(NO_TOKEN))
                kept = await self._session.kept() or kept
                taken = f"{self._lasts(kept)}\nThe homeserver takes the login."
            except AuthExpired as error:
                taken = f"The homeserver does not take it: {error}"
            except PortError as error:
                taken = f"Whether the homeserver takes the login is not known: {error}."
        return f"{kept.user} on the device {kept.device} at {kept.homeserver}.\n{taken}"

    async def logout(self, _options: Mapping[str, str]) -> str:
        """End the login at the homeserver, and forget it here. Raise LoginFailed when the homeserver does not answer."""
        kept = await self._before()
        if kept is None:
            await self._session.forget()
            return "Nobody is logged in."
        async with self._at(kept.homeserver) as homeserver:
            try:
                await homeserver.call(("POST", "/_matrix/client/v3/logout", "{}"))
            except AuthExpired:
                pass  # it is over already
            except PortError as error:
                message = f"The token cannot be revoked ({error}), so it was not forgotten either. Try again later."
                raise LoginFailed(message) from error
        await self._session.forget()
        return f"{kept.user} is logged out of the device {kept.device}. To log in again: {LOG_IN}"

    async def _before(self) -> Kept | None:
        try:
            return await self._session.kept()
        except AuthExpired:
            return None  # encrypted with a key that is gone

    async def _where(self, told: str, user: str, before: Kept | None) -> str:
        told = told or ("" if before is None or not _same(before, user, before.homeserver) else before.homeserver)
        if told.startswith(("https://", "http://")):
            return told.rstrip("/")
        name = told or user.partition(":")[2]
        if not name:
            message = f"Say where: {LOG_IN} --homeserver https://matrix.example.org --user {user}"
            raise LoginFailed(message)
        async with self._at(f"https://{name}") as domain:
            try:
                found = await domain.send(("GET", "/.well-known/matrix/client"))
            except PortError:
                found = {}  # then the name itself may be the address (specification, "Well-known URI")
        return address(found) or f"https://{name}"

    async def _by_password(self, homeserver: Homeserver, user: str, password: str, device: str | None) -> Kept:
        body = {
            "type": PASSWORD,
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": DEVICE_NAME,
            "refresh_token": True,
            **({} if device is None else {"device_id": device}),
        }
        try:
            answer = await homeserver.send(("POST", "/_matrix/client/v3/login", msgspec.json.encode(body).decode()))
        except (PortError, UnicodeEncodeError) as error:
            raise _refused(user, error) from error
        new_user, new_device = answer.get("user_id"), answer.get("device_id")
        if not isinstance(new_user, str) or not isinstance(new_device, str):
            message = f"{homeserver.url} answered the login without saying who and on which device."
            raise LoginFailed(message)
        blank = Kept(homeserver=homeserver.url, user=new_user, device=new_device, access_token="")
        return renewal(blank, answer, self._now())

    async def _by_token(self, homeserver: Homeserver, user: str, token: str) -> Kept:
        found = await _owner(homeserver, token)
        owner, device = found.get("user_id"), found.get("device_id")
        if owner != user and str(owner).partition(":")[0] != f"@{user}":
            message = f"That access token belongs to {owner}, not to {user}. Nothing was changed."
            raise LoginFailed(message)
        if not isinstance(device, str):
            message = "That access token belongs to no device. Log in as the account in a client, and take its token."
            raise LoginFailed(message)
        return Kept(homeserver=homeserver.url, user=str(owner), device=device, access_token=token)

    async def _verify(self, homeserver: Homeserver, kept: Kept) -> None:
        found = await _owner(homeserver, kept.access_token)
        if (found.get("user_id"), found.get("device_id")) != (kept.user, kept.device):
            message = (
                f"The login was answered for {kept.user} on {kept.device}, but the homeserver takes the token for "
                f"{found.get('user_id')} on {found.get('device_id')}. Ask its admin."
            )
            raise LoginFailed(message)

    async def _end(self, before: Kept) -> None:
        """End a login on another device. One that is over, or cannot be reached, is left to its homeserver."""
        async with self._at(before.homeserver) as homeserver:
            try:
                await homeserver.send(("POST", "/_matrix/client/v3/logout", "{}"), token=before.access_token)
            except PortError:
                return

    async def _others(self, kept: Kept, before: Kept | None) -> str:
        """Return a warning when another server was just now logged in to the account."""
        async with self._at(kept.homeserver) as homeserver:
            try:
                answer = await homeserver.call(Api.devices(NO_TOKEN))
            except PortError:
                return ""
        ours = [kept.device] if before is None else [kept.device, before.device]
        others = twins(answer, ours, self._now())
        if not others:
            return ""
        return (
            f"Beware: another server used this account within ten minutes, on {others}. Two servers on one account run "
            "every command twice: stop one, or give each an account of its own."
        )

    @asynccontextmanager
    async def _at(self, url: str) -> AsyncIterator[Homeserver]:
        homeserver = Homeserver(url, self._session)
        try:
            yield homeserver
        finally:
            await homeserver.close()

    def _lasts(self, kept: Kept) -> str:
        if kept.expires_at is None:
            return "The token does not run out by itself."
        renewed = "is renewed before that" if kept.refresh_token else "cannot be renewed"
        return f"The token runs out at {kept.expires_at:%Y-%m-%d %H:%M:%S} UTC and {renewed}."


def address(well_known: Mapping[str, Any]) -> str:
    """Return the homeserver's address that a domain names (`/.well-known/matrix/client`), or nothing."""
    named = well_known.get("m.homeserver")
    url = named.get("base_url") if isinstance(named, dict) else None
    return url.rstrip("/") if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def _same(before: Kept, user: str, where: str) -> bool:
    local = before.user.partition(":")[0].removeprefix("@")
    return user == before.user or (user == local and where == before.homeserver)


async def _there(homeserver: Homeserver) -> None:
    try:
        await homeserver.send(("GET", "/_matrix/client/versions"))
    except PortError as error:
        message = (
            f"No Matrix homeserver answers at {homeserver.url}: {error}. Name the address of its client API: "
            f"{LOG_IN} --homeserver https://matrix.example.org"
        )
        raise LoginFailed(message) from error


async def _takes_passwords(homeserver: Homeserver, user: str) -> None:
    try:
        answer = await homeserver.send(Api.login_info())
    except RateLimited as error:
        raise _refused(user, error) from error
    except PortError as error:
        message = f"{homeserver.url} does not say how to log in: {error}. Try again later."
        raise LoginFailed(message) from error
    listed = answer.get("flows")
    flows = [str(flow.get("type")) for flow in listed if isinstance(flow, dict)] if isinstance(listed, list) else []
    if PASSWORD not in flows:
        message = (
            f"{homeserver.url} takes no passwords (but {', '.join(flows) or 'nothing'}). Log in as {user} in a client, "
            f"copy its access token, and give that: run {LOG_IN} again, and leave the password empty."
        )
        raise LoginFailed(message)


async def _owner(homeserver: Homeserver, token: str) -> Mapping[str, Any]:
    try:
        return await homeserver.send(Api.whoami(NO_TOKEN), token=token)
    except AuthExpired as error:
        message = "The homeserver does not take that access token. Copy it again from a client that is logged in."
        raise LoginFailed(message) from error
    except PortError as error:
        message = f"{homeserver.url} does not say whose the token is: {error}. Try again later."
        raise LoginFailed(message) from error


def _refused(user: str, error: Exception) -> LoginFailed:
    match error:
        case RateLimited():
            wait = f"{error.retry_after:.0f} s"
            return LoginFailed(
                f"The homeserver limits how often one may log in. Try again in {wait}, or leave the password empty and "
                "give the access token of a client that is logged in as the account."
            )
        case Unreachable():
            return LoginFailed(f"The login was not answered: {error}. Try again later.")
        case AuthExpired():
            return LoginFailed(f"The account {user} is closed ({error.code}). Ask the homeserver's admin.")
        case Forbidden():
            return LoginFailed(
                f"The homeserver does not take that user and password for {user}. Check both, and whether the account "
                "is on this homeserver; a new password is set by its admin."
            )
        case _:
            return LoginFailed(f"The homeserver refuses the login: {error}.")
