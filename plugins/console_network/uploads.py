"""What people send as files: kept in the data folder, one file each, under names of our own.

Nobody's name for a file is ever a path, and nothing here tells what is in one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO

from chatops.errors import Missing, Unreachable
from chatops.ports.chat_files import bounded

LARGEST = 10_000_000
"""Bytes of all files of one message together."""

MOST_OF_ONE = 500_000_000
"""Bytes of all files of one person together, unless the settings say otherwise; one message may go beyond them."""

_BLOCK = 4096
"""Bytes that a file counts at least."""

_NAME = re.compile("[0-9a-f]{32}")
_PIECE = 64 * 1024


class Uploads:
    """The files. Raise Missing for what is gone, or never was; Unreachable when the disk does not do it."""

    def __init__(self, folder: Path, *, most_of_one: int = MOST_OF_ONE) -> None:
        self._folder = folder
        self.most_of_one = most_of_one
        """Bytes of all files of one person together."""
        self._new: set[str] | None = set()
        """Names given since the start; None once the folder has been tidied."""

    def path(self, name: str) -> Path:
        """Return where a file is. Raise Missing for what is no name of ours."""
        if not _NAME.fullmatch(name):
            message = "there is no such file"
            raise Missing(message)
        return self._folder / name

    async def keep(self, content: IO[bytes], owner: str) -> tuple[str, int]:
        """Keep what is in an open file of somebody; return its name and its bytes. It is on disk then."""
        name = f"{_mark(owner)}{secrets.token_hex(12)}"
        if self._new is not None:
            self._new.add(name)
        try:
            return name, await asyncio.to_thread(self._keep, content, name)
        except OSError as error:
            message = f"the file cannot be kept ({error.strerror or type(error).__name__})"
            raise Unreachable(message) from error

    async def used(self, owner: str) -> int:
        """Return how many bytes somebody's files take."""
        try:
            return await asyncio.to_thread(self._used, _mark(owner))
        except OSError as error:
            message = f"the files cannot be counted ({error.strerror or type(error).__name__})"
            raise Unreachable(message) from error

    async def tidy(self, needed: Callable[[str], Awaitable[bool]]) -> None:
        """Throw away, once, what an earlier run has left behind and nobody needs; nothing that came since the start.

        Where nobody needs anything, nothing goes: the folder is another database's then.
        """
        if self._new is None:
            return
        try:
            found = [name for name in await asyncio.to_thread(self._names) if name not in self._new]
            left = [name for name in found if not await needed(name)]
            for name in left if len(left) < len(found) else ():
                await self.forget(name)
        except OSError as error:
            message = f"the files cannot be looked through ({error.strerror or type(error).__name__})"
            raise Unreachable(message) from error
        self._new = None

    async def forget(self, name: str) -> None:
        """Throw a file away. Harmless when it is gone."""
        path = self.path(name)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def read(self, name: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file. Raise `too_large` beyond `most` bytes."""
        path = self.path(name)
        try:
            opened = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError as error:
            message = "the file is gone"
            raise Missing(message) from error
        except OSError as error:
            message = f"the file cannot be read ({error.strerror or type(error).__name__})"
            raise Unreachable(message) from error
        try:
            async for piece in bounded(_pieces(opened), most):
                yield piece
        finally:
            await asyncio.to_thread(opened.close)

    def _names(self) -> list[str]:
        return (
            [one.name for one in self._folder.iterdir() if _NAME.fullmatch(one.name)] if self._folder.exists() else []
        )

    def _used(self, mark: str) -> int:
        if not self._folder.exists():
            return 0
        with os.scandir(self._folder) as found:
            return sum(max(one.stat().st_size, _BLOCK) for one in found if one.name.startswith(mark))

    def _keep(self, content: IO[bytes], name: str) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / name
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                content.seek(0)
                shutil.copyfileobj(content, kept, _PIECE)
                kept.flush()
                os.fsync(kept.fileno())
                return kept.tell()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _mark(owner: str) -> str:
    """Return how the names of somebody's files begin."""
    return hashlib.sha256(owner.encode()).hexdigest()[:8]


async def _pieces(opened: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(opened.read, _PIECE):
        yield piece
