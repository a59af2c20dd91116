"""`chatops matrix login`, `status` and `logout`, on a real homeserver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from nio import Api

from chatops.errors import AuthExpired
from chatops.testing.secrets import MemorySecrets
from matrix_network.homeserver import NO_TOKEN, Homeserver, TokenRefused
from matrix_network.login import LoginFailed, LoginTools, address
from matrix_network.session import SECRET, Kept, Session
from matrix_network.settings import MatrixSettings
from matrix_proxy import MatrixProxy, answer, in_front_of, limited
from synapse_server import Login, OwnSynapse, Synapse

LOGIN = "/_matrix/client/v3/login"


class Desk:
    """An operator at the command line, with one data folder."""

    def __init__(self, url: str, settings: MatrixSettings | None = None) -> None:
        self.url = url
        self.secrets = MemorySecrets()
        self.session = Session(self.secrets, lambda: datetime.now(UTC))
        self.tools = LoginTools(self.session, settings or MatrixSettings(), lambda: datetime.now(UTC))
        self.said: list[str] = []

    async def login(self, user: str = "", password: str = "", token: str = "", homeserver: str | None = None) -> str:
        """Log in; return what was shown."""
        where = self.url if homeserver is None else homeserver
        options = {"homeserver": where, "user": user, "password": password, "token": token}
        return await self._run(self.tools.login, options)

    async def fails(self, **options: str) -> str:
        """Log in in vain; return what is to be done."""
        before = dict(self.secrets.kept)
        with pytest.raises(LoginFailed) as raised:
            await self.login(**options)
        assert self.secrets.kept == before
        self.said.append(str(raised.value))
        return str(raised.value)

    async def status(self) -> str:
        return await self._run(self.tools.status, {})

    async def logout(self) -> str:
        return await self._run(self.tools.logout, {})

    def kept(self) -> Kept:
        raw = json.loads(self.secrets.kept[SECRET])
        raw.pop("expires_at", None)
        return Kept(**raw)

    def told(self, *secrets: str) -> bool:
        """Whether anything secret was shown."""
        kept = self.kept() if SECRET in self.secrets.kept else None
        own = (kept.access_token, kept.refresh_token or "-no-") if kept else ()
        return any(secret in said for said in self.said for secret in (*secrets, *own))

    async def _run(self, tool: Callable[[Mapping[str, str]], Awaitable[str]], options: Mapping[str, str]) -> str:
        shown = await tool(options)
        self.said.append(shown)
        return shown


@pytest.fixture
def desk(proxy: MatrixProxy) -> Desk:
    """At the run's homeserver."""
    return Desk(proxy.url)


async def takes(url: str, token: str) -> bool:
    """Whether a homeserver takes a token."""
    homeserver = Homeserver(url, Session(MemorySecrets(), lambda: datetime.now(UTC)))
    try:
        await homeserver.send(Api.whoami(NO_TOKEN), token=token)
    except TokenRefused:
        return False
    finally:
        await homeserver.close()
    return True


async def test_a_password_makes_a_device(desk: Desk, bot: Login) -> None:
    """With a refresh token, and a name by which people recognise it. No secret is shown."""
    shown = await desk.login(bot.user, bot.password)

    kept = desk.kept()
    assert shown.startswith(f"Logged in as {bot.user} on the device {kept.device} at {desk.url}.\n")
    assert kept.device != bot.device
    assert kept.refresh_token
    assert await takes(desk.url, kept.access_token)
    homeserver = Homeserver(desk.url, desk.session)
    devices = (await homeserver.call(Api.devices(NO_TOKEN)))["devices"]
    await homeserver.close()
    assert [one["display_name"] for one in devices if one["device_id"] == kept.device] == ["chatops"]
    assert not desk.told(bot.password)


async def test_logging_in_again_keeps_the_device(desk: Desk, bot: Login) -> None:
    """Transaction ids are only known per device. Neither user nor homeserver need be said again."""
    await desk.login(bot.user, bot.password)
    before = desk.kept()

    await desk.login(password=bot.password, homeserver="")
    local = bot.user.partition(":")[0].removeprefix("@")
    await desk.login(local, bot.password)

    assert (desk.kept().device, desk.kept().user) == (before.device, before.user)
    assert desk.kept().access_token != before.access_token


