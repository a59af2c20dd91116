"""What arrives long after it was written is offered again, never run behind people's backs."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from chatops.core.catalogue import Catalogues
from chatops.core.message import ButtonPress, Message, MessageRef
from chatops.engine.settings import EngineSettings
from chatops.testing.network import Posted
from chatops.testing.stage import Stage, person
from theatre import Theatre, said

CATALOGUES = Catalogues.load()
NUMBERS = itertools.count(1)


async def written(
    stage: Stage, who: str, text: str, ago: timedelta, *, room: str = "general", **more: Any
) -> list[Posted]:
    """Let something arrive that was written a while ago; return what was posted."""
    before = len(stage.network.posted)
    ref = MessageRef(room=stage.network.room(room).ref, id=f"old-{next(NUMBERS)}")
    message = Message(
        ref=ref,
        sender=stage.identity(who),
        text=text,
        at=stage.clock.now() - ago,
        **({"addressed": True} | more),
    )
    await stage.network.deliver((ref.id, message))
    await stage.settle()
    return stage.network.posted[before:]


async def test_a_late_command_is_offered_again(theatre: Theatre) -> None:
    """Nothing has run; one press runs it, a second press does not."""
    stage = await theatre.stage()

    (offer,) = await written(stage, "anna", "tally raise a", timedelta(hours=3))
    assert "You wrote this 3 hours ago, while I was away. Run it now?" in offer.body.plain
    assert offer.body.title == "Anna Berg: tally raise a"
    assert [(button.label, button.command, button.icon) for button in offer.body.buttons] == [
        ("Run it now", "tally raise a", "▶️")
    ]
    assert theatre.tallies.runs == []

    assert said(await stage.presses("anna", "Run it now")) == ["a is 1"]
    assert "already done this" in said(await stage.presses("ben", "Run it now"))[0]
    assert (await stage.audit("room:fake:general"))[:2] == ["tally raise → late", "tally raise → done"]


async def test_whoever_presses_runs_it_as_themselves(theatre: Theatre) -> None:
    """The normal checks hold, and what somebody may not do they are not even offered."""
    stage = await theatre.stage()

    denied = await written(stage, "anna", "tally lead", timedelta(hours=1))
    await written(stage, "ben", "tally lead", timedelta(hours=1))

    assert said(denied) == ["That is for: pod lead. Please ask one of them."]
    assert said(await stage.presses("anna", "Run it now")) == ["That is for: pod lead. Please ask one of them."]
    assert said(await stage.presses("ben", "Run it now")) == ["Lead."]


async def test_it_stays_in_its_thread(theatre: Theatre) -> None:
    """The offer and what comes of it, even when the network tells no thread with the press."""
    stage = await theatre.stage()

    (offer,) = await written(stage, "anna", "tally raise a", timedelta(hours=1), thread="m-start")
    (done,) = await stage.presses("anna", "Run it now")

    assert (offer.thread, done.thread) == ("m-start", "m-start")


async def test_the_rooms_context_holds(theatre: Theatre) -> None:
    """`own` in the room of a tally is about that tally, also later."""
    stage = await theatre.stage()
    await stage.says("anna", "tally make 1")
    await stage.room("tally:1/main", remote="tallyroom", subject="tally:1")

    await written(stage, "anna", "own", timedelta(hours=1), room="tallyroom")

    assert said(await stage.presses("anna", "Run it now")) == ["Yours."]


async def test_in_a_direct_chat_nobody_needs_their_name(theatre: Theatre) -> None:
    """The command alone is the heading."""
    stage = await theatre.stage()

    (offer,) = await written(stage, "anna", "tally raise a", timedelta(hours=1), room="direct-anna", direct=True)

    assert offer.body.title == "tally raise a"


async def test_what_only_shows_simply_runs(theatre: Theatre) -> None:
    """So does a dry run, and what is not late."""
    stage = await theatre.stage()

    assert said(await written(stage, "anna", "tally raise a", timedelta(minutes=10))) == ["a is 1"]
    rehearsed = said(await written(stage, "anna", "tally raise a --dry-run", timedelta(hours=1)))
    misread = said(await written(stage, "anna", "tally frobnicate", timedelta(hours=1)))

    assert not any("Run it now" in text for text in (*rehearsed, *misread))
    assert theatre.tallies.runs == ["raise a", "raise a"]


async def test_zero_means_never(theatre: Theatre) -> None:
    """Then even last year's commands run."""
    stage = await theatre.stage(settings=EngineSettings(late_after=0.0))

    assert said(await written(stage, "anna", "tally raise a", timedelta(days=400))) == ["a is 1"]


async def test_what_waited_with_us_is_not_late(theatre: Theatre) -> None:
    """Accepted in time and tried again hours later, it runs: a replay of a dead letter as well."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(ValueError())
    await stage.says("anna", "tally trouble")
    (letter,) = await stage.store.dead_letters()
    await stage.advance(timedelta(hours=5))

    assert await stage.store.replay(letter.key)
    stage.engine.ring()
    await stage.settle()

    assert said(stage.network.posted)[-1] == "No trouble."


async def test_a_press_is_never_late(theatre: Theatre) -> None:
    """Whoever pressed saw what it does."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")
    ref = next(button.ref for button in stage.network.posted[0].body.buttons if button.label == "Once")
    press = ButtonPress(
        room=stage.network.room("general").ref,
        presser=stage.identity("ben"),
        action=ref,
        at=stage.clock.now() - timedelta(days=1),
    )
    await stage.network.deliver(("old-press", press))
    await stage.settle()

    assert theatre.tallies.runs == ["raise once"]


async def test_a_long_command_is_cut_where_it_is_shown(theatre: Theatre) -> None:
    """Not where it is run."""
    stage = await theatre.stage()
    words = "x" * 5000

    (offer,) = await written(stage, "anna", f"tally echo {words}", timedelta(hours=1))
    assert len(offer.body.title) < 250
    assert said(await stage.presses("anna", "Run it now")) == [words]


async def test_what_cannot_be_read_is_said_once_an_hour(theatre: Theatre) -> None:
    """In the chat it was written in, in the writer's language; nothing runs, nothing is suggested."""
    stage = await theatre.stage(catalogues=CATALOGUES)
    stage.directory.add(person("greta", "agent", locale="de"))

    async def unreadable(*, direct: bool = True, room: str = "secret") -> list[str]:
        return said(
            await written(stage, "anna", "", timedelta(), room=room, direct=direct, addressed=direct, unreadable=True)
        )

    (first,) = await unreadable()
    assert first.startswith("I cannot read this: it is encrypted and I have no key.")
    assert await unreadable() == []
    assert await unreadable(room="another") == [first]
    assert await unreadable(direct=False, room="general") == []
    await stage.advance(timedelta(hours=1))
    assert await unreadable() == [first]
    assert theatre.tallies.runs == []
    assert stage.network.posted[0].ref.room.id == "secret"
    assert stage.engine.rooms.direct(stage.identity("anna")) is None
    (german,) = await written(stage, "greta", "", timedelta(), room="geheim", direct=True, unreadable=True)
    assert german.body.plain.startswith("Das kann ich nicht lesen")
