"""Where keys are fetched, how often, and which of them are believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chatops.errors import SettingsError, Unreachable
from chatops.testing.clock import ManualClock
from teams_network.http import Http
from teams_network.key_set import MOST
from teams_network.keys import EAGER, FRESH, GUARD, KEPT, LARGEST, Keys
from teams_network.origin import is_safe, origin
from teams_tokens import KEYS, METADATA, Publisher, Signer, number, publishing

FIRST = Signer("first")
SECOND = Signer("second", key=1)


class Stage:
    """Keys, their publisher, and the clock they go by."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.clock = ManualClock()
        self.http = Http(self.clock)
        self.keys = Keys(self.http, publisher.metadata_url, self.clock)
        publisher.publish(FIRST)

    async def knows(self, kid: str) -> bool:
        return await self.keys.key(kid) is not None

    @property
    def fetches(self) -> int:
        return self.publisher.calls[METADATA]

    def after(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with publishing() as publisher:
        made = Stage(publisher)
        yield made
        await made.keys.close()
        await made.http.close()


async def test_nothing_is_fetched_before_it_is_needed(stage: Stage) -> None:
    """A server that nobody writes to asks nobody."""
    await asyncio.sleep(0)

    assert stage.publisher.calls == {}


async def test_a_key_is_what_was_published(stage: Stage) -> None:
    """A key has its id, its number and the channels it is endorsed for."""
    key = await stage.keys.key("first")

    assert key is not None
    assert key.kid == "first"
    assert key.public.public_numbers() == FIRST.private.public_key().public_numbers()
    assert key.endorsements == {"msteams"}


async def test_many_who_wait_are_one_fetch(stage: Stage) -> None:
    """Whoever needs keys while they are fetched waits for that fetch."""
    stage.publisher.open.clear()
    waiting = [asyncio.create_task(stage.knows(kid)) for kid in ("first", "second") * 50]
    await stage.publisher.asked.wait()
    stage.publisher.open.set()

    assert await asyncio.gather(*waiting) == [True, False] * 50
    assert stage.publisher.calls == {METADATA: 1, KEYS: 1}


async def test_a_fetch_that_takes_long_stays_the_only_one(stage: Stage) -> None:
    """Although another would be due by then."""
    stage.publisher.open.clear()
    first = asyncio.create_task(stage.knows("first"))
    await stage.publisher.asked.wait()
    stage.after(GUARD)
    second = asyncio.create_task(stage.knows("first"))
    await asyncio.sleep(0)
    stage.publisher.open.set()

    assert await first
    assert await second
    assert stage.publisher.calls == {METADATA: 1, KEYS: 1}


async def test_keys_are_fetched_again_after_a_day_beside_the_work(stage: Stage) -> None:
    """A known key is used at once, and what is published by then is known a little later."""
    assert await stage.knows("first")
    stage.publisher.publish(SECOND)
    stage.after(FRESH - 1)
    assert await stage.knows("first")
    assert stage.fetches == 1

    stage.after(1)
    stage.publisher.asked.clear()
    assert await stage.knows("first")
    await stage.publisher.asked.wait()
    assert await stage.knows("second")
    assert not await stage.knows("first")
    assert stage.fetches == 2


async def test_a_fetch_that_fails_is_not_repeated_at_once(stage: Stage) -> None:
    """With the publisher out, known keys are used and it is asked once per guard window; the outage is logged once."""
    assert await stage.knows("first")
    stage.publisher.lie(METADATA, b"", status=503)
    stage.after(FRESH)
    with capture_logs() as logs:
        for _time in range(3):
            for _call in range(20):
                assert await stage.knows("first")
                assert not await stage.knows("unknown")
            stage.after(GUARD)
        stage.publisher.lies.clear()
        assert not await stage.knows("unknown")
    assert stage.fetches == 1 + 3 + 1
    assert [(log["log_level"], log["event"]) for log in logs] == [
        ("warning", "the signing keys cannot be fetched"),
        ("info", "the signing keys are fetched again"),
    ]


async def test_keys_that_could_not_be_fetched_again_for_five_days_are_none(stage: Stage) -> None:
    """Then nobody can be judged, until the publisher is back."""
    assert await stage.knows("first")
    stage.publisher.lie(KEYS, b"", status=500)
    stage.after(KEPT)
    with pytest.raises(Unreachable):
        await stage.knows("first")

    stage.publisher.lies.clear()
    stage.after(EAGER)
    assert await stage.knows("first")


async def test_a_publisher_that_hangs_is_not_waited_for_long(stage: Stage) -> None:
    """It counts as one that is out, and is asked again later."""
    keys = Keys(stage.http, stage.publisher.metadata_url, stage.clock, patience=0.05)
    stage.publisher.open.clear()
    with pytest.raises(Unreachable):
        await keys.key("first")

    stage.publisher.open.set()
    stage.after(EAGER)
    assert await keys.key("first") is not None


@pytest.mark.parametrize("path", [METADATA, KEYS])
@pytest.mark.parametrize("status", [203, 404, 500])
async def test_only_a_success_counts(stage: Stage, path: str, status: int) -> None:
    """What reads like an answer, and says that it is none, is none."""
    true = {METADATA: {"jwks_uri": stage.publisher.url + KEYS}, KEYS: {"keys": [FIRST.jwk()]}}
    stage.publisher.lie(path, true[path], status=status)

    with pytest.raises(Unreachable):
        await stage.knows("first")


async def test_who_asks_without_any_keys_is_told_at_once_between_two_fetches(stage: Stage) -> None:
    """A publisher that is out is not asked for each request."""
    stage.publisher.lie(METADATA, b"", status=404)
    for _time in range(20):
        with pytest.raises(Unreachable):
            await stage.knows("first")

    assert stage.fetches == 1


async def test_closing_stops_a_fetch(stage: Stage) -> None:
    """Whoever waited is told that there are no keys; closing twice is harmless."""
    stage.publisher.open.clear()
    waiting = asyncio.create_task(stage.knows("first"))
    await stage.publisher.asked.wait()

    await stage.keys.close()
    await stage.keys.close()
    with pytest.raises(Unreachable):
        await waiting


def deep(body: bytes) -> bytes:
    return body + b"[" * 20_000


METADATA_LIES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("no JSON", lambda url: b"<html>"),
    ("no text", lambda url: b"\xff\xfe"),
    ("a list", lambda url: []),
    ("nothing in it", lambda url: {}),
    ("a number for an address", lambda url: {"jwks_uri": 1}),
    ("no address", lambda url: {"jwks_uri": ""}),
    ("a path", lambda url: {"jwks_uri": KEYS}),
    ("a file", lambda url: {"jwks_uri": "file:///etc/passwd"}),
    ("another host", lambda url: {"jwks_uri": "https://evil.example/keys"}),
    ("another port", lambda url: {"jwks_uri": "http://127.0.0.1:1/keys"}),
    ("another scheme", lambda url: {"jwks_uri": url.replace("http:", "https:") + KEYS}),
    ("our host as a name", lambda url: {"jwks_uri": url + "@evil.example/keys"}),
    ("our host as a beginning", lambda url: {"jwks_uri": url.replace("127.0.0.1", "127.0.0.1.evil.example") + KEYS}),
    ("a port that is none", lambda url: {"jwks_uri": "http://127.0.0.1:x/keys"}),
    ("huge", lambda url: json.dumps({"jwks_uri": url + KEYS}).encode() + b" " * LARGEST),
    ("deep", lambda url: deep(b'{"x":')),
)


