"""What several processes on one database need: leases and fences in the rows, allowances and names shared.

Expand only: every new column may be empty, so the version before works on beside this one.
"""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

POSTGRES = """
CREATE INDEX outbox_open ON outbox (target, id) WHERE state IN ('ready', 'sending');
CREATE INDEX outbox_prompt ON outbox (target, id) WHERE state IN ('ready', 'sending') AND NOT bulk;
CREATE TABLE record_text (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX record_text_words ON record_text USING gin (words);
"""
"""What only PostgreSQL has: indexes whose condition is an IN, and its own text search."""


async def create(_apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Create what only PostgreSQL uses."""
    if editor.DIALECT == "postgres":
        await editor.client.execute_script(POSTGRES)


class Migration(migrations.Migration):
    """After 0002."""

    dependencies = [("chatops", "0002_record_text")]
    operations = [
        ops.AddField(model_name="InboxEvent", name="fence", field=fields.BigIntField(null=True)),
        ops.AddField(
            model_name="InboxEvent",
            name="lease_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="OutboxPost",
            name="lease_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.CreateModel(
            name="AllowanceRow",
            fields=[
                ("bucket", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=512)),
                ("tokens", fields.FloatField()),
                ("filled_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("rests_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "allowance",
                "app": "chatops",
                "pk_attr": "bucket",
                "table_description": "What is left of an allowance that replicas share. PostgreSQL only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeldName",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ("holder", fields.CharField(max_length=255)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "held",
                "app": "chatops",
                "pk_attr": "name",
                "table_description": (
                    "What one process does for all: receiving from a network that has one reader. PostgreSQL only."
                ),
            },
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
