"""Health, files, the operator's door, starting and stopping."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from chatops.errors import Conflict, StartError, StoreUnavailable
from chatops.ports.web import Route
from chatops.testing.clock import ManualClock
from chatops.web.answers import Problem
from chatops.web.doors import DO as PATH
from chatops.web.doors import DOCTOR, TOOL, TOOLS, VERIFY
from chatops.web.health import PartHealth
from chatops.web.operator import DoAnswer, DoReply
from http_client import Browser, browsing, raw
from web_shop import OPERATOR, Shop, open_shop

BEARER = {"Authorization": f"Bearer {OPERATOR}", "Content-Type": "application/json"}


async def ask(browser: Browser, body: object, headers: dict[str, str] | None = None) -> tuple[int, dict[str, object]]:
    """Knock at the operator's door."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await browser.post(PATH, raw, headers=headers or BEARER)
    return answer.status, json.loads(answer.text)


async def test_alive_while_the_loop_beats(served: Shop, browser: Browser, clock: ManualClock) -> None:
    """A heart that stands still is told."""
    assert (await browser.get("/healthz")).status == 200
    served.server._heartbeat._last -= 60  # noqa: SLF001 - as if the loop had been held up for a minute
    answer = await browser.get("/healthz")
    assert (answer.status, json.loads(answer.text)["status"]) == (503, "stuck")
    clock.advance(timedelta(seconds=2))
    await asyncio.sleep(0)
    assert (await browser.get("/healthz")).status == 200


@pytest.mark.parametrize(
    ("part", "status", "word"),
    [
        (PartHealth(name="net", ok=True), 200, "ready"),
        (PartHealth(name="net", ok=False, required=False, detail="no answer"), 200, "degraded"),
        (PartHealth(name="net", ok=False), 503, "unready"),
    ],
)
async def test_ready_when_every_required_part_is(
    served: Shop, browser: Browser, part: PartHealth, status: int, word: str
) -> None:
    """Each part is named."""
    served.parts = (PartHealth(name="store", ok=True), part)
    answer = await browser.get("/readyz")
    body = json.loads(answer.text)
    assert (answer.status, body["status"]) == (status, word)
    assert [one["name"] for one in body["parts"]] == ["store", "net"]


async def test_files_are_named_by_their_content(browser: Browser) -> None:
    """And kept for ever; under their plain name they are asked for again."""
    page = (await browser.get("/shop/window")).text
    found = re.search(r'href="(/static/shop/shop\.[0-9a-f]{16}\.css)"', page)
    assert found is not None
    hashed = await browser.get(found.group(1))
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert hashed.headers["Content-Type"] == "text/css; charset=utf-8"
    ask = f"GET {found.group(1)} HTTP/1.1\r\nHost: chat.example\r\nAccept-Encoding: gzip\r\n\r\n"
    assert b"Content-Encoding: gzip" in await raw(browser.base, ask.encode())
    plain = await browser.get("/static/shop/shop.css")
    assert (plain.text, plain.headers["Cache-Control"]) == (hashed.text, "no-cache")
    again = await browser.get("/static/shop/shop.css", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("path", ["/static/shop/", "/static/shop/../conftest.py", "/static/shop/%2e%2e/secret", "//"])
async def test_nothing_else_is_a_file(browser: Browser, path: str) -> None:
    """Files are looked up by name, never by path."""
    assert (await browser.get(path)).status == 404


async def test_the_operator_gets_an_answer(served: Shop, browser: Browser) -> None:
    """In the shape the command line prints."""
    card = msgspec.Raw(b'{"title":"SW-1"}')
    served.answer = DoAnswer(ok=True, id="k9", replies=(DoReply(room="room:swarm:1/main", text="SW-1", card=card),))
    asked = {"command": "swarm open demo:1001 loops", "as": "agent-1", "room": "r", "timeout_s": 3, "dry_run": True}
    status, body = await ask(browser, asked)
    assert status == 200
    assert body == {
        "ok": True,
        "id": "k9",
        "replies": [{"room": "room:swarm:1/main", "text": "SW-1", "card": {"title": "SW-1"}}],
        "error": None,
        "settled": True,
    }
    [request] = served.asked
    assert (request.command, request.as_, request.room) == ("swarm open demo:1001 loops", "agent-1", "r")
    assert (request.timeout_s, request.dry_run, request.key) == (3, True, None)


async def test_a_refused_command_is_still_an_answer(served: Shop, browser: Browser) -> None:
    """The caller reads `ok`."""
    served.answer = DoAnswer(ok=False, id="k", error=Problem(code="usage", message="No.", hint="help"))
    status, body = await ask(browser, {"command": "nonsense"})
    assert (status, body["ok"]) == (200, False)
    assert body["error"] == {"code": "usage", "message": "No.", "hint": "help"}


async def test_what_has_not_settled_is_accepted(served: Shop, browser: Browser) -> None:
    """With the key to ask again."""
    served.answer = DoAnswer(ok=True, id="k", settled=False)
    assert (await ask(browser, {"command": "help"}))[0] == 202


@pytest.mark.parametrize("given", ["", "Bearer wrong", f"Basic {OPERATOR}", f"Bearer {OPERATOR}x", "Bearer \u00fc"])
async def test_without_the_token_nothing_runs(served: Shop, browser: Browser, given: str) -> None:
    """And nothing of the body is looked at."""
    status, body = await ask(browser, b"{", {"Authorization": given} if given else {"X-Nothing": "1"})
    assert (status, body["ok"]) == (401, False)
    assert served.asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"command":"x","timeout_s":' + b"9" * 100_000 + b"}", 422),
        (b'{"command":"x","timeout_s":NaN}', 400),
        (b'{"command":"x","timeout_s":1e999}', 400),
        (b'{"command":""}', 422),
        (b'{"command":1}', 422),
        (b'{"command":"x","unknown":1}', 422),
        (b'{"command":"x","key":"short"}', 422),
        (b'{"command":"x","timeout_s":-1}', 422),
        (b"[]", 422),
        (b"null", 422),
        (b'"help"', 422),
    ],
)
async def test_a_body_that_does_not_fit_is_refused(served: Shop, browser: Browser, body: bytes, status: int) -> None:
    """Malformed is 400, wrong values 422; never 5xx."""
    given, answer = await ask(browser, body)
    assert given == status or (status == 400 and given == 422)
    assert given in {400, 422}
    assert answer["ok"] is False
    assert served.asked == []


