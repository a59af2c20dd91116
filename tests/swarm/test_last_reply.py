"""The reply with which a swarm ends: sent by who has seen just that, to whom they saw it goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.frozen import replace
from chatops.ports.tickets import Audience, Ref, Ticket, TicketPerson
from chatops.testing.tickets import FakeTickets
from swarm_story import Story

DONE = 'swarm done "released the lock" article=new reply="It works again."'


class Written(FakeTickets):
    """Cases that somebody at the customer's wrote."""

    writer = "Ruth Calloway"

    async def get(self, ref: Ref) -> Ticket:
        """Return a case, with who wrote it."""
        who = TicketPerson(ref=Ref(system=self.name, kind="person", id="writer"), name=self.writer, side="customer")
        return replace(await super().get(ref), requester=who)


class Ending(Story):
    """A swarm of Olga's, with a pod lead in it."""

    ticket_system = Written

    async def begin(self) -> str:
        """Open the swarm; return its room."""
        await self.stage.says("olga", f"swarm open {self.case} refund loops")
        await self.stage.says("lea", "swarm join SW-1")
        return self.swarm_room()

    async def sent(self) -> list[str]:
        """Return what the customer has got."""
        comments = await self.tickets.comments(self.case)
        return [one.text for one in comments if one.audience is Audience.PUBLIC]

    def last(self) -> str:
        """Return what was posted last, as it reads."""
        return self.stage.network.posted[-1].body.plain


@pytest.mark.parametrize("yes", ["yes", "ja"])
async def test_a_yes_sends_it(yes: str) -> None:
    """It is headed by the person it goes to, and goes at a word of who has seen it."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        preview = (await stage.says("olga", DONE, room=room))[-1].body.plain
        assert preview.startswith("GOES TO RUTH CALLOWAY (customer)\nIt works again.")
        assert await story.sent() == []
        await stage.says("lea", yes, room=room)
        assert await story.sent() == []
        await stage.says("olga", yes, room=room)
        assert await story.sent() == ["It works again."]
        assert "ended" in story.read(room).casefold()


async def test_a_no_leaves_it() -> None:
    """Nothing is sent, and the swarm goes on."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", DONE, room=room)
        await stage.says("olga", "no", room=room)
        await stage.says("olga", "yes", room=room)
        assert await story.sent() == []
        assert "SW-1" in (await stage.says("olga", "swarm list", direct=True))[-1].body.plain


async def test_nobody_sends_what_somebody_else_has_written_since() -> None:
    """The button of the older preview shows the newer text; only then does it go."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        [older] = [one for one in (await stage.says("olga", DONE, room=room))[-1].body.buttons if "send" in one.command]
        await stage.says("lea", 'swarm done "it was cancelled" article=new reply="We cancelled your order."', room=room)
        await stage.presses("olga", older.ref)
        assert await story.sent() == []
        assert "We cancelled your order." in story.last()
        await stage.says("olga", "yes", room=room)
        assert await story.sent() == ["We cancelled your order."]


async def test_the_newest_of_two_of_ones_own_counts() -> None:
    """A yes means the reply seen last; the button of the first shows it once more."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        [older] = [one for one in (await stage.says("olga", DONE, room=room))[-1].body.buttons if "send" in one.command]
        await stage.says("olga", DONE.replace("again.", "again. Sorry!"), room=room)
        await stage.presses("olga", older.ref)
        assert await story.sent() == []
        await stage.says("olga", "yes", room=room)
        assert await story.sent() == ["It works again. Sorry!"]


async def test_what_was_seen_long_ago_is_seen_again() -> None:
    """After five minutes a word is not enough."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", DONE, room=room)
        await stage.advance(timedelta(minutes=6))
        await stage.says("olga", "swarm done SW-1 send", room=room)
        assert await story.sent() == []
        assert "GOES TO RUTH CALLOWAY (customer)" in story.last()
        await stage.says("olga", "swarm done SW-1 send", room=room)
        assert await story.sent() == ["It works again."]


async def test_another_recipient_is_shown_first() -> None:
    """Whom it goes to is asked of the ticket system again when it is to be sent."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", DONE, room=room)
        assert isinstance(story.tickets, Written)
        story.tickets.writer = "Max Other"
        await stage.says("olga", "yes", room=room)
        assert await story.sent() == []
        assert "GOES TO MAX OTHER (customer)" in story.last()


async def test_a_program_says_that_it_is_confirmed() -> None:
    """Without that it is refused with what it would send, and nothing is kept of it; with it, the reply goes at once."""
    story = Ending()
    async with story.stage as stage:
        await story.begin()
        line = DONE.replace("swarm done", "swarm done SW-1")
        preview, refusal = await stage.calls("olga", line)
        assert "GOES TO RUTH CALLOWAY (customer)" in preview.text
        assert refusal.error == "needs_confirmation"
        assert await story.sent() == []
        [nothing] = await stage.calls("olga", "swarm done SW-1 send")
        assert "No reply waits to be sent." in nothing.text
        await stage.calls("olga", line, confirmed=True)
        assert await story.sent() == ["It works again."]


async def test_a_program_does_not_send_what_its_person_has_not_seen() -> None:
    """What somebody else has filled in is shown first, to programs as well."""
    story = Ending()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", DONE, room=room)
        refusal = (await stage.calls("lea", "swarm done SW-1 send"))[-1]
        assert refusal.error == "needs_confirmation"
        assert await story.sent() == []
        await stage.calls("lea", "swarm done SW-1 send")
        assert await story.sent() == ["It works again."]
