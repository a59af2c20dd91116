"""Hooks: what its sender signed is kept once, before it is said so; nothing else gets in."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chatops.api.hooks import Hooks, Taken
from chatops.core.codec import Codec
from chatops.core.frozen import replace
from chatops.core.message import CommandCall
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.webhooks.endpoints import Hook
from chatops.webhooks.incoming import HookReceived
from chatops.webhooks.signing import Signed
from rest_house import KEY, OLDER, RestHouse, signed

ALERT = b'{"alert": {"name": "Disk <b>@all</b>"}, "status": "firing"}'
MUTANTS = 10_000


class Counted:
    """What a hook counted."""

    def __init__(self) -> None:
        self.seen: list[Taken] = []

    def hook(self, name: str, outcome: Taken) -> None:
        self.seen.append(outcome)


class Door:
    """The handler alone, with a store in memory."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore(clock=self.clock)
        self.counted = Counted()
        self.hooks = Hooks(
            [Hook(name="alerts", secrets=(KEY, OLDER), room="console:general", template="{alert.name}")],
            store=self.store,
            codec=Codec([HookReceived, CommandCall]),
            clock=self.clock,
            counts=self.counted,
            accepted=lambda: None,
        )

    async def take(self, headers: Signed, raw: bytes, name: str = "alerts") -> int:
        return (await self.hooks.take(name, headers, raw)).status


@pytest.fixture
async def door() -> Door:
    one = Door()
    await one.store.open()
    return one


def mutants(chance: random.Random, now: datetime) -> Iterator[tuple[Signed, bytes, Signed, bytes]]:
    """Yield originals, each with one changed thing: never the message that was signed, by who may sign, in time."""
    for number in range(MUTANTS):
        body = json.dumps({"alert": {"name": f"n{number}"}, "x": chance.random()}).encode()
        good = signed(f"msg_{number}", body, secret=chance.choice((KEY, OLDER)), at=now)
        yield good, body, *changed(good, body, chance, now)


def changed(good: Signed, body: bytes, chance: random.Random, now: datetime) -> tuple[Signed, bytes]:
    """Return a message with one thing changed."""
    at = chance.randrange(len(body))
    spot = chance.randrange(3, len(good.signature))
    bit = 1 << chance.randrange(7)
    late = chance.choice((-1, 1)) * chance.randint(301, 10**6)
    stranger = bytes(chance.randrange(256) for _n in range(32))
    second = int(good.timestamp)
    version = chance.choice(("v2,", "V1,", "v1a,", "v1 ,", "v1,,"))
    padding = chance.choice(("==", "%3D", "\0"))
    letter = chr(ord(good.signature[spot]) ^ bit)
    options = (
        (good, body[:at] + bytes([body[at] ^ bit]) + body[at + 1 :]),
        (good, body[:at] + body[at + 1 :]),
        (good, body[:at] + chance.choice((b" ", b"\0", b"\n", b"\xff")) + body[at:]),
        (good, body + b" "),
        (good, b""),
        (replace(good, id=good.id + chance.choice("x0_-")), body),
        (replace(good, id=good.id[:-1]), body),
        (replace(good, id=good.id.upper()), body),
        (replace(good, id=f"{good.id}.{good.timestamp}"), body),
        (replace(good, id=""), body),
        (replace(good, timestamp=str(second + chance.choice((-1, 1, 60, -60)))), body),
        (
            replace(
                good, timestamp=chance.choice(("0", "+", " ", "")) + good.timestamp + chance.choice((" ", ".0", "0"))
            ),
            body,
        ),
        (replace(good, timestamp=""), body),
        (replace(good, signature=good.signature[:spot] + letter + good.signature[spot + 1 :]), body),
        (replace(good, signature=good.signature[: spot - 1]), body),
        (replace(good, signature=good.signature.removeprefix("v1,")), body),
        (replace(good, signature=good.signature.replace("v1,", version)), body),
        (replace(good, signature=good.signature.rstrip("=")), body),
        (replace(good, signature=good.signature.replace("=", padding)), body),
        (replace(good, signature=" ".join(["v1,x"] * 16 + [good.signature])), body),
        (replace(good, signature=""), body),
        (signed(good.id, body, secret=stranger, at=now), body),
        (signed(good.id, body, secret=KEY[:-1], at=now), body),
        (signed(good.id, body, at=now + timedelta(seconds=late)), body),
        (replace(good, signature=f"v1,{base64.b64encode(stranger).decode()}"), body),
    )
    return chance.choice(options)


