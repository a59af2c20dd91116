"""`chatops db …`: the commands of the command line about the database."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chatops.chosen import ConfigOption, DataOption, settings_of

db_cli = typer.Typer(help="The database.", no_args_is_help=True)


class To(StrEnum):
    """Which way `chatops db copy` goes."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


@db_cli.command("migrate")
def db_migrate(config: ConfigOption = None, data: DataOption = None) -> None:
    """Bring the database to this program's schema. `run` does the same at its start."""
    from chatops.operating import migrate

    typer.echo(asyncio.run(migrate(*settings_of(config, data))))


@db_cli.command("backup")
def db_backup(
    where: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="In a folder, it is named after the time.")],
    config: ConfigOption = None,
    data: DataOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Save everything in the database to a file, beside the running server. Keys are not in it: copy those yourself."""
    from chatops.archiving import back_up

    typer.echo(asyncio.run(back_up(*settings_of(config, data), where, force=force)))


@db_cli.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `chatops db backup` wrote.")],
    config: ConfigOption = None,
    data: DataOption = None,
    other_keys: Annotated[bool, typer.Option("--other-keys", help="Although the data folder has other keys.")] = False,
    despite_findings: Annotated[
        bool, typer.Option("--despite-findings", help="Although the journals in it do not verify.")
    ] = False,
) -> None:
    """Bring back a backup, into an empty database that no server uses."""
    from chatops.archiving import restore

    settings, folder = settings_of(config, data)
    work = restore(settings, folder, file, other_keys=other_keys, despite_findings=despite_findings)
    typer.echo(asyncio.run(work))


@db_cli.command("copy")
def db_copy(
    config: ConfigOption = None,
    data: DataOption = None,
    to: Annotated[To, typer.Option(help="Where to: the database of the settings, or the data folder.")] = To.POSTGRESQL,
) -> None:
    """Copy everything from SQLite to the PostgreSQL of the settings, or back. No server may run."""
    from chatops.archiving import copy

    typer.echo(asyncio.run(copy(*settings_of(config, data), to_postgresql=to is To.POSTGRESQL)))
