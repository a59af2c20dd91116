"""Databases with this program's tables, made once for each state of the migrations and copied from then on."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatops.storage import migrations

if TYPE_CHECKING:
    from postgres_server import Postgres

MIGRATE = """
import asyncio, sys
from chatops.storage.postgres_server import PostgresServer
from chatops.storage.postgres_schema import migrate
asyncio.run(migrate(PostgresServer(url=sys.argv[1])))
"""


EMPTY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' LOOP
    EXECUTE format('DELETE FROM %I', found.tablename);
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
  FROM pg_sequences WHERE schemaname = 'public' AND sequencename <> 'tortoise_migrations_id_seq';
END $$;
"""
"""Deleting is some ten times quicker than a new database or TRUNCATE, as long as there are few rows."""


def of(server: Postgres) -> str:
    """The name of the server's template; made when it is not there. One process at a time makes it."""
    name = f"chatops_{_state()}"
    with (server.directory / "template.lock").open("a+b") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        known = server.directory / f"{name}.known"
        if not known.exists():
            server.psql(f"CREATE DATABASE {name}")
            migrate(server.url_of(name))
            known.touch()
    return name


def migrate(url: str) -> None:
    """Migrate a database in a process of its own, so that this one has used no PostgreSQL. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-c", MIGRATE, url], check=True)


def _state() -> str:
    """A word for the migrations as they are."""
    content = hashlib.sha256()
    for path in migrations.__path__:
        for file in sorted(Path(path).glob("*.py")):
            content.update(file.name.encode() + file.read_bytes())
    return content.hexdigest()[:12]
