"""Promises about timers: each occurrence fired once, never early, missed ones by their policy."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.core.codec import Codec
from chatops.core.events import TimerFired
from chatops.ports.store import ClaimedEvent, Store
from chatops.testing.clock import START, ManualClock
from chatops.testing.conformance.store_base import StoreTests, claim, do, timer, unit

CODEC = Codec((TimerFired,))
BERLIN = ZoneInfo("Europe/Berlin")
HALF = timedelta(minutes=30)


def _instants(start: datetime, end: datetime, wall: str, rule: str) -> list[datetime]:
    """When clocks in Berlin first show a wall time or, when they leave it out, a later one, on each day of the rule."""
    first: dict[date, datetime] = {}
    for n in range((end - start) // HALF):
        local = (start + n * HALF).astimezone(BERLIN)
        if f"{local:%H:%M}" >= wall and (rule == "daily" or local.weekday() == 6):
            first.setdefault(local.date(), local.astimezone(UTC))
    return list(first.values())


def fired(found: ClaimedEvent) -> TimerFired:
    """The event's body."""
    return CODEC.decode_as(TimerFired, found.body)


async def drain(store: Store, clock: ManualClock) -> list[ClaimedEvent]:
    """Take all events, in order."""
    events: list[ClaimedEvent] = []
    while found := await claim(store, clock):
        events.extend(found)
        for one in found:
            await store.commit(unit(one))
    return events