@pytest.mark.parametrize("lie", [lie for _what, lie in METADATA_LIES], ids=[what for what, _lie in METADATA_LIES])
async def test_metadata_that_lies_is_not_believed(stage: Stage, lie: Callable[[str], object]) -> None:
    """Known keys go on being used, and nobody else is asked for keys."""
    assert await stage.knows("first")
    stage.publisher.lie(METADATA, lie(stage.publisher.url))
    stage.after(GUARD)

    assert not await stage.knows("second")
    assert await stage.knows("first")
    assert stage.publisher.calls == {METADATA: 2, KEYS: 1}


SET_LIES: tuple[tuple[str, object], ...] = (
    ("no JSON", b"<html>"),
    ("a list", [FIRST.jwk()]),
    ("keys that are none", {"keys": 1}),
    ("no keys", {"keys": []}),
    ("huge", json.dumps({"keys": [SECOND.jwk()]}).encode() + b" " * LARGEST),
    ("deep", deep(b'{"keys":')),
    ("keys of a deep kind", deep(b'{"keys":[{"kty":')),
)


@pytest.mark.parametrize("lie", [lie for _what, lie in SET_LIES], ids=[what for what, _lie in SET_LIES])
async def test_a_set_without_any_key_is_not_believed(stage: Stage, lie: object) -> None:
    """It takes nobody's keys away."""
    assert await stage.knows("first")
    stage.publisher.lie(KEYS, lie)
    stage.after(GUARD)

    assert not await stage.knows("second")
    assert await stage.knows("first")


