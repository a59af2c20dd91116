"""A pod lets its lounge be read along: what is named there is shown, a guest comes and goes, and one day it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.text import _
from chatops.ports.roster import Pod
from whole_house import LANGUAGES, Resident, WholeHouse

PEOPLE = (
    Resident("olga", "agent", pods=("emea",)),
    Resident("max", "agent", pods=("emea",)),
    Resident("lea", "pod_lead", pods=("emea",)),
    Resident("gus", "guest"),
)
PODS = (Pod(id="emea", name="EMEA", lead="lea", members=("lea", "olga", "max")),)
LOUNGE = "lounge"


@pytest.fixture(params=LANGUAGES)
def house(request: pytest.FixtureRequest) -> WholeHouse:
    """Return a house in one language."""
    return WholeHouse(request.param, PEOPLE, PODS)


async def test_the_lounge_of_a_pod(house: WholeHouse) -> None:
    """From the first word to the last, in both languages."""
    stage = house.stage
    async with stage:
        acme = house.tickets.add_customer("acme", "ACME Ltd")
        first = await house.case("Card charged twice", owner="olga", customer=acme)
        second = await house.case("Printer jams", customer=acme)
        lounge = stage.network.room(LOUNGE, *(stage.identity(who) for who in ("olga", "max", "lea")))

        async def chat(who: str, text: str) -> str:
            return house.reading(await stage.says(who, text, room=LOUNGE, addressed=False))

        # Before anybody has said so, nothing is read.
        assert await chat("olga", f"look at {first}") == ""

        denied = await house.says("olga", "room watch", "raum mitlesen", room=LOUNGE)
        assert "Lea" not in denied
        begun = await house.says("lea", "room watch the lounge", "raum mitlesen the lounge", room=LOUNGE)
        assert house.words(_("This room is watched from now on")) in begun
        assert "30" in begun

        # Several cases of one message are on one card, in its thread; the same ones are not shown again at once.
        (card,) = await stage.says("max", f"{first}, or is it {second}?", room=LOUNGE, addressed=False)
        assert card.thread is not None
        for words in ("Card charged twice", "Printer jams", "ACME Ltd"):
            assert words in card.body.plain
        assert await chat("olga", f"{first}, I think") == ""
        stage.clock.advance(timedelta(minutes=11))
        assert "Card charged twice" in await chat("olga", f"still {first}")

        # A guest is let in: from now on nothing of the house is shown, and everybody can see why.
        await stage.network.member(stage.identity("gus"), LOUNGE, "joined")
        await stage.settle()
        stage.clock.advance(timedelta(minutes=11))
        assert await chat("max", f"and {second}") == ""
        shown = await house.says("gus", "room show", "raum zeigen", room=LOUNGE)
        assert house.words(_("This room is watched")) in shown
        assert "Lea" not in shown
        lounge.members.remove(stage.identity("gus"))
        assert "Printer jams" in await chat("max", f"and {second}")

        # A restart changes nothing; the lead ends it from elsewhere, and the lounge hears of it.
        await stage.restart()
        stage.clock.advance(timedelta(minutes=11))
        assert "Card charged twice" in await chat("max", str(first))
        await house.alone("lea", "room unwatch the lounge", "raum nicht mitlesen the lounge")
        over = _(
            "This room is watched no more: I read only what is said to me. "
            "What I kept until now is deleted after {days} days.",
            days=30,
        )
        assert house.words(over) in house.read(LOUNGE)
        stage.clock.advance(timedelta(minutes=11))
        assert await chat("max", str(second)) == ""
