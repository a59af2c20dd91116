"""Writing a backup into a file: whole or not at all, for its owner alone, read back before it counts."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from chatops.core.frozen import Frozen
from chatops.storage.archive import ArchiveReader, ArchiveWriter, BackupError, Head, Sums, fingerprint
from chatops.storage.schema import program
from chatops.storage.snapshot import Snapshot
from chatops.storage.sqlite_file import flush

SUFFIX = ".backup"


class Backup(Frozen, frozen=True, kw_only=True):
    """A backup that was written."""

    path: Path
    head: Head
    sums: Sums
    size: int
    """Bytes."""


def place_for(where: Path, at: datetime, *, force: bool) -> Path:
    """Return the file to write: `where`, or in the folder `where` one named after the time. Blocking.

    Raise BackupError when it is there already and not `force`, or when it can be no file.
    """
    path = (where / f"chatops-{at:%Y-%m-%dT%H%M%SZ}{SUFFIX}" if where.is_dir() else where).absolute()
    if not path.parent.is_dir():
        message = f"There is no folder {path.parent}. Make it first: mkdir -p {path.parent}"
        raise BackupError(message)
    if path.is_dir() or (path.exists() and not force):
        message = f"{path} is there already. Name another file, or say --force to replace it."
        raise BackupError(message)
    return path


async def back_up(
    snapshot: Snapshot, path: Path, *, keys: Mapping[str, bytes], at: datetime, force: bool = False
) -> Backup:
    """Write everything in `snapshot` to `path`. `keys`: the keys by the names of their files; they are not written.

    Raise BackupError when the file cannot be written or comes back otherwise; then nothing is left of it.
    """
    head = Head(
        program=await asyncio.to_thread(program),
        migrations=snapshot.migrations,
        taken_at=at,
        database=snapshot.database,
        keys={name: fingerprint(name, key) for name, key in keys.items()},
        anchor=snapshot.anchor,
        tables=snapshot.tables,
    )
    with _errors_told(path):
        temporary, file = await asyncio.to_thread(_begun, path)
        try:
            sums = await _written(file, head, snapshot)
            size = await asyncio.to_thread(_ended, file, temporary, sums)
            await asyncio.to_thread(_moved, temporary, path, force=force)
        finally:
            file.close()
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
    return Backup(path=path, head=head, sums=sums, size=size)


async def _written(file: IO[bytes], head: Head, snapshot: Snapshot) -> Sums:
    writer = await asyncio.to_thread(ArchiveWriter, file, head)
    for table in head.tables:
        await asyncio.to_thread(writer.begin, table.name)
        async for rows in snapshot.rows(table):
            await asyncio.to_thread(writer.add, rows)
    return await asyncio.to_thread(writer.close)


def checked(path: Path) -> tuple[Head, Sums]:
    """Read an archive from beginning to end; return what it holds. Blocking. Raise BackupError."""
    try:
        with path.open("rb") as file:
            reader = ArchiveReader(file)
            while reader.batch() is not None:
                pass
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise BackupError(message) from error
    assert reader.sums is not None  # noqa: S101 - the last batch has been read
    return reader.head, reader.sums


def _begun(path: Path) -> tuple[Path, IO[bytes]]:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    return Path(name), os.fdopen(descriptor, "wb")


def _ended(file: IO[bytes], temporary: Path, sums: Sums) -> int:
    """Flush the file and read it back; return its size."""
    file.flush()
    os.fsync(file.fileno())
    if checked(temporary)[1] != sums:
        message = (
            "The backup does not read back as it was written: the disk or the memory of this machine is not sound."
        )
        raise BackupError(message)
    return temporary.stat().st_size


def _moved(temporary: Path, path: Path, *, force: bool) -> None:
    if force:
        temporary.replace(path)
    else:
        # Unlike a rename, this never replaces what somebody else has put there meanwhile.
        path.hardlink_to(temporary)
    flush(path.parent)


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        message = f"{path} is there already. Name another file, or say --force to replace it."
        raise BackupError(message) from error
    except OSError as error:
        message = f"The backup {path} cannot be written: {error.strerror}. Nothing is left of it."
        raise BackupError(message) from error
