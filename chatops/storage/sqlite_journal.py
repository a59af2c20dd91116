"""Chains, heads, ledger and anchors in SQLite. What is sealed and checked is `chatops.storage.journal`'s to say."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from chatops.core.frozen import replace
from chatops.core.journal import ERASED, ZERO, Anchor, Entry, Head, Ledger, NewEntry, Seal
from chatops.storage.journal import BROKEN, Row, Tables, extend, findings, next_ledger
from chatops.storage.sqlite_rows import read, written
from chatops.storage.witness import Kept, Witness, fits

WRITER = "sqlite"

_ENTRY = "id, chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer"
_ENDS = """
SELECT head.seq, head.mac, head.seal, last.seq, last.mac
FROM (SELECT ? AS chain) asked
LEFT JOIN journal_head head ON head.chain = asked.chain
LEFT JOIN journal last ON last.chain = asked.chain
  AND last.seq = (SELECT MAX(seq) FROM journal WHERE chain = asked.chain)
"""
_KEEP_HEAD = """
INSERT INTO journal_head (chain, seq, mac, seal) VALUES (?, ?, ?, ?)
ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, seal = excluded.seal
"""
_KEEP_LEDGER = """
INSERT INTO ledger (writer, total, entries, seal) VALUES (?, ?, ?, ?)
ON CONFLICT (writer) DO UPDATE SET total = excluded.total, entries = excluded.entries, seal = excluded.seal
"""


def append(connection: sqlite3.Connection, entries: Iterable[NewEntry], *, seal: Seal, at: datetime) -> None:
    """Add entries to their chains, and to this writer's ledger.

    Heads and ledger are read each time: a cache would have to follow every savepoint rolled back.
    """
    moves: list[tuple[Head | None, Head]] = []
    for new in entries:
        before = _head(connection, new.chain)
        entry, head = extend(seal, new, at=at.astimezone(UTC), before=before)
        connection.execute(
            "INSERT INTO journal (chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.chain,
                entry.seq,
                entry.kind,
                written(entry.recorded_at),
                entry.payload,
                entry.salt,
                entry.commitment,
                entry.mac,
                WRITER,
            ),
        )
        connection.execute(_KEEP_HEAD, (head.chain, head.seq, head.mac, head.seal))
        moves.append((before, head))
    if moves:
        ledger = next_ledger(seal, _ledger(connection, seal), moves)
        connection.execute(_KEEP_LEDGER, (ledger.writer, ledger.total, ledger.entries, ledger.seal))


def erase(connection: sqlite3.Connection, chain: str, seq: int, *, seal: Seal, at: datetime) -> None:
    """Empty an entry and append the record of it; nothing when it is empty already. Raise LookupError for no entry."""
    found = connection.execute("SELECT kind, payload FROM journal WHERE chain = ? AND seq = ?", (chain, seq)).fetchone()
    if found is None or found[0] == ERASED:
        message = f"{chain} has no entry {seq} that could be erased"
        raise LookupError(message)
    if found[1] is None:
        return
    connection.execute("UPDATE journal SET payload = NULL, salt = NULL WHERE chain = ? AND seq = ?", (chain, seq))
    record = NewEntry(chain=chain, kind=ERASED, payload=json.dumps({"seq": seq}), salt=secrets.token_hex(16))
    append(connection, [record], seal=seal, at=at)


def anchor(connection: sqlite3.Connection, *, seal: Seal, at: datetime) -> Anchor:
    """Add an anchor of this writer's ledger, and return it."""
    ledger = _ledger(connection, seal)
    number = connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM anchor").fetchone()[0]
    chains = connection.execute("SELECT COUNT(*) FROM journal_head").fetchone()[0]
    kept = seal.anchor(
        number=number,
        writer=ledger.writer,
        anchored_at=at.astimezone(UTC),
        chains=chains,
        total=ledger.total,
        entries=ledger.entries,
    )
    connection.execute(
        "INSERT INTO anchor (number, writer, anchored_at, chains, total, entries, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kept.number, kept.writer, written(kept.anchored_at), kept.chains, kept.total, kept.entries, kept.seal),
    )
    return kept


def grown(connection: sqlite3.Connection) -> bool:
    """Whether the newest anchor tells of fewer entries than this writer has appended."""
    entries = connection.execute("SELECT entries FROM ledger WHERE writer = ?", (WRITER,)).fetchone()
    told = connection.execute("SELECT entries FROM anchor WHERE writer = ? ORDER BY number DESC", (WRITER,)).fetchone()
    return entries is not None and entries != (told or (0,))


def holds(connection: sqlite3.Connection, anchor: Anchor) -> bool:
    """Whether the database holds this anchor."""
    return fits(anchor, partial(_seal_of, connection))


