"""What the journal's tables must say, whichever database holds them: how they grow, and how tampering shows.

Three things are checked against each other: each chain (entries, MACs, commitments, its head), the sum of all heads (the
writers' ledgers), and the past (every anchor must fit the entries that were there when it was made).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Protocol

from chatops.core.frozen import Frozen, replace
from chatops.core.journal import ERASED, ZERO, Anchor, Entry, Head, Ledger, NewEntry, Seal, commit, xor

BROKEN = "f" * 64
"""In place of a seal when what it would cover had been edited: the server works on, the finding stays."""


class Row(Frozen, frozen=True, kw_only=True):
    """A journal row as found. `entry` is None when its values cannot be an entry's."""

    where: str
    chain: str
    seq: int
    writer: str
    entry: Entry | None = None


class Tables(Protocol):
    """One consistent view of the journal's tables."""

    def by_chain(self) -> Iterator[Row]:
        """Every entry, chain by chain, by number within."""
        ...

    def by_age(self) -> Iterator[Row]:
        """Every entry, in the order they were appended."""
        ...

    def heads(self) -> Iterator[Head]:
        """Every head."""
        ...

    def ledgers(self) -> Iterator[Ledger]:
        """Every writer's ledger."""
        ...

    def anchors(self) -> Iterator[Anchor]:
        """Every anchor, by number."""
        ...


def extend(seal: Seal, new: NewEntry, *, at: datetime, before: Head | None) -> tuple[Entry, Head]:
    """Return the sealed entry and its chain's new head. A head that was edited is not sealed again."""
    entry, head = seal.append(new, recorded_at=at, before=before)
    sound = before is None or same(before.seal, seal.head_seal(before.chain, before.seq, before.mac))
    return entry, head if sound else replace(head, seal=BROKEN)


def next_ledger(seal: Seal, ledger: Ledger, moves: Sequence[tuple[Head | None, Head]]) -> Ledger:
    """Return the ledger after heads moved on (before, after). A ledger that was edited is not sealed again."""
    sound = same(ledger.seal, seal.ledger(ledger.writer, ledger.total, ledger.entries).seal)
    total = ledger.total
    for before, after in moves:
        total = _add(_add(total, after.seal), ZERO if before is None else before.seal)
    following = seal.ledger(ledger.writer, total, ledger.entries + len(moves))
    return following if sound else replace(following, seal=BROKEN)


def findings(tables: Tables, seal: Seal) -> list[str]:
    """Return everything that does not fit, in plain English; nothing when all is well."""
    found: list[str] = []
    ends: dict[str, tuple[int, str]] = {}
    for chain, rows in groupby(tables.by_chain(), key=lambda row: row.chain):
        ends[chain] = _chain(chain, rows, seal, found)
    _heads(tables, seal, ends, found)
    _past(tables, seal, len(ends), found)
    return found


def _chain(chain: str, rows: Iterator[Row], seal: Seal, found: list[str]) -> tuple[int, str]:
    """Check one chain; return the number and MAC of its last entry."""
    expected, previous = 1, ZERO
    emptied: set[int] = set()
    erased: set[int] = set()
    filled: set[int] = set()
    for row in rows:
        entry = row.entry
        if entry is None:
            found.append(f"{row.where}: the row was edited; its values cannot be an entry's.")
            expected, previous = row.seq + 1, ""
            continue
        if entry.seq != expected:
            found.append(f"{chain}: entry {expected} is missing before entry {entry.seq}.")
        if not same(entry.mac, seal.mac(entry, previous)):
            found.append(f"{row.where}: it was edited, moved, or not written by this server.")
        expected, previous = entry.seq + 1, entry.mac
        if entry.payload is None or entry.salt is None:
            emptied.add(entry.seq)
            if (entry.payload, entry.salt) != (None, None):
                found.append(f"{row.where}: payload and salt do not belong together.")
        else:
            filled.add(entry.seq)
            if commit(entry.payload, entry.salt) != entry.commitment:
                found.append(f"{row.where}: the payload was edited.")
            if entry.kind == ERASED:
                erased.add(_names(entry.payload))
    found.extend(f"{chain}, entry {seq}: emptied without a record of an erasure." for seq in sorted(emptied - erased))
    found.extend(f"{chain}, entry {seq}: erased, and yet it has a payload." for seq in sorted(filled & erased))
    return expected - 1, previous


