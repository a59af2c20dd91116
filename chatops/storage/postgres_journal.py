"""Chains, heads, ledgers and anchors in PostgreSQL. What is sealed and checked is `chatops.storage.journal`'s to say.

Each writing connection in use has a ledger of its own, so that transactions of one replica do not wait for each other in one
row; their sum counts. A ledger is locked before entries are numbered: its entries' numbers grow in the order it counts them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from chatops.core.journal import ERASED, ZERO, Anchor, Entry, Head, Ledger, NewEntry, Seal
from chatops.storage.journal import BROKEN, extend, next_ledger
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection

CHAINS = "chain"
"""The space of the locks that whoever appends to a chain must hold."""

_ANCHORS = "anchors"

_PRESENT = """
WITH mine AS (SELECT total, entries, seal FROM ledger WHERE writer = $2 FOR UPDATE)
SELECT wanted.chain, head.seq, head.mac, head.seal, last.seq AS last_seq, last.mac AS last_mac,
  mine.total, mine.entries, mine.seal AS ledger_seal
FROM unnest($1::text[]) AS wanted (chain) LEFT JOIN mine ON true LEFT JOIN journal_head AS head ON head.chain = wanted.chain
LEFT JOIN LATERAL (
  SELECT seq, mac FROM journal WHERE journal.chain = wanted.chain ORDER BY seq DESC LIMIT 1) AS last ON true
"""
_APPEND = """
WITH entries AS (
  INSERT INTO journal (chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer)
  SELECT chain, seq, kind, $9, payload, salt, commitment, mac, $10
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
  WITH ORDINALITY AS given (chain, seq, kind, payload, salt, commitment, mac, place) ORDER BY place
), heads AS (
  INSERT INTO journal_head (chain, seq, mac, seal)
  SELECT chain, seq, mac, seal FROM unnest($1::text[], $2::bigint[], $7::text[], $8::text[]) AS given (chain, seq, mac, seal)
  WHERE (chain, seq) IN (SELECT chain, max(seq) FROM unnest($1::text[], $2::bigint[]) AS all_of (chain, seq) GROUP BY chain)
  ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, seal = excluded.seal
)
UPDATE ledger SET total = $11, entries = $12, seal = $13 WHERE writer = $10
"""
"""Entries, heads and ledger at once; the ledger's row is there, and locked."""
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
    heads, ledger = await _present(connection, sorted({new.chain for new in entries}), seal, writer)
    appended: list[Entry] = []
    moves: list[tuple[Head | None, Head]] = []
    for new in entries:
        before = heads.get(new.chain)
        entry, head = extend(seal, new, at=at.astimezone(UTC), before=before)
        heads[new.chain] = head
        moves.append((before, head))
        appended.append(entry)
    following = next_ledger(seal, ledger, moves)
    await connection.execute(
        _APPEND,
        [entry.chain for entry in appended],
        [entry.seq for entry in appended],
        [entry.kind for entry in appended],
        [entry.payload for entry in appended],
        [entry.salt for entry in appended],
        [entry.commitment for entry in appended],
        [entry.mac for entry in appended],
        [head.seal for _before, head in moves],
        at.astimezone(UTC),
        writer,
        following.total,
        following.entries,
        following.seal,
    )


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


async def _present(
    connection: Connection, chains: Sequence[str], seal: Seal, writer: str
) -> tuple[dict[str, Head], Ledger]:
    """Return where chains end, and the writer's ledger, locked.

    A head that was removed or set back does not stop its chain; it just stays broken.
    """
    rows = await connection.fetch(_PRESENT, chains, writer)
    if rows[0]["total"] is None:
        empty = seal.ledger(writer, ZERO, 0)
        await connection.execute(_NEW_LEDGER, empty.writer, empty.total, empty.entries, empty.seal)
        rows = await connection.fetch(_PRESENT, chains, writer)
    heads: dict[str, Head] = {}
    for row in rows:
        seq, mac, head_seal = row["seq"], row["mac"], row["seal"]
        if row["last_seq"] is not None and (seq is None or seq < row["last_seq"]):
            seq, mac, head_seal = row["last_seq"], row["last_mac"], BROKEN
        if seq is not None:
            heads[row["chain"]] = Head(chain=row["chain"], seq=seq, mac=mac, seal=head_seal)
    first = rows[0]
    return heads, Ledger(writer=writer, total=first["total"], entries=first["entries"], seal=first["ledger_seal"])