class TimerPromises(StoreTests):
    """Timers."""

    async def test_nothing_is_fired_early(self, store: Store, clock: ManualClock) -> None:
        """Before its time a timer is only known."""
        await do(store, clock, "root", armed=(timer("t", clock), timer("u", clock, due=timedelta(minutes=2))))

        assert await store.next_due() == clock.now() + timedelta(minutes=1)
        clock.advance(timedelta(seconds=59))
        assert await store.fire_due(clock.now()) == 0
        assert not await claim(store, clock)

    async def test_a_timer_fires_once(self, store: Store, clock: ManualClock) -> None:
        """A due one-shot timer becomes one event in its lane, and is gone."""
        await do(store, clock, "root", armed=(timer("t", clock, lane="swarm:1", kind="expire", body='{"n":1}'),))
        due = clock.now() + timedelta(minutes=1)
        clock.advance(timedelta(seconds=63))

        assert await store.fire_due(clock.now()) == 1
        assert await store.fire_due(clock.now()) == 0
        assert await store.next_due() is None
        (found,) = await claim(store, clock)
        assert (found.key, found.kind, found.lane, found.cause) == (
            f"timer:t:{due.isoformat()}",
            "timer",
            "swarm:1",
            "root",
        )
        body = fired(found)
        assert (body.series, body.due, body.late, body.missed) == ("t", due, 3.0, 0)
        assert (body.body_kind, body.body) == ("expire", '{"n":1}')

    async def test_arming_again_replaces(self, store: Store, clock: ManualClock) -> None:
        """One timer per series: the newer one counts."""
        await do(store, clock, "root", armed=(timer("t", clock),))
        await do(store, clock, "again", armed=(timer("t", clock, due=timedelta(minutes=5), body='"new"'),))
        clock.advance(timedelta(minutes=1))
        assert await store.fire_due(clock.now()) == 0
        clock.advance(timedelta(minutes=4))
        assert await store.fire_due(clock.now()) == 1
        assert [fired(found).body for found in await claim(store, clock)] == ['"new"']

    async def test_disarming(self, store: Store, clock: ManualClock) -> None:
        """A disarmed timer never fires; disarming nothing is harmless; disarm and arm in one unit arms."""
        await do(store, clock, "root", armed=(timer("t", clock), timer("u", clock)))
        await do(store, clock, "off", disarmed=("t", "none", "u"), armed=(timer("u", clock),))
        clock.advance(timedelta(hours=1))

        assert await store.fire_due(clock.now()) == 1
        assert [fired(found).series for found in await claim(store, clock)] == ["u"]

    async def test_a_series_armed_again_for_the_same_instant_fires_again(
        self, store: Store, clock: ManualClock
    ) -> None:
        """A handler that arms the occurrence it serves is not silently ignored."""
        due = clock.now()
        for key in ("a", "b"):
            await do(store, clock, key, armed=(timer("t", clock, due=timedelta()),))
            assert await store.fire_due(due) == 1
        assert len(await drain(store, clock)) == 2

    async def test_the_earliest_first_up_to_the_limit(self, store: Store, clock: ManualClock) -> None:
        """`limit` bounds one call; the rest follows with the next."""
        await do(
            store,
            clock,
            "root",
            armed=tuple(timer(f"t{n}", clock, lane=f"l{n}", due=timedelta(seconds=n)) for n in range(5)),
        )
        clock.advance(timedelta(minutes=1))

        assert await store.fire_due(clock.now(), limit=3) == 3
        assert {fired(found).series for found in await claim(store, clock)} == {"t0", "t1", "t2"}
        assert await store.fire_due(clock.now(), limit=3) == 2

    async def test_a_recurring_timer_advances(self, store: Store, clock: ManualClock) -> None:
        """Each occurrence fires at its own time, the next is known at once."""
        await do(store, clock, "root", armed=(timer("t", clock, due=timedelta(minutes=20), rule="every 20m"),))
        for _ in range(3):
            clock.advance(timedelta(minutes=20))
            assert await store.fire_due(clock.now()) == 1
            assert await store.next_due() == clock.now() + timedelta(minutes=20)
        keys = [found.key for found in await drain(store, clock)]
        assert keys == [f"timer:t:{(START + n * timedelta(minutes=20)).isoformat()}" for n in (1, 2, 3)]

    async def test_wall_time_across_the_clock_change(self, store: Store) -> None:
        """`daily 09:00` in Berlin is 08:00 UTC in winter and 07:00 in summer."""
        clock = ManualClock(datetime(2026, 3, 28, 8, 0, tzinfo=UTC))
        await do(
            store,
            clock,
            "root",
            armed=(timer("t", clock, due=timedelta(), rule="daily 09:00", zone="Europe/Berlin"),),
        )
        await store.fire_due(clock.now())
        assert await store.next_due() == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
    async def test_each_wall_time_of_a_day_that_lacks_24_hours_comes_once(self, store: Store, day: str) -> None:
        """Every half hour in Berlin, daily and weekly, with a day before and after; elapsed time goes on evenly."""
        sunday = datetime.fromisoformat(day)
        start, end = ((sunday + timedelta(days=n)).replace(tzinfo=BERLIN).astimezone(UTC) for n in (-1, 2))
        clock = ManualClock(start - HALF)
        walls = [f"{n // 2:02}:{n % 2 * 30:02}" for n in range(48)]
        rules = {
            f"{rule} {wall}": _instants(start, end, wall, rule) for rule in ("daily", "weekly sun") for wall in walls
        }
        rules["every 30m"] = [start + n * HALF for n in range((end - start) // HALF)]
        armed = tuple(
            timer(rule, clock, lane=rule, due=instants[0] - clock.now(), rule=rule, zone=BERLIN.key)
            for rule, instants in rules.items()
        )
        await do(store, clock, "root", armed=armed)

        while clock.now() < end - HALF:
            clock.advance(HALF)
            while await store.fire_due(clock.now()):
                pass

        found: dict[str, list[datetime]] = defaultdict(list)
        for one in await drain(store, clock):
            body = fired(one)
            assert body.fired_at == body.due
            found[body.series].append(body.due)
        assert found == rules

    async def test_missed_all(self, store: Store, clock: ManualClock) -> None:
        """Each missed occurrence is fired, in order, none twice, also over several calls."""
        await do(store, clock, "root", armed=(timer("t", clock, rule="every 1m", missed="all"),))
        clock.advance(timedelta(minutes=7, seconds=30))

        assert [await store.fire_due(clock.now(), limit=4) for _ in range(3)] == [4, 3, 0]
        dues = [fired(found).due for found in await drain(store, clock)]
        assert dues == [START + n * timedelta(minutes=1) for n in range(1, 8)]
        assert await store.next_due() == START + timedelta(minutes=8)

    async def test_missed_latest(self, store: Store, clock: ManualClock) -> None:
        """One event stands for all and says how many were merged."""
        await do(store, clock, "root", armed=(timer("t", clock, rule="every 1m", missed="latest"),))
        clock.advance(timedelta(minutes=7, seconds=30))

        assert await store.fire_due(clock.now()) == 1
        (found,) = await claim(store, clock)
        assert (fired(found).due, fired(found).missed) == (START + timedelta(minutes=7), 6)
        assert await store.next_due() == START + timedelta(minutes=8)

    async def test_missed_skip(self, store: Store, clock: ManualClock) -> None:
        """Occurrences of an absence are not fired; the next one in time is."""
        await do(
            store, clock, "root", armed=(timer("t", clock, due=timedelta(hours=1), rule="every 1h", missed="skip"),)
        )
        clock.advance(timedelta(hours=3, minutes=30))
        assert await store.fire_due(clock.now()) == 0
        assert await store.next_due() == START + timedelta(hours=4)
        clock.advance(timedelta(minutes=30))
        assert await store.fire_due(clock.now()) == 1
        (found,) = await claim(store, clock)
        assert (fired(found).due, fired(found).missed) == (START + timedelta(hours=4), 0)