ODD: tuple[tuple[str, object], ...] = (
    ("a symmetric key", {"kty": "oct", "kid": "odd", "k": "c2VjcmV0", "endorsements": ["msteams"]}),
    ("a symmetric key with a number", SECOND.jwk(kid="odd", kty="oct")),
    ("a curve", {"kty": "EC", "kid": "odd", "crv": "P-256", "x": "AQ", "y": "AQ", "endorsements": ["msteams"]}),
    ("a short key", Signer("odd", key=3, bits=1024).jwk()),
    ("a key for HS256", SECOND.jwk(kid="odd", alg="HS256")),
    ("a key for encryption", SECOND.jwk(kid="odd", use="enc")),
    ("a key with its private part", SECOND.jwk(kid="odd", d="AQAB")),
    ("a small exponent", SECOND.jwk(kid="odd", e="Aw")),
    ("an exponent of one", SECOND.jwk(kid="odd", e="AQ")),
    ("no exponent", SECOND.jwk(kid="odd", e=None)),
    ("an even number", SECOND.jwk(kid="odd", n=number(1 << 2047))),
    ("an enormous number", SECOND.jwk(kid="odd", n=number((1 << 20_000) + 1))),
    ("a number spelled loosely", SECOND.jwk(kid="odd", n=str(SECOND.jwk()["n"]) + "==")),
    ("a number that is one", SECOND.jwk(kid="odd", n=65537)),
    ("no number", SECOND.jwk(kid="odd", n=None)),
    ("endorsements in one word", SECOND.jwk(kid="odd", endorsements="msteams")),
    ("no name", SECOND.jwk(kid=None)),
    ("an empty name", SECOND.jwk(kid="")),
    ("a list for a name", SECOND.jwk(kid=["odd"])),
    ("a text", "odd"),
    ("nothing", None),
)


@pytest.mark.parametrize("odd", [odd for _what, odd in ODD], ids=[what for what, _odd in ODD])
async def test_an_odd_key_is_left_out(stage: Stage, odd: object) -> None:
    """It is never used, and the others are."""
    stage.publisher.lie(KEYS, {"keys": [odd, FIRST.jwk(), odd]})

    assert not await stage.knows("odd")
    assert not await stage.knows("")
    assert await stage.knows("first")


async def test_a_key_without_endorsements_may_speak_for_nobody(stage: Stage) -> None:
    """It is a key, for no channel."""
    stage.publisher.lie(KEYS, {"keys": [FIRST.jwk(endorsements=None)]})
    key = await stage.keys.key("first")

    assert key is not None
    assert key.endorsements == frozenset()


@pytest.mark.parametrize("second", [SECOND.jwk(kid="first"), FIRST.jwk(endorsements=["webchat", "msteams"])])
async def test_two_keys_of_one_name_are_none(stage: Stage, second: object) -> None:
    """Nobody could say which of them a token means; the same key twice is one."""
    stage.publisher.lie(KEYS, {"keys": [FIRST.jwk(), second, FIRST.jwk(), SECOND.jwk(), SECOND.jwk()]})

    assert not await stage.knows("first")
    assert await stage.knows("second")


async def test_only_so_many_keys_are_looked_at(stage: Stage) -> None:
    """A set without an end is not worked through."""
    stage.publisher.lie(KEYS, {"keys": [FIRST.jwk(), *[None] * MOST, SECOND.jwk()]})

    assert await stage.knows("first")
    assert not await stage.knows("second")


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    """Neither to other metadata nor to other keys."""
    stage.publisher.lie(METADATA, b"", status=302)
    stage.publisher.lies[METADATA].headers["Location"] = "/elsewhere"

    with pytest.raises(Unreachable):
        await stage.knows("first")
    assert stage.publisher.calls == {METADATA: 1}


@pytest.mark.parametrize("url", ["http://login.example/metadata", "ftp://127.0.0.1/x", "login.example", "", "https://"])
def test_metadata_is_asked_for_where_nobody_can_listen(url: str) -> None:
    """The settings must name https, or this machine."""
    clock = ManualClock()
    with pytest.raises(SettingsError, match="openid_metadata_url"):
        Keys(Http(clock), url, clock)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://127.9.9.9/x", True),
        ("http://[::1]:8080/x", True),
        ("http://localhost:8080/x", True),
        ("http://localhost.evil.example/x", False),
        ("http://10.0.0.1/x", False),
        ("https://user:word@login.example/x", False),
        ("//login.example/x", False),
    ],
)
def test_what_is_safe(url: str, *, safe: bool) -> None:
    """Https anywhere, http on this machine alone, and never with a password in it."""
    assert is_safe(url) is safe


def test_an_origin_is_scheme_host_and_port() -> None:
    """In whichever letters it is written, and with the port that a scheme has by itself."""
    assert (
        origin("HTTPS://Login.Example/keys")
        == origin("https://login.example:443/v1")
        == ("https", "login.example", 443)
    )