@pytest.mark.parametrize(("error", "status"), [(Conflict("taken"), 409), (StoreUnavailable("away"), 503)])
async def test_what_the_server_cannot_do_is_told(served: Shop, browser: Browser, error: Exception, status: int) -> None:
    """A key used otherwise, a database that is away."""
    served.failure = error
    given, body = await ask(browser, {"command": "help", "key": "12345678"})
    assert (given, body["ok"]) == (status, False)


async def test_a_taken_port_is_a_start_error(served: Shop, shop_maker: Callable[[], Shop]) -> None:
    """That says what to do."""
    second = shop_maker()
    second.server.port = served.server.port
    with pytest.raises(StartError, match="Choose another port"):
        await second.server.start()


def test_two_plugins_cannot_serve_one_address(shop: Shop) -> None:
    """The second is refused."""
    with pytest.raises(StartError, match="two parts serve GET /shop/enter"):
        shop.server.add(Route(method="GET", path="/shop/enter", handler=shop.show))


async def test_stopping_ends_streams_at_once(shop: Shop) -> None:
    """A stream does not hold the server up; stopping twice is harmless."""
    ended = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return response

    shop.server.add(Route(method="GET", path="/stream", handler=stream))
    await shop.server.start()
    host, port = shop.server.host, shop.server.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    loop = asyncio.get_running_loop()
    before = loop.time()
    await shop.server.stop()
    assert ended.is_set()
    assert loop.time() - before < 1.5
    await shop.server.stop()
    writer.close()


@pytest.fixture
def shop_maker(tmp_path: Path) -> Callable[[], Shop]:
    """Return a maker of second servers, which reads its files now."""
    folder = tmp_path / "second"
    folder.mkdir()
    made = open_shop(ManualClock(), folder)
    return lambda: made


async def test_the_secure_flag_follows_the_address(shop: Shop) -> None:
    """Behind https the cookie is sent over https only."""
    shop.server._base_url = "https://chat.example"  # noqa: SLF001 - the setting
    await shop.server.start()
    async with browsing(f"http://127.0.0.1:{shop.server.port}") as browser:
        answer = await browser.get("/shop/enter")
    assert "Secure" in answer.headers["Set-Cookie"]
    await shop.server.stop()


async def test_the_other_doors_keep_the_same_watch(served: Shop, browser: Browser) -> None:
    """No token, no answer; no database, no pretence."""
    assert (await browser.get(VERIFY)).status == 401
    found = await browser.get(VERIFY, headers=BEARER)
    assert (found.status, json.loads(found.text)) == (200, {"findings": []})
    served.failure = StoreUnavailable("away")
    away = await browser.get(VERIFY, headers=BEARER)
    assert (away.status, json.loads(away.text)["error"]["code"]) == (503, "try_later")


async def test_tools_and_the_doctor_keep_it_as_well(served: Shop, browser: Browser) -> None:
    """What is known of tools, what one shows, what it says when it fails; nothing without the token."""
    use = {"group": "shop", "name": "say", "options": {"word": "hello"}}

    assert [(await browser.get(TOOLS)).status, (await browser.post(DOCTOR)).status] == [401, 401]
    assert (await browser.post(TOOL, json.dumps(use).encode())).status == 401
    listed = json.loads((await browser.get(TOOLS, headers=BEARER)).text)["tools"]
    said = await browser.post(TOOL, json.dumps(use).encode(), headers=BEARER)
    no = await browser.post(TOOL, json.dumps({**use, "options": {"word": "no"}}).encode(), headers=BEARER)
    wrong = await browser.post(TOOL, b'{"word": "hello"', headers=BEARER)
    found = await browser.post(DOCTOR, headers=BEARER)

    assert [(one["group"], one["name"], one["options"][0]["secret"]) for one in listed] == [("shop", "say", True)]
    assert json.loads(said.text) == {"text": "hello"}
    assert (no.status, json.loads(no.text)["error"]["message"]) == (409, "Say something else.")
    assert (wrong.status, "hello" in wrong.text) == (422, False)
    assert json.loads(found.text)["findings"][0]["fix"] == "Turn the screw."
    assert served.uses == 1
