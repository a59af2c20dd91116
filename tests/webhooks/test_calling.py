"""Calls to endpoints: signed, once for each message as far as the receiver can tell, never anywhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest
from standardwebhooks import Webhook

from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.events import Event
from chatops.core.frozen import replace
from chatops.core.unit import Unit
from chatops.errors import Invalid, Missing, PortError, RateLimited, Unreachable
from chatops.hookspecs import Listener
from chatops.swarm.facts import FACTS, SwarmOpened
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.webhooks.calling import CallWebhook, Heard, WebhookCaller
from chatops.webhooks.endpoints import Declared, Endpoint
from chatops.webhooks.plugin import WebhooksPlugin
from listening_program import ListeningProgram, listening

KEY, OLDER = b"0123456789abcdef0123456789abcdef", b"fedcba9876543210fedcba9876543210"
EFFECT = CallWebhook(endpoint="crm", body='{"type":"swarm.opened"}')


class Counted:
    """What was counted."""

    def __init__(self) -> None:
        self.seen: list[Heard] = []

    def webhook(self, name: str, outcome: Heard) -> None:
        self.seen.append(outcome)


@pytest.fixture
async def program() -> AsyncIterator[ListeningProgram]:
    async with listening() as one:
        yield one


def endpoint(url: str) -> Endpoint:
    return Endpoint(name="crm", url=url, secrets=(KEY, OLDER), allow_private=True)


async def called(one: Endpoint, effect: CallWebhook = EFFECT, key: str = "k") -> str | type[PortError]:
    """Call once; return the answer, or what was raised."""
    caller = WebhookCaller([one], SystemClock(), Counted())
    try:
        return (await caller.perform(effect, key)).result or ""
    except PortError as error:
        return type(error)
    finally:
        await caller.close()


async def test_the_receiver_can_verify_it(program: ListeningProgram) -> None:
    """By the standard's own library, with either key."""
    assert await called(endpoint(program.url)) == "204"

    [heard] = program.heard
    for key in (KEY, OLDER):
        oracle = Webhook(f"whsec_{base64.b64encode(key).decode()}")
        assert oracle.verify(heard.body, dict(heard.headers)) == {"type": "swarm.opened"}
    assert heard.headers["Content-Type"] == "application/json"


async def test_another_try_is_the_same_message(program: ListeningProgram) -> None:
    """So the receiver may drop it; another effect is another message."""
    for key in ("k", "k", "other"):
        await called(endpoint(program.url), key=key)

    first, again, other = (one.headers["webhook-id"] for one in program.heard)
    assert first == again != other


@pytest.mark.parametrize(
    ("status", "headers", "comes_to"),
    [
        (200, {}, "200"),
        (302, {"Location": "/elsewhere"}, Unreachable),
        (400, {}, Unreachable),
        (410, {}, Missing),
        (429, {"Retry-After": "7"}, RateLimited),
        (429, {"Retry-After": "soon"}, Unreachable),
        (503, {"Retry-After": "7"}, RateLimited),
        (500, {}, Unreachable),
    ],
)
async def test_what_an_answer_means(status: int, headers: dict[str, str], comes_to: object) -> None:
    """No redirect is followed; gone is gone; everything else is tried again."""
    async with listening((status, headers)) as program:
        assert await called(endpoint(program.url)) == comes_to
        assert len(program.heard) == 1


async def test_nobody_there() -> None:
    """Is tried again."""
    async with listening() as program:
        gone = program.url

    assert await called(endpoint(gone)) is Unreachable


async def test_a_name_of_this_machine_is_not_called_unless_it_is_meant(program: ListeningProgram) -> None:
    """By whatever name: what counts is where it leads, when it is called."""
    port = program.url.rpartition(":")[2]
    for url in (
        f"https://localhost:{port}",
        f"https://127.0.0.1:{port}",
        f"https://2130706433:{port}",
        f"https://0x7f.1:{port}",
    ):
        assert await called(replace(endpoint(url), allow_private=False)) is Invalid
    assert await called(replace(endpoint(program.url), allow_private=False)) is Invalid
    assert program.heard == []


@pytest.mark.parametrize("private", [True, False])
async def test_what_goes_wrong_repeats_no_address_and_no_secret(private: bool) -> None:  # noqa: FBT001
    """What operators and logs are told names the endpoint only: with some programs the address is the secret."""
    async with listening((500, {}), (302, {"Location": "http://169.254.169.254/secret-path"})) as program:
        address = program.url.replace("/hook", "/services/secret-path?key=secret-key")
        one = replace(
            endpoint(address if private else "https://10.0.0.1/secret-path?key=secret-key"), allow_private=private
        )
        caller = WebhookCaller([one], SystemClock(), Counted())
        for _try in range(2):
            with pytest.raises(PortError) as raised:
                await caller.perform(EFFECT, "k")
            told = f"{raised.value} {raised.value.code}"
            assert "crm" in told
            assert not any(word in told for word in ("secret", "169.254", "10.0.0.1", KEY.decode()))
        await caller.close()
        assert len(program.heard) == (2 if private else 0)


async def test_an_endpoint_that_is_no_longer_named() -> None:
    """Is not called."""
    assert await called(endpoint("https://example.com"), CallWebhook(endpoint="other", body="{}")) is Missing


@pytest.mark.parametrize(
    ("events", "kind", "wanted"),
    [(("*",), "a.b", True), (("a.*",), "a.b", True), (("a.*",), "ab.c", False), (("a.b",), "a.c", False)],
)
def test_who_wants_what(events: tuple[str, ...], kind: str, wanted: bool) -> None:  # noqa: FBT001
    """By kind, by family, or everything."""
    assert replace(endpoint("https://example.com"), events=events).wants(kind) is wanted


async def test_a_fact_is_told_to_who_wants_it() -> None:
    """By an effect for each, as it stands; of a private swarm only to who may know."""
    at = ManualClock().now()
    fact = SwarmOpened(swarm="1", case="demo:1001", owner="anna", person="anna", at=at)
    told = endpoint("https://example.com")
    plugin = WebhooksPlugin(
        Declared(
            webhooks=(
                told,
                replace(told, name="closed", events=("swarm.closed",)),
                replace(told, name="private", private=True),
            )
        ),
        facts=FACTS,
        caller=WebhookCaller([], ManualClock(), Counted()),
    )
    listeners: list[Listener] = []
    plugin.chatops_register_listeners(listeners.append)
    [opened] = [one for one in listeners if one.of is SwarmOpened]

    public, private = [await effects_of(opened, each) for each in (fact, replace(fact, private=True))]

    assert [one.endpoint for one in public] == ["crm", "private"]
    assert [one.endpoint for one in private] == ["private"]
    assert json.loads(public[0].body) == {
        "type": "swarm.opened",
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "data": {
            "swarm": "1",
            "case": "demo:1001",
            "owner": "anna",
            "person": "anna",
            "at": at.isoformat().replace("+00:00", "Z"),
        },
    }


async def effects_of(listener: Listener, fact: SwarmOpened) -> list[CallWebhook]:
    """Return the calls that follow from a fact."""
    clock = ManualClock()
    event = Event(seq=1, key="e", lane="swarm:1", body=fact, cause="e", accepted_at=clock.now())
    unit = Unit(
        event=event,
        facts=MemoryStore(clock=clock),
        codec=Codec([CallWebhook, *FACTS]),
        now=clock.now(),
        secret=b"s" * 32,
    )
    await listener.handle(unit, fact)
    return [effect for _key, effect in unit.effects if isinstance(effect, CallWebhook)]
