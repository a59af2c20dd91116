"""Requests nobody's browser would send, to the whole running server: an answer below 500 or silence, never a crash."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest

from chatops.ports.web import Route
from http_client import browsing, raw, token
from live_house import House, furnish

pytestmark = pytest.mark.timeout(120)

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
OPERATOR = ("/api/operator/do", "/api/operator/verify", "/api/operator/console-invite")
HEALTH = ("/healthz", "/readyz")

PARTS = (
    b"agent-1",
    b"nobody",
    b"",
    b"%00",
    b"%ff%fe",
    b"%ed%a0%80",
    b"%F0%9F%98%80",
    b"..",
    b"%2e%2e%2fetc%2fpasswd",
    b"%",
    b"%zz",
    b"%0d%0aX:1",
    b"'%22%3E%3Cscript%3E",
    b"general",
    b"d-agent-1",
    b"m1",
    b"9" * 400,
    b"x" * 7000,
    b"\xff\xfe",
)
"""What may stand in the place of a person, a room, an entry or a token."""

VALUES = (
    b"",
    b"%00",
    b"%ED%A0%80",
    b"%FF%FE",
    b"%",
    b"%zz",
    b"+",
    b"%0D%0A",
    "🙂".encode(),
    b"<script>",
    b"m1",
    b"general",
    b"../..",
    b"9" * 5000,
    b"a" * 100_000,
)
"""What may stand in a field of a form."""

FIELDS = (
    b"text",
    b"once",
    b"thread",
    b"reply",
    b"emoji",
    b"ref",
    b"field.why",
    b"field.",
    b"__proto__",
    b"show",
    b"at",
)

TYPES = (
    b"application/x-www-form-urlencoded; charset=frob",
    b"application/x-www-form-urlencoded; charset=utf-16",
    b"application/x-www-form-urlencoded; charset=\xff",
    b"application/json",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"text/plain",
    b";",
    b"",
)

BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"\xff\xfe{}",
    b"{}" * 3,
    b"[" * 100_000,
    b'{"command":' * 20_000,
    b'{"command": 7}',
    b'{"command": ""}',
    b'{"command": " "}',
    b'{"command": "help", "command": "whoami"}',
    b'{"command": "help", "as": ""}',
    b'{"command": "help", "as": null}',
    b'{"command": "help", "as": ["agent-1"]}',
    b'{"command": "help", "as": "nobody"}',
    b'{"command": "help", "as": "\\u0000"}',
    b'{"command": "help", "as": "\\ud800"}',
    b'{"command": "\\ud800 \\udfff"}',
    b'{"command": "\\u0000"}',
    b'{"command": "help \xed\xa0\x80"}',
    b'{"command": "help", "room": "nowhere"}',
    b'{"command": "help", "room": "swarm:1/main\\u0000"}',
    b'{"command": "help", "room": "\\udc00"}',
    b'{"command": "help", "timeout_s": -1}',
    b'{"command": "help", "timeout_s": 1e999}',
    b'{"command": "help", "timeout_s": 99999999999999999999999999}',
    b'{"command": "help", "timeout_s": NaN}',
    b'{"command": "help", "timeout_s": "1"}',
    b'{"command": "help", "timeout_s": 0}',
    b'{"command": "help", "dry_run": "yes"}',
    b'{"command": "help", "dry_run": true}',
    b'{"command": "help", "key": "short"}',
    b'{"command": "help", "key": "a long enough key \\u0000\\n"}',
    b'{"command": "help", "key": "\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800"}',
    b'{"command": "whoami", "key": "one and the same"}',
    b'{"command": "help", "key": "one and the same"}',
    b'{"command": "help", "unknown": 1}',
    b'{"command": "' + b"a" * 70_000 + b'"}',
    b'{"command": "' + b"a" * 300_000 + b'"}',
    b'{"command": "help ' + b"9" * 60_000 + b'"}',
    b'{"person": 7}',
    b'{"person": ""}',
    b'{"person": "nobody"}',
    b'{"person": "\\ud800"}',
    b'{"person": "' + b"a" * 100_000 + b'"}',
    b'{"person": "agent-1", "person": "nobody"}',
)
"""What may come through the operator's doors, with the right token."""


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in to the console."""

    cookie: bytes
    csrf: bytes


@pytest.fixture
def built(tmp_path: Path) -> House:
    """A server, not yet started."""
    return House(furnish(tmp_path), listen=True)


@pytest.fixture
async def house(built: House, caplog: pytest.LogCaptureFixture) -> AsyncIterator[House]:
    """The same, serving. At the end it has logged no error, holds no dead letter, and still answers."""
    caplog.set_level(logging.WARNING)
    async with built:
        yield built
        await built.quiet()
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
        assert list(await built.app.store.dead_letters()) == []
        before = len(await built.answers("d-clerk-1"))
        await built.say("clerk-1", "whoami")
        assert "clerk-1" in await built.answer("d-clerk-1", before + 1)
        assert status(await raw(built.app.url, message(b"GET", b"/readyz"))) == 200


@pytest.fixture
def right(built: House) -> bytes:
    """The operator's header."""
    return b"Bearer " + built.app.folder.operator_token.encode()


