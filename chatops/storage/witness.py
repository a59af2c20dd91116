"""The newest anchor, kept in a file outside the database: what it tells of, the database can no longer lose unseen.

The file is never ahead of the database: it is written after the anchor's commit, whole or not at all. As long as the
database does not hold what the file tells of, the file stays as it is, and so does the finding.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from chatops.core.frozen import Frozen
from chatops.core.journal import ZERO, Anchor, Seal
from chatops.storage.journal import same, sealed


class Kept(Frozen, frozen=True, kw_only=True):
    """What the file says. Without anchor and not edited: there is no file."""

    anchor: Anchor | None = None
    """Number 0 is written before a database's first anchor."""
    edited: bool = False


class Witness:
    """The file. Everything here blocks; it may be used from several threads."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self._path = path
        self._seal = seal
        self._lock = threading.Lock()

    def read(self) -> Kept:
        """Return what the file says. Raise OSError when it cannot be read."""
        try:
            anchor = msgspec.json.decode(self._path.read_bytes(), type=Anchor)
        except FileNotFoundError:
            return Kept()
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Kept(edited=True)
        return Kept(anchor=anchor) if sealed(anchor, self._seal) else Kept(edited=True)

    def begin(self, writer: str, at: datetime) -> Kept:
        """Return what the file says, made first when there is none: a kill after the first anchor leaves none missing."""
        with self._lock:
            kept = self.read()
            if kept == Kept():
                none_yet = self._seal.anchor(number=0, writer=writer, anchored_at=at, chains=0, total=ZERO, entries=0)
                self._write(none_yet)
                kept = Kept(anchor=none_yet)
            return kept

    def keep(self, anchor: Anchor) -> None:
        """Remember a committed anchor, unless the file knows a newer one or was edited."""
        with self._lock:
            kept = self.read()
            if not kept.edited and (kept.anchor is None or kept.anchor.number < anchor.number):
                self._write(anchor)

    def start_over(self, newest: Anchor | None, *, aside: str) -> Path | None:
        """Begin with the newest anchor of a backup that was restored on purpose.

        What the file told of until now is kept beside it under the name `aside`; return that, None when it told of nothing
        else.
        """
        with self._lock:
            if newest is not None and self.read().anchor == newest:
                return None
            kept = self._path.with_name(aside) if self._path.exists() else None
            if kept is not None:
                self._path.replace(kept)
            if newest is not None:
                self._write(newest)
            return kept

    def findings(self, kept: Kept, newest: int, seal_of: Callable[[int], object]) -> list[str]:
        """Return what the database lacks of `kept`, which must have been read before it.

        `newest`: the number of its newest anchor, 0 for none; `seal_of`: the seal of the anchor of a number, or None.
        """
        name, anchor = self._path.name, kept.anchor
        if kept.edited:
            return [f"The anchor kept outside the database ({name}) was edited."]
        if anchor is None:
            # Looked for again: the first one may just have been made.
            missing = newest > 0 and self.read() == Kept()
            return [f"The anchor kept outside the database ({name}) is missing."] if missing else []
        if fits(anchor, seal_of):
            return []
        when = f"{anchor.anchored_at:%Y-%m-%d %H:%M:%S} UTC"
        finding = (
            f"The database does not hold anchor {anchor.number} of {when}, which {name} tells of: the journals were put "
            f"back to an older copy, or anchors were removed. After a backup was restored on purpose, remove {name}."
        )
        return [finding]

    def _write(self, anchor: Anchor) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(anchor))
            file.flush()
            os.fsync(descriptor)
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def fits(anchor: Anchor, seal_of: Callable[[int], object]) -> bool:
    """Whether a database whose anchors have these seals holds `anchor`."""
    return anchor.number == 0 or same(seal_of(anchor.number), anchor.seal)