async def test_an_access_token_is_taken_instead(desk: Desk, bot: Login) -> None:
    """For homeservers where only single sign-on makes one."""
    shown = await desk.login(bot.user, token=bot.token)

    assert bot.device in shown
    assert "does not run out" in shown
    assert (desk.kept().user, desk.kept().device) == (bot.user, bot.device)
    assert not desk.told(bot.token)


async def test_the_device_of_before_is_logged_out(desk: Desk, bot: Login) -> None:
    """When it is another one: a token nobody needs is a token somebody finds."""
    await desk.login(bot.user, bot.password)
    before = desk.kept()

    await desk.login(bot.user, token=bot.token)

    assert not await takes(desk.url, before.access_token)
    assert await takes(desk.url, bot.token)


async def test_somebody_elses_token_is_refused(desk: Desk, synapse: Synapse, bot: Login) -> None:
    """Nothing is kept of it."""
    other = await asyncio.to_thread(synapse.register, f"other-{bot.device.lower()}")

    said = await desk.fails(user=bot.user, token=other.token)

    assert f"belongs to {other.user}, not to {bot.user}" in said
    assert await takes(desk.url, other.token)


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (limited(5000), "Try again in 5 s"),
        (answer(HTTPStatus.BAD_GATEWAY, "<html>"), "was not answered"),
        (answer(HTTPStatus.FORBIDDEN, {"errcode": "M_USER_DEACTIVATED"}), "is closed (M_USER_DEACTIVATED)"),
        (answer(HTTPStatus.BAD_REQUEST, {"errcode": "M_BAD_JSON"}), "refuses the login"),
        (answer(HTTPStatus.OK, {"access_token": "x"}), "without saying who"),
    ],
)
async def test_each_failure_says_what_to_do(
    desk: Desk, bot: Login, proxy: MatrixProxy, trouble: object, says: str
) -> None:
    """In one sentence."""
    proxy.plan(trouble, method="POST", path=LOGIN)  # type: ignore[arg-type]

    assert says in await desk.fails(user=bot.user, password=bot.password)
    assert not desk.told(bot.password)


async def test_a_wrong_password_is_said_to_be_one(desk: Desk, bot: Login) -> None:
    """As the homeserver itself refuses it; it is not repeated."""
    said = await desk.fails(user=bot.user, password="wrong horse")

    assert "does not take that user and password" in said
    assert "wrong horse" not in said


async def test_an_id_without_its_at_is_seen_before_anything_is_sent() -> None:
    """Where nobody could tell it from a wrong password."""
    said = await Desk("http://127.0.0.1:9").fails(user="chatops:example.org", password="secret")

    assert said.endswith("--user @chatops:example.org")


async def test_a_second_server_on_the_account_is_told(desk: Desk, bot: Login) -> None:
    """While nothing has run twice yet. One that logs in again is not its own second."""
    alone = await desk.login(bot.user, bot.password)
    again = await desk.login(bot.user, bot.password)
    second = await Desk(desk.url).login(bot.user, bot.password)

    assert "Beware" not in alone + again
    assert f"another server used this account within ten minutes, on {desk.kept().device}" in second


async def test_where_only_single_sign_on_is_had_a_token_is_asked_for(
    desk: Desk, bot: Login, proxy: MatrixProxy
) -> None:
    """The password is never sent there."""
    proxy.plan(answer(HTTPStatus.OK, {"flows": [{"type": "m.login.sso"}]}), method="GET", path=LOGIN)

    said = await desk.fails(user=bot.user, password=bot.password)

    assert "takes no passwords (but m.login.sso)" in said
    assert "leave the password empty" in said
    assert proxy.asked(LOGIN, method="POST") == []


async def test_no_homeserver_there() -> None:
    """The address is the first thing to look at."""
    said = await Desk("http://127.0.0.1:9").fails(user="@a:example.org", password="secret")

    assert said.startswith("No Matrix homeserver answers at http://127.0.0.1:9: ")
    assert "--homeserver https://" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"user": "", "password": "x"}, "chatops matrix login --user @chatops:example.org"),
        (
            {"user": "chatops", "password": "x", "homeserver": ""},
            "--homeserver https://matrix.example.org --user chatops",
        ),
    ],
)
async def test_what_is_missing_is_said(desk: Desk, options: dict[str, str], says: str) -> None:
    """With a command that works."""
    assert says in await desk.fails(**options)