@pytest.fixture
async def visitor(house: House) -> Visitor:
    """Agent-1, signed in."""
    async with browsing(house.app.url) as browser:
        page = await browser.get("/console/agent-1/r/general")
        [cookie] = browser.cookies()
        return Visitor(f"{cookie.key}={cookie.value}".encode(), token(page.text).encode())


def message(method: bytes, target: bytes, body: bytes = b"", **headers: bytes) -> bytes:
    """Return a request as it goes over the wire; `_` in a header's name stands for `-`."""
    fields = {b"Host": b"localhost", b"Connection": b"close", b"Content-Length": b"%d" % len(body)}
    fields |= {name.replace("_", "-").encode(): value for name, value in headers.items()}
    lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in fields.items())]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    """Return the status of an answer; 0 for silence."""
    found = STATUS.match(answer)
    return int(found.group(1)) if found else 0


async def sent(house: House, requests: Iterable[bytes]) -> list[int]:
    """Send requests, some at a time; check what every answer keeps to, and return the statuses."""
    some = asyncio.Semaphore(8)

    async def one(request: bytes) -> int:
        async with some:
            answer = await raw(house.app.url, request.replace(b"Host: localhost", b"Host: " + host, 1))
        assert status(answer) < 500, (request[:300], answer[:300])
        assert b"Traceback" not in answer, request[:300]
        return status(answer)

    host = house.app.url.removeprefix("http://").encode()
    return await asyncio.gather(*map(one, requests))


def addresses(house: House) -> list[tuple[bytes, bytes]]:
    """Return method and path of everything the server serves."""
    found = [(route.method, route.path) for route in house.app.registry.routes if isinstance(route, Route)]
    found += [("POST", path) for path in OPERATOR] + [("GET", path) for path in HEALTH]
    return [(method.encode(), path.encode()) for method, path in found]


def filled(path: bytes, part: bytes, chance: random.Random) -> bytes:
    """Return a path with something in its places: one of them odd, the others as they should be."""
    places = re.findall(rb"\{(\w+)\}", path)
    odd = chance.choice(places) if places else b""
    for place in places:
        usual = {b"person": b"agent-1", b"room": b"general", b"entry": b"m1"}.get(place, b"x")
        path = path.replace(b"{%s}" % place, part if place == odd else usual)
    return path


