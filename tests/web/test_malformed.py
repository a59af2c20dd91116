"""Whatever comes over the wire, the answer is a 4xx or silence: never a 5xx, never a traceback."""

from __future__ import annotations

import random
import re

import pytest

from http_client import raw
from web_shop import Shop

HOST = b"Host: chat.example\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")

JUNK = {
    "nothing": b"",
    "noise": bytes(random.Random(7).randbytes(4096)),
    "no version": b"GET /\r\n\r\n",
    "wrong version": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "lower case": b"get / http/1.1\r\n" + HOST + b"\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "odd method": b"FROB / HTTP/1.1\r\n" + HOST + b"\r\n",
    "long path": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long header": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"X: 1\r\n" * 5000 + b"\r\n",
    "header without colon": b"GET / HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n",
    "nul in header": b"GET / HTTP/1.1\r\n" + HOST + b"X: \x00\r\n\r\n",
    "smuggling": b"POST /hooks/x HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "huge length": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "short body": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nabc",
    "bad chunk": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "bad gzip": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "odd encoding": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Encoding: frob\r\nContent-Length: 3\r\n\r\nabc",
    "bad content type": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Content-Type: ;;==\r\nContent-Length: 3\r\n\r\nabc",
    "upgrade": b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "expect": b"POST /hooks/x HTTP/1.1\r\n" + HOST + b"Expect: frob\r\nContent-Length: 1\r\n\r\na",
    "absolute": b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute without host": b"GET http:// HTTP/1.1\r\n" + HOST + b"\r\n",
    "bad port": b"GET http://a:b/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "odd host": b"GET / HTTP/1.1\r\nHost: [::\r\n\r\n",
    "host with bytes": b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
}

PATHS = [
    b"/%ff%fe",
    b"/%00",
    b"/shop/%ff",
    b"/shop/%00",
    b"/shop/%",
    b"/shop/%zz",
    b"/shop/%2e%2e%2f%2e%2e%2fetc",
    b"/shop/\xff\xfe",
    b"/shop/%ed%a0%80",
    b"//evil.example/",
    b"/\\evil.example",
    b"/shop/a?b=%ff&c=%ed%a0%80&&&==",
    b"/shop/" + b"%41" * 2000,
    b"/static/shop/%ff.css",
    b"/static/shop/..%5c..%5c",
    b"/api/%ff",
    b"/?",
    b"/#",
]

COOKIES = [
    b"=",
    b"a",
    b"chatops-",
    b"chatops-x=",
    b"chatops-x=.",
    b"chatops-x=\xff.\xff",
    b"chatops-" + b"0" * 12 + b"=e30.00",
    b'a="\\',
    b"a=b; " * 1500,
    b"chatops-x=" + b"A" * 7000,
    b"$Version=1; a=b; $Path=/",
    b"__proto__=1; expires=2; path=3; domain=4",
    b"a\x00b=c",
]


def refused(answer: bytes) -> bool:
    """Whether it was no 5xx, and told nothing of our insides."""
    status = STATUS.match(answer)
    return b"Traceback" not in answer and (status is None or int(status.group(1)) < 500)


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
async def test_junk_is_refused(served: Shop, junk: bytes) -> None:
    """And the server goes on."""
    assert refused(await raw(served.server.base_url, junk))
    alive = await raw(served.server.base_url, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert alive.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path)[:30])
@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_odd_paths_are_refused(served: Shop, path: bytes, method: bytes) -> None:
    """Or are simply not there."""
    head = method + b" " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    assert refused(await raw(served.server.base_url, head))


@pytest.mark.parametrize("cookie", COOKIES, ids=lambda cookie: repr(cookie)[:30])
async def test_odd_cookies_are_ignored(served: Shop, cookie: bytes) -> None:
    """They sign nobody in."""
    for line in (b"GET /shop/window", b"POST /shop/change"):
        head = (
            line
            + b" HTTP/1.1\r\n"
            + HOST
            + b"Cookie: "
            + cookie
            + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        answer = await raw(served.server.base_url, head)
        assert refused(answer)
        assert b">anna<" not in answer


async def test_changed_requests_are_refused(served: Shop) -> None:
    """A well-formed request with bytes flipped, dropped and doubled."""
    chance = random.Random(4711)
    body = b"_csrf=1&a=%C3%BC&b=2"
    good = (
        b"POST /hooks/x?y=1 HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nCookie: chatops-a=b.c\r\n"
        + b"Accept-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )
    for _n in range(300):
        changed = bytearray(good)
        for _m in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed))
            match chance.randrange(3):
                case 0:
                    changed[at] = chance.randrange(256)
                case 1:
                    del changed[at : at + chance.randint(1, 5)]
                case _:
                    changed[at:at] = changed[at : at + chance.randint(1, 20)]
        answer = await raw(served.server.base_url, bytes(changed))
        assert refused(answer), bytes(changed)