def verify(path: Path, seal: Seal, witness: Witness | None = None) -> list[str]:
    """Return what is wrong with the journals in the database at `path`. Blocking: it reads all of them."""
    kept = None if witness is None else witness.read()  # first: the running server may anchor meanwhile
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        found = findings(_Tables(connection), seal)
        if witness is not None and kept is not None:
            found += _beside(connection, witness, kept)
        return found


def verify_open(connection: sqlite3.Connection, seal: Seal) -> list[str]:
    """Return what is wrong with the journals, as a connection in a transaction sees them. Blocking."""
    return findings(_Tables(connection), seal)


def verify_witness(path: Path, witness: Witness) -> list[str]:
    """Return what the database at `path` lacks of what the file beside it tells of. Blocking, and quick."""
    kept = witness.read()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
        return _beside(connection, witness, kept)


def _beside(connection: sqlite3.Connection, witness: Witness, kept: Kept) -> list[str]:
    newest = connection.execute("SELECT COALESCE(MAX(number), 0) FROM anchor").fetchone()[0]
    return witness.findings(kept, newest, partial(_seal_of, connection))


def _seal_of(connection: sqlite3.Connection, number: int) -> object:
    found = connection.execute("SELECT seal FROM anchor WHERE number = ?", (number,)).fetchone()
    return None if found is None else found[0]


class _Tables(Tables):
    """The journal's tables within one read transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_chain(self) -> Iterator[Row]:
        """Every entry, chain by chain."""
        return map(_row, self._connection.execute(f"SELECT {_ENTRY} FROM journal ORDER BY chain, seq, id"))  # noqa: S608

    def by_age(self) -> Iterator[Row]:
        """Every entry, in the order appended."""
        return map(_row, self._connection.execute(f"SELECT {_ENTRY} FROM journal ORDER BY id"))  # noqa: S608

    def heads(self) -> Iterator[Head]:
        """Every head."""
        rows = self._connection.execute("SELECT chain, seq, mac, seal FROM journal_head ORDER BY chain")
        return (Head(chain=str(chain), seq=seq, mac=mac, seal=seal) for chain, seq, mac, seal in rows)

    def ledgers(self) -> Iterator[Ledger]:
        """Every writer's ledger."""
        rows = self._connection.execute("SELECT writer, total, entries, seal FROM ledger ORDER BY writer")
        return (Ledger(writer=writer, total=total, entries=entries, seal=seal) for writer, total, entries, seal in rows)

    def anchors(self) -> Iterator[Anchor]:
        """Every anchor."""
        rows = self._connection.execute(
            "SELECT number, writer, anchored_at, chains, total, entries, seal FROM anchor ORDER BY number"
        )
        return (
            Anchor(
                number=number,
                writer=writer,
                anchored_at=_read_or_epoch(at),
                chains=chains,
                total=total,
                entries=entries,
                seal=seal,
            )
            for number, writer, at, chains, total, entries, seal in rows
        )


def _row(found: tuple[Any, ...]) -> Row:
    """SQLite's columns hold whatever was put there: a row whose values are not what we write has no entry."""
    _id, chain, seq, kind, at, payload, salt, commitment, mac, writer = found
    row = Row(
        where=f"{chain}, entry {seq}", chain=str(chain), seq=seq if isinstance(seq, int) else 0, writer=str(writer)
    )
    try:
        entry = msgspec.convert(
            {
                "chain": chain,
                "seq": seq,
                "kind": kind,
                "recorded_at": read(at),
                "payload": payload,
                "salt": salt,
                "commitment": commitment,
                "mac": mac,
            },
            type=Entry,
        )
    except (msgspec.ValidationError, TypeError, ValueError):
        return row
    return replace(row, entry=entry) if written(entry.recorded_at) == at else row


def _read_or_epoch(text: Any) -> datetime:
    """Return the instant, or one that no seal fits."""
    try:
        at = read(text)
    except (TypeError, ValueError):
        return datetime.fromtimestamp(0, UTC)
    return at if written(at) == text else datetime.fromtimestamp(0, UTC)


def _head(connection: sqlite3.Connection, chain: str) -> Head | None:
    """Return where the chain ends. A head that was removed or set back does not stop the chain; it just stays broken."""
    seq, mac, seal, last_seq, last_mac = connection.execute(_ENDS, (chain,)).fetchone()
    if seal is None and last_seq is None:
        return None
    if seal is None:
        seq, mac, seal = 0, ZERO, BROKEN
    if last_seq is not None and (not isinstance(seq, int) or seq < last_seq):
        seq, mac, seal = last_seq, last_mac, BROKEN
    return Head(chain=chain, seq=seq, mac=str(mac), seal=str(seal))


def _ledger(connection: sqlite3.Connection, seal: Seal) -> Ledger:
    found = connection.execute("SELECT total, entries, seal FROM ledger WHERE writer = ?", (WRITER,)).fetchone()
    if found is None:
        return seal.ledger(WRITER, ZERO, 0)
    return Ledger(writer=WRITER, total=found[0], entries=found[1], seal=found[2])
