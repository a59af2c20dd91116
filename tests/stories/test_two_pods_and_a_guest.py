"""A swarm of two pods and a partner: routed by a rule, joined by people of both, helped by a guest for two days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chatops.core.text import _
from chatops.ports.roster import Pod
from chatops.ports.tickets import Priority, Status
from whole_house import LANGUAGES, Resident, WholeHouse

RULES = """
zone = "Europe/Berlin"

[[rules]]
name = "vip-now"
when = { priority = "urgent", segment = "vip" }
pod = "one"
swarm = "open"
question = "A VIP waits"
skills = "billing"
"""

PEOPLE = (
    Resident("lea", "pod_lead", pods=("one",)),
    Resident("anna", "expert", skills={"billing": 5}, pods=("one",)),
    Resident("max", "pod_lead", pods=("two",)),
    Resident("tom", "expert", skills={"network": 4}, pods=("two",)),
    Resident("gus", "guest"),
)
PODS = (
    Pod(id="one", name="One", lead="lea", members=("lea", "anna"), room="fake:pod-one"),
    Pod(id="two", name="Two", lead="max", members=("max", "tom"), room="fake:pod-two"),
)
INTERNAL = ("ACME", "demo:1001", "Payments fail", "vip", "KB1")
"""What a partner never reads."""


@pytest.fixture(params=LANGUAGES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> WholeHouse:
    """Return a house with two pods, a rule and a partner's man, in one language."""
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    made = WholeHouse(request.param, PEOPLE, PODS, folder=tmp_path, told={"rules": {"file": rules, "scan": 7200}})
    made.stage.network.room("pod-one")
    made.stage.network.room("pod-two")
    return made


async def arrived(house: WholeHouse) -> str:
    """Let the case come in, the rule act and both pods send somebody; return the swarm's room."""
    acme = house.tickets.add_customer("acme", "ACME Ltd", segment="vip", locale=house.language)
    await house.case("Payments fail", customer=acme, priority=Priority.URGENT)
    await house.stage.advance(timedelta(hours=2, seconds=1))
    room = house.room_of("SW-1")
    await house.presses("anna", _("I’ll help"))
    await house.says(
        "lea", "swarm invite pod:two who knows the network?", "schwarm einladen pod:two wer kennt das Netz?", room=room
    )
    await house.presses("max", _("Not now"))
    await house.presses("tom", _("I’ll help"))
    return room


async def guest_in(house: WholeHouse, room: str) -> None:
    """Let Lea invite the partner's man for two days, and him come."""
    await house.says(
        "lea",
        'swarm invite guest:gus "you run the gateway" until=2d',
        'schwarm einladen guest:gus "Sie betreiben das Gateway" bis=2d',
        room=room,
    )
    await house.presses("gus", _("I’ll help"))


async def test_a_rule_brings_the_case_to_its_pod(house: WholeHouse) -> None:
    """Nobody did anything: the pod's room says what is open and why, the expert is asked, the lead owns it."""
    async with house.stage:
        room = await arrived(house)
        told = house.read("pod-one")
        assert "SW-1" in told
        assert "vip-now" in told
        assert house.read("pod-two") == ""
        assert "vip-now" in await house.alone("lea", "rules explain demo:1001", "regeln erklären demo:1001")
        assert house.members(room) == {"lea", "anna", "tom"}


async def test_a_partner_helps_for_two_days(house: WholeHouse) -> None:
    """He reads the question and nothing of the customer, answers, and is out when his time is over."""
    async with house.stage as stage:
        room = await arrived(house)
        before = len(stage.network.posted)
        await guest_in(house, room)
        assert house.members(room) == {"lea", "anna", "tom", "gus"}
        await house.says("lea", "swarm question is the gateway up?", "schwarm frage is the gateway up?", room=room)
        await house.presses("gus", _("Answer"), fields={"text": "down since nine"})
        assert "down since nine" in house.read(room)
        await house.says("gus", "case show demo:1001", "fall zeigen demo:1001", room=room)
        await house.says("gus", "swarm brief", "schwarm überblick", room=room)
        await house.alone("gus", "me", "ich")
        await house.alone("gus", "swarm list", "schwarm liste")
        shared = [one.body.plain for one in stage.network.posted[before:] if one.ref.room.id == room]
        seen = "\n".join([*shared, house.direct("gus")])
        assert [word for word in INTERNAL if word in seen] == []

        await stage.advance(timedelta(days=2))
        assert house.members(room) == {"lea", "anna", "tom"}
        over = _("Your time as a guest in {swarm} is over. Thank you!", swarm="SW-1")
        assert house.words(over) in house.direct("gus")
        later = await house.alone("gus", "swarm show SW-1", "schwarm zeigen SW-1")
        assert house.words(_("There is no {thing}.", thing="swarm SW-1")) == later or "Gateway" not in later
        assert [word for word in INTERNAL if word in later] == []


async def test_it_ends_in_one_line(house: WholeHouse) -> None:
    """Solved, no article and why, ticket resolved; both pods' people are thanked, the guest of yesterday too."""
    async with house.stage:
        room = await arrived(house)
        await guest_in(house, room)
        await house.says(
            "lea",
            'swarm done "gateway restarted" article=none because="not ours" solved=yes',
            'schwarm fertig "gateway restarted" article=none weil="not ours" gelöst=ja',
            room=room,
        )
        case = await house.tickets.resolve("1001")
        assert (await house.now(case)).status is Status.RESOLVED
        notes = await house.notes(case)
        assert "gateway restarted" in notes
        assert "Tom" in notes
        assert house.stage.network.rooms[room].archived
