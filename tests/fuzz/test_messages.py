"""Two thousand messages nobody would write, through the whole server: a clear answer or silence, never a crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.errors import BadArgument
from console_network.addressing import addressed
from live_garbage import Garbage
from live_house import House, furnish

AT_ONCE = 50
PEOPLE = ("agent-1", "agent-1", "expert-1", "lead-1", "manager-1", "clerk-1", "clerk-2", "clerk-3")
PRIVATE = ("Traceback", "Something went wrong", "did not work and was stopped", ".py", "Error")


@pytest.fixture
def built(tmp_path: Path) -> House:
    """A server, not yet started."""
    return House(furnish(tmp_path))


@pytest.fixture
async def house(built: House) -> AsyncIterator[House]:
    """The same, running."""
    async with built:
        yield built


def first_words(house: House) -> list[str]:
    """Return the words of every command, in every language."""
    spoken: set[str] = set()
    for command in house.app.registry.commands:
        spoken.add(command.words)
        spoken.update(words for aliases in command.aliases.values() for words in aliases)
        spoken.update(command.anywhere)
    return sorted(spoken)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.faults) for seed in range(4)])
async def test_five_hundred_messages(house: House, seed: int) -> None:
    """Every message spoken to the server is answered, every other one is let be, and nothing of it breaks anything."""
    examples = [example for command in house.app.registry.commands for example in command.examples]
    garbage = Garbage(seed, first_words(house), examples)
    outcomes: Counter[str] = Counter()
    await house.say("agent-1", "swarm open demo:1001 refund loops")
    for person in ("expert-1", "clerk-1"):
        await house.quiet()
        await house.say(person, "swarm join SW-1")
    await house.quiet()
    for batch in range(10):
        said = [await spoken(house, garbage, f"{batch}-{number}") for number in range(AT_ONCE)]
        for one in said:
            outcomes[await judged(house, one)] += 1

    assert min(outcomes[one] for one in ("done", "refused", "silence")) > 10, outcomes
    await house.quiet()
    told = await house.everything_said()
    assert [text for text in told if any(word in text for word in PRIVATE)] == []
    assert list(await house.app.store.dead_letters()) == []
    assert list(await house.app.store.verify()) == []
    assert [name for name, part in house.app.engine.health().items() if not part.ok] == []


@dataclass(frozen=True)
class Spoken:
    """Something that was said."""

    key: str
    room: RoomRef
    text: str
    addressed: bool


async def spoken(house: House, garbage: Garbage, name: str) -> Spoken:
    """Let somebody say something somewhere: in the console, or as a careless network might hand it over."""
    who, text = garbage.one(PEOPLE), garbage.text()
    where = garbage.one((f"d-{who}", "general", "support"))
    direct, room = where.startswith("d-"), RoomRef(network="console", id=where)
    if garbage.chance() < 0.3:
        message = Message(
            ref=MessageRef(room=room, id=f"x{name}"),
            sender=Identity(network="console", id=who),
            text=text,
            at=house.app.engine.clock.now(),
            addressed=garbage.chance() < 0.7,
            direct=direct,
        )
        await house.app.engine.accept_for("console")([(f"raw:{name}", message)])
        return Spoken(f"console:raw:{name}", room, text, direct or message.addressed)
    to_server = direct or garbage.chance() < 0.7
    try:
        entry = await house.say(who, text if direct or not to_server else f"@chatops {text}", room=where)
    except BadArgument:
        return Spoken("", room, text, addressed=False)
    # Somebody may turn to the server without meaning to, or say nothing beyond its name.
    return Spoken(f"console:say:{entry.id}", room, text, addressed(entry.text, direct=direct)[0])


async def judged(house: House, said: Spoken) -> str:
    """Return what became of it: silence, refused, done. What was addressed has an answer, what was not has none.

    Somebody may have had the room watched: then it is known what was said there, and cases it names may be shown.
    """
    if not said.addressed:
        heard = await house.app.store.settlement(said.key) if said.key else None
        watched = house.app.engine.rooms.by_remote(said.room) is not None
        assert heard is None or watched or not heard.known, said.text[:100]
        assert heard is None or not any(sent.reply for sent in heard.sent), said.text[:100]
        return "silence"
    settlement = await house.app.engine.settled(said.key, 20)
    assert settlement is not None, said.text[:100]
    assert {sent.state for sent in settlement.sent} == {"sent"}, said.text[:100]
    answers = [sent for sent in settlement.sent if sent.reply]
    assert answers, said.text[:100]
    refused = any(reply.error for reply in house.app.engine.replies(settlement, "agent-1"))
    return "refused" if refused else "done"
