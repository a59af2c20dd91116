"""Text search over documents. Each database has its own way, which no model can declare, so it is SQL."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps


async def create(_apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Create the index where this migration knows how; PostgreSQL's comes with PostgreSQL."""
    if editor.DIALECT == "sqlite":
        await editor.client.execute_script(
            "CREATE VIRTUAL TABLE record_text USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')"
        )


class Migration(migrations.Migration):
    """After 0001."""

    dependencies = [("chatops", "0001_initial")]
    operations = [ops.RunPython(create)]
