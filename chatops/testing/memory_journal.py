"""Journals in memory: sealed as a database seals them, so that tampering can be tried and found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from chatops.core.frozen import replace
from chatops.core.journal import ZERO, Entry, Head, Ledger, NewEntry, Seal, commit, xor

ERASED = "erased"
"""Kind of the entry that records an erasure; its payload names the number of the entry emptied."""


class MemoryJournal:
    """Chains, heads, one writer's ledger, anchors. The attributes are open: tests forge them."""

    def __init__(self, seal: Seal, *, writer: str = "memory") -> None:
        self._seal = seal
        self.chains: dict[str, list[Entry]] = {}
        self.heads: dict[str, Head] = {}
        self.ledgers: dict[str, Ledger] = {writer: seal.ledger(writer, ZERO, 0)}
        self.anchors: list[tuple[Head, ...]] = []
        self._writer = writer

    def append(self, entries: Iterable[NewEntry], *, at: datetime) -> None:
        """Seal and add entries."""
        ledger = self.ledgers[self._writer]
        total, count = ledger.total, ledger.entries
        for new in entries:
            before = self.heads.get(new.chain)
            entry, head = self._seal.append(new, recorded_at=at, before=before)
            total = xor(total, head.seal) if before is None else xor(total, before.seal, head.seal)
            count += 1
            self.chains.setdefault(new.chain, []).append(entry)
            self.heads[new.chain] = head
        self.ledgers[self._writer] = self._seal.ledger(self._writer, total, count)

    def entries(self, chain: str, *, after: int, limit: int, newest: bool = False) -> Sequence[Entry]:
        """Return the oldest or the newest entries with a higher number than `after`, oldest first."""
        found = [entry for entry in self.chains.get(chain, ()) if entry.seq > after]
        return found[max(len(found) - limit, 0) :] if newest else found[:limit]

    def erase(self, chain: str, seq: int, *, at: datetime) -> None:
        """Empty one entry and record that."""
        entries = self.chains[chain]
        position = next(n for n, entry in enumerate(entries) if entry.seq == seq)
        if entries[position].payload is None:
            return
        entries[position] = replace(entries[position], payload=None, salt=None)
        payload = json.dumps({"seq": seq})
        self.append([NewEntry(chain=chain, kind=ERASED, payload=payload, salt="0" * 32)], at=at)

    def anchor(self) -> None:
        """Keep the present heads, to be held against later ones."""
        self.anchors.append(tuple(self.heads.values()))

    def verify(self) -> list[str]:
        """Return what does not fit, in plain English."""
        findings: list[str] = []
        for chain in sorted(self.chains.keys() | self.heads.keys()):
            findings.extend(self._check(chain))
        total = xor(ZERO, *(head.seal for head in self.heads.values()))
        claimed = ZERO
        for ledger in self.ledgers.values():
            if self._seal.ledger(ledger.writer, ledger.total, ledger.entries) != ledger:
                findings.append(f"the ledger of {ledger.writer} is not sealed by our key")
            claimed = xor(claimed, ledger.total)
        if total != claimed:
            findings.append("the ledgers do not add up to the chains: a chain was removed or added")
        for heads in self.anchors:
            findings.extend(
                f"{head.chain} does not hold what was anchored at {head.seq}"
                for head in heads
                if not any(entry.seq == head.seq and entry.mac == head.mac for entry in self.chains.get(head.chain, ()))
            )
        return findings

    def _check(self, chain: str) -> list[str]:
        findings: list[str] = []
        previous = ZERO
        entries = self.chains.get(chain, [])
        erased = {json.loads(entry.payload)["seq"] for entry in entries if entry.kind == ERASED and entry.payload}
        for number, entry in enumerate(entries, start=1):
            if entry.seq != number or entry.chain != chain:
                findings.append(f"{chain}: entry {number} is missing")
                return findings
            if entry.payload is None and entry.seq not in erased:
                findings.append(f"{chain}: entry {number} was emptied without a record of it")
            if entry.payload is not None and commit(entry.payload, entry.salt or "") != entry.commitment:
                findings.append(f"{chain}: the payload of entry {number} was changed")
            if self._seal.mac(entry, previous) != entry.mac:
                findings.append(f"{chain}: entry {number} was changed")
            previous = entry.mac
        head = self.heads.get(chain)
        if head is None or (head.seq, head.mac) != (len(entries), previous):
            findings.append(f"{chain}: the end is missing")
        elif self._seal.head_seal(chain, head.seq, head.mac) != head.seal:
            findings.append(f"{chain}: the head is not sealed by our key")
        return findings
