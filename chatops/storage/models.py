"""The tables, declared once for every database.

Columns are what PostgreSQL has as well. Times are UTC. Bodies are text that the codec wrote; the store never looks inside.
Indexes that a query over open rows needs are partial, so that history costs nothing.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model, ModelMeta

APP = "chatops"
KEY = 512
"""Length of a key column: a key of 255 characters, and what the store puts around it (`timer:SERIES:OCCURRENCE`)."""

NAME = 255


class _Described(ModelMeta):
    """Spares Tortoise looking for `#:` comments, for which it parses the whole module once for every class in it."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> _Described:
        return super().__new__(mcs, name, bases, {**attrs, "_no_comments": True})  # type: ignore[return-value]


class Table(Model, metaclass=_Described):
    """What every table has."""

    class Meta:
        abstract = True


class StateRow(Table):
    """What the store knows about itself: its epoch, its last proof of life."""

    name = fields.CharField(max_length=NAME, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "state"


class CheckpointRow(Table):
    """How far each network has been read."""

    name = fields.CharField(max_length=NAME, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "checkpoint"


class InboxEvent(Table):
    """An accepted event. `ready` until it is `done` or given up (`dead`)."""

    seq = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=KEY, unique=True)
    lane = fields.CharField(max_length=NAME)
    kind = fields.CharField(max_length=NAME)
    body = fields.TextField()
    cause = fields.CharField(max_length=KEY)
    room = fields.CharField(max_length=KEY, null=True)
    accepted_at = fields.DatetimeField()
    state = fields.CharField(max_length=8)
    attempts = fields.IntField()
    not_before = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)
    fence = fields.BigIntField(null=True)
    lease_until = fields.DatetimeField(null=True)
    """Who works on it and until when: PostgreSQL only, SQLite's one process keeps that in memory."""

    class Meta:
        table = "inbox"
        indexes = (
            Index(fields=("lane",), name="inbox_lane"),
            Index(fields=("cause",), name="inbox_cause"),
            Index(fields=("room", "seq"), name="inbox_room"),
            Index(fields=("state", "ended_at"), name="inbox_ended"),
            PartialIndex(fields=("lane", "seq"), name="inbox_ready", condition={"state": "ready"}),
            PartialIndex(fields=("seq",), name="inbox_dead", condition={"state": "dead"}),
        )


class OutboxPost(Table):
    """A post or effect. `ready`, `sending`, then `sent`, `failed`, `unknown` or `dead`."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=KEY, unique=True)
    target = fields.CharField(max_length=KEY)
    kind = fields.CharField(max_length=NAME)
    body = fields.TextField()
    cause = fields.CharField(max_length=KEY)
    lane = fields.CharField(max_length=NAME)
    slot = fields.CharField(max_length=NAME, null=True)
    bulk = fields.BooleanField()
    reply = fields.BooleanField()
    created_at = fields.DatetimeField()
    state = fields.CharField(max_length=8)
    attempts = fields.IntField()
    not_before = fields.DatetimeField(null=True)
    fence = fields.BigIntField()
    plan = fields.TextField(null=True)
    remote = fields.CharField(max_length=KEY, null=True)
    reason = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)
    lease_until = fields.DatetimeField(null=True)
    """Until when its sender has it: PostgreSQL only."""

    class Meta:
        table = "outbox"
        indexes = (
            Index(fields=("cause",), name="outbox_cause"),
            Index(fields=("target", "id"), name="outbox_target"),
            Index(fields=("state", "ended_at"), name="outbox_ended"),
            PartialIndex(fields=("target", "id"), name="outbox_ready", condition={"state": "ready"}),
            PartialIndex(fields=("target", "id"), name="outbox_sending", condition={"state": "sending"}),
            PartialIndex(fields=("id",), name="outbox_dead", condition={"state": "dead"}),
        )


class SpentKey(Table):
    """A key whose row was purged. It stays taken."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=KEY)
    space = fields.CharField(max_length=8)
    """`inbox` or `outbox`."""
    purged_at = fields.DatetimeField()

    class Meta:
        table = "spent_key"
        unique_together = (("key", "space"),)


class PlacedPost(Table):
    """Where a slot's newest post stands."""

    id = fields.BigIntField(primary_key=True)
    target = fields.CharField(max_length=KEY)
    slot = fields.CharField(max_length=NAME)
    remote = fields.CharField(max_length=KEY)
    room = fields.CharField(max_length=KEY)
    outbox_id = fields.BigIntField()
    inbox_seq = fields.BigIntField()

    class Meta:
        table = "placed"
        unique_together = (("target", "slot"),)


class TimerEntry(Table):
    """An armed timer. A one-shot timer's row goes when it fires."""

    series = fields.CharField(max_length=NAME, primary_key=True)
    lane = fields.CharField(max_length=NAME)
    kind = fields.CharField(max_length=NAME)
    body = fields.TextField()
    due = fields.DatetimeField()
    zone = fields.CharField(max_length=NAME)
    rule = fields.CharField(max_length=NAME, null=True)
    missed = fields.CharField(max_length=8)
    cause = fields.CharField(max_length=KEY)

    class Meta:
        table = "timer"
        indexes = (Index(fields=("due",), name="timer_due"),)


