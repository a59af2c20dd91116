"""The schema's version: migrations by Tortoise's own tool, forward only, run at every start and by `chatops db migrate`.

A database that a newer program has migrated is refused before anything is written to it, unless all that was done to it is
named as an expansion: then this program works on it as before, and an upgrade can be taken back.
"""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from chatops.errors import SchemaMismatch, StoreUnavailable
from chatops.storage import migrations, sqlite_file
from chatops.storage.models import APP

CONNECTION = "chatops"
"""Every connection's name. Tortoise keeps the name in the model classes but the connection in a context of its own, so
stores may share the name, and must. Only one kind of database per process: Tortoise caches statements by that name."""

MODELS = "chatops.storage.models"

EXPANDS = "_expand"
"""How the name of a migration ends after which the version before works on: it only adds, and so does its program.

See CONTRIBUTING.md, "Changes of the schema".
"""


def config(connection: Mapping[str, Any] | str) -> dict[str, Any]:
    """Return Tortoise's configuration for a database, given as URL or as Tortoise's own settings."""
    return {
        "connections": {CONNECTION: connection if isinstance(connection, str) else dict(connection)},
        "apps": {APP: {"models": [MODELS], "default_connection": CONNECTION, "migrations": migrations.__name__}},
    }


TORTOISE_ORM = config("sqlite://:memory:")
"""For `tortoise -c chatops.storage.schema.TORTOISE_ORM makemigrations`, after a change of the models."""


async def migrate(url: str, *, upto: str = "") -> tuple[str, ...]:
    """Bring the database at `url` to this program's schema, or to that of the migration `upto`; return those applied.

    `url` is `sqlite:///PATH` (percent-encoded). Nobody else may write meanwhile.
    Raise SchemaMismatch when a newer program has migrated it further than this one can follow, StoreUnavailable when it
    does not answer.
    """
    # In a thread with a loop of its own: migrations are modules, read from disk, and SQLite's are files to copy.
    return await asyncio.to_thread(_migrate, url, upto)


async def check_known(applied: Collection[str]) -> None:
    """Raise SchemaMismatch when a database has had migrations this program does not know, expansions included."""
    await asyncio.to_thread(missing, applied)


def missing(applied: Collection[str]) -> tuple[str, ...]:
    """Return the migrations that a database which has had `applied` still lacks. Raise SchemaMismatch for unknown ones.

    Who reads all of a database, or writes all of it, must know even what has only been added.
    """
    return _missing(_known(), applied, whole=True)


def _known() -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(migrations.__path__))


def _migrate(url: str, upto: str) -> tuple[str, ...]:
    known = known_until(upto)
    try:
        path = Path(unquote(url.removeprefix("sqlite://").partition("?")[0]))
        missing = _missing(known, sqlite_file.migrations_of(path))
        if missing:
            # Tortoise commits after each statement on SQLite: a start killed half-way would leave half a schema.
            with sqlite_file.exchanged(path) as copy:
                asyncio.run(apply(sqlite_file.settings(copy), known))
        return missing
    except (BaseORMException, OSError, *sqlite_file.ERRORS) as error:
        message = f"The database cannot be migrated: {error}"
        raise StoreUnavailable(message) from error


def known_until(upto: str) -> list[str]:
    """Return the names of the migrations up to the one named; of all when `upto` is empty."""
    return [name for name in _known() if not upto or name <= upto]


async def apply(connection: Mapping[str, Any] | str, known: Sequence[str]) -> tuple[str, ...]:
    """Apply those of the migrations that the database has not had; return them. Raise SchemaMismatch for unknown ones."""
    settings = config(connection)
    async with TortoiseContext() as context:
        await context.init(config=settings)
        executor = MigrationExecutor(context.db(), settings["apps"])
        missing = _missing(known, [key.name for key in await executor.recorder.applied_migrations()])
        if missing:
            await executor.migrate([MigrationTarget(APP, known[-1])], direction="forward")
        return missing


def _missing(known: Sequence[str], applied: Collection[str], *, whole: bool = False) -> tuple[str, ...]:
    """Return the migrations still to apply. Raise SchemaMismatch when there is one we neither know nor can do without."""
    unknown = set(applied).difference(known)
    missing = tuple(name for name in known if name not in applied)
    if unknown and (whole or missing or not all(name.endswith(EXPANDS) for name in unknown)):
        message = (
            f"This database was made by a newer version of this program: it has the migration {max(unknown)}, which "
            f"version {program()} does not know. Install the newer version, or go back to a backup made before it."
        )
        raise SchemaMismatch(message)
    return missing


def program() -> str:
    """Return this program's version."""
    try:
        return version("chatops-server")
    except PackageNotFoundError:
        return "(not installed)"
