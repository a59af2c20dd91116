"""The main job, through the whole engine: people talk in rooms, press buttons, wait."""

from __future__ import annotations

from datetime import timedelta

from chatops.engine.reply import Reply
from chatops.ports.tickets import Status
from swarm_story import Story


async def test_a_swarm_by_three_people() -> None:
    """Open in the lobby; the room fills; question, answer, solution, done in the one form; the case knows."""
    story = Story()
    async with story.stage as stage:
        opened = await stage.says("olga", "swarm open cases:1001 refund loops skills=billing")
        assert "SW-1 is open: refund loops" in opened[0].body.plain
        room = story.swarm_room()
        assert story.members() == {"olga"}

        await stage.presses("anna", "I’ll help")
        assert story.members() == {"olga", "anna"}
        assert "You are in. Thank you!" in story.read("direct-anna")
        await stage.says("ben", "swarm join SW-1")
        assert story.members() == {"olga", "anna", "ben"}

        await stage.says("anna", "question which provider?", room=room)
        await stage.presses("ben", "Answer", fields={"text": "the new one"})
        assert "Ben: the new one" in story.read(room)
        await stage.says("anna", "solution release the lock, run the job again", room=room)
        fields = {"solution": "released the lock", "article": "new", "because": "Refund loops", "solved": "yes"}
        await stage.presses("olga", "Done", fields=fields)

        read = story.read(room)
        assert "Solved: released the lock" in read
        assert "ticket status ✓ · note on the ticket ✓ · article KB1 ✓" in read
        assert "SW-1 is closed. Thank you, Anna, Ben!" in read
        assert stage.network.rooms[room].archived
        assert (await story.tickets.get(story.case)).status is Status.RESOLVED
        assert [line.split("\n")[0] for line in await story.notes()] == [
            "Olga opened SW-1: refund loops",
            "SW-1 is closed after 0 minutes.",
        ]
        cards = [posted for posted in stage.network.posted if posted.pinned]
        assert cards


async def test_silence_passes_the_question_on() -> None:
    """Anna does not answer: Ben is asked when her time is up, hers says so; then the owner hears that nobody is left."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops skills=billing")
        assert "asks for your help" in story.read("direct-anna")
        await stage.advance(timedelta(minutes=10))
        assert "Somebody else is asked now" in story.read("direct-anna")
        assert "asks for your help" in story.read("direct-ben")
        await stage.advance(timedelta(minutes=10))
        assert "nobody is left to ask (skill:billing)" in story.read("direct-olga")


async def test_a_restart_loses_nothing() -> None:
    """The server was away when the invitation expired: it goes on from there."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops skills=billing")
        await stage.restart(away=timedelta(hours=1))
        await stage.advance(timedelta(seconds=1))
        assert "asks for your help" in story.read("direct-ben")
        await stage.presses("ben", "I’ll help")
        assert story.members() == {"olga", "ben"}
        assert [method for method, _key in stage.network.calls].count("open_room") == 1


async def test_who_may_not_is_told_what_would_work() -> None:
    """A refusal names who may; a wrong state offers what works as buttons."""
    story = Story()
    async with story.stage as stage:
        refused = await stage.says("ben", "swarm open cases:1001 refund loops")
        assert "cases:1001 belongs to Olga" in refused[0].body.plain
        await stage.says("olga", "swarm open cases:1001 refund loops")
        again = await stage.says("lea", "swarm open cases:1001 Refund loops!")
        assert [button.command for button in again[0].body.buttons] == ["swarm join SW-1", "swarm show SW-1"]
        await stage.presses("lea", "swarm join SW-1")
        assert story.members() == {"olga", "lea"}


async def test_the_command_line_gets_its_answers() -> None:
    """Calls by API: the same commands, the answers come back; a dry run changes nothing."""
    story = Story()
    async with story.stage as stage:
        await stage.calls("olga", "swarm open cases:1001 refund loops", dry_run=True)
        assert "No swarms" in _plain(await stage.calls("olga", "swarm list"))
        assert "SW-1 is open" in _plain(await stage.calls("olga", "swarm open cases:1001 refund loops"))
        assert "SW-1 refund loops" in _plain(await stage.calls("olga", "me"))
        await stage.says("ben", "resolve it works", room=story.swarm_room())
        audit = _plain(await stage.calls("lea", "audit SW-1"))
        assert "Olga opened it" in audit
        assert "Ben" in audit
        assert "not allowed" in audit
        assert "Owner: Olga" in _plain(await stage.calls("lea", "case show cases:1001"))
        assert "You are Lea" in _plain(await stage.calls("lea", "whoami"))


def _plain(replies: tuple[Reply, ...]) -> str:
    return "\n".join(reply.text for reply in replies)