class AggregateRow(Table):
    """An aggregate. `number` is the order they were made in."""

    number = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=NAME)
    ident = fields.CharField(max_length=NAME)
    version = fields.BigIntField()
    body = fields.TextField()
    keys = fields.TextField()
    """The (name, value) pairs as sorted JSON: for reading them back; the table below is for finding."""
    expires = fields.DatetimeField(null=True)
    """From when on it may be forgotten."""

    class Meta:
        table = "aggregate"
        unique_together = (("kind", "ident"),)
        indexes = (Index(fields=("expires",), name="aggregate_expires"),)


class AggregateKey(Table):
    """One (name, value) pair an aggregate is found by."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=NAME)
    name = fields.CharField(max_length=NAME)
    value = fields.CharField(max_length=KEY)
    owner = fields.BigIntField()

    class Meta:
        table = "aggregate_key"
        unique_together = (("owner", "name", "value"),)
        indexes = (Index(fields=("kind", "name", "value", "owner"), name="aggregate_key_found"),)


class Claim(Table):
    """A name that only one holder has at a time."""

    name = fields.CharField(max_length=NAME, primary_key=True)
    holder = fields.CharField(max_length=KEY)

    class Meta:
        table = "claim"


class SequenceRow(Table):
    """The last number given out."""

    name = fields.CharField(max_length=KEY, primary_key=True)
    value = fields.BigIntField()

    class Meta:
        table = "sequence"


class JournalEntry(Table):
    """An entry of a chain. `id` is the order entries were appended in, over all chains."""

    id = fields.BigIntField(primary_key=True)
    chain = fields.CharField(max_length=KEY)
    seq = fields.BigIntField()
    kind = fields.CharField(max_length=NAME)
    recorded_at = fields.DatetimeField()
    payload = fields.TextField(null=True)
    salt = fields.CharField(max_length=128, null=True)
    commitment = fields.CharField(max_length=64)
    mac = fields.CharField(max_length=64)
    writer = fields.CharField(max_length=64)

    class Meta:
        table = "journal"
        unique_together = (("chain", "seq"),)


class JournalHead(Table):
    """Where a chain ends, sealed."""

    chain = fields.CharField(max_length=KEY, primary_key=True)
    seq = fields.BigIntField()
    mac = fields.CharField(max_length=64)
    seal = fields.CharField(max_length=64)

    class Meta:
        table = "journal_head"


class LedgerRow(Table):
    """One writer's running total over the heads, sealed."""

    writer = fields.CharField(max_length=64, primary_key=True)
    total = fields.CharField(max_length=64)
    entries = fields.BigIntField()
    seal = fields.CharField(max_length=64)

    class Meta:
        table = "ledger"


class AnchorRow(Table):
    """A ledger as it was at some time, sealed, so that going back behind it is found."""

    number = fields.BigIntField(primary_key=True)
    writer = fields.CharField(max_length=64)
    anchored_at = fields.DatetimeField()
    chains = fields.BigIntField()
    total = fields.CharField(max_length=64)
    entries = fields.BigIntField()
    seal = fields.CharField(max_length=64)

    class Meta:
        table = "anchor"


class RecordRow(Table):
    """A plugin's document. `number` is the order they were first written in."""

    number = fields.BigIntField(primary_key=True)
    namespace = fields.CharField(max_length=NAME)
    kind = fields.CharField(max_length=NAME)
    ident = fields.CharField(max_length=NAME)
    version = fields.BigIntField()
    body = fields.TextField()
    columns = fields.TextField()
    """The columns as JSON: for reading them back; the table below is for finding."""
    text = fields.TextField()

    class Meta:
        table = "record"
        unique_together = (("namespace", "kind", "ident"),)


class RecordColumn(Table):
    """One index column of a document."""

    id = fields.BigIntField(primary_key=True)
    namespace = fields.CharField(max_length=NAME)
    kind = fields.CharField(max_length=NAME)
    name = fields.CharField(max_length=NAME)
    value = fields.CharField(max_length=KEY)
    owner = fields.BigIntField()

    class Meta:
        table = "record_column"
        unique_together = (("owner", "name"),)
        indexes = (Index(fields=("namespace", "kind", "name", "value", "owner"), name="record_column_found"),)


class AllowanceRow(Table):
    """What is left of an allowance that replicas share. PostgreSQL only."""

    bucket = fields.CharField(max_length=KEY, primary_key=True)
    tokens = fields.FloatField()
    filled_at = fields.DatetimeField()
    rests_until = fields.DatetimeField(null=True)

    class Meta:
        table = "allowance"


class HeldName(Table):
    """What one process does for all: receiving from a network that has one reader. PostgreSQL only."""

    name = fields.CharField(max_length=NAME, primary_key=True)
    holder = fields.CharField(max_length=NAME)
    until = fields.DatetimeField()

    class Meta:
        table = "held"
