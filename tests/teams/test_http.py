"""What became of a request: answered, surely not arrived, or nobody knows."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs

from chatops.errors import Invalid, OutcomeUnknown, PortError, Unreachable
from chatops.testing.clock import ManualClock
from teams_network.http import Answer, Http, Request

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http(ManualClock())
    yield made
    await made.close()


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    """Run a server of bare bytes."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}/x"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def saying(raw: bytes) -> Serve:
    """Read a request, say something, and go."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: ([0-9]+)", head)
        await reader.readexactly(int(length.group(1)) if length else 0)
        writer.write(raw)
        await writer.drain()

    return serve


def post(url: str, *, body: bytes = b"{}", timeout: float = 10.0, largest: int = 1000) -> Request:
    return Request("POST", url, {"Authorization": "Bearer sesame"}, body, timeout, largest)


async def test_an_answer_is_returned_whatever_its_status(http: Http) -> None:
    """Status, headers in any case, and the body as it came."""
    async with serving(saying(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nhi")) as url:
        answer = await http.send(post(url))

    assert (answer.status, answer.body) == (503, b"hi")
    assert answer.headers["retry-after"] == answer.headers["Retry-After"] == "7"


async def test_one_connection_carries_many_requests(http: Http) -> None:
    """A session is kept."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()

    async with serving(serve) as url:
        for _time in range(5):
            assert (await http.send(Request("GET", url))).body == b"hi"
    assert connections == 1


async def test_a_host_that_hangs_keeps_nobody_from_others(http: Http) -> None:
    """However many requests wait for it."""
    async with serving(silence) as silent, serving(saying(OK)) as talking:
        waiting = [asyncio.create_task(http.send(post(silent))) for _time in range(150)]
        assert (await http.send(post(talking))).body == b"hi"

        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)


async def test_it_opens_again_after_it_was_closed(http: Http) -> None:
    """Closing is harmless, twice and in between."""
    async with serving(saying(OK)) as url:
        await http.send(Request("GET", url))
        await http.close()
        await http.close()
        assert (await http.send(Request("GET", url))).status == 200


async def test_a_refused_port_is_not_arrived(http: Http) -> None:
    """Where nothing listens, nothing happened."""
    async with serving(saying(OK)) as url:
        pass

    with pytest.raises(Unreachable, match="nothing listens"):
        await http.send(post(url))


async def test_an_unknown_name_is_not_arrived(http: Http) -> None:
    """A name that nobody knows (RFC 6761) reaches nobody."""
    with pytest.raises(Unreachable):
        await http.send(post("http://teams.invalid/x"))


async def test_a_failed_handshake_is_not_arrived(http: Http) -> None:
    """No byte of a request leaves before TLS stands."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(serve) as url:
        with pytest.raises(Unreachable, match="https"):
            await http.send(post(url.replace("http:", "https:")))


async def test_a_handshake_that_hangs_is_not_arrived(http: Http) -> None:
    """The time for a request is over before there is a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(serve) as url:
        with pytest.raises(Unreachable, match="not in time"):
            await http.send(post(url.replace("http:", "https:"), timeout=0.05))


async def hang_up_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def hang_up_within_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def hang_up_after_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"end")
    writer.transport.abort()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


AMBIGUOUS: tuple[tuple[str, Serve], ...] = (
    ("reset once connected", hang_up_at_once),
    ("reset within the body", hang_up_within_the_body),
    ("reset after the body", hang_up_after_the_body),
    ("silence", silence),
    ("gone without a word", saying(b"")),
    ("no HTTP", saying(b"220 smtp.example\r\n\r\n")),
    ("half a head", saying(b"HTTP/1.1 200 OK\r\nContent-Le")),
    ("half a body", saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")),
    ("chunks that are none", saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
    ("a body too large", saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000)),
    (
        "a body that swells",
        saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000))),
    ),
    ("a head without an end", saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000)),
)


@pytest.mark.parametrize("serve", [serve for _what, serve in AMBIGUOUS], ids=[what for what, _serve in AMBIGUOUS])
async def test_what_may_have_arrived_is_not_known(http: Http, serve: Serve) -> None:
    """Once there was a connection, a request without a whole answer may have been carried out; reading changes nothing."""
    body = b"x" * 100_000 + b"end"
    async with serving(serve) as url:
        with pytest.raises(OutcomeUnknown):
            await http.send(post(url, body=body, timeout=1.0))
        with pytest.raises(Unreachable):
            await http.send(Request("GET", url, timeout=1.0, largest=1000))


async def test_what_broke_on_a_kept_connection_may_have_arrived(http: Http) -> None:
    """A connection that carried a request before is no less a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(OK)
        await reader.readuntil(b"{}")
        writer.transport.abort()

    async with serving(serve) as url:
        assert (await http.send(post(url))).status == 200
        with pytest.raises(OutcomeUnknown):
            await http.send(post(url))


async def test_a_redirect_is_an_answer(http: Http) -> None:
    """It is not followed, and our token goes nowhere else."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 307 Go\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(serve) as url:
        answer = await http.send(post(url))
    assert (answer.status, answer.headers["Location"]) == (307, "/y")
    assert len(heads) == 1


async def test_no_cookie_is_kept(http: Http) -> None:
    """What one answer sets is not sent with the next request."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(serve) as url:
        for _time in range(2):
            await http.send(Request("GET", url.replace("127.0.0.1", "localhost")))
    assert len(heads) == 2
    assert b"cookie" not in b"".join(heads).lower()


async def test_no_proxy_of_the_environment_is_asked(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens go where the settings say, and nowhere on the way."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(saying(OK)) as url:
        assert (await http.send(Request("GET", url))).body == b"hi"


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:x/", "http://[/x"])
async def test_an_address_that_is_none_is_refused(http: Http, url: str) -> None:
    """Repeating would be useless."""
    with pytest.raises(Invalid):
        await http.send(Request("GET", url))


async def test_an_outage_is_logged_when_it_begins_and_when_it_ends(http: Http) -> None:
    """Once each, with the host and nothing of what was sent."""
    last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = [b"", b"", b"", last, last]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(answers.pop(0))(reader, writer)

    with capture_logs() as logs:
        async with serving(serve) as url:
            for _time in range(3):
                with pytest.raises(PortError):
                    await http.send(post(url))
            for _time in range(2):
                await http.send(post(url))
    assert [log["event"] for log in logs] == ["a host does not answer", "a host answers again"]
    assert url.removeprefix("http://") == f"{logs[0]['host']}/x"
    assert "sesame" not in repr(logs)


async def test_who_gives_up_is_heard(http: Http) -> None:
    """A request that is cancelled ends at once."""
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()

    async with serving(serve) as url:
        sending = asyncio.create_task(http.send(post(url)))
        await asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


def test_requests_and_answers_do_not_show_what_they_carry() -> None:
    """In traces and failed comparisons stand method, host, status and size."""
    request = post("https://user:word@smba.example/v3/19:secret", body=b"client_secret=sesame")

    assert repr(request) == "Request(POST smba.example)"
    assert repr(Answer(200, {}, b'{"access_token":"sesame"}')) == "Answer(200, 25 bytes)"
