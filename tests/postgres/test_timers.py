"""Timers among replicas whose clocks do not agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.commit import TimerRow
from chatops.core.events import TimerFired
from chatops.ports.store import Store
from chatops.testing.conformance.store_base import LEASE, event, unit
from postgres_stores import postgres_store

HOUR = timedelta(hours=1)


class AheadClock(SystemClock):
    """A machine's clock that is an hour ahead of the database's."""

    def now(self) -> datetime:
        return super().now() + HOUR


async def arm(store: Store, *timers: TimerRow) -> None:
    """Arm timers."""
    await store.accept_many([event("arm")])
    (found,) = await store.claim_events(limit=1, now=datetime.now(UTC) + HOUR, lease=LEASE)
    await store.commit(unit(found, armed=timers))


def recurring(series: str, missed: str, due: datetime) -> TimerRow:
    """A timer that rings twice an hour."""
    return TimerRow(
        series=series,
        lane=series,
        kind="wake",
        body="{}",
        due=due,
        zone="UTC",
        rule="every 30m",
        missed=missed,  # type: ignore[arg-type]
        cause="arm",
    )


@pytest.mark.parametrize("missed", ["all", "latest", "skip"])
async def test_a_clock_that_is_ahead_fires_what_is_due_and_no_more(postgres_url: str, missed: str) -> None:
    """Neither the hour that has not come yet, nor too late, nor merged with what is to come."""
    clock = AheadClock()
    store = postgres_store(postgres_url, clock)
    await store.open()
    due = datetime.now(UTC).replace(microsecond=0)
    await arm(store, recurring("half hours", missed, due))

    assert await store.fire_due(clock.now()) == 1
    assert await store.fire_due(clock.now()) == 0

    (found,) = await store.claim_events(limit=9, now=clock.now(), lease=LEASE)
    fired = Codec([TimerFired]).decode_as(TimerFired, found.body)
    assert (fired.due, fired.missed) == (due, 0)
    assert fired.late < HOUR.total_seconds() / 2
    assert await store.next_due() == due + timedelta(minutes=30)
    await store.close()
