"""What a PostgreSQL database looks like from outside: columns, keys and indexes, without rows."""

from __future__ import annotations

from postgres_server import Postgres

COLUMNS = """
SELECT table_name || '.' || column_name, data_type, character_maximum_length, is_nullable, is_identity,
  coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'tortoise_migrations' ORDER BY 1
"""
INDEXES = """
SELECT tablename || '.' || CASE WHEN conname IS NULL THEN indexname ELSE contype::text END,
  regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON')
FROM pg_indexes LEFT JOIN pg_constraint ON conindid = (schemaname || '.' || indexname)::regclass
WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' ORDER BY 1, 2
"""
"""An index that belongs to a constraint has a name of Tortoise's making, which says nothing."""


def columns(server: Postgres, url: str) -> dict[str, str]:
    """Each column, as `table.column`, with its type, whether it may be empty, and its default."""
    lines = server.psql(COLUMNS, url).splitlines()
    return {name: what for name, _bar, what in (line.partition("|") for line in lines)}


def indexes(server: Postgres, url: str) -> list[str]:
    """Each index, as `table.index|definition`: columns, order, uniqueness and condition."""
    return server.psql(INDEXES, url).splitlines()


def tables(server: Postgres, url: str) -> set[str]:
    """The tables' names."""
    return {name.partition(".")[0] for name in columns(server, url)}
