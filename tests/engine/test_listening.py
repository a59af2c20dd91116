"""Listeners hear what they listen to, each once, whatever came of it otherwise."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.events import PostFailed
from chatops.core.message import Message, Reaction
from chatops.core.unit import Unit
from chatops.engine.settings import EngineSettings
from chatops.errors import Forbidden
from chatops.hookspecs import Listener
from theatre import Theatre, said


class Ears:
    """Remembers messages, reactions and failed posts."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def message(self, unit: Unit, message: Message) -> None:
        self.heard.append(f"message {message.text}")

    async def second(self, unit: Unit, message: Message) -> None:
        self.heard.append(f"second {message.text}")

    async def reaction(self, unit: Unit, reaction: Reaction) -> None:
        self.heard.append(f"reaction {reaction.emoji}")

    async def failed(self, unit: Unit, failed: PostFailed) -> None:
        self.heard.append(f"failed {failed.target} {failed.state}")

    def listeners(self, *, both: bool = False) -> list[Listener]:
        one = [Listener(name="ears.message", of=Message, handle=self.message)]
        two = [Listener(name="ears.second", of=Message, handle=self.second)] if both else []
        return [
            *one,
            *two,
            Listener(name="ears.reaction", of=Reaction, handle=self.reaction),
            Listener(name="ears.failed", of=PostFailed, handle=self.failed),
        ]


async def test_every_message_of_our_rooms_is_heard(theatre: Theatre) -> None:
    """Said to us or not, understood or not, edited or not; each once."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("tally:1/main", remote="general", subject="tally:1")

    await stage.says("anna", "chat", addressed=False)
    await stage.says("anna", "tally quiet")
    await stage.says("anna", "frobnicate")
    await stage.says("anna", "chat, edited", addressed=False, edited=True)

    assert ears.heard == [f"message {text}" for text in ("chat", "tally quiet", "frobnicate", "chat, edited")]


async def test_several_listeners_hear_one_message(theatre: Theatre) -> None:
    """In events of their own."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners(both=True))
    await stage.room("tally:1/main", remote="general", subject="tally:1")

    await stage.says("anna", "chat", addressed=False)
    await stage.says("anna", "tally quiet")

    assert sorted(ears.heard) == sorted(
        f"{who} {text}" for who in ("message", "second") for text in ("chat", "tally quiet")
    )


async def test_watched_rooms_are_heard_too(theatre: Theatre) -> None:
    """They belong to nothing, but somebody wants their messages kept."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("lobby", remote="general", watched=True)
    await stage.room("corridor", remote="other")

    await stage.says("anna", "chat", addressed=False)
    await stage.says("anna", "noise", addressed=False, room="other")

    assert ears.heard == ["message chat"]


async def test_reactions_in_our_rooms_are_heard(theatre: Theatre) -> None:
    """In others they are noise."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("tally:1/main", remote="general", subject="tally:1")
    ours = await stage.network.say(stage.identity("anna"), "look", "general", addressed=False)
    theirs = await stage.network.say(stage.identity("anna"), "look", "other", addressed=False)
    who, at = stage.identity("ben"), stage.clock.now()

    await stage.network.deliver(
        ("r1", Reaction(ref=ours, sender=who, emoji="📌", at=at)),
        ("r2", Reaction(ref=theirs, sender=who, emoji="👀", at=at)),
    )
    await stage.settle()

    assert ears.heard == ["message look", "reaction 📌"]


async def test_a_post_that_failed_is_told(theatre: Theatre) -> None:
    """One that arrived is not."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    stage.network.fail(Forbidden("no"))

    await stage.says("anna", "tally quiet")
    await stage.says("anna", "tally quiet")

    assert [one for one in ears.heard if one.startswith("failed")] == ["failed remote:fake:general failed"]


async def test_a_room_is_known_again_after_a_restart(theatre: Theatre) -> None:
    """Its messages are still no noise."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("tally:1/main", remote="general", subject="tally:1")

    await stage.restart()
    await stage.says("anna", "chat", addressed=False)

    assert ears.heard == ["message chat"]


async def test_a_command_deleted_while_the_server_was_away(theatre: Theatre) -> None:
    """Command and deletion were both accepted by the one before: the new one knows."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners(), settings=EngineSettings(drain=0.05))
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("ben"), "tally slow", "general")
    ref = await stage.network.say(stage.identity("anna"), "tally raise a", "general")
    await stage.network.redact(ref)
    await stage.stop()

    theatre.tallies.gate.set()
    await stage.restart()

    assert said(stage.network.posted) == ["At last."]
    assert theatre.tallies.runs == []


async def test_a_lease_is_kept_while_a_handler_works(theatre: Theatre) -> None:
    """Nobody else gets the event, however long it takes."""
    stage = await theatre.stage(settings=EngineSettings(deadline=600.0, lease=60.0))
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("anna"), "tally slow", "general")
    await stage.settle()

    for _turn in range(20):
        await stage.wait(10)
        others = await stage.store.claim_events(limit=9, now=stage.clock.now(), lease=timedelta(minutes=1))
        assert list(others) == []
    theatre.tallies.gate.set()
    await stage.settle()

    assert said(stage.network.posted) == ["At last."]
