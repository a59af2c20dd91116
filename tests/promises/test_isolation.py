"""Promise 4 on the whole server, with SQLite and the console: whatever goes wrong stays where it went wrong."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from chatops.core.commit import InboxRow
from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.testing.clock import ManualClock
from live_house import House, furnish, install, until
from live_trouble import SLOW, Trouble

BROKEN = "Something went wrong here; nothing was changed. Reference `E-"
PRIVATE = ("Traceback", "File ", ".py", "Error", "Exception", "secret")
"""Words that would tell people of our insides."""


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> House:
    """A server with troubles, not yet started."""
    install(tmp_path, monkeypatch, "live_trouble", "live_trouble:Trouble")
    return House(furnish(tmp_path, "live_trouble"), clock=clock)


@pytest.fixture
async def house(built: House) -> AsyncIterator[House]:
    """The same, running. At the end nobody was shown anything of our insides."""
    async with built:
        yield built
        trouble(built).released.set()
        told = await built.everything_said()
        assert [text for text in told if any(word in text for word in PRIVATE)] == []


def trouble(house: House) -> Trouble:
    """Return the plugin."""
    plugin = house.app.registry.plugins["live_trouble"]
    assert isinstance(plugin, Trouble)
    return plugin


async def goes_on(house: House, room: str, number: int = 2) -> None:
    """The lane of the trouble goes on."""
    await house.say(room.removeprefix("d-"), "trouble quick next")
    assert await house.answer(room, number) == "next is done."


RAISED = ("value", "exit", "interrupt", "cancel", "memory", "recursion", "group")


async def test_handlers_that_raise(house: House) -> None:
    """Each is answered with a reference, kept as a dead letter that bears it, and not run again; its lane goes on."""
    for number, what in enumerate(RAISED, 1):
        await house.say(f"clerk-{number}", f"trouble raise {what}")

    for number, what in enumerate(RAISED, 1):
        answer = await house.answer(f"d-clerk-{number}")
        assert answer.startswith(BROKEN), what
        [letter] = [one for one in await house.app.store.dead_letters() if one.lane == f"person:clerk-{number}"]
        assert letter.error.split()[0] in answer, what
        await goes_on(house, f"d-clerk-{number}")
    assert len(await house.app.store.dead_letters()) == len(RAISED)


@pytest.mark.parametrize("how", ["", " stubborn"])
async def test_a_handler_that_hangs(house: House, clock: ManualClock, how: str) -> None:
    """Its lane waits for the deadline and not longer, even if it will not stop; other lanes do not wait at all."""
    await house.say("clerk-1", f"trouble hang{how}")
    await house.say("clerk-1", "trouble quick next")
    await house.say("clerk-2", "trouble quick elsewhere")
    assert await house.answer("d-clerk-2") == "elsewhere is done."
    assert await house.answers("d-clerk-1") == []

    clock.advance(timedelta(seconds=31))

    assert await house.answer("d-clerk-1", 2) == "next is done."
    assert (await house.answers("d-clerk-1"))[0].startswith(BROKEN)
    assert [letter.error.split()[1] for letter in await house.app.store.dead_letters()] == ["DeadlinePassed"]


async def test_a_command_that_leaves_something_unwritable(house: House) -> None:
    """As any other bug: answered, a dead letter, and nothing of it is kept."""
    await house.say("clerk-1", "trouble poison")

    assert (await house.answer("d-clerk-1")).startswith(BROKEN)
    assert await house.app.store.get("trouble.bad", "bad") is None
    assert len(await house.app.store.dead_letters()) == 1
    await goes_on(house, "d-clerk-1")


POISON = {
    "broken JSON": ("message", "{"),
    "nothing": ("message", ""),
    "not an object": ("message", "[]"),
    "no revision": ("message", '{"b":{}}'),
    "a revision to come": ("message", '{"r":99,"b":{}}'),
    "wrong fields": ("message", '{"r":1,"b":{"ref":7}}'),
    "deep": ("message", '{"r":1,"b":' + "[" * 100_000 + "]" * 100_000 + "}"),
    "a kind to come": ("message.of.the.future", '{"r":1,"b":{}}'),
    "a timer of nothing": (
        "timer",
        '{"r":1,"b":{"series":"s","due":"2026-01-01T00:00:00Z","fired_at":"2026-01-01T00:00:00Z","body_kind":"x","body":""}}',
    ),
}


async def test_poison_events(house: House) -> None:
    """What cannot be read becomes a dead letter at once; its lane goes on."""
    rows = [
        InboxRow(key=what, lane=f"person:clerk-{number}", kind=kind, body=body, cause=what)
        for number, (what, (kind, body)) in enumerate(POISON.items(), 1)
    ]
    await house.app.store.accept_many(rows)
    house.app.engine.ring()

    for row in rows:
        await goes_on(house, row.lane.replace("person:", "d-"), 1)

    assert {letter.key for letter in await house.app.store.dead_letters()} == POISON.keys()


async def test_a_poison_event_from_a_network(house: House) -> None:
    """What cannot even be stored does not stall the network that brought it, nor what came with it."""
    accept = house.app.engine.accept_for("console")
    room = RoomRef(network="console", id="d-clerk-1")

    def message(id_: str, text: str, thread: str | None = None) -> Message:
        sender = Identity(network="console", id="clerk-1")
        ref = MessageRef(room=room, id=id_)
        return Message(ref=ref, sender=sender, text=text, at=house.app.engine.clock.now(), direct=True, thread=thread)

    await accept(
        [
            ("p1", message("p1", "trouble quick before")),
            ("p2", message("p2", "trouble quick never", thread="\udcff")),
            ("p3", message("p3", "trouble quick after")),
        ]
    )

    assert await house.answer("d-clerk-1", 2) == "after is done."
    assert [letter.key for letter in await house.app.store.dead_letters()] == ["console:p2"]


async def test_thirty_slow_commands(house: House, clock: ManualClock) -> None:
    """A trivial command in another room does not wait for them: its handler begins within 50 ms.

    The quickest of twelve counts, since this machine may have other things to do; what waits for slow ones, all do.
    """
    slow = [f"clerk-{number}" for number in range(1, 31)]
    for person in slow:
        await house.say(person, "trouble slow")
    await until(lambda: _all_slow(house))

    waits = []
    for number in range(12):
        said = time.perf_counter()
        await house.say("agent-1", f"@chatops trouble quick q{number}", room="general")
        assert await house.answer("general", number + 1) == f"q{number} is done."
        waits.append(trouble(house).began[f"q{number}"] - said)
    assert [await house.answers(f"d-{person}") for person in slow] == [[]] * 30
    assert min(waits) < 0.05, waits

    clock.advance(timedelta(seconds=SLOW))
    for person in slow:
        assert await house.answer(f"d-{person}") == "Slow and steady."
    assert list(await house.app.store.dead_letters()) == []


async def test_a_listener_and_an_effect_that_hang(house: House, clock: ManualClock) -> None:
    """Whoever asked has long been answered, and nobody waits for them; the effect is tried again."""
    await house.say("clerk-1", "trouble tell")
    await house.say("clerk-2", "trouble pull")
    assert await house.answer("d-clerk-1") == "Done."
    assert await house.answer("d-clerk-2") == "Done."
    await house.say("clerk-3", "trouble quick elsewhere")
    assert await house.answer("d-clerk-3") == "elsewhere is done."
    await goes_on(house, "d-clerk-2")

    async def pulled_again() -> bool:
        clock.advance(timedelta(seconds=10))
        return trouble(house).pulled > 1

    await until(pulled_again)
    await house.say("clerk-4", "trouble quick still")
    assert await house.answer("d-clerk-4") == "still is done."


async def _all_slow(house: House) -> bool:
    return trouble(house).slow == 30
