"""Our own tokens: asked for once, kept until shortly before their end, and never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from chatops.errors import (
    AuthExpired,
    PortError,
    RateLimited,
    SettingsError,
    StoreError,
    StoreUnavailable,
    Unreachable,
)
from chatops.testing.clock import ManualClock
from chatops.testing.secrets import MemorySecrets
from teams_network.credentials import Credentials
from teams_network.grants import Granted
from teams_network.http import Http
from teams_network.tokens import AHEAD, FORCED, PAUSE, REFUSED, Tokens
from teams_tokens import APP, TENANT, Publisher, publishing, settings

BOT = "https://api.botframework.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
PATH = f"/{TENANT}/oauth2/v2.0/token"
SECRET = "open ~sesame&=/+é"
DOWN: Mapping[str, object] = {}


def grant(token: str, lasts: object = 3599) -> Mapping[str, object]:
    return {"token_type": "Bearer", "expires_in": lasts, "ext_expires_in": lasts, "access_token": token}


def no(error: str, description: str = "", numbers: tuple[int, ...] = ()) -> Mapping[str, object]:
    return {"error": error, "error_description": description, "error_codes": list(numbers), "trace_id": "x"}


class Stage:
    """Tokens, who gives them out, and the clock they go by."""

    def __init__(self, publisher: Publisher, **changes: str) -> None:
        self.publisher = publisher
        self.clock = ManualClock()
        self.http = Http(self.clock)
        self.secrets = MemorySecrets()
        self.secrets.kept["client_secret"] = SECRET
        self.tokens = Tokens(self.http, settings(publisher.url, **changes), self.secrets, self.clock)

    @property
    def asked(self) -> int:
        return self.publisher.calls[PATH]

    def after(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as made:
        yield made


@pytest.fixture
async def stage(publisher: Publisher) -> AsyncIterator[Stage]:
    made = Stage(publisher)
    yield made
    await made.http.close()


async def test_a_token_is_asked_for_with_the_secret(stage: Stage) -> None:
    """As the client credentials grant has it, in the body and nowhere else."""
    stage.publisher.grant(grant("t1"))

    assert await stage.tokens.current(BOT) == "t1"
    assert stage.publisher.forms == [
        {"grant_type": "client_credentials", "client_id": APP, "scope": BOT, "client_secret": SECRET}
    ]


async def test_a_token_is_kept_until_shortly_before_its_end(stage: Stage) -> None:
    """It is renewed five minutes early."""
    stage.publisher.grant(grant("t1"), grant("t2"))
    assert await stage.tokens.current(BOT) == "t1"

    stage.after(3599 - AHEAD - 1)
    assert await stage.tokens.current(BOT) == "t1"
    stage.after(1)
    assert await stage.tokens.current(BOT) == "t2"
    assert stage.asked == 2


async def test_a_short_token_is_renewed_in_the_middle_of_its_life(stage: Stage) -> None:
    """One that lasts less than ten minutes is not asked for with each call."""
    stage.publisher.grant(grant("t1", 100), grant("t2", 100))
    assert await stage.tokens.current(BOT) == "t1"
    assert await stage.tokens.current(BOT) == "t1"

    stage.after(50)
    assert await stage.tokens.current(BOT) == "t2"


async def test_each_scope_has_its_own_token(stage: Stage) -> None:
    """A token for Graph is not sent to the connector."""
    stage.publisher.grant(grant("t1"), grant("t2"))

    assert [await stage.tokens.current(scope) for scope in (BOT, GRAPH, BOT, GRAPH)] == ["t1", "t2", "t1", "t2"]
    assert [form["scope"] for form in stage.publisher.forms] == [BOT, GRAPH]


async def test_many_who_need_a_token_are_one_request(stage: Stage) -> None:
    """Whoever comes while one is asked for waits for that one."""
    stage.publisher.grant(grant("t1"), grant("t2"))

    assert await asyncio.gather(*(stage.tokens.current(BOT) for _time in range(50))) == ["t1"] * 50
    assert stage.asked == 1


async def test_many_who_need_a_token_share_a_failure(stage: Stage) -> None:
    """One request in vain is in vain for all who waited for it; the next tries again."""
    stage.publisher.grant(DOWN, status=503)
    failed = await asyncio.gather(*(stage.tokens.current(BOT) for _time in range(50)), return_exceptions=True)

    assert {type(one) for one in failed} == {Unreachable}
    assert stage.asked == 1
    stage.publisher.grant(grant("t1"))
    assert await stage.tokens.current(BOT) == "t1"


async def test_who_gives_up_waiting_takes_nobody_along(stage: Stage) -> None:
    """When the one who asks is cut off, the next who waits asks."""
    stage.publisher.grant(grant("t1"), grant("t2"))
    stage.publisher.open.clear()
    first, second = (asyncio.create_task(stage.tokens.current(BOT)) for _time in range(2))
    await stage.publisher.asked.wait()

    first.cancel()
    await asyncio.wait({first})
    stage.publisher.open.set()
    assert await second in {"t1", "t2"}


async def test_a_refused_token_is_replaced_once_for_all_who_held_it(stage: Stage) -> None:
    """Many whose token was refused at the same time get one new token."""
    stage.publisher.grant(grant("t1"), grant("t2"), grant("t3"))
    assert await stage.tokens.current(BOT) == "t1"

    assert await asyncio.gather(*(stage.tokens.renewed(BOT, "t1") for _time in range(20))) == ["t2"] * 20
    assert await stage.tokens.renewed(BOT, "t1") == "t2"
    assert await stage.tokens.current(BOT) == "t2"
    assert stage.asked == 2


async def test_a_new_token_that_is_refused_as_well_is_not_about_the_token(stage: Stage) -> None:
    """Then operators are told, and nobody asks in circles; later a token may be refused again."""
    stage.publisher.grant(grant("t1"), grant("t2"), grant("t3"))
    await stage.tokens.current(BOT)
    assert await stage.tokens.renewed(BOT, "t1") == "t2"

    for _time in range(3):
        with pytest.raises(AuthExpired, match="registered") as raised:
            await stage.tokens.renewed(BOT, "t2")
        assert raised.value.fix == "chatops doctor"
    assert stage.asked == 2
    stage.after(FORCED)
    assert await stage.tokens.renewed(BOT, "t2") == "t3"


async def test_a_token_that_holds_is_used_while_it_cannot_be_renewed(stage: Stage) -> None:
    """Up to its end; renewing is tried once in a while, and the outage is logged once."""
    stage.publisher.grant(grant("t1"))
    await stage.tokens.current(BOT)
    stage.after(3599 - AHEAD)
    stage.publisher.grant(DOWN, status=503)

    with capture_logs() as logs:
        for _time in range(3):
            assert [await stage.tokens.current(BOT) for _call in range(10)] == ["t1"] * 10
            stage.after(PAUSE)
        assert stage.asked == 4
        stage.after(AHEAD - 3 * PAUSE)
        with pytest.raises(Unreachable):
            await stage.tokens.current(BOT)
        stage.publisher.grant(grant("t2"))
        assert await stage.tokens.current(BOT) == "t2"
    assert [log["event"] for log in logs] == ["no token can be had", "tokens can be had again"]


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (
            401,
            no("invalid_client", "AADSTS7000215: Invalid client secret provided.", (7000215,)),
            "its value is needed",
        ),
        (401, no("invalid_client", "AADSTS7000222: The provided client secret keys are expired."), "has expired"),
        (400, no("unauthorized_client", "AADSTS700016: Application not found", (700016,)), "app_id"),
        (400, no("invalid_request", "AADSTS90002: Tenant 'x' not found.", (90002,)), "setting tenant"),
        (401, no("invalid_client", "AADSTS700027: bad signature", (700027,)), "certificate is not registered"),
        (401, no("invalid_client", "something new"), "not accepted"),
        (400, no("invalid_scope"), "connector_scope"),
        (403, no("access_denied"), "login.microsoftonline.com/error"),
        (400, no("weird\n" * 1000), "unreadable"),
    ],
)
async def test_what_an_operator_must_mend_is_said(
    stage: Stage, status: int, answer: Mapping[str, object], words: str
) -> None:
    """In words, with what to type, and the same credentials are not shown again at once."""
    stage.publisher.grant(answer, status=status)

    for _time in range(3):
        with pytest.raises(AuthExpired, match=words) as raised:
            await stage.tokens.current(BOT)
        assert raised.value.fix == "chatops teams secret"
        assert "sesame" not in repr(raised.value)
    assert stage.asked == 1

    stage.after(REFUSED)
    with pytest.raises(AuthExpired):
        await stage.tokens.current(BOT)
    assert stage.asked == 2


async def test_refused_credentials_are_shown_again_whoever_asks_in_between(stage: Stage) -> None:
    """Being asked all the time does not put off the next attempt."""
    stage.publisher.grant(no("invalid_client"), status=401)
    for _second in range(31):
        with pytest.raises(AuthExpired):
            await stage.tokens.current(BOT)
        stage.after(1)

    assert stage.asked == 4


async def test_a_changed_secret_is_used_at_once(stage: Stage) -> None:
    """After `chatops teams secret` nobody waits."""
    stage.publisher.grant(no("invalid_client"), status=401)
    with pytest.raises(AuthExpired):
        await stage.tokens.current(BOT)
    stage.publisher.grant(grant("t1"))

    await stage.secrets.write("client_secret", "another")
    assert await stage.tokens.current(BOT) == "t1"
    assert stage.publisher.forms[-1]["client_secret"] == "another"


async def test_a_mended_registration_is_tried_at_once_when_told_so(stage: Stage) -> None:
    """`retry` forgets that the same credentials were refused."""
    stage.publisher.grant(no("unauthorized_client"), status=400)
    with pytest.raises(AuthExpired):
        await stage.tokens.current(BOT)
    stage.publisher.grant(grant("t1"))

    with pytest.raises(AuthExpired):
        await stage.tokens.current(BOT)
    stage.tokens.retry()
    assert await stage.tokens.current(BOT) == "t1"


async def test_being_limited_is_heeded(stage: Stage) -> None:
    """Nobody is asked again before the time that was told."""
    stage.publisher.grant(no("temporarily_unavailable"), status=429, headers={"Retry-After": "20"})
    with pytest.raises(RateLimited) as raised:
        await stage.tokens.current(BOT)
    assert raised.value.retry_after == 20
    stage.after(15)
    with pytest.raises(RateLimited) as raised:
        await stage.tokens.current(BOT)
    assert raised.value.retry_after == 5
    assert stage.asked == 1

    stage.publisher.grant(grant("t1"))
    stage.after(5)
    assert await stage.tokens.current(BOT) == "t1"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, no("server_error")),
        (503, DOWN),
        (400, no("temporarily_unavailable")),
        (404, []),
        (403, "a proxy says no"),
        (302, DOWN),
        (204, DOWN),
        (200, {}),
        (200, []),
        (200, grant("")),
        (200, grant("t1\r\nX-Evil: 1")),
        (200, grant("t1 t2")),
        (200, grant("x" * 20_000)),
        (200, grant("t1", 0)),
        (200, grant("t1", -1)),
        (200, grant("t1", "soon")),
        (200, grant("t1", "nan")),
        (200, grant("t1", None)),
        (200, {"access_token": 1, "expires_in": 3599}),
        (200, {"access_token": "t1"}),
        (200, {"access_token": "t1", "expires_in": 3599, "token_type": "mac"}),
        (200, grant("x" * 100_000)),
    ],
)
async def test_an_answer_that_is_no_token_is_none(stage: Stage, status: int, answer: object) -> None:
    """Whatever stands at that address: it is tried again later, and nothing of it is used or shown."""
    stage.publisher.lie(PATH, answer, status=status)

    with capture_logs() as logs, pytest.raises(Unreachable) as raised:
        await stage.tokens.current(BOT)
    assert "t1" not in f"{raised.value!r} {logs!r}"


@pytest.mark.parametrize("lasts", ["3599", 3599.0, 10**9])
async def test_lives_are_told_in_many_ways(stage: Stage, lasts: object) -> None:
    """As a number, in words, or beyond belief: a day at most."""
    stage.publisher.grant(grant("t1", lasts), grant("t2"))
    assert await stage.tokens.current(BOT) == "t1"

    stage.after(24 * 3600)
    assert await stage.tokens.current(BOT) == "t2"


async def test_a_broken_connection_is_no_answer(stage: Stage) -> None:
    """A token that was made and lost on the way harms nobody."""
    stage.publisher.lost = True
    with pytest.raises(Unreachable):
        await stage.tokens.current(BOT)


class Broken(MemorySecrets):
    """Secrets that cannot be read."""

    def __init__(self, error: StoreError) -> None:
        super().__init__()
        self._error = error

    async def read(self, name: str) -> str | None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "becomes"),
    [(StoreUnavailable("down"), Unreachable), (StoreError("another key"), AuthExpired)],
)
async def test_a_secret_that_cannot_be_read(publisher: Publisher, error: StoreError, becomes: type[PortError]) -> None:
    """A store that is out will be back; a secret encrypted with another key has to be handed over again."""
    clock = ManualClock()
    tokens = Tokens(Http(clock), settings(publisher.url), Broken(error), clock)

    with pytest.raises(becomes):
        await tokens.current(BOT)
    assert publisher.calls == {}


async def test_no_secret_at_all(stage: Stage) -> None:
    """The operator is told what to type, and nobody is asked."""
    await stage.secrets.forget("client_secret")

    with pytest.raises(AuthExpired, match="handed over") as raised:
        await stage.tokens.current(BOT)
    assert raised.value.fix == "chatops teams secret"
    assert stage.asked == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "secret"
    made.write_text("from a file\n", encoding="utf-8-sig")
    return made


async def test_a_secret_in_a_file(publisher: Publisher, file: Path) -> None:
    """It is read without blocking anybody, without its line's end, and anew with each renewal."""
    stage = Stage(publisher, client_secret_file=str(file))
    publisher.grant(grant("t1"), grant("t2"))

    await stage.tokens.current(BOT)
    await asyncio.to_thread(file.write_bytes, b"changed\r\n")
    stage.after(3599)
    assert await stage.tokens.current(BOT) == "t2"
    assert [form["client_secret"] for form in publisher.forms] == ["from a file", "changed"]
    await stage.http.close()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b" \n", "empty"), (b"\xff\xfe\x00", "no text"), (None, "read")]
)
async def test_a_file_without_a_secret(publisher: Publisher, file: Path, content: bytes | None, words: str) -> None:
    """It says which file, and what is wrong with it."""
    stage = Stage(publisher, client_secret_file=str(file))
    await asyncio.to_thread(file.unlink)
    if content is not None:
        await asyncio.to_thread(file.write_bytes, content)

    with pytest.raises(AuthExpired, match=words) as raised:
        await stage.tokens.current(BOT)
    assert str(file) in str(raised.value)
    assert publisher.calls == {}