async def test_every_address_with_odd_parts(house: House, visitor: Visitor) -> None:
    """By any method, signed in or not, with odd queries."""
    chance = random.Random(5)
    requests = []
    for method, path in addresses(house):
        for part in PARTS:
            target = filled(path, part, chance) + chance.choice(
                (b"", b"?", b"?thread=%ff&at=%00", b"?show=" + b"9" * 50)
            )
            verb = chance.choice((method, method, b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH"))
            body = b"_csrf=" + visitor.csrf if verb == b"POST" else b""
            cookie = chance.choice((visitor.cookie, b"", visitor.cookie + b"x", b"chatops-x=\xff"))
            form = b"application/x-www-form-urlencoded"
            requests.append(message(verb, target, body, Cookie=cookie, Content_Type=form))

    statuses = await sent(house, requests)

    assert len(statuses) > 400
    assert {303, 400, 401, 404, 405} <= set(statuses)


async def test_every_form_with_odd_fields(house: House, visitor: Visitor) -> None:
    """Missing, doubled, too long, too many, unreadable; by somebody signed in, with the right token."""
    chance = random.Random(6)
    requests = []
    forms = [path for method, path in addresses(house) if method == b"POST" and b"sign-out" not in path]
    for path in forms:
        bodies = [b"", b"&&==&", b"=".join([b"a"] * 1000), b"&".join(b"f%d=1" % n for n in range(5000))]
        bodies += [b"text=" + b"a" * 250_000, b"text=" + b"a" * 300_000, b"text=" + b"%F0%9F%98%80" * 20_000]
        for _n in range(12):
            fields = [b"%s=%s" % (chance.choice(FIELDS), chance.choice(VALUES)) for _m in range(chance.randint(1, 6))]
            bodies.append(b"&".join([*fields, *fields[:1]]))
        for body in bodies:
            signed = chance.choice((b"_csrf=%s&" % visitor.csrf,) * 4 + (b"_csrf=wrong&", b"_csrf=%FF&", b""))
            kind = chance.choice((b"application/x-www-form-urlencoded",) * 4 + TYPES)
            target = filled(path, chance.choice((b"agent-1", b"general", b"m1", b"m2")), chance)
            requests.append(message(b"POST", target, signed + body, Cookie=visitor.cookie, Content_Type=kind))

    statuses = await sent(house, requests)

    assert {303, 400, 403, 404, 413, 415, 422} <= set(statuses)


async def test_the_operators_doors(house: House, right: bytes) -> None:
    """Bad JSON, deep JSON, huge numbers, broken characters, wrong tokens: answered as JSON that says what is wrong."""
    for path in (b"/api/operator/do", b"/api/operator/console-invite"):
        statuses = await sent(house, [message(b"POST", path, body, Authorization=right) for body in BODIES])
        assert {400, 413, 422} <= set(statuses), path
        assert {200, 409} <= set(statuses) if path.endswith(b"do") else 404 in statuses
        wrong = (b"", b"Bearer", b"Bearer ", b"Basic x", right + b"x", right[:-1], b"\xff", b"Bearer " + b"x" * 7000)
        for door in OPERATOR:
            verb = b"GET" if door.endswith("verify") else b"POST"
            requests = [message(verb, door.encode(), b"{}", Authorization=header) for header in wrong]
            assert set(await sent(house, requests)) <= {400, 401}


async def test_what_the_operator_is_told(house: House, right: bytes) -> None:
    """Every refusal at the door has a code and a sentence."""
    host = house.app.url.removeprefix("http://").encode()
    for body in (b"{", b'{"command": 7}', b'{"command": "help", "as": "nobody"}', b'{"command": "frobnicate"}'):
        request = message(b"POST", b"/api/operator/do", body, Authorization=right)
        answer = await raw(house.app.url, request.replace(b"Host: localhost", b"Host: " + host, 1))
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert told["ok"] is False
        assert told["error"]["code"]
        assert told["error"]["message"]


async def test_changed_requests(house: House, visitor: Visitor) -> None:
    """A message sent from the page, with bytes flipped, dropped and doubled."""
    chance = random.Random(7)
    host = house.app.url.removeprefix("http://").encode()
    text = quote_from_bytes("! help – “nobody” 🙂".encode()).encode()
    good = message(
        b"POST",
        b"/console/agent-1/r/general/say",
        b"_csrf=" + visitor.csrf + b"&text=" + text,
        Host=host,
        Cookie=visitor.cookie,
        Content_Type=b"application/x-www-form-urlencoded",
    )
    requests = [good]
    for _n in range(250):
        changed = bytearray(good)
        for _m in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            match chance.randrange(3):
                case 0:
                    changed[at] = chance.randrange(256)
                case 1:
                    del changed[at : at + chance.randint(1, 5)]
                case _:
                    changed[at:at] = changed[at : at + chance.randint(1, 20)]
        requests.append(bytes(changed))

    statuses = await sent(house, requests)

    assert statuses[0] == 303
    assert {303, 400, 403} <= set(statuses)
