"""The tables and their columns, read off the models: what a backup holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.models import Model

from chatops.errors import SchemaMismatch
from chatops.storage import models
from chatops.storage.archive import Column, Kind, Table

DERIVED = ("tortoise_migrations", "record_text", "sqlite_")
"""How the names of tables begin that are not ours to keep: made anew from the others, or the database's own."""

_KINDS: Mapping[type[Field[Any]], Kind] = {
    fields.BigIntField: "integer",
    fields.IntField: "integer",
    fields.CharField: "text",
    fields.TextField: "text",
    fields.BooleanField: "boolean",
    fields.FloatField: "real",
    fields.DatetimeField: "time",
}


def tables() -> tuple[Table, ...]:
    """Return every table of the models, by name."""
    found = (_table(one) for one in vars(models).values() if isinstance(one, type) and _is_ours(one))
    return tuple(sorted(found, key=lambda table: table.name))


def present(columns: Mapping[str, Collection[str]]) -> tuple[Table, ...]:
    """Return the tables that a database has, with the columns that it has: an older schema lacks some.

    Raise SchemaMismatch when it has a column the models do not know.
    """
    found: list[Table] = []
    known = {table.name: table for table in tables()}
    for name, there in columns.items():
        if name.startswith(DERIVED):
            continue
        table = known.get(name)
        unknown = sorted(there if table is None else set(there) - {column.name for column in table.columns})
        if table is None or unknown:
            message = (
                f"The database has a column {name}.{unknown[0]} that this version of the program does not know. "
                "Use the version that made the database, or bring it up to date first: chatops db migrate"
            )
            raise SchemaMismatch(message)
        found.append(
            Table(
                name=name,
                columns=tuple(column for column in table.columns if column.name in there),
                key=table.key,
                numbered=table.numbered,
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))


def _is_ours(found: type) -> bool:
    return issubclass(found, models.Table) and found is not models.Table


def _table(model: type[Model]) -> Table:
    meta = model._meta  # noqa: SLF001 - Tortoise's way of asking a model what it declares
    columns = tuple(
        Column(name=name, kind=_KINDS[type(meta.fields_map[field])])
        for field, name in meta.fields_db_projection.items()
    )
    return Table(name=meta.db_table, columns=columns, key=meta.db_pk_column, numbered=meta.pk.generated)
