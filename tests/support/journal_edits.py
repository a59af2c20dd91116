"""What somebody who can edit the database, but has not the key, may do to its journals; and what is found of it."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from chatops.core.journal import ZERO, Head, NewEntry, Seal, xor
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import do, entry
from sqlite_stores import SEAL

ONE = "WHERE writer = (SELECT min(writer) FROM ledger)"
"""One ledger of however many there are."""


class Tables(Protocol):
    """A database, as Python's `sqlite3` has it."""

    def execute(self, statement: str, given: Any = (), /) -> Any:
        """Run one statement, with `?` for what is given."""


Edit = Callable[[Tables], object]


async def keep_records(store: Store, clock: ManualClock) -> None:
    """Three chains, an erased entry, two anchors, entries after the last. Opens the store and closes it."""
    await store.open()
    for n in range(4):
        await do(store, clock, f"e{n}", entries=(entry("timeline:swarm:1", f'"t{n}"'), entry("audit:x", f'"x{n}"')))
    await store.anchor()
    await do(store, clock, "other", entries=(entry("audit:y", '"y0"'),))
    await store.erase("timeline:swarm:1", 2)
    await store.anchor()
    await do(store, clock, "last", entries=(entry("audit:x", '"x4"'), entry("audit:y", '"y1"')))
    await store.close()


async def go_on(store: Store, clock: ManualClock, *, after: str) -> None:
    """The server runs on, unaware: an audit record to each chain, another chain, an anchor."""
    await store.open()
    for chain in ("audit:x", "audit:y", "timeline:swarm:1", "audit:new"):
        await do(store, clock, f"{after}/{chain}", entries=(entry(chain, f'"{after}"'),))
    await store.anchor()
    await store.close()


def sql(*statements: str) -> Edit:
    return lambda db: [db.execute(statement) for statement in statements]


def swap(db: Tables) -> None:
    """Two entries of a chain change places, with everything but their numbers."""
    db.execute("UPDATE journal SET seq = -1 WHERE chain = 'audit:x' AND seq = 2")
    db.execute("UPDATE journal SET seq = 2 WHERE chain = 'audit:x' AND seq = 3")
    db.execute("UPDATE journal SET seq = 3 WHERE chain = 'audit:x' AND seq = -1")


def cut_tail_with_head(db: Tables) -> None:
    """The newest entry goes; the head is set back to a seal that was right once, the ledger adjusted."""
    entries = db.execute("SELECT seq, mac FROM journal WHERE chain = 'audit:x' ORDER BY seq").fetchall()
    seal = db.execute("SELECT seal FROM journal_head WHERE chain = 'audit:x'").fetchone()[0]
    seq, mac = entries[-2]
    once = SEAL.head_seal("audit:x", seq, mac)  # from an old copy of the row
    db.execute("DELETE FROM journal WHERE chain = 'audit:x' AND seq = ?", (entries[-1][0],))
    db.execute("UPDATE journal_head SET seq = ?, mac = ?, seal = ? WHERE chain = 'audit:x'", (seq, mac, once))
    total = db.execute(f"SELECT total FROM ledger {ONE}").fetchone()[0]
    db.execute(f"UPDATE ledger SET total = ?, entries = entries - 1 {ONE}", (xor(total, seal, once),))


def remove_chain_from_ledger(db: Tables) -> None:
    """A whole chain goes, and its head, and what the ledger holds of it: that needs no key."""
    seal = db.execute("SELECT seal FROM journal_head WHERE chain = 'audit:y'").fetchone()[0]
    (gone,) = db.execute("SELECT count(*) FROM journal WHERE chain = 'audit:y'").fetchone()
    db.execute("DELETE FROM journal WHERE chain = 'audit:y'")
    db.execute("DELETE FROM journal_head WHERE chain = 'audit:y'")
    total = db.execute(f"SELECT total FROM ledger {ONE}").fetchone()[0]
    db.execute(f"UPDATE ledger SET total = ?, entries = entries - ? {ONE}", (xor(total, seal), gone))


