"""Staying logged in, on a real homeserver."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import aiohttp
import pytest
from nio import Api

from chatops.core.clock import SystemClock
from chatops.core.frozen import replace
from chatops.errors import AuthExpired, StoreError, Unreachable
from chatops.testing.context import plugin_context
from chatops.testing.records import MemoryRecords
from chatops.testing.replicas import Exchange
from chatops.testing.secrets import MemorySecrets
from matrix_bot import speaking
from matrix_ears import Ears, room_with, until
from matrix_network.fellows import Fellows
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.login import LoginTools
from matrix_network.session import SECRET, Kept, Session, renewal
from matrix_network.settings import MatrixSettings
from matrix_people import Person
from matrix_proxy import MatrixProxy, answer, in_front_of, lost
from synapse_server import Login, Synapse

LIFETIME = 3.0
"""Seconds an access token lasts on the homeserver of this module."""

REFRESH = "/_matrix/client/v3/refresh"


class Later:
    """The present, or later."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


class Connected:
    """A session with a token that runs out, and its way to the homeserver."""

    def __init__(self, proxy: MatrixProxy, bot: Login) -> None:
        self.proxy = proxy
        self.bot = bot
        self.secrets = MemorySecrets()
        self.later = Later()
        self.session = self.start()

    def start(self) -> Session:
        """As after a restart: nothing but the secrets is known."""
        self.session = Session(self.secrets, self.later)
        self.homeserver = Homeserver(self.proxy.url, self.session)
        return self.session

    async def log_in(self) -> None:
        """Log in with the password, as the operator does."""
        tools = LoginTools(self.session, MatrixSettings(homeserver=self.proxy.url), self.later)
        options = {"homeserver": "", "user": self.bot.user, "password": self.bot.password, "token": ""}
        await tools.login({**options, "homeserver": self.proxy.url})
        self.proxy.seen.clear()

    async def whoami(self) -> str:
        """Ask who we are; return the device."""
        return str((await self.homeserver.call(Api.whoami(NO_TOKEN)))["device_id"])

    def kept(self) -> Kept:
        """What is kept of the login."""
        raw = json.loads(self.secrets.kept[SECRET])
        raw["expires_at"] = datetime.fromisoformat(raw["expires_at"]) if raw.get("expires_at") else None
        return Kept(**raw)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver whose access tokens run out soon, for all tests here: each has accounts of its own."""
    lifetime = {"refreshable_access_token_lifetime": f"{LIFETIME:.0f}s"}
    server = Synapse(tmp_path_factory.mktemp("short"), extra=lifetime)
    server.start()
    yield server
    server.stop()
    server.let_go()


def fresh_bot(server: Synapse) -> Login:
    """Return an account nobody had before."""
    return server.register(f"chatops-{secrets.token_hex(4)}")


@pytest.fixture
async def connected(short: Synapse) -> AsyncIterator[Connected]:
    """An account there, logged in."""
    bot = await asyncio.to_thread(fresh_bot, short)
    async with in_front_of(short.url) as proxy:
        made = Connected(proxy, bot)
        await made.log_in()
        yield made
        await made.homeserver.close()


async def test_a_token_is_refreshed_before_it_runs_out(connected: Connected) -> None:
    """When a tenth of its lifetime is left; nobody is ever refused, and the device stays."""
    device = await connected.whoami()
    connected.later.by = timedelta(seconds=LIFETIME * 0.95)

    assert await connected.whoami() == device
    assert len(connected.proxy.asked(REFRESH)) == 1
    assert connected.kept().device == device


async def test_many_at_once_refresh_once(connected: Connected) -> None:
    """A second refresh with the same token would end the tokens of the first."""
    connected.later.by = timedelta(seconds=LIFETIME)

    devices = await asyncio.gather(*(connected.whoami() for _one in range(10)))

    assert len(set(devices)) == 1
    assert len(connected.proxy.asked(REFRESH)) == 1


async def test_two_replicas_refresh_once(connected: Connected) -> None:
    """Each with a session of its own; and neither is out when the token it remembers has been replaced."""
    records, lines = MemoryRecords(), list[Exchange]()

    def replica() -> Homeserver:
        context = replace(plugin_context(records=records, signals=Exchange(lines)), clock=SystemClock())
        return Homeserver(connected.proxy.url, Session(connected.secrets, connected.later, Fellows(context)))

    replicas = [replica(), replica()]
    for one in replicas:
        await one.call(Api.whoami(NO_TOKEN))
    connected.later.by = timedelta(seconds=LIFETIME)

    async def all_ask() -> None:
        await asyncio.gather(*(one.call(Api.whoami(NO_TOKEN)) for one in replicas for _time in range(3)))

    await all_ask()
    assert len(connected.proxy.asked(REFRESH)) == 1
    lines[1].cut = True
    connected.later.by = 2 * timedelta(seconds=LIFETIME)
    await replicas[0].call(Api.whoami(NO_TOKEN))
    connected.later.by = timedelta()
    await all_ask()
    assert len(connected.proxy.asked(REFRESH)) == 2
    for one in replicas:
        await one.close()


async def test_a_token_that_has_run_out_is_renewed(connected: Connected) -> None:
    """Our clock is slow: the homeserver refuses first, softly. The request goes through all the same."""
    old = connected.kept()
    connected.later.by = timedelta(hours=-1)
    await _refused(connected.proxy.url, old.access_token)
    connected.proxy.seen.clear()

    assert await connected.whoami() == old.device
    assert len(connected.proxy.asked(REFRESH)) == 1
    assert connected.kept().access_token != old.access_token
    assert connected.kept().device == old.device


async def test_a_refresh_whose_answer_was_lost_is_repeated(connected: Connected) -> None:
    """The homeserver keeps the old refresh token until the new access token is used. After a restart, too."""
    before = connected.kept()
    connected.later.by = timedelta(seconds=LIFETIME)
    connected.proxy.plan(lost(), path=REFRESH)

    with pytest.raises(Unreachable):
        await connected.whoami()
    assert connected.kept() == before
    await connected.homeserver.close()
    connected.start()

    assert await connected.whoami() == before.device
    assert await connected.whoami() == before.device


async def test_new_tokens_are_kept_before_they_are_used(connected: Connected) -> None:
    """When they cannot be written down they are not used, so the old refresh token still works."""

    class Full(MemorySecrets):
        async def write(self, name: str, value: str) -> None:
            message = "no room on the disk"
            raise StoreError(message)

    full = Full()
    full.kept = connected.secrets.kept
    connected.later.by = timedelta(seconds=LIFETIME)
    homeserver = Homeserver(connected.proxy.url, Session(full, connected.later))
    with pytest.raises(StoreError):
        await homeserver.call(Api.whoami(NO_TOKEN))
    await homeserver.close()

    assert await connected.whoami() == connected.kept().device


async def test_while_nobody_refreshes_the_old_token_goes_on(connected: Connected) -> None:
    """A homeserver that cannot refresh just now is no reason to fall silent early."""
    connected.later.by = timedelta(seconds=LIFETIME * 0.95) - timedelta(seconds=0.1)
    connected.proxy.plan(answer(HTTPStatus.BAD_GATEWAY, "down"), path=REFRESH, times=100)

    assert await connected.session.current() == connected.kept().access_token


async def test_a_refused_refresh_is_the_end(connected: Connected) -> None:
    """It says what to type; nobody asks the homeserver again, not even after many calls."""
    connected.later.by = timedelta(seconds=LIFETIME)
    refused = {"errcode": "M_FORBIDDEN", "error": "refresh token isn't valid anymore"}
    connected.proxy.plan(answer(HTTPStatus.FORBIDDEN, refused), path=REFRESH)

    outcomes = await asyncio.gather(*(connected.whoami() for _call in range(5)), return_exceptions=True)

    assert [getattr(one, "fix", one) for one in outcomes] == ["chatops matrix login"] * 5
    assert len(connected.proxy.seen) == 1


@pytest.mark.faults
async def test_nothing_is_lost_over_a_soft_logout(short: Synapse, person: Person) -> None:
    """Everything said is heard once, over several lives of the token, on the same device."""
    anna = await person("anna", on=short)
    bot = await asyncio.to_thread(fresh_bot, short)
    async with in_front_of(short.url) as proxy:
        made = Connected(proxy, bot)
        await made.log_in()
        device = made.kept().device
        ears = _Listening(made)
        room = await room_with(anna, visibility="private", preset="public_chat")
        await made.homeserver.call(Api.join(NO_TOKEN, room))
        async with ears.listening() as heard:
            said = []
            for number in range(1, 7):
                if number % 2 == 0:
                    await _refused(short.url, made.kept().access_token)
                said.append(f"word {number}")
                await anna.say(room, said[-1])
                await ears.hears_text(said[-1])
            await ears.hears_texts(said)
        await made.homeserver.close()

    assert [text for text in ears.texts() if text.startswith("word")] == said
    assert made.kept().device == device
    assert len(heard.checkpoints) == 1
    assert len(proxy.asked(REFRESH)) >= 2
    assert proxy.asked("/login") == []


async def test_a_revoked_token_is_not_used_again(synapse: Synapse, bot: Login, proxy: MatrixProxy) -> None:
    """At most two requests after the refusal, however many want to speak; then silence, and what to type."""
    async with speaking(proxy.url, bot) as plugin:
        listening = asyncio.ensure_future(plugin.network.run(Ears(proxy.url, bot).heard))
        await until(lambda: bool(proxy.asked("/sync")))
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {bot.token}"}
            async with http.post(f"{synapse.url}/_matrix/client/v3/logout", headers=headers) as response:
                assert response.status == HTTPStatus.OK
        before = len(proxy.seen)
        with pytest.raises(AuthExpired, match="chatops matrix login"):
            await asyncio.wait_for(listening, 15)
        for _call in range(20):
            with pytest.raises(AuthExpired):
                await plugin.session.current()
        results = await plugin.network.check()
        await asyncio.sleep(5)  # the claim is about five seconds of real time

    assert len(proxy.seen) - before <= 2
    assert [(result.ok, result.fix) for result in results] == [(False, "chatops matrix login")]


async def test_twenty_starts_log_in_never(bot: Login, proxy: MatrixProxy) -> None:
    """Logging in is limited to a handful; a start is not."""
    secrets = MemorySecrets()
    await Session(secrets, Later()).begin(
        Kept(homeserver=proxy.url, user=bot.user, device=bot.device, access_token=bot.token)
    )
    for _start in range(20):
        homeserver = Homeserver(proxy.url, Session(secrets, Later()))
        await homeserver.call(Api.whoami(NO_TOKEN))
        await homeserver.close()

    assert proxy.asked("/login") == []
    assert len(proxy.seen) == 20


async def test_nobody_has_logged_in_yet() -> None:
    """It says what to type."""
    session = Session(MemorySecrets(), Later())

    for ask in (session.account, session.current):
        with pytest.raises(AuthExpired, match=r"nobody has logged in .* chatops matrix login"):
            await ask()


async def test_a_login_that_cannot_be_decrypted_is_none() -> None:
    """Whoever has lost the key logs in again; the server does not fall over."""

    class Locked(MemorySecrets):
        async def read(self, name: str) -> str | None:
            message = "another key"
            raise StoreError(message)

    with pytest.raises(AuthExpired, match="another key"):
        await Session(Locked(), Later()).current()


async def test_who_is_refused_during_a_login_gets_the_new_token() -> None:
    """A login on the same device ends the old token before the new one is known."""
    session = Session(MemorySecrets(), Later())
    old = Kept(homeserver="http://127.0.0.1:9", user="@a:b", device="D", access_token="old")
    await session.begin(old)
    answered = asyncio.Event()

    async def log_in() -> Kept:
        await answered.wait()
        return Kept(homeserver=old.homeserver, user=old.user, device=old.device, access_token="new")

    logging_in = asyncio.ensure_future(session.begin_by(log_in))
    await asyncio.sleep(0)
    refused = asyncio.ensure_future(session.renewed("old", soft=False))
    await asyncio.sleep(0)
    answered.set()

    assert await refused == "new"
    assert (await logging_in).access_token == await session.current()


def test_a_login_never_shows_its_tokens() -> None:
    """Not where it is printed either: in a trace, or in a log."""
    kept = Kept(homeserver="https://x", user="@us:x", device="D", access_token="syt_a", refresh_token="syr_b")
    assert "@us:x" in repr(kept)
    assert not [secret for secret in ("syt_a", "syr_b") if secret in repr(kept)]


def test_a_refresh_token_that_is_not_replaced_goes_on() -> None:
    """As the specification says; a token without an end has none."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    kept = Kept(
        homeserver="h", user="@a:b", device="D", access_token="1", refresh_token="r", expires_at=now, lifetime=3
    )

    fresh = renewal(kept, {"access_token": "2"}, now)

    assert (fresh.access_token, fresh.refresh_token, fresh.expires_at) == ("2", "r", None)
    with pytest.raises(Unreachable):
        renewal(kept, {"access_token": None}, now)


class _Listening(Ears):
    """Ears with the session of the test, which outlives its tokens."""

    def __init__(self, connected: Connected) -> None:
        super().__init__(connected.proxy.url, connected.bot)
        self.connected = connected

    async def session(self) -> Session:
        return self.connected.session


async def _refused(url: str, token: str) -> None:
    """Wait until the homeserver does not take a token any more."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(15):
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            async with http.get(f"{url}/_matrix/client/v3/account/whoami", headers=headers) as response:
                if response.status == HTTPStatus.UNAUTHORIZED:
                    return
            await asyncio.sleep(0.1)