@pytest.mark.parametrize("authority", ["http://login.example", "https://user:word@login.example", "login.example"])
def test_the_secret_is_sent_where_nobody_can_listen(authority: str) -> None:
    """The settings must name https, or this machine."""
    clock = ManualClock()
    with pytest.raises(SettingsError, match="authority"):
        Tokens(Http(clock), settings(authority), MemorySecrets(), clock)


async def test_no_secret_and_no_token_is_ever_shown(stage: Stage) -> None:
    """Not by logs, errors or what objects say of themselves."""
    stage.publisher.grant(grant("token-sesame"), grant("token-sesame-2"))
    with capture_logs() as logs:
        await stage.tokens.current(BOT)
        stage.publisher.grant(no("invalid_client", f"your secret is {SECRET}"), status=401)
        stage.after(3599)
        with pytest.raises(AuthExpired) as raised:
            await stage.tokens.current(BOT)
    held = list(_within(stage.tokens))
    proof = await Credentials(settings(stage.publisher.url), stage.secrets, stage.clock).proof(PATH)

    assert any(isinstance(one, str) and "sesame" in one for one in held)
    assert "sesame" not in repr([one for one in held if not isinstance(one, str)])
    assert (
        "sesame" not in f"{logs} {proof!r} {Granted('token-sesame', 1.0)!r} {raised.value!r} {raised.value.__cause__!r}"
    )


def _within(one: object) -> Iterator[object]:
    """Yield what an object of ours holds, and what that holds."""
    if isinstance(one, dict):
        parts = list(one.values())
    elif isinstance(one, msgspec.Struct):
        parts = [getattr(one, name) for name in one.__struct_fields__]
    elif type(one).__module__.startswith("teams_network"):
        parts = list(vars(one).values())
    else:
        parts = []
    if type(one) is not dict:
        yield one
    for part in parts:
        yield from _within(part)
