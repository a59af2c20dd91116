"""An admin looks into a private swarm: for a reason, for an hour, its people knowing; and does no more than look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.message import Identity, Person
from chatops.swarm.model import Swarm
from swarm_story import Story

BREAK = "admin break-glass SW-1 because the auditors ask who promised it"


def house() -> Story:
    """Return a company with an admin who leads pods as well, and one who only administrates."""
    story = Story()
    for id_, roles in (("ada", {"admin", "pod_lead"}), ("abe", {"admin"}), ("gus", {"guest"})):
        identity = Identity(network="fake", id=id_)
        story.stage.directory.add(Person(id=id_, name=id_.title(), roles=frozenset(roles), identities=(identity,)))
    return story


async def says(story: Story, who: str, line: str) -> str:
    """Return everything that is answered to somebody alone."""
    return "\n".join([reply.text for reply in await story.stage.calls(who, line)])


async def private(story: Story) -> None:
    """Open a private swarm with a helper and a guest in it."""
    await story.stage.says("olga", "swarm open cases:1001 refund loops --private")
    for who, named in (("anna", "anna"), ("gus", "guest:gus")):
        await story.stage.says("olga", f"swarm invite SW-1 {named}")
        await story.stage.says(who, "swarm accept SW-1", room=f"direct-{who}", direct=True)


async def test_an_admin_looks_for_an_hour_and_its_people_know() -> None:
    """Before and after it is a swarm that does not exist; owner and members are told who looks and why, guests are not."""
    story = house()
    async with story.stage as stage:
        await private(story)
        assert "There is no swarm SW-1" in await says(story, "ada", "swarm show SW-1")
        looks = await says(story, "ada", BREAK)
        assert "You can look into SW-1 until" in looks
        assert "refund loops" in await says(story, "ada", "swarm show SW-1")
        for told in ("olga", "anna"):
            heard = story.read(f"direct-{told}")
            assert "Ada looks into SW-1 as an admin" in heard
            assert "the auditors ask who promised it" in heard
        assert "auditors" not in story.read("direct-gus") + story.read(story.swarm_room())
        assert "can see SW-1 already" in await says(story, "ada", BREAK)
        assert "There is no swarm SW-1" in await says(story, "abe", "swarm show SW-1")
        assert "admin break-glass → done" in await stage.audit("person:ada")
        assert "Ada looks into it as an admin" in await says(story, "olga", "audit SW-1")
        await stage.advance(timedelta(minutes=61))
        assert "There is no swarm SW-1" in await says(story, "ada", "swarm show SW-1")
        assert "Ada looks into it no more" in await says(story, "olga", "audit SW-1")
        assert "You can look into SW-1" in await says(story, "ada", BREAK)


@pytest.mark.parametrize(
    "line",
    [
        "swarm join SW-1",
        "swarm accept SW-1",
        "swarm decline SW-1 busy",
        "swarm accept-handover SW-1",
        "swarm leave SW-1",
        "swarm offer SW-1 I saw this before",
        "swarm question SW-1 who promised it?",
        "swarm merge SW-2 SW-1",
        "swarm merge SW-1 SW-2",
        "swarm answer ASK-1 nobody",
        "swarm open cases:1001 another look ask=ASK-1",
        "kudos anna swarm=SW-1 for the lock",
        "kb draft SW-1 title=promised",
        "timeline add SW-1 I was here",
        "swarm cancel SW-1 because I say so",
        "swarm hold SW-1 customer",
        "swarm handover SW-1 @ada",
        "swarm invite SW-1 ben",
        "decision add SW-1 we pay",
        'task add SW-1 @anna "read the log"',
    ],
)
async def test_who_looks_does_nothing_else(line: str) -> None:
    """Whatever else they are: they change nothing in it, and stay in it no longer than the hour."""
    story = house()
    async with story.stage as stage:
        await private(story)
        await stage.says("olga", "swarm ask anna who promised it?", room=story.swarm_room())
        await says(story, "ada", "swarm open cases:1001 what else there is")
        assert "There is no" in await says(story, "ada", line)
        await says(story, "ada", BREAK)
        before = await stage.store.get(Swarm.kind, "1")
        heard = story.read(story.swarm_room()) + story.read("direct-anna") + story.read("direct-olga")
        answer = await says(story, "ada", line)
        assert any(no in answer for no in ("no more", "That is for", "There is no", "Nobody has asked you"))
        assert story.read(story.swarm_room()) + story.read("direct-anna") + story.read("direct-olga") == heard
        after = await stage.store.get(Swarm.kind, "1")
        assert before is not None
        assert after is not None
        assert after.body == before.body
        assert await stage.store.get("task", "1") is None


async def test_it_takes_an_admin_and_a_reason() -> None:
    """Nobody else can; without a word why nothing happens, nor where there is no glass to break."""
    story = house()
    async with story.stage as stage:
        await private(story)
        for who in ("lea", "anna", "ben", "gus"):
            assert "That is for: admin" in await says(story, who, BREAK)
        for bare in ("admin break-glass SW-1", "admin break-glass SW-1 because", 'admin break-glass SW-1 because=" "'):
            assert "Say why" in await says(story, "ada", bare)
        assert "There is no swarm SW-7" in await says(story, "ada", "admin break-glass SW-7 because I look")
        await stage.says("olga", "swarm open cases:1001 another question")
        assert "can see SW-2 already" in await says(story, "ada", "admin break-glass SW-2 because I look")
        assert "There is no swarm SW-1" in await says(story, "ada", "swarm show SW-1")