async def test_neither_password_nor_token(desk: Desk, bot: Login) -> None:
    """Nothing was changed."""
    assert "Neither" in await desk.fails(user=bot.user)


async def test_the_settings_say_where(proxy: MatrixProxy, bot: Login) -> None:
    """They are the option's default."""
    desk = Desk(proxy.url, MatrixSettings(homeserver=proxy.url))
    login = next(tool for tool in desk.tools.tools() if tool.name == "login")

    assert {option.name: option.default for option in login.options}["homeserver"] == proxy.url
    assert {option.name for option in login.options if option.secret} == {"password", "token"}


async def test_status_says_who_and_whether(desk: Desk, bot: Login, synapse: Synapse) -> None:
    """Before, during and after a login. Never the token."""
    nobody = await desk.status()
    await desk.login(bot.user, bot.password)
    kept, fine = desk.kept(), await desk.status()
    await asyncio.to_thread(synapse.call, "POST", "/_matrix/client/v3/logout", {}, token=kept.access_token)
    over = await desk.status()

    assert nobody == "Nobody is logged in. To log in: chatops matrix login"
    assert fine.startswith(f"{bot.user} on the device {kept.device}")
    assert fine.endswith("The homeserver takes the login.")
    assert "does not take it" in over
    assert not desk.told(bot.password, kept.access_token)


async def test_logging_out_revokes_and_forgets(desk: Desk, bot: Login) -> None:
    """Twice is harmless."""
    await desk.login(bot.user, bot.password)
    token = desk.kept().access_token

    shown = await desk.logout()

    assert bot.user in shown
    assert not await takes(desk.url, token)
    assert desk.secrets.kept == {}
    assert await desk.logout() == "Nobody is logged in."


async def test_what_cannot_be_revoked_is_not_forgotten(desk: Desk, bot: Login, proxy: MatrixProxy) -> None:
    """Else the token would live on, and nobody could end it."""
    await desk.login(bot.user, bot.password)
    proxy.plan(answer(HTTPStatus.BAD_GATEWAY, "<html>"), path="/logout")

    with pytest.raises(LoginFailed, match="not forgotten"):
        await desk.logout()

    assert await takes(desk.url, desk.kept().access_token)


async def test_after_a_soft_logout_the_device_comes_back(own_synapse: OwnSynapse) -> None:
    """A token that ran out and cannot be renewed: the operator logs in again, on the same device."""
    server = await asyncio.to_thread(lambda: own_synapse(extra={"refreshable_access_token_lifetime": "1s"}))
    bot = await asyncio.to_thread(server.register, "chatops")
    async with in_front_of(server.url) as proxy:
        desk = Desk(proxy.url)
        await desk.login(bot.user, bot.password)
        device = desk.kept().device
        proxy.plan(answer(HTTPStatus.FORBIDDEN, {"errcode": "M_FORBIDDEN"}), path="/refresh")
        with pytest.raises(AuthExpired, match="chatops matrix login"):
            await asyncio.wait_for(_until_refused(desk), 15)

        await desk.login(bot.user, bot.password)

        assert desk.kept().device == device
        assert await takes(proxy.url, await desk.session.current())


async def _until_refused(desk: Desk) -> None:
    while True:
        await desk.session.current()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("found", "where"),
    [
        ({"m.homeserver": {"base_url": "https://matrix.example.org/"}}, "https://matrix.example.org"),
        ({"m.homeserver": {"base_url": "ftp://x"}}, ""),
        ({"m.homeserver": {"base_url": 3}}, ""),
        ({"m.homeserver": "x"}, ""),
        ({}, ""),
    ],
)
def test_a_domain_names_its_homeserver(found: dict[str, object], where: str) -> None:
    """`/.well-known/matrix/client`; what makes no sense there counts as nothing."""
    assert address(found) == where
