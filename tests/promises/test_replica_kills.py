"""Replicas on one PostgreSQL, killed at every step: nothing is lost, nothing happens twice, nothing is out of order."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from postgres_fixtures import OwnPostgres
from replica_kill_death import ANY_MOMENT, FENCED, IN_VAIN, STEPS
from replica_kill_ledger import Ledger
from replica_kill_run import Fate, kill, shared_out

KILLS = [*(Fate(step) for step in STEPS if step not in FENCED), Fate(ANY_MOMENT, renamed=True)]
STOPS = [Fate(step, stop=True) for step in FENCED]

Found = dict[str, Any]


@pytest.mark.timeout(120)
async def test_ten_kills_of_two(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    """Once at each step and at any moment; stopped before where only a fence keeps order; the database crashes in between.

    Both replicas accept the same keys at the same time. Judged by the database and by what was sent, not by the replicas.
    """
    server = own_postgres()
    lives = shared_out(KILLS, STOPS, replicas=2, chance=random.Random(7))
    troubles = {5: lambda: server.restart("immediate")}

    killed = await kill(tmp_path, server.database(), lives, lanes=20, rounds=30, troubles=troubles, seed=7)

    assert killed.deaths.total() == len(KILLS) + len(STOPS)
    assert killed.deaths[IN_VAIN] <= 1
    assert len(killed.found["stops"]) == len(STOPS)
    Ledger(killed.found).judge(troubles=1)
    would_notice(killed.found)


def would_notice(found: Found) -> None:
    """The judgement is worth something: it finds each single thing lost, doubled, out of order, or left open."""
    for spoil in (lose_an_event, double_an_event, swap_events, lose_an_entry, double_an_entry, swap_entries):
        assert blames(spoil, found), spoil.__name__
    for spoil in (lose_a_post, lose_a_send, swap_sends, change_a_send, double_a_send_under_another_key, send_for_ever):
        assert blames(spoil, found), spoil.__name__
    for spoil in (miscount, misshare, leave_open, leave_leased, leave_unsent, bury, edit, accept_twice, forget):
        assert blames(spoil, found), spoil.__name__
    for spoil in (let_a_late_one_write, let_a_late_one_not_try):
        assert blames(spoil, found), spoil.__name__


def blames(spoil: Callable[[Found], None], found: Found) -> bool:
    spoilt = copy.deepcopy(found)
    spoil(spoilt)
    try:
        Ledger(spoilt).judge(troubles=1)
    except AssertionError:
        return True
    return False


def lose_an_event(found: Found) -> None:
    del found["inbox"][100]


def double_an_event(found: Found) -> None:
    found["inbox"].append(found["inbox"][100])


def swap_events(found: Found) -> None:
    swap(found["inbox"], "key", *places(found["inbox"], "lane", "lane-003")[4:6])


def lose_an_entry(found: Found) -> None:
    del found["journal"][100]


def double_an_entry(found: Found) -> None:
    found["journal"].insert(100, found["journal"][100])


def swap_entries(found: Found) -> None:
    swap(found["journal"], "payload", *places(found["journal"], "chain", "total-1")[:2])


def lose_a_post(found: Found) -> None:
    del found["outbox"][100]


def lose_a_send(found: Found) -> None:
    key = found["outside"][100]["key"]
    found["outside"] = [row for row in found["outside"] if row["key"] != key]


def swap_sends(found: Found) -> None:
    first = {row["key"]: place for place, row in reversed(list(enumerate(found["outside"])))}
    swap(found["outside"], "key", first["lane-003/004/out"], first["lane-003/006/out"])


def change_a_send(found: Found) -> None:
    found["outside"].append({**found["outside"][100], "body": "{}"})


def double_a_send_under_another_key(found: Found) -> None:
    found["outside"].append({**found["outside"][100], "key": "lane-003/004/out/again"})


def send_for_ever(found: Found) -> None:
    found["outside"] *= 4


def miscount(found: Found) -> None:
    (place,) = places(found["counts"], "ident", "lane-003")
    found["counts"][place]["body"] = json.dumps({"count": 29})


def misshare(found: Found) -> None:
    (place,) = places(found["counts"], "ident", "shared-3")
    found["counts"][place]["version"] += 1


def leave_open(found: Found) -> None:
    found["inbox"][100]["state"] = "ready"


def leave_leased(found: Found) -> None:
    found["outbox"][100]["leased"] = True


def leave_unsent(found: Found) -> None:
    found["outbox"][100]["state"] = "sending"


def bury(found: Found) -> None:
    found["dead"].append("kill.step lane-003/004: E-123456 KeyError")


def edit(found: Found) -> None:
    found["findings"].append("The ledger of replica-1/0 was edited.")


def accept_twice(found: Found) -> None:
    new = next(row["new"] for row in found["accepted"] if row["new"])
    found["accepted"].append({"new": new[:1], "known": []})


def forget(found: Found) -> None:
    key = "lane-003/029"
    for row in found["accepted"]:
        row["new"] = [one for one in row["new"] if one != key]
        row["known"] = [one for one in row["known"] if one != key]


def let_a_late_one_write(found: Found) -> None:
    late = next(row for row in found["stops"] if row["what"] == "event")
    (place,) = places(
        found["journal"], "payload", next(p for p in payloads(found) if late["key"] == json.loads(p)["key"])
    )
    told = json.loads(found["journal"][place]["payload"])
    found["journal"][place]["payload"] = json.dumps({**told, "fence": late["fence"]})


def let_a_late_one_not_try(found: Found) -> None:
    late = found["stops"][0]
    found["refused"] = [row for row in found["refused"] if row["fence"] != late["fence"]]


def payloads(found: Found) -> list[str]:
    return [row["payload"] for row in found["journal"]]


def places(rows: list[Found], name: str, value: str) -> list[int]:
    return [place for place, row in enumerate(rows) if row[name] == value]


def swap(rows: list[Found], name: str, one: int, other: int) -> None:
    rows[one][name], rows[other][name] = rows[other][name], rows[one][name]