def _names(payload: str) -> int:
    try:
        seq = json.loads(payload)["seq"]
    except (ValueError, LookupError, TypeError):
        return 0
    return seq if isinstance(seq, int) else 0


def _heads(tables: Tables, seal: Seal, ends: dict[str, tuple[int, str]], found: list[str]) -> None:
    """Check that each chain ends where its head says, and that the ledgers add up to the heads."""
    total, seen = ZERO, set[str]()
    for head in tables.heads():
        seen.add(head.chain)
        if not same(head.seal, seal.head_seal(str(head.chain), _number(head.seq), str(head.mac))):
            found.append(f"{head.chain}: its head was edited.")
        end = ends.get(head.chain)
        if end is None:
            found.append(f"{head.chain}: all its entries are missing.")
        elif end != (head.seq, head.mac):
            found.append(f"{head.chain}: it ends with entry {end[0]}, but its head says {head.seq}.")
        total = _add(total, head.seal)
    found.extend(f"{chain}: its head is missing." for chain in sorted(ends.keys() - seen, key=str))
    claimed = ZERO
    for ledger in tables.ledgers():
        if not same(ledger.seal, seal.ledger(str(ledger.writer), str(ledger.total), _number(ledger.entries)).seal):
            found.append(f"The ledger of {ledger.writer} was edited.")
        claimed = _add(claimed, ledger.total)
    if total != claimed:
        found.append("The ledgers do not add up to the chains: a whole chain, or a ledger, was removed or replaced.")


def _past(tables: Tables, seal: Seal, chains: int, found: list[str]) -> None:
    """Replay all entries in the order they were appended, and hold ledgers and anchors against them."""
    marks: dict[tuple[str, int], list[Anchor]] = {}
    for number, anchor in enumerate(tables.anchors(), start=1):
        if anchor.number != number:
            found.append(f"Anchor {number} is missing.")
            break
        if not sealed(anchor, seal):
            found.append(f"Anchor {number} was edited.")
            continue
        if anchor.chains > chains:
            found.append(f"Anchor {number} counted {anchor.chains} chains; now there are {chains}.")
        marks.setdefault((anchor.writer, anchor.entries), []).append(anchor)
    totals: dict[str, str] = {}
    counts: dict[str, int] = {}
    last: dict[str, str] = {}
    for row in tables.by_age():
        mac = "" if row.entry is None else row.entry.mac
        present = seal.head_seal(str(row.chain), row.seq, mac)
        totals[row.writer] = xor(totals.get(row.writer, ZERO), present, last.get(row.chain, ZERO))
        counts[row.writer] = counts.get(row.writer, 0) + 1
        last[row.chain] = present
        found.extend(
            f"Anchor {anchor.number} does not fit the entries before it: they were exchanged."
            for anchor in marks.pop((row.writer, counts[row.writer]), ())
            if anchor.total != totals[row.writer]
        )
    found.extend(
        f"Anchor {anchors[0].number} counted {entries} entries of {writer}; now there are {counts.get(writer, 0)}: "
        "the journals were put back to an older copy, or cut."
        for (writer, entries), anchors in sorted(marks.items(), key=str)
        if entries
    )
    found.extend(
        f"The ledger of {ledger.writer} does not fit its entries."
        for ledger in tables.ledgers()
        if (counts.pop(ledger.writer, 0), totals.get(ledger.writer, ZERO)) != (ledger.entries, ledger.total)
    )
    found.extend(f"The ledger of {writer} is missing." for writer in sorted(counts, key=str))


def sealed(anchor: Anchor, seal: Seal) -> bool:
    """Whether an anchor as found is one that `seal` made."""
    try:
        expected = seal.anchor(
            number=anchor.number,
            writer=anchor.writer,
            anchored_at=anchor.anchored_at,
            chains=anchor.chains,
            total=anchor.total,
            entries=anchor.entries,
        )
    except (AttributeError, TypeError):
        return False
    return same(anchor.seal, expected.seal)


def same(stored: object, computed: str) -> bool:
    """Whether a seal as found, whatever it may be, is the one computed."""
    return isinstance(stored, str) and hmac.compare_digest(stored.encode(), computed.encode())


def _add(total: object, seal: object) -> str:
    """Add a seal to a total, either of which may have been edited into something that is none."""
    try:
        return xor(str(total), str(seal))
    except ValueError:
        return BROKEN


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
