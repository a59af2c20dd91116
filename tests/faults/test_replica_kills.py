"""Replicas on one PostgreSQL under many kills; their database crashes, and fails over to its standby, in between."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from postgres_fixtures import OwnPostgres
from replica_kill_death import ANY_MOMENT, FENCED, IN_VAIN, STEPS
from replica_kill_ledger import Ledger
from replica_kill_run import LEASE, Fate, Killed, kill, shared_out

WAYS = (*STEPS, ANY_MOMENT)


@pytest.mark.faults
async def test_thirty_kills_of_two(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    """Two replicas; the database crashes, later it hangs longer than a lease. Nothing is lost, doubled, or out of order."""
    server = own_postgres()
    lives = fates(30, stops=7, replicas=2, chance=random.Random(2))

    def hang() -> None:
        server.pause()
        time.sleep(2 * LEASE)
        server.resume()

    troubles = {10: lambda: server.restart("immediate"), 20: hang}

    killed = await kill(tmp_path, server.database(), lives, lanes=200, rounds=20, troubles=troubles, seed=2)

    judge(killed, kills=30, troubles=2)


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_fifty_kills_of_three(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    """Three replicas, 200 lanes with 100 events each; the database's host dies, its standby is promoted, and crashes."""
    first = own_postgres()
    second = first.standby(synchronous=True)
    url = first.database().replace(f":{first.port}", f":{first.port},127.0.0.1:{second.port}")
    lives = fates(50, stops=8, replicas=3, chance=random.Random(3))

    def fail_over() -> None:
        first.kill()
        second.promote()

    troubles = {20: fail_over, 40: lambda: second.restart("immediate")}

    killed = await kill(tmp_path, url, lives, lanes=200, rounds=100, troubles=troubles, seed=3)

    judge(killed, kills=50, troubles=2)


def fates(kills: int, *, stops: int, replicas: int, chance: random.Random) -> list[list[Fate]]:
    """Each way to be killed in turns; every third life has a name that never comes back."""
    killed = [Fate(WAYS[n % len(WAYS)], renamed=n % 3 == 0) for n in range(kills - stops)]
    stopped = [Fate((*FENCED, ANY_MOMENT)[n % 4], stop=True) for n in range(stops)]
    return shared_out(killed, stopped, replicas=replicas, chance=chance)


def judge(killed: Killed, *, kills: int, troubles: int) -> None:
    """Everything that was to die has died where it should, and nothing came of it."""
    assert killed.deaths.total() == kills
    assert killed.deaths[IN_VAIN] <= kills // 10
    assert {stop["what"] for stop in killed.found["stops"] if "what" in stop} == {"event", "post"}
    Ledger(killed.found).judge(troubles=troubles)
