"""What is remembered of tokens, and what outlives it: keys that come and go, a publisher that is out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from teams_network.keys import FRESH, GUARD, KEPT
from teams_network.verified import VerifiedTokens
from teams_tokens import KEYS, METADATA, SERVICE, Gate, Signer, activity, gate

SECOND = Signer("second", key=1)
ONCE = {METADATA: 1, KEYS: 1}


@pytest.fixture(name="door")
async def _door() -> AsyncIterator[Gate]:
    async with gate() as made:
        yield made


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


async def test_a_known_token_ends_when_it_ends(door: Gate) -> None:
    """A token that was let in is refused from its end on, skew included, and is not forgotten into being good again."""
    token = f"Bearer {door.token()}"
    assert await door.reason(token) is None

    door.clock.advance(seconds(3600 + 299))
    assert await door.reason(token) is None
    door.clock.advance(seconds(1))
    assert [await door.reason(token) for _time in range(2)] == ["expired"] * 2


async def test_a_known_token_is_not_good_before_its_begin(door: Gate) -> None:
    """When the clock is set back, what is known is judged by the new time."""
    token = f"Bearer {door.token()}"
    assert await door.reason(token) is None

    door.clock.jump(door.clock.now() - timedelta(hours=1))
    assert await door.reason(token) == "not_yet"


async def test_a_known_token_dies_with_its_key(door: Gate) -> None:
    """A token is worth nothing once its key is not published any more, although it was let in before."""
    token = f"Bearer {door.token()}"
    assert await door.reason(token) is None

    door.publisher.publish(SECOND)
    door.clock.advance(seconds(GUARD))
    assert await door.reason(f"Bearer {door.token(by=SECOND)}") is None
    assert await door.reason(token) == "unknown_key"


async def test_a_known_token_dies_with_its_key_under_the_same_name(door: Gate) -> None:
    """Nor when another key is published under its key's name."""
    token = f"Bearer {door.token()}"
    assert await door.reason(token) is None

    door.publisher.publish(Signer("first", key=2), SECOND)
    door.clock.advance(seconds(GUARD))
    assert await door.reason(f"Bearer {door.token(by=SECOND)}") is None
    assert await door.reason(token) == "signature"


async def test_a_known_token_loses_what_its_key_is_endorsed_for(door: Gate) -> None:
    """A key that may not speak for Teams any more takes what it signed with it."""
    token = f"Bearer {door.token()}"
    assert await door.reason(token) is None

    door.publisher.publish(Signer("first", endorsements=("webchat",)), SECOND)
    door.clock.advance(seconds(GUARD))
    assert await door.reason(f"Bearer {door.token(by=SECOND)}") is None
    assert await door.reason(token) == "endorsement"


async def test_what_is_remembered_is_bounded(door: Gate) -> None:
    """However many good tokens come, all are let in, and only so many are kept: those used last."""
    kept = VerifiedTokens(10)
    door.remember(kept)
    tokens = [door.token(jti=number) for number in range(30)]

    for token in [*tokens, *reversed(tokens)]:
        assert await door.reason(f"Bearer {token}") is None
    assert len(kept) == 10
    assert [kept.get(token) is not None for token in tokens] == [True] * 10 + [False] * 20


async def test_only_good_tokens_are_remembered(door: Gate) -> None:
    """Strangers cannot push out what is known."""
    kept = VerifiedTokens(1)
    door.remember(kept)
    good = door.token()
    assert await door.reason(f"Bearer {good}") is None

    for bad in (door.token(aud="x"), door.token(by=Signer("first", key=1)), door.token(exp=1)):
        assert await door.reason(f"Bearer {bad}") is not None
    assert kept.get(good) is not None


async def test_a_flood_of_unknown_keys_is_one_fetch(door: Gate) -> None:
    """Twenty tokens with as many unknown keys: the publisher is asked once, and not again until the guard is over."""
    strangers = [f"Bearer {door.token(head={'kid': f'k{number}'})}" for number in range(20)]

    assert await asyncio.gather(*(door.reason(token) for token in strangers)) == ["unknown_key"] * 20
    assert [await door.reason(token) for token in strangers] == ["unknown_key"] * 20
    assert door.publisher.calls == ONCE

    door.clock.advance(seconds(GUARD - 1))
    assert await door.reason(strangers[0]) == "unknown_key"
    assert door.publisher.calls == ONCE


