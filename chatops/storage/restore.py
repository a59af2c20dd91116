"""Bringing back a backup: into an empty database, whole or not at all, and only after everything in it was checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from chatops.core.frozen import Frozen
from chatops.core.journal import Seal
from chatops.errors import SchemaMismatch
from chatops.storage import schema
from chatops.storage.archive import ArchiveReader, BackupError, Batch, Head, Sums, Table, fingerprint
from chatops.storage.backup import checked
from chatops.storage.folder import JOURNAL_KEY
from chatops.storage.snapshot import Snapshot, sum_of

PASSING = ("allowance", "held", "state")
"""Tables that a database without anything of its own may have rows in: they tell who uses it at the moment."""


class Filling(Protocol):
    """A database under way: filled with the rows of an archive, and nobody sees it yet."""

    @property
    def snapshot(self) -> Snapshot:
        """What is in it now."""
        ...

    async def fill(self, batch: Batch) -> None:
        """Add rows. Raise BackupError when the database does not take them."""
        ...

    async def findings(self, seal: Seal) -> Sequence[str]:
        """Return what is wrong with the journals in it."""
        ...

    async def settle(self, tables: Sequence[Table]) -> None:
        """End all leases, go on counting behind the highest number given out, and let fences only grow."""
        ...


class Target(Protocol):
    """Where a backup is restored to."""

    @property
    def migrated(self) -> Sequence[str]:
        """The migrations it has had since `filling`, which has ended: those the archive lacked."""
        ...

    async def check_empty(self) -> None:
        """Raise BackupError, saying what to do, when there is anything in it or somebody uses it."""
        ...

    def filling(self, migrations: Sequence[str]) -> AbstractAsyncContextManager[Filling]:
        """Give the empty database as it is after those migrations.

        It counts when the block has ended without an error, and is brought to this program's schema.
        """
        ...


class Restored(Frozen, frozen=True, kw_only=True):
    """What was restored."""

    head: Head
    sums: Sums
    migrated: tuple[str, ...] = ()
    """Migrations the archive lacked."""
    findings: tuple[str, ...] = ()
    """What is wrong with the journals, when it was restored all the same."""


def other_keys(head: Head, keys: Mapping[str, bytes | None]) -> list[str]:
    """Return the names of the keys that are not those of the backup, or not there."""
    return [
        name
        for name, print_ in head.keys.items()
        if (key := keys.get(name)) is None or fingerprint(name, key) != print_
    ]


async def look_into(path: Path) -> tuple[Head, Sums]:
    """Read a backup from beginning to end. Raise BackupError when it is damaged, SchemaMismatch when it is too new."""
    return await asyncio.to_thread(_looked_into, path)


async def restore(
    path: Path, target: Target, *, head: Head, sums: Sums, keys: Mapping[str, bytes], despite_findings: bool = False
) -> Restored:
    """Restore the backup at `path`, into which `look_into` has looked before.

    `keys`: those that will be used with it, by the names of their files.
    Raise BackupError or SchemaMismatch with nothing changed. With another journal key the journals are not verified:
    everything in them would be a finding.
    """
    await target.check_empty()
    seal = Seal(keys[JOURNAL_KEY])
    async with target.filling(head.migrations) as filling:
        if _shape(filling.snapshot.tables) != _shape(head.tables):
            message = "The tables of this backup are not those of the version it names. Take another backup."
            raise BackupError(message)
        async for batch in _batches(path):
            await filling.fill(batch)
        for table in head.tables:
            if await sum_of(filling.snapshot, table) != sums.tables[table.name]:
                message = f"The rows of {table.name} do not read back as the backup has them. Nothing was restored."
                raise BackupError(message)
        findings = () if JOURNAL_KEY in other_keys(head, keys) else tuple(await filling.findings(seal))
        if findings and not despite_findings:
            told = "\n".join(findings)
            message = (
                f"{told}\nThe journals in this backup have {len(findings)} findings: they were tampered with or damaged "
                "before it was made. Take an older backup, or say --despite-findings to restore it as it is."
            )
            raise BackupError(message)
        await filling.settle(head.tables)
    return Restored(head=head, sums=sums, migrated=tuple(target.migrated), findings=findings)


def _looked_into(path: Path) -> tuple[Head, Sums]:
    head, sums = checked(path)
    if not head.migrations:
        message = "This backup is of a database without tables: there is nothing to restore."
        raise BackupError(message)
    try:
        schema.missing(head.migrations)
    except SchemaMismatch as error:
        message = (
            f"This backup was made by version {head.program}, whose database is newer than this program's "
            f"({schema.program()}): it has the migration {max(head.migrations)}. Install that version and restore with it."
        )
        raise SchemaMismatch(message) from error
    return head, sums


async def _batches(path: Path) -> AsyncIterator[Batch]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        reader = await asyncio.to_thread(ArchiveReader, file)
        while (batch := await asyncio.to_thread(reader.batch)) is not None:
            yield batch
    finally:
        await asyncio.to_thread(file.close)


def _shape(tables: Sequence[Table]) -> Mapping[str, object]:
    return {table.name: (frozenset(table.columns), table.key, table.numbered) for table in tables}
