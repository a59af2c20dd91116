"""Judges what the database and the world outside hold after replicas were killed: nothing lost, doubled, or out of order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import replica_kill_work as work
from replica_kill_replica import AT_ONCE

Row = Mapping[str, Any]


class Ledger:
    """The database's rows, what was sent, and what the replicas were told: `replica_kill_run.Killed.found`."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found = found
        steps = range(found["lanes"])
        self._steps = {work.lane(n): [work.step(n, turn).key for turn in range(found["rounds"])] for n in steps}
        self._said = {lane: [f"{key}/out" for key in keys[:: work.SAYING]] for lane, keys in self._steps.items()}
        self._told = {
            f"{key}/fact" for keys in self._steps.values() for n, key in enumerate(keys) if n % 10 == work.TELLING
        }

    def judge(self, *, troubles: int) -> None:
        """Check everything. `troubles`: how often the database was treated badly."""
        assert self._found["dead"] == []
        assert self._found["findings"] == []
        self._judge_closed()
        self._judge_accepted()
        self._judge_events()
        self._judge_counts()
        self._judge_outbox()
        self._judge_outside(troubles)
        self._judge_fences()

    def _judge_closed(self) -> None:
        """Nothing waits, nothing is claimed."""
        assert Counter(row["state"] for row in self._rows("inbox")).keys() == {"done"}
        assert Counter(row["state"] for row in self._rows("outbox")).keys() == {"sent"}
        assert not [row for table in ("inbox", "outbox") for row in self._rows(table) if row["leased"]]

    def _judge_accepted(self) -> None:
        """A key is new once at most, whoever brings it; what was acknowledged is there, and nothing else."""
        new = Counter(key for row in self._rows("accepted") for key in row["new"])
        known = {key for row in self._rows("accepted") for key in row["known"]}
        assert [key for key, times in new.items() if times > 1] == []
        every = {key for keys in self._steps.values() for key in keys}
        assert new.keys() | known == every
        assert Counter(row["key"] for row in self._rows("inbox")) == Counter(every | self._told)

    def _judge_events(self) -> None:
        """Each event is written down once in its lane's journal, in the order of the lane."""
        accepted = _by(self._rows("inbox"), "lane")
        written = {
            chain: [json.loads(row["payload"])["key"] for row in rows]
            for chain, rows in _by(self._rows("journal"), "chain").items()
        }
        for lane, keys in self._steps.items():
            assert [row["key"] for row in accepted[lane]] == keys, f"{lane}: accepted"
            assert written[lane] == keys, f"{lane}: written"
        for lane in written.keys() - self._steps.keys():
            assert written[lane] == [row["key"] for row in accepted[lane]], lane
        assert Counter(key for keys in written.values() for key in keys) == Counter(
            row["key"] for row in self._rows("inbox")
        )

    def _judge_counts(self) -> None:
        """Each event was counted once, also where many lanes write one count."""
        expected = Counter({lane: len(keys) for lane, keys in self._steps.items()})
        for lane, keys in self._steps.items():
            group = int(lane.rpartition("-")[2]) % work.GROUPS
            expected[work.shared(group)] += sum(turn % 10 == work.SHARING for turn in range(len(keys)))
            expected[work.total(group)] += sum(turn % 10 == work.TELLING for turn in range(len(keys)))
        assert {row["ident"]: json.loads(row["body"])["count"] for row in self._rows("counts")} == +expected
        assert {row["ident"]: row["version"] for row in self._rows("counts")} == +expected

    def _judge_outbox(self) -> None:
        """What is to be sent is there once, in the order of its lane."""
        queued = _by(self._rows("outbox"), "target")
        assert queued.keys() == self._said.keys()
        for lane, keys in self._said.items():
            assert [row["key"] for row in queued[lane]] == keys, f"{lane}: queued"

    def _judge_outside(self, troubles: int) -> None:
        """It knows keys: the first of each counts. Those came in order; what came again is what was in hand at a crash."""
        arrived = _by(self._rows("outside"), "target")
        for lane, keys in self._said.items():
            assert list(dict.fromkeys(row["key"] for row in arrived[lane])) == keys, lane
        bodies = {(row["key"], row["body"]) for row in self._rows("outside")}
        assert len(bodies) == sum(map(len, self._said.values()))
        again = len(self._rows("outside")) - len(bodies)
        crashes = len(self._rows("deaths")) + len(self._rows("stops")) + troubles * self._found["replicas"]
        assert again <= crashes * AT_ONCE

    def _judge_fences(self) -> None:
        """What was written was written under the last claim; who came late tried, was refused, and wrote nothing."""
        fences = {row["key"]: row["fence"] for row in self._rows("inbox")}
        for row in self._rows("journal"):
            told = json.loads(row["payload"])
            assert told["fence"] == fences[told["key"]], told
        refused = {(row["what"], row["id"], row["fence"]) for row in self._rows("refused")}
        late = {(row["what"], row["id"], row["fence"]) for row in self._rows("stops") if "what" in row}
        assert late <= refused
        assert not {(row["key"], row["fence"]) for row in self._rows("stops") if "what" in row} & fences.items()

    def _rows(self, name: str) -> Sequence[Row]:
        rows: Sequence[Row] = self._found[name]
        return rows


def _by(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for value, some in groupby(rows, key=itemgetter(name)):
        found[value].extend(some)
    return found