def recompute(db: Tables) -> None:
    """One payload is edited and everything after it made anew, with another key."""
    forger = Seal(b"some other key, as long as the right")
    db.execute("UPDATE journal SET payload = '\"innocent\"' WHERE chain = 'audit:x' AND seq = 2")
    rows = db.execute("SELECT seq, payload, salt FROM journal WHERE chain = 'audit:x' ORDER BY seq").fetchall()
    head: Head | None = None
    for seq, payload, salt in rows:
        new = NewEntry(chain="audit:x", kind="note", payload=payload, salt=salt)
        made, head = forger.append(new, recorded_at=ManualClock().now(), before=head)
        db.execute(
            "UPDATE journal SET commitment = ?, mac = ? WHERE chain = 'audit:x' AND seq = ?",
            (made.commitment, made.mac, seq),
        )
    assert head is not None
    db.execute("UPDATE journal_head SET mac = ?, seal = ? WHERE chain = 'audit:x'", (head.mac, head.seal))
    seals = [seal for (seal,) in db.execute("SELECT seal FROM journal_head")]
    ledger = forger.ledger("sqlite", xor(ZERO, *seals), db.execute(f"SELECT entries FROM ledger {ONE}").fetchone()[0])
    db.execute(f"UPDATE ledger SET total = ?, seal = ? {ONE}", (ledger.total, ledger.seal))


KINDS: dict[str, tuple[Edit, str]] = {
    "payload": (sql("UPDATE journal SET payload = '\"z\"' WHERE chain = 'audit:x' AND seq = 2"), "payload was edited"),
    "kind": (sql("UPDATE journal SET kind = 'audit' WHERE chain = 'audit:x' AND seq = 2"), "audit:x, entry 2: it was"),
    "time": (
        sql("UPDATE journal SET recorded_at = '2026-03-02 09:00:01.000000+00:00' WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: it was",
    ),
    "salt": (sql("UPDATE journal SET salt = '00' WHERE chain = 'audit:x' AND seq = 2"), "payload was edited"),
    "mac": (sql(f"UPDATE journal SET mac = '{ZERO}' WHERE chain = 'audit:x' AND seq = 2"), "audit:x, entry 2: it was"),
    "commitment": (
        sql(f"UPDATE journal SET commitment = '{ZERO}' WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: it was",
    ),
    "number": (sql("UPDATE journal SET seq = 9 WHERE chain = 'audit:x' AND seq = 5"), "entry 5 is missing"),
    "chain": (sql("UPDATE journal SET chain = 'audit:z' WHERE chain = 'audit:x' AND seq = 5"), "audit:z"),
    "writer": (sql("UPDATE journal SET writer = 'x' WHERE chain = 'audit:x' AND seq = 5"), "ledger of x is missing"),
    "swap": (swap, "audit:x, entry 2: it was edited, moved"),
    "middle": (sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 3"), "entry 3 is missing before entry 4"),
    "first": (sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 1"), "entry 1 is missing"),
    "tail": (
        sql("DELETE FROM journal WHERE chain = 'audit:x' AND seq = 5"),
        "audit:x: it ends with entry 4, but its head says 5",
    ),
    "tail with its head set back": (cut_tail_with_head, r"ledger of \S+ was edited"),
    "chain without its head": (
        sql("DELETE FROM journal WHERE chain = 'audit:y'"),
        "audit:y: all its entries are missing",
    ),
    "chain with its head": (
        sql("DELETE FROM journal WHERE chain = 'audit:y'", "DELETE FROM journal_head WHERE chain = 'audit:y'"),
        "do not add up",
    ),
    "chain with head and ledger": (remove_chain_from_ledger, r"ledger of \S+ was edited"),
    "head missing": (sql("DELETE FROM journal_head WHERE chain = 'audit:y'"), "audit:y: its head is missing"),
    "head": (sql("UPDATE journal_head SET seq = 4 WHERE chain = 'audit:x'"), "audit:x: its head was edited"),
    "ledger": (sql("UPDATE ledger SET entries = 3"), r"ledger of \S+ was edited"),
    "ledger missing": (sql("DELETE FROM ledger"), "do not add up"),
    "everything but the anchors": (
        sql("DELETE FROM journal", "DELETE FROM journal_head", "DELETE FROM ledger"),
        "entries of .*; now there are 0",
    ),
    "anchor": (sql("UPDATE anchor SET entries = 3 WHERE number = 1"), "Anchor 1 was edited"),
    "anchor missing": (sql("DELETE FROM anchor WHERE number = 1"), "Anchor 1 is missing"),
    "recomputed with another key": (recompute, "audit:x, entry 1: it was edited"),
    "emptied without a record": (
        sql("UPDATE journal SET payload = NULL, salt = NULL WHERE chain = 'audit:x' AND seq = 2"),
        "audit:x, entry 2: emptied without a record",
    ),
    "record of the erasure removed": (
        sql("DELETE FROM journal WHERE kind = 'erased'"),
        "timeline:swarm:1, entry 2: emptied without a record",
    ),
    "salt alone gone": (sql("UPDATE journal SET salt = NULL WHERE chain = 'audit:x' AND seq = 2"), "do not belong"),
}