async def test_a_new_key_is_found(door: Gate) -> None:
    """A token by a key published since is let in after one more fetch; the old key holds as long as it is published."""
    assert await door.reason(f"Bearer {door.token()}") is None
    door.publisher.publish(door.signer, SECOND)
    new = f"Bearer {door.token(by=SECOND)}"

    assert await door.reason(new) == "unknown_key"
    door.clock.advance(seconds(GUARD))
    assert await asyncio.gather(*(door.reason(new) for _time in range(20))) == [None] * 20
    assert await door.reason(f"Bearer {door.token()}") is None
    assert door.publisher.calls == {METADATA: 2, KEYS: 2}


async def test_a_publisher_that_is_out_lets_nobody_in(door: Gate) -> None:
    """Without keys nobody can be judged; it is said so, and tried again soon."""
    door.publisher.lost = True
    token = f"Bearer {door.token()}"
    assert await asyncio.gather(*(door.reason(token) for _time in range(20))) == ["keys_unavailable"] * 20
    assert door.publisher.calls[METADATA] <= 2

    door.publisher.lost = False
    door.clock.advance(seconds(5))
    assert await door.reason(token) is None


async def test_known_keys_outlive_their_publisher(door: Gate) -> None:
    """While the publisher is out, known keys are good for five days, and no longer."""
    assert await door.reason(f"Bearer {door.token()}") is None
    door.publisher.lost = True

    for _day in range(4):
        door.clock.advance(seconds(FRESH))
        assert await door.reason(f"Bearer {door.token()}") is None
    door.clock.advance(seconds(KEPT - 4 * FRESH - 1))
    assert await door.reason(f"Bearer {door.token()}") is None
    door.clock.advance(seconds(GUARD))
    assert await door.reason(f"Bearer {door.token()}") == "keys_unavailable"


async def test_a_slow_publisher_holds_up_nobody_it_need_not(door: Gate) -> None:
    """While it hangs, the loop runs, tokens by known keys are let in, and refusals by form are told at once."""
    assert await door.reason(f"Bearer {door.token()}") is None
    door.clock.advance(seconds(GUARD))
    door.publisher.open.clear()
    door.publisher.asked.clear()
    waiting = asyncio.create_task(door.reason(f"Bearer {door.token(head={'kid': 'new'})}"))
    await door.publisher.asked.wait()

    beats = 0
    for number in range(50):
        await asyncio.sleep(0)
        beats += 1
        assert await door.reason(f"Bearer {door.token(jti=number)}") is None
        assert await door.reason("Bearer x") == "malformed"
    assert beats == 50
    assert not waiting.done()

    door.publisher.open.set()
    assert await waiting == "unknown_key"
    assert door.publisher.calls == {METADATA: 2, KEYS: 2}


async def test_who_gives_up_waiting_takes_nobody_along(door: Gate) -> None:
    """A request that is cut off while keys are fetched does not stop the fetch for the others."""
    door.publisher.open.clear()
    token = f"Bearer {door.token()}"
    first, second = (asyncio.create_task(door.reason(token)) for _time in range(2))
    await door.publisher.asked.wait()

    first.cancel()
    await asyncio.wait({first})
    door.publisher.open.set()
    assert await second is None
    assert door.publisher.calls == ONCE


async def test_a_lying_publisher_lets_nobody_in(door: Gate) -> None:
    """Somebody's keys on another host are not believed, whatever the metadata says."""
    async with gate() as other:
        other.publisher.publish(Signer("first", key=1))
        door.publisher.lie(METADATA, {"jwks_uri": other.publisher.url + KEYS})

        assert await door.reason(f"Bearer {door.token(by=Signer('first', key=1))}") == "keys_unavailable"
        assert other.publisher.calls == {}


@pytest.mark.faults
@limits(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_changed_byte_is_another_token(data: st.DataObject) -> None:
    """A good token with any byte changed, put in or taken out is refused, and nobody is asked but the publisher, once."""
    with asyncio.Runner() as runner:
        runner.run(_changed(data))


async def _changed(data: st.DataObject) -> None:
    async with gate() as door:
        token = door.token()
        assert await door.reason(f"Bearer {token}") is None
        for _change in range(10):
            place = data.draw(st.integers(0, len(token) - 1), label="place")
            gone = data.draw(st.integers(0, 2), label="gone")
            put = data.draw(st.text(st.characters(max_codepoint=255), max_size=2), label="put")
            changed = token[:place] + put + token[place + gone :]
            if changed != token:
                assert await door.reason(f"Bearer {changed}", about=activity(serviceUrl=SERVICE)) is not None
        assert await door.reason(f"Bearer {token}") is None
        assert door.publisher.calls == ONCE
