"""SQLite databases with this program's tables, made once for each process and copied from then on.

To make one takes nearly half a second of the processor. That a server makes its own at its first start is proven in
tests/storage and by all tests that start a program.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from chatops.storage.folder import DATABASE
from chatops.storage.schema import migrate
from chatops.storage.sqlite_file import url


def migrated(folder: Path) -> Path:
    """Return the database in `folder`: the one that is there, else an empty one with all tables."""
    path = folder / DATABASE
    if not path.exists():
        path.write_bytes(_template())
    return path


@cache
def _template() -> bytes:
    folder = Path(tempfile.mkdtemp())
    try:
        with ThreadPoolExecutor(1) as own:  # the caller may be on an event loop
            own.submit(lambda: asyncio.run(migrate(url(folder / DATABASE)))).result()
        return (folder / DATABASE).read_bytes()
    finally:
        shutil.rmtree(folder)
