"""What `chatops db backup`, `restore` and `copy` do, with what they say about it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from chatops import logs
from chatops.core.clock import Clock, SystemClock
from chatops.core.journal import Seal
from chatops.errors import FolderInUse, SettingsError, StartError
from chatops.settings import Settings
from chatops.storage import snapshot_sqlite
from chatops.storage.archive import BackupError, Head, Sums
from chatops.storage.backup import back_up as write_backup
from chatops.storage.backup import place_for
from chatops.storage.database import needs_driver
from chatops.storage.folder import ACTION_KEY, ANCHOR, DATABASE, JOURNAL_KEY, SECRETS_KEY, DataFolder
from chatops.storage.restore import Restored, Target, look_into, other_keys
from chatops.storage.restore import restore as fill_database
from chatops.storage.restore_sqlite import SqliteTarget
from chatops.storage.snapshot import Snapshot
from chatops.storage.witness import Witness
from chatops.told import postgres_of

KEYS: Mapping[str, str] = {
    JOURNAL_KEY: "audit and timelines can no longer be verified",
    ACTION_KEY: "old buttons no longer work, and everybody signs in again",
    SECRETS_KEY: "plugins have to be logged in again: chatops doctor says how",
}
"""What it means when a key is not the one from before."""


async def back_up(
    settings: Settings, folder: Path, where: Path, *, force: bool = False, clock: Clock | None = None
) -> str:
    """Save the database of the settings; return what was done. Raise BackupError, StartError or StoreError."""
    logs.configure(level="error", style="text")
    at = (clock or SystemClock()).now()
    path = await asyncio.to_thread(place_for, where, at, force=force)
    keys = await asyncio.to_thread(_keys, folder)
    source = await asyncio.to_thread(_source, settings, folder)
    async with source as snapshot:
        saved = await write_backup(snapshot, path, keys=keys, at=at, force=force)
    beside = await asyncio.to_thread(_beside, folder, saved.path)
    return (
        f"Backed up {_amount(saved.sums)} to {saved.path} ({_size(saved.size)}), as of {_time(at)}. "
        "It was read back and is whole.\n"
        f"It is not encrypted, and the keys are not in it: keep copies of {', '.join(sorted(keys))} from {folder} elsewhere."
        + "".join(
            f"\nNor is {folder / name} in it ({'1 file' if files == 1 else f'{files:,} files'}, {_size(size)}): "
            f"copy that folder now, and keep it with the backup."
            for name, files, size in beside
        )
    )


async def restore(
    settings: Settings,
    folder: Path,
    path: Path,
    *,
    other_keys: bool = False,
    despite_findings: bool = False,
    clock: Clock | None = None,
) -> str:
    """Restore a backup into the database of the settings; return what was done. Raise BackupError or StartError."""
    logs.configure(level="error", style="text")
    await asyncio.to_thread(_check_free, folder, "a backup is restored where nobody works")
    head, sums = await look_into(path)
    changed = await asyncio.to_thread(_check_keys, head, folder, path, accepted=other_keys)
    held = await asyncio.to_thread(DataFolder, folder)
    try:
        keys = await asyncio.to_thread(_keys, folder)
        target = await asyncio.to_thread(_target, settings, held)
        restored = await fill_database(path, target, head=head, sums=sums, keys=keys, despite_findings=despite_findings)
        at = (clock or SystemClock()).now()
        kept = await asyncio.to_thread(_start_anchor_over, held, restored, at)
    finally:
        await asyncio.to_thread(held.release)
    beside = (
        f"What lay in folders of the old data folder, as in console-files, is in no backup: copy them into {folder} "
        "before you start the server."
    )
    return "\n".join((*_told(path, restored, changed, kept, shared=bool(settings.database.url)), beside))


async def copy(settings: Settings, folder: Path, *, to_postgresql: bool, clock: Clock | None = None) -> str:
    """Copy the data folder's SQLite to the PostgreSQL of the settings, or back. Raise BackupError or StartError."""
    logs.configure(level="error", style="text")
    if not settings.database.url:
        message = 'The settings name no PostgreSQL. Add: [database] url = "postgresql://USER@HOST:5432/NAME"'
        raise SettingsError(message)
    await asyncio.to_thread(_check_free, folder, "what it does meanwhile would not be copied")
    sqlite = settings.model_copy(update={"database": type(settings.database)()})
    source, target = (sqlite, settings) if to_postgresql else (settings, sqlite)
    held = await asyncio.to_thread(DataFolder, folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".copy-", dir=folder) as between:
            path = Path(between) / "all.backup"
            keys = await asyncio.to_thread(_keys, folder)
            async with await asyncio.to_thread(_source, source, folder) as snapshot:
                await write_backup(snapshot, path, keys=keys, at=(clock or SystemClock()).now())
            head, sums = await look_into(path)
            filled = await asyncio.to_thread(_target, target, held)
            copied = await fill_database(path, filled, head=head, sums=sums, keys=keys, despite_findings=True)
    finally:
        await asyncio.to_thread(held.release)
    found = "".join(f"{finding}\n" for finding in copied.findings)
    if to_postgresql:
        return found + (
            f"Copied {_amount(sums)} from {folder / DATABASE} to {settings.database.url}.\n"
            f"Start the server with these settings. {DATABASE} is left as it was and no longer used: "
            "move it away once all is well."
        )
    return found + (
        f"Copied {_amount(sums)} from {settings.database.url} to {folder / DATABASE}.\n"
        "Take the url out of [database] in the settings, and start the server. The old database is left as it was."
    )


