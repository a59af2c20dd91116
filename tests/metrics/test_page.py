"""What `/metrics` tells of a server at work: counted as it happened, cheap to read, and about nobody."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from chatops.errors import Forbidden, RateLimited, Unreachable
from chatops.metrics.counted import Counted
from chatops.metrics.page import FRESH, MetricsPage
from chatops.ports.store import Depths
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.testing.stage import Stage
from needs import need
from theatre import Theatre, theatre_of


class AskedStore(MemoryStore):
    """Counts how often it was asked for its depths."""

    asked = 0

    async def depths(self) -> Depths:
        """Count what waits."""
        self.asked += 1
        return await super().depths()


class Metered:
    """A stage with its page."""

    def __init__(self, theatre: Theatre, stage: Stage, store: AskedStore, page: MetricsPage) -> None:
        self.theatre = theatre
        self.stage = stage
        self.store = store
        self.page = page

    async def figures(self) -> Mapping[str, float]:
        """Return the page's samples by name and labels, as they are written."""
        text = (await self.page.text()).decode()
        return {
            sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
async def metered(tmp_path: Path) -> AsyncIterator[Metered]:
    """A server in memory, just started."""
    clock, registry = ManualClock(), CollectorRegistry()
    store = AskedStore(clock=clock)
    async with theatre_of("memory", tmp_path) as theatre:
        stage = await theatre.stage(clock=clock, store=store, meter=Counted(registry, networks=["fake"]))
        yield Metered(theatre, stage, store, MetricsPage(registry, stage.engine, database="sqlite", clock=clock))


async def test_commands_are_counted_by_what_became_of_them(metered: Metered) -> None:
    """Done, refused, failed; with how long each took; what never happened counts 0."""
    await metered.stage.says("anna", "tally raise a", room="general")
    await metered.stage.says("cleo", "tally raise a", room="general")
    metered.theatre.tallies.trouble.append(RuntimeError("broken"))
    await metered.stage.says("anna", "tally trouble", room="general")
    figures = await metered.figures()

    told = {
        word: figures[f"chatops_commands_total outcome={word}"] for word in ("done", "refused", "retried", "failed")
    }
    assert told == {"done": 1, "refused": 1, "retried": 0, "failed": 1}
    assert figures["chatops_command_seconds_count"] == 3
    assert figures["chatops_dead_letters"] == 1
    assert figures["chatops_events_total kind=message outcome=done"] == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RateLimited("slow down", retry_after=1.0), "limited"),
        (Unreachable("away"), "unreachable"),
        (Forbidden("no"), "failed"),
    ],
)
async def test_calls_are_counted_by_network_and_outcome(metered: Metered, error: Exception, outcome: str) -> None:
    """The call that went wrong as what it was, the one that went right as sent."""
    await metered.stage.says("anna", "tally raise a", room="general")
    metered.stage.network.fail(error)  # type: ignore[arg-type] # each is a PortError
    await metered.stage.says("anna", "tally raise a", room="general")
    figures = await metered.figures()

    assert figures["chatops_network_calls_total network=fake outcome=sent"] >= 1
    assert figures[f"chatops_network_calls_total network=fake outcome={outcome}"] == 1
    assert figures["chatops_network_call_seconds_count network=fake"] >= 2
    assert figures["chatops_send_seconds_count bulk=no"] >= 1


async def test_reading_the_page_often_does_not_burden_the_database(metered: Metered) -> None:
    """It is asked once, and again only when what it said is some seconds old."""
    for _reader in range(5):
        await metered.page.text()
    assert metered.store.asked == 1

    await metered.stage.wait(FRESH)
    await metered.page.text()
    assert metered.store.asked == 2


async def test_without_a_database_the_rest_is_told(metered: Metered) -> None:
    """Its own figures are left out rather than told wrong, and the outage is counted, also after its end."""
    metered.store.broken = True
    for _second in range(30):
        await metered.stage.wait(1)
    away = await metered.figures()
    metered.store.broken = False
    for _second in range(10):
        await metered.stage.wait(1)
    back = await metered.figures()

    assert ("chatops_inbox_events" in away, "chatops_inbox_events" in back) == (False, True)
    assert (away["chatops_part_up part=store"], back["chatops_part_up part=store"]) == (0, 1)
    assert 20 <= away["chatops_database_outage_seconds_total"] <= back["chatops_database_outage_seconds_total"] <= 40


async def test_what_waits_is_told_with_its_age(metered: Metered) -> None:
    """A post that no network takes waits, and gets older."""
    metered.stage.network.down = Unreachable("away")
    await metered.stage.network.say(metered.stage.identity("anna"), "tally raise a", "general")
    for _second in range(20):
        await metered.stage.wait(1)
    figures = await metered.figures()

    assert figures["chatops_outbox_effects state=ready"] + figures["chatops_outbox_effects state=sending"] == 1
    assert figures["chatops_outbox_oldest_seconds"] >= 15
    assert figures["chatops_inbox_events"] == 0


async def test_timers_are_told_with_how_late_they_fire(metered: Metered) -> None:
    """Armed ones are counted, and each that fired by how long after it was due."""
    await metered.stage.says("anna", "tally nudge 10m", room="general")
    armed = await metered.figures()
    for _half_minute in range(24):
        await metered.stage.wait(30)
    fired = await metered.figures()

    assert (armed["chatops_timers"], fired["chatops_timers"]) == (1, 0)
    assert (armed["chatops_timer_late_seconds_count"], fired["chatops_timer_late_seconds_count"]) == (0, 1)
    assert fired["chatops_timer_late_seconds_bucket le=30.0"] == 1
    assert fired["chatops_timers_overdue_seconds"] == 0


async def test_the_page_is_about_nobody(metered: Metered) -> None:
    """No person, no room and nothing anybody wrote is in it."""
    await metered.stage.says("anna", "tally echo Caesar is in the garden", room="general")
    await metered.stage.says("ben", "tally raise lettuce", room="kitchen")
    text = (await metered.page.text()).decode()

    for word in ("anna", "Anna", "ben", "general", "kitchen", "Caesar", "garden", "lettuce", "echo"):
        assert word not in text


async def test_the_page_pleases_prometheus(metered: Metered) -> None:
    """Its own linter finds nothing to say, about names, units or help."""
    promtool = need("promtool", how="apt-get install prometheus")
    await metered.stage.says("anna", "tally raise a", room="general")

    linter = await asyncio.create_subprocess_exec(promtool, "check", "metrics", stdin=PIPE, stdout=PIPE, stderr=STDOUT)
    said, _nothing = await linter.communicate(await metered.page.text())

    assert (linter.returncode, said) == (0, b"")
