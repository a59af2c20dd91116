"""Of a private swarm nobody who is not in it learns anything, nor says anything in it."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.unit import Unit
from chatops.hookspecs import Listener, hookimpl
from chatops.swarm.facts import KudosGiven
from swarm_story import Story

OPEN = "swarm open cases:1001 refund loops --private"


class Ears:
    """A plugin that hears of thanks."""

    def __init__(self) -> None:
        self.heard: list[KudosGiven] = []

    @hookimpl
    def chatops_register_listeners(self, register: object) -> None:
        """Register one."""
        assert callable(register)
        register(Listener(name="ears", of=KudosGiven, handle=self._hear))

    async def _hear(self, _unit: Unit, fact: KudosGiven) -> None:
        self.heard.append(fact)


async def test_thanks_from_outside_are_not_said_in_it() -> None:
    """Whoever names its room as the place they thank from is heard nowhere in it, nor told who is there."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", OPEN)
        (reply,) = await stage.calls("ben", "kudos olga sneaked in", room="swarm:1/main")
        assert "SW-1" not in reply.text
        assert "sneaked in" not in story.read(story.swarm_room())


async def test_the_fact_of_thanks_says_that_it_is_private() -> None:
    """So that it goes only where private things may go."""
    ears = Ears()
    story = Story(ears)
    async with story.stage as stage:
        await stage.says("olga", OPEN)
        await stage.says("olga", "swarm invite SW-1 anna")
        await stage.says("anna", "accept", room="direct-anna", direct=True)
        await stage.says("olga", "kudos anna for the lock", room=story.swarm_room())
        await stage.says("olga", "kudos ben for lunch")
    assert [(fact.swarm, fact.private) for fact in ears.heard] == [("1", True), ("", False)]


async def test_who_was_let_go_learns_nothing_by_undoing() -> None:
    """What has happened since is told to those only who may know of it."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", OPEN)
        await stage.says("olga", "swarm invite SW-1 anna")
        await stage.says("anna", "accept", room="direct-anna", direct=True)
        await stage.says("anna", "step add restart it", room=story.swarm_room())
        await stage.advance(timedelta(seconds=5))
        await stage.says("olga", "swarm release anna", room=story.swarm_room())
        await stage.says("olga", "timeline add the secret plan", room=story.swarm_room())
        (told,) = await stage.says("anna", "undo", room="direct-anna", direct=True)
        assert "cannot simply be taken back" in told.body.plain
        assert "secret plan" not in told.body.plain
