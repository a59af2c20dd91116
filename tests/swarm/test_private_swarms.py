"""Of a private swarm nobody who is not in it learns anything, nor says anything in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.unit import Unit
from chatops.hookspecs import Listener, hookimpl
from chatops.pages.reading import Reading
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


@pytest.mark.parametrize(
    "line", ["swarm show ASK-1", "swarm answer ASK-1 me", "swarm pass ASK-1", "swarm open cases:1001 ask=ASK-1"]
)
async def test_what_is_asked_in_it_is_not_known_outside(line: str) -> None:
    """To who is not in it a question in its room is one that does not exist."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", OPEN)
        await stage.says("olga", "swarm ask anna which secret is it?", room=story.swarm_room())
        (reply,) = await stage.calls("ben", line)
        assert "There is no ASK-1" in reply.text
        assert "secret" not in reply.text


async def test_what_is_asked_in_it_is_shown_in_it_only() -> None:
    """Whoever is in it sees the question there; elsewhere, and on its page, they see it alone, and nobody else does."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", OPEN)
        await stage.says("olga", "swarm ask anna which secret is it?", room=story.swarm_room())
        await stage.says("olga", "swarm show ASK-1")
        assert "which secret" not in story.read("general")
        assert "which secret" in story.read("direct-olga")
        told = story.read("direct-olga")
        await stage.says("olga", "swarm show ASK-1", room=story.swarm_room())
        assert story.read("direct-olga") == told
        await stage.says("olga", "swarm ask anna which colour is it?")
        pages = Reading(stage.store, stage.codec, stage.clock)
        for who, secret in (("olga", True), ("anna", True), ("ben", False), ("lea", False)):
            person = stage.directory.by_id(who)
            assert person is not None
            assert (await pages.light(person, "1") is not None) is secret
            assert await pages.light(person, "2") is not None


async def test_what_is_asked_alone_stays_alone() -> None:
    """A question from a direct chat is known to who asks and who is asked, and to nobody who counts numbers."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm ask anna which secret is it?", room="direct-olga", direct=True)
        (reply,) = await stage.calls("lea", "swarm show ASK-1")
        assert "There is no ASK-1" in reply.text
        (shown,) = await stage.calls("anna", "swarm show ASK-1")
        assert "which secret" in shown.text
        await stage.says("olga", "swarm ask anna which colour is it?")
        (open_,) = await stage.calls("lea", "swarm show ASK-2")
        assert "which colour" in open_.text
