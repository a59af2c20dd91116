"""Chains, heads, ledgers and anchors in PostgreSQL. What is sealed and checked is `chatops.storage.journal`'s to say.

Each writing connection in use has a ledger of its own, so that transactions of one replica do not wait for each other in one
row; their sum counts. A ledger is locked before entries are numbered: its entries' numbers grow in the order it counts them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from chatops.core.journal import ERASED, ZERO, Anchor, Head, Ledger, NewEntry, Seal
from chatops.storage.journal import BROKEN, extend, next_ledger
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection

CHAINS = "chain"
"""The space of the locks that whoever appends to a chain must hold."""

_ANCHORS = "anchors"

_HEADS = """
SELECT wanted.chain, head.seq, head.mac, head.seal, last.seq AS last_seq, last.mac AS last_mac
FROM unnest($1::text[]) AS wanted (chain) LEFT JOIN journal_head AS head ON head.chain = wanted.chain
LEFT JOIN LATERAL (
  SELECT seq, mac FROM journal WHERE journal.chain = wanted.chain ORDER BY seq DESC LIMIT 1) AS last ON true
"""
_INSERT = """
INSERT INTO journal (chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_KEEP_HEAD = """
INSERT INTO journal_head (chain, seq, mac, seal) VALUES ($1, $2, $3, $4)
ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, seal = excluded.seal
"""
_KEEP_LEDGER = """
INSERT INTO ledger (writer, total, entries, seal) VALUES ($1, $2, $3, $4)
ON CONFLICT (writer) DO UPDATE SET total = excluded.total, entries = excluded.entries, seal = excluded.seal
"""
_NEW_LEDGER = "INSERT INTO ledger (writer, total, entries, seal) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_GROWN = """
SELECT writer, total, entries, seal FROM ledger
WHERE entries > COALESCE(
  (SELECT entries FROM anchor WHERE anchor.writer = ledger.writer ORDER BY number DESC LIMIT 1), 0)
ORDER BY writer
"""
_ANCHOR = """
INSERT INTO anchor (number, writer, anchored_at, chains, total, entries, seal) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def append(connection: Connection, entries: Sequence[NewEntry], *, seal: Seal, at: datetime, writer: str) -> None:
    """Add entries to their chains, whose locks must be held, and to the writer's ledger."""
    if not entries:
        return
    ledger = await _ledger(connection, seal, writer)
    heads = await _heads(connection, sorted({new.chain for new in entries}))
    rows = []
    moves: list[tuple[Head | None, Head]] = []
    for new in entries:
        before = heads.get(new.chain)
        entry, head = extend(seal, new, at=at.astimezone(UTC), before=before)
        heads[new.chain] = head
        moves.append((before, head))
        rows.append(
            (
                entry.chain,
                entry.seq,
                entry.kind,
                entry.recorded_at,
                entry.payload,
                entry.salt,
                entry.commitment,
                entry.mac,
                writer,
            )
        )
    await connection.executemany(_INSERT, rows)
    moved = {head.chain: head for _before, head in moves}
    await connection.executemany(_KEEP_HEAD, [(head.chain, head.seq, head.mac, head.seal) for head in moved.values()])
    following = next_ledger(seal, ledger, moves)
    await connection.execute(_KEEP_LEDGER, following.writer, following.total, following.entries, following.seal)


async def erase(connection: Connection, chain: str, seq: int, *, seal: Seal, at: datetime, writer: str) -> None:
    """Empty an entry and append the record of it; nothing when it is empty already. Raise LookupError for no entry."""
    await Locks().own(CHAINS, [chain]).take(connection)
    found = await connection.fetchrow("SELECT kind, payload FROM journal WHERE chain = $1 AND seq = $2", chain, seq)
    if found is None or found["kind"] == ERASED:
        message = f"{chain} has no entry {seq} that could be erased"
        raise LookupError(message)
    if found["payload"] is None:
        return
    await connection.execute("UPDATE journal SET payload = NULL, salt = NULL WHERE chain = $1 AND seq = $2", chain, seq)
    record = NewEntry(chain=chain, kind=ERASED, payload=json.dumps({"seq": seq}), salt=secrets.token_hex(16))
    await append(connection, [record], seal=seal, at=at, writer=writer)


async def anchor(connection: Connection, *, seal: Seal, at: datetime) -> list[Anchor]:
    """Anchor every ledger that has grown since its last anchor, whoever writes it; return the new anchors."""
    await Locks().own(_ANCHORS, [""]).take(connection)
    grown = await connection.fetch(_GROWN)
    number = await connection.fetchval("SELECT COALESCE(MAX(number), 0) FROM anchor")
    chains = await connection.fetchval("SELECT COUNT(*) FROM journal_head")
    kept = [
        seal.anchor(
            number=number + place,
            writer=row["writer"],
            anchored_at=at.astimezone(UTC),
            chains=chains,
            total=row["total"],
            entries=row["entries"],
        )
        for place, row in enumerate(grown, start=1)
    ]
    await connection.executemany(
        _ANCHOR,
        [(one.number, one.writer, one.anchored_at, one.chains, one.total, one.entries, one.seal) for one in kept],
    )
    return kept


async def holds(connection: Connection, number: int) -> str | None:
    """Return the seal of the anchor of a number, or None."""
    found: str | None = await connection.fetchval("SELECT seal FROM anchor WHERE number = $1", number)
    return found


async def _heads(connection: Connection, chains: Sequence[str]) -> dict[str, Head]:
    """Return where chains end. A head that was removed or set back does not stop its chain; it just stays broken."""
    heads: dict[str, Head] = {}
    for row in await connection.fetch(_HEADS, chains):
        seq, mac, seal = row["seq"], row["mac"], row["seal"]
        if row["last_seq"] is not None and (seq is None or seq < row["last_seq"]):
            seq, mac, seal = row["last_seq"], row["last_mac"], BROKEN
        if seq is not None:
            heads[row["chain"]] = Head(chain=row["chain"], seq=seq, mac=mac, seal=seal)
    return heads


async def _ledger(connection: Connection, seal: Seal, writer: str) -> Ledger:
    """Return the writer's ledger, locked."""
    query = "SELECT total, entries, seal FROM ledger WHERE writer = $1 FOR UPDATE"
    found = await connection.fetchrow(query, writer)
    if found is None:
        empty = seal.ledger(writer, ZERO, 0)
        await connection.execute(_NEW_LEDGER, empty.writer, empty.total, empty.entries, empty.seal)
        found = await connection.fetchrow(query, writer)
    return Ledger(writer=writer, total=found["total"], entries=found["entries"], seal=found["seal"])