@pytest.mark.timeout(60)
async def test_ten_thousand_changed_messages(door: Door) -> None:
    """None is taken; each original is, once; and again it is known."""
    chance = random.Random(11)
    taken = []
    for good, body, bad, spoilt in mutants(chance, door.clock.now()):
        statuses = (await door.take(bad, spoilt), await door.take(good, body), await door.take(bad, spoilt))
        if statuses != (401, 200, 401):
            taken.append((bad, spoilt, statuses))
        assert await door.take(good, body) == 200

    assert taken == []
    assert door.counted.seen.count("accepted") == MUTANTS
    assert door.counted.seen.count("repeated") == MUTANTS
    assert (await door.store.depths()).inbox == MUTANTS


async def test_a_second_message_with_a_known_id_is_not_another(door: Door) -> None:
    """The first one counts, whatever the second says."""
    first, second = signed("msg_1", ALERT, at=door.clock.now()), signed("msg_1", b"{}", at=door.clock.now())

    assert [await door.take(first, ALERT), await door.take(second, b"{}")] == [200, 200]
    assert door.counted.seen == ["accepted", "repeated"]


async def test_what_came_again_after_the_window_is_refused(door: Door) -> None:
    """A delivery that was recorded is worth nothing later."""
    message = signed("msg_1", ALERT, at=door.clock.now())
    door.clock.advance(timedelta(seconds=301))

    assert await door.take(message, ALERT) == 401


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"[]", 422), (b"null", 422), (b"{", 422), (b'{"a":' * 5000, 422), (b"\xff", 422), (b'{"a":NaN}', 422),
     (b'{"a": "' + b"x" * 70_000 + b'"}', 413), (b'{"a": "\\u0000"}', 200), (b'{"a": "\\ud800"}', 422)],
)  # fmt: skip
async def test_a_signed_message_that_is_no_object(door: Door, raw: bytes, status: int) -> None:
    """Is refused; what can be stored is taken."""
    given = await door.take(signed("msg_1", raw, at=door.clock.now()), raw)

    assert given == status


async def test_nobody_is_there_under_another_name(door: Door) -> None:
    """404 before anything is looked at."""
    assert await door.take(signed("msg_1", ALERT, at=door.clock.now()), ALERT, name="other") == 404


async def test_it_is_posted_once_and_means_nothing_more(rest: RestHouse) -> None:
    """Over HTTP, twice; what stands in it is text."""
    message = signed("msg_1", ALERT)
    first, again = await rest.hook("alerts", ALERT, message), await rest.hook("alerts", ALERT, message)
    await rest.quiet()

    assert (first.status, first.body) == (200, {"accepted": True, "repeated": False})
    assert (again.status, again.body) == (200, {"accepted": True, "repeated": True})
    assert await rest.answers("general") == ["Disk <b>@all</b> is firing"]


async def test_changed_messages_over_http(rest: RestHouse) -> None:
    """The way through the server changes nothing about it."""
    chance, now = random.Random(12), datetime.now(UTC)
    statuses = set()
    for number in range(150):
        good = signed(f"msg_{number}", ALERT, at=now)
        bad, spoilt = changed(good, ALERT, chance, now)
        if not bad.signature.isprintable() or bad.id != bad.id.strip():
            continue
        sent = replace(bad, timestamp=bad.timestamp.strip(), signature=bad.signature.strip())
        if sent != good or spoilt != ALERT:
            statuses.add((await rest.hook("alerts", spoilt, sent)).status)
    await rest.quiet()

    assert statuses == {401}
    assert await rest.answers("general") == []


async def test_a_hook_runs_its_command_with_values_only(rest: RestHouse) -> None:
    """As the person of the settings; what comes from outside is never read as words of a command."""
    raw = json.dumps({"case": "demo:1001", "text": "loops private as=admin-1"}).encode()
    came = await rest.hook("cases", raw, signed("msg_1", raw))
    await rest.quiet()
    shown = (await (await rest.client("agent-1")).get("/swarms/1")).body

    assert came.status == 200
    assert (shown["question"], shown["owner"]["id"], shown["private"]) == (
        "loops private as=admin-1",
        "agent-1",
        False,
    )
