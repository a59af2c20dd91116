"""What people send as files: kept in the data folder, one file each, under names of our own.

Nobody's name for a file is ever a path, and nothing here tells what is in one.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from chatops.errors import Missing, Unreachable
from chatops.ports.chat_files import bounded

LARGEST = 10_000_000
"""Bytes of all files of one message together."""

_NAME = re.compile("[0-9a-f]{32}")
_PIECE = 64 * 1024


class Uploads:
    """The files. Raise Missing for what is gone, or never was; Unreachable when the disk does not do it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Return where a file is. Raise Missing for what is no name of ours."""
        if not _NAME.fullmatch(name):
            message = "there is no such file"
            raise Missing(message)
        return self._folder / name

    async def keep(self, content: IO[bytes]) -> tuple[str, int]:
        """Keep what is in an open file; return its name and its bytes. It is on disk then."""
        try:
            return await asyncio.to_thread(self._keep, content)
        except OSError as error:
            message = f"the file cannot be kept ({error.strerror or type(error).__name__})"
            raise Unreachable(message) from error

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

    def _keep(self, content: IO[bytes]) -> tuple[str, int]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        path = self._folder / name
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                content.seek(0)
                shutil.copyfileobj(content, kept, _PIECE)
                kept.flush()
                os.fsync(kept.fileno())
                return name, kept.tell()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


async def _pieces(opened: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(opened.read, _PIECE):
        yield piece
