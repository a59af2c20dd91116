"""Rules through the whole engine: cases come in, time passes, pods hear of them."""

from __future__ import annotations

from datetime import timedelta

from chatops.errors import Unreachable
from chatops.ports.tickets import Priority
from chatops.swarm.model import Swarm
from rules_house import RulesHouse

MINUTE = timedelta(minutes=1)


async def test_a_rule_opens_a_swarm_in_the_name_of_the_pods_lead() -> None:
    """An urgent VIP case nobody owns: within a minute Lea owns a swarm on it, and Anna is asked, then Ben."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Card charged twice", customer=house.vip, priority=Priority.URGENT)
        await stage.advance(MINUTE)
        assert "SW-1 is open on cases:1001: A VIP waits" in house.read("direct-lea")
        assert "asks for your help" in house.read("direct-anna")
        assert "asks for your help" not in house.read("direct-ben")
        await stage.advance(timedelta(minutes=11))
        assert "asks for your help" in house.read("direct-ben")
        shown = await stage.says("lea", "swarm show SW-1")
        assert "Lea" in shown[0].body.plain
        again = await stage.says("lea", "swarm list")
        assert "SW-2" not in again[0].body.plain


async def test_the_owner_the_directory_knows_owns_the_swarm() -> None:
    """Olga's case: the swarm is hers; Pat's, whom the directory does not know: it is the lead's."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("first", customer=house.vip, priority=Priority.URGENT, owner="olga")
        await house.case("second", customer=house.vip, priority=Priority.URGENT, owner="pat")
        await stage.advance(MINUTE)
        mine = [(await stage.says(who, "swarm list mine"))[0].body.plain for who in ("olga", "lea")]
        assert [("cases:1001" in one, "cases:1002" in one) for one in mine] == [(True, False), (True, True)]
        swarms = [stage.codec.decode_as(Swarm, one.body) for n in "12" if (one := await stage.store.get(Swarm.kind, n))]
        assert [swarm.owner for swarm in sorted(swarms, key=lambda swarm: swarm.case.ref.id)] == ["olga", "lea"]


async def test_a_condition_that_becomes_true_later_is_acted_upon_then_and_once() -> None:
    """Nothing for six hours; then one offer in the pod's room, and never a second one."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Slow page")
        await stage.wait(5 * 3600)
        assert house.read("pod-two") == ""
        await stage.wait(4000)
        assert house.read("pod-two").count("cases:1001 for Two: Slow page") == 1
        labels = [button.label for button in stage.network.posted[-1].body.buttons]
        assert labels == ["Open swarm", "Take", "Not now"]
        await stage.restart(away=timedelta(minutes=30))
        await stage.advance(timedelta(minutes=30))
        assert house.read("pod-two").count("cases:1001 for Two") == 1


async def test_pressing_open_swarm_opens_it_and_the_offer_asks_nobody_any_more() -> None:
    """Max presses; the card says who is on it."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Slow page")
        await stage.wait(7 * 3600)
        await stage.presses("max", "Open swarm")
        assert any(room.title.startswith("SW-1") for room in stage.network.rooms.values())
        assert "SW-1 is on cases:1001." in house.read("pod-two")


async def test_not_now_leaves_the_case() -> None:
    """The card becomes a line that says who left it."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Slow page")
        await stage.wait(7 * 3600)
        await stage.presses("max", "Not now")
        assert "cases:1001 is left for now, says Max." in house.read("pod-two")


async def test_a_case_in_an_open_swarm_is_not_offered() -> None:
    """People are on it already."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Slow page", owner="olga")
        await stage.says("olga", "swarm open cases:1001 slow page")
        await stage.wait(7 * 3600)
        assert house.read("pod-two") == ""


async def test_an_outage_loses_nothing_and_floods_nobody() -> None:
    """Five cases run late while the system is away: one card for the pod when it is back."""
    house = RulesHouse()
    async with house.stage as stage:
        for n in range(5):
            await house.case(f"case {n}")
        house.tickets.fail(Unreachable("down"), when="always")
        await stage.wait(7 * 3600)
        listed = await stage.says("max", "rules list")
        assert "cases has not answered since" in listed[0].body.plain
        assert house.read("pod-two") == ""
        house.tickets.recover()
        await stage.advance(MINUTE)
        posts = [one for one in stage.network.posted if one.ref.room.id == "pod-two"]
        assert len(posts) == 1
        assert "5 cases wait for Two" in posts[0].body.plain
        await stage.advance(timedelta(hours=1))
        assert house.read("pod-two").count("cases wait") == 1


async def test_more_swarms_than_a_pod_can_begin_at_once_are_offered() -> None:
    """Four urgent cases: two swarms, two offers."""
    house = RulesHouse()
    async with house.stage as stage:
        for n in range(4):
            await house.case(f"case {n}", customer=house.vip, priority=Priority.URGENT)
        await stage.advance(MINUTE)
        assert sum(room.title.startswith("SW-") for room in stage.network.rooms.values()) == 2
        assert house.read("direct-lea").count("for One") == 2


async def test_every_page_of_a_long_list_is_looked_at() -> None:
    """The newest each time, the others in turn: nothing is forgotten, nothing is told twice."""
    house = RulesHouse(page=10)
    async with house.stage as stage:
        for n in range(62):
            await house.case(f"case {n}")
        house.clock.advance(timedelta(hours=7))
        await stage.advance(timedelta(minutes=5))
        told = house.read("pod-two")
        counts = [int(line.split()[0]) for line in told.splitlines() if "cases wait for Two" in line]
        assert sum(counts) == 62


async def test_explain_says_what_fires_what_not_and_why() -> None:
    """Each condition with its value; `test` says the same of a case that is not there."""
    house = RulesHouse()
    async with house.stage as stage:
        await house.case("Card charged twice", customer=house.vip, priority=Priority.HIGH)
        said = (await stage.says("olga", "rules explain cases:1001"))[0].body.plain
        assert "✗ vip-now" in said
        assert "priority urgent: high" in said
        tried = (await stage.says("lea", "rules test priority=urgent segment=vip sla=90m"))[0].body.plain
        assert "Goes to One." in tried
        assert "✓ vip-now: to one, a swarm of 1 hour is opened" in tried
        assert "late: holds, but an earlier rule goes first" in tried
        refused = (await stage.says("olga", "rules test priority=urgent"))[0].body.plain
        assert "That is for" in refused
        wrong = (await stage.says("lea", "rules test colour=red"))[0].body.plain
        assert "colour" in wrong