def _source(settings: Settings, folder: Path) -> AbstractAsyncContextManager[Snapshot]:
    """Return what the settings name. Blocking. Raise StartError."""
    if settings.database.url:
        needs_driver()
        from chatops.storage import snapshot_postgres  # noqa: PLC0415 - the driver is an extra

        return snapshot_postgres.opened(postgres_of(settings))
    path = folder / DATABASE
    if not path.exists():
        message = f"There is no database in {folder}. Name the server's data folder: --data or CHATOPS_DATA."
        raise StartError(message)
    return snapshot_sqlite.opened(path)


def _target(settings: Settings, held: DataFolder) -> Target:
    """Return what the settings name. Blocking. Raise StartError."""
    if settings.database.url:
        needs_driver()
        from chatops.storage.restore_postgres import PostgresTarget  # noqa: PLC0415 - the driver is an extra

        return PostgresTarget(postgres_of(settings))
    return SqliteTarget(held.database)


def _keys(folder: Path) -> dict[str, bytes]:
    try:
        found = {name: DataFolder.secret_of(folder, name) for name in KEYS}
    except OSError as error:
        message = f"The keys in {folder} cannot be read: {error.strerror}. Be the user the server runs as."
        raise StartError(message) from error
    return {name: key.encode() for name, key in found.items() if key is not None}


def _beside(folder: Path, backup: Path) -> list[tuple[str, int, int]]:
    """Return what plugins keep beside the database: each folder with how many files are in it, and their bytes."""
    found = []
    for one in sorted(folder.iterdir()):
        if one.name.startswith(".") or one.is_symlink() or not one.is_dir() or backup.is_relative_to(one):
            continue
        sizes = [
            file.stat().st_size
            for inside, _folders, names in os.walk(one)
            for name in names
            if (file := Path(inside) / name).is_file()
        ]
        if sizes:
            found.append((one.name, len(sizes), sum(sizes)))
    return found


def _check_free(folder: Path, why: str) -> None:
    """Raise BackupError while a server uses the folder."""
    if not folder.is_dir():
        return
    holder = DataFolder.holder_of(folder)
    if holder is not None:
        message = f"{FolderInUse(str(folder), pid=holder.pid, url=holder.url)} Stop that server first: {why}."
        raise BackupError(message)


def _check_keys(head: Head, folder: Path, path: Path, *, accepted: bool) -> list[str]:
    """Return which keys are others than those of the backup. Raise BackupError unless that was `accepted`."""
    changed = other_keys(head, _keys(folder))
    if changed and not accepted:
        consequences = "; ".join(f"without {name}, {KEYS.get(name, 'some of it is of no use')}" for name in changed)
        message = (
            f"{', '.join(changed)} in {folder} {'is' if len(changed) == 1 else 'are'} missing, or not from the server this "
            f"backup was made of. Put the copies there first ({consequences}). If they are lost: "
            f"chatops db restore {path} --data {folder} --other-keys"
        )
        raise BackupError(message)
    return changed


def _start_anchor_over(held: DataFolder, restored: Restored, at: datetime) -> Path | None:
    aside = f"{ANCHOR}.before-{at:%Y-%m-%dT%H%M%SZ}"
    return Witness(held.anchor, Seal(held.journal_key)).start_over(restored.head.anchor, aside=aside)


def _told(path: Path, restored: Restored, changed: list[str], kept: Path | None, *, shared: bool) -> list[str]:
    lines = [f"Restored {_amount(restored.sums)} from {path}, as of {_time(restored.head.taken_at)}."]
    if restored.findings:
        lines += [*restored.findings, f"The journals have these {len(restored.findings)} findings, as in the backup."]
    elif JOURNAL_KEY not in changed:
        lines.append("The journals are whole.")
    lines += [f"{name} is another one: {KEYS.get(name, 'some of it is of no use')}." for name in changed]
    if restored.migrated:
        lines.append(f"The database was brought to this program's schema: {', '.join(restored.migrated)}.")
    if kept is not None:
        lines.append(
            f"{ANCHOR} now tells of the backup. What it told of before is kept as {kept}, for whoever asks later what "
            "was recorded after the backup. Note when and why you restored."
        )
    if shared:
        lines.append(
            f"Remove {ANCHOR} from the other replicas' data folders, or `audit verify` there finds it missing."
        )
    return lines


def _amount(sums: Sums) -> str:
    return f"{sums.rows:,} rows in {len(sums.tables)} tables"


def _size(size: int) -> str:
    kib = 1024
    return f"{size / kib / kib:.1f} MiB" if size > kib * kib else f"{size / kib:.1f} KiB"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
