"""The version after this one, as far as the database is concerned: one migration more, and tables that have what it adds.

Run as a program with a folder, the address of a PostgreSQL database, and a name: at the first line of its input it migrates
and opens the database, at each one after that it does one of everything; it ends with its input.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path

from tortoise import fields

from chatops.core.clock import SystemClock
from chatops.storage import schema
from chatops.storage.models import AggregateRow
from chatops.storage.schema import EXPANDS, known_until
from postgres_stores import postgres_store
from store_round import everything

MIGRATION = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("chatops", "{last}")]
    operations = [
        ops.AddField(model_name="AggregateRow", name="shelf", field=fields.TextField(null=True)),
        ops.CreateModel(
            name="Shelf",
            fields=[("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=255))],
            options={{"table": "shelf", "app": "chatops", "pk_attr": "name"}},
            bases=["Model"],
        ),
    ]
"""


PACKAGE = """
from chatops.storage import migrations

__path__ += migrations.__path__
"""


def become(folder: Path) -> None:
    """Be the version after this one, in this process, with its migrations in a package of their own."""
    last = known_until("")[-1]
    package = folder / "next_migrations"
    package.mkdir()
    (package / "__init__.py").write_text(PACKAGE)
    (package / f"{int(last[:4]) + 1:04}_shelf{EXPANDS}.py").write_text(MIGRATION.format(last=last))
    sys.path.append(str(folder))
    vars(schema)["migrations"] = importlib.import_module(package.name)
    AggregateRow._meta.add_field("shelf", fields.TextField(null=True))  # noqa: SLF001 - Tortoise has no other way


async def work(url: str, name: str) -> None:
    """Work beside the version before."""
    store = postgres_store(url, SystemClock(), name=name)
    _say("there")
    await asyncio.to_thread(sys.stdin.readline)
    await store.open()
    _say("open")
    while await asyncio.to_thread(sys.stdin.readline):
        await everything(store, f"{name} {SystemClock().monotonic()}")
        _say("done")
    await store.close()


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    become(Path(sys.argv[1]))
    asyncio.run(work(sys.argv[2], sys.argv[3]))
