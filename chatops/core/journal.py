"""Append-only, tamper-evident records: the timeline of each aggregate and the audit of each lane.

Each entry's MAC covers its fields, a salted commitment of its payload, and the MAC before it; the key lives outside the
database. Three further rows make deletion visible: every chain has a *head* (its length and last MAC, sealed), and every
writer keeps a *ledger*: the XOR of the seals of all heads, so that a whole chain cannot vanish with its head. The XOR of
all writers' ledgers equals the XOR over all chains, whoever appended what.

A payload can be erased (payload and salt deleted) without breaking the chain: the commitment stays, and an entry of kind
`erased` in the same chain names the entry it empties.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import ClassVar

from chatops.core.frozen import Body, Frozen, Instant
from chatops.core.text import Text

MIN_KEY = 32
"""Bytes a journal key must have at least."""

ZERO = "0" * 64
"""The MAC before the first entry, and the empty ledger."""

ERASED = "erased"
"""Kind of the entry that records an erasure. Its payload is `{"seq": N}`, the number of the entry emptied."""


class TimelineNote(Body, frozen=True, kw_only=True):
    """Something that happened to an aggregate, in words people read later."""

    kind: ClassVar[str] = "note"

    text: Text
    actor: str | None = None
    """Id of the person who did it; None for the server itself."""
    actor_name: str | None = None
    occurred_at: Instant
    tag: str = ""
    """What kind of moment it was (`opened`, `invited`, `step`, `decision`), for filters and icons."""


class AuditRecord(Body, frozen=True, kw_only=True):
    """A command, allowed or not, and what became of it."""

    kind: ClassVar[str] = "audit"

    person: str | None
    """None when the identity is not in the directory."""
    identity: str | None = None
    via: str = "chat"
    """`chat`, `button`, `api`, `operator acting as …`."""
    command: str
    """The command's words; never its arguments' text."""
    arguments: str = ""
    """The arguments as typed, none for a secret command. Part of the erasable payload."""
    outcome: str
    """`done`, `asked`, `confirmed`, `undone`, `refused:CODE`, `denied`, `failed:REFERENCE`, `dry-run`."""
    subjects: tuple[str, ...] = ()
    """`kind:id` of the aggregates written."""
    room: str | None = None
    event: str
    at: Instant


class NewEntry(Frozen, frozen=True, kw_only=True):
    """An entry to append. The store numbers and seals it inside the transaction."""

    chain: str
    kind: str
    payload: str
    """As the codec wrote it."""
    salt: str
    """At least 128 random bits, hex."""


class Entry(Frozen, frozen=True, kw_only=True):
    """An entry as stored."""

    chain: str
    seq: int
    """1, 2, 3 … without gaps."""
    kind: str
    recorded_at: Instant
    payload: str | None
    """None after erasure."""
    salt: str | None
    commitment: str
    mac: str


class Head(Frozen, frozen=True, kw_only=True):
    """Where a chain ends."""

    chain: str
    seq: int
    mac: str
    seal: str


class Ledger(Frozen, frozen=True, kw_only=True):
    """One writer's running XOR of head seals."""

    writer: str
    total: str
    entries: int
    """Entries this writer has appended."""
    seal: str


class Anchor(Frozen, frozen=True, kw_only=True):
    """A ledger as it was at some time: going back to an older copy of everything else is found by it."""

    number: int
    """1, 2, 3 … without gaps."""
    writer: str
    anchored_at: Instant
    chains: int
    total: str
    entries: int
    seal: str


class Seal:
    """All keyed arithmetic of the journal. Pure: the store does the reading and writing."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY:
            message = f"the journal key must have at least {MIN_KEY} bytes"
            raise ValueError(message)
        self._key = key

    def append(self, new: NewEntry, *, recorded_at: Instant, before: Head | None) -> tuple[Entry, Head]:
        """Return the sealed entry and the chain's new head."""
        seq = 1 if before is None else before.seq + 1
        commitment = commit(new.payload, new.salt)
        entry = Entry(
            chain=new.chain,
            seq=seq,
            kind=new.kind,
            recorded_at=recorded_at,
            payload=new.payload,
            salt=new.salt,
            commitment=commitment,
            mac="",
        )
        mac = self.mac(entry, ZERO if before is None else before.mac)
        return (
            Entry(
                chain=new.chain,
                seq=seq,
                kind=new.kind,
                recorded_at=recorded_at,
                payload=new.payload,
                salt=new.salt,
                commitment=commitment,
                mac=mac,
            ),
            Head(chain=new.chain, seq=seq, mac=mac, seal=self.head_seal(new.chain, seq, mac)),
        )

    def mac(self, entry: Entry, previous: str) -> str:
        """Return the MAC of `entry` after the entry whose MAC is `previous`."""
        at = entry.recorded_at.isoformat()
        return self._hmac("entry", entry.chain, str(entry.seq), entry.kind, at, entry.commitment, previous)

    def head_seal(self, chain: str, seq: int, mac: str) -> str:
        """Return the seal of a head."""
        return self._hmac("head", chain, str(seq), mac)

    def ledger(self, writer: str, total: str, entries: int) -> Ledger:
        """Return a sealed ledger."""
        return Ledger(
            writer=writer, total=total, entries=entries, seal=self._hmac("ledger", writer, total, str(entries))
        )

    def anchor(
        self, *, number: int, writer: str, anchored_at: Instant, chains: int, total: str, entries: int
    ) -> Anchor:
        """Return a sealed anchor."""
        parts = (str(number), writer, anchored_at.isoformat(), str(chains), total, str(entries))
        return Anchor(
            number=number,
            writer=writer,
            anchored_at=anchored_at,
            chains=chains,
            total=total,
            entries=entries,
            seal=self._hmac("anchor", *parts),
        )

    def _hmac(self, *parts: str) -> str:
        framed = b"".join(len(raw).to_bytes(8, "big") + raw for raw in (part.encode() for part in parts))
        return hmac.digest(self._key, framed, "sha256").hex()


def commit(payload: str, salt: str) -> str:
    """Return the salted commitment of a payload."""
    return hashlib.sha256(f"{salt}\0{payload}".encode()).hexdigest()


def xor(total: str, *seals: str) -> str:
    """Return `total` with each of `seals` added to (or, the same thing, taken from) it."""
    value = int(total, 16)
    for seal in seals:
        value ^= int(seal, 16)
    return f"{value:064x}"


def timeline_chain(kind: str, id: str) -> str:
    """Return the chain of an aggregate's timeline."""
    return f"timeline:{kind}:{id}"


def audit_chain(lane: str) -> str:
    """Return the chain of a lane's audit."""
    return f"audit:{lane}"
