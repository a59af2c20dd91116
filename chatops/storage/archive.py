"""The format of a backup: lines of JSON, compressed (gzip), the same whichever database they come from.

::

    {"what": "chatops backup", "format": 1, …}   what it holds: `Head`
    "inbox"                                      the name of a table, then its rows
    [1, "console:m-1", …]                        a row, its values in the order of the table's columns
    {"tables": {"inbox": {…}, …}, "sha256": …}   how many rows there were, and their sums: `Sums`

Nothing here knows a database. Everything blocks; memory holds one batch of rows at a time.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Literal, TypeVar

import msgspec

from chatops.core.frozen import Frozen, Instant
from chatops.core.journal import Anchor
from chatops.errors import StoreError

T = TypeVar("T")

FORMAT = 1
"""The one this program writes, and the only one it reads."""

WHAT = "chatops backup"

LEVEL = 6
"""Of compression: what zlib itself takes for a fair trade of time for space."""

LONGEST = 256 * 2**20
"""Bytes of one line. No row comes near it; what is longer is no backup."""

BATCH = 500
"""Rows handed on at a time."""

Kind = Literal["text", "integer", "real", "boolean", "time"]
Value = str | int | float | bool | None
Row = Sequence[Value]


class BackupError(StoreError):
    """A backup cannot be made or restored. The message says what to do."""


class Damaged(BackupError):
    """The archive is not what was written: cut off, changed, or something else altogether."""


class Column(Frozen, frozen=True, kw_only=True):
    """A column. A `time` is text, in UTC: `2026-11-22 09:15:00.000000+00:00`."""

    name: str
    kind: Kind


class Table(Frozen, frozen=True, kw_only=True):
    """A table."""

    name: str
    columns: tuple[Column, ...]
    key: str
    """The column of the primary key; rows are in its order (text by its bytes)."""
    numbered: bool = False
    """Whether the database numbers the rows."""
    last: int = 0
    """The highest number the database had given out: the next one must be higher."""


class Head(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What an archive holds."""

    what: str = WHAT
    format: int = FORMAT
    program: str
    """Version of the program that made it."""
    migrations: tuple[str, ...]
    """Those the database had had, oldest first."""
    taken_at: Instant
    """As of when."""
    database: Literal["sqlite", "postgresql"]
    keys: dict[str, str]
    """For each file with a key, its fingerprint."""
    anchor: Anchor | None = None
    """The journals' newest."""
    tables: tuple[Table, ...] = ()


class Sum(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What was written of one table."""

    rows: int
    sha256: str
    """Over the lines of its rows."""


class Sums(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What was written."""

    tables: dict[str, Sum]
    sha256: str
    """Over all lines before this one."""

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(one.rows for one in self.tables.values())


class Batch(Frozen, frozen=True, kw_only=True):
    """Some rows of one table."""

    table: Table
    rows: tuple[Row, ...]


class _Mark(Frozen, frozen=True, kw_only=True):
    """What every format there will ever be has in its first line."""

    what: str = ""
    format: int = 0


class Counting:
    """Sums up the rows of one table, wherever they come from."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = hashlib.sha256()

    def add(self, rows: Iterable[Row]) -> bytes:
        """Count rows; return their lines."""
        lines = [msgspec.json.encode(row) + b"\n" for row in rows]
        for line in lines:
            self.line(line)
        return b"".join(lines)

    def line(self, line: bytes) -> None:
        """Count a row by its line."""
        self._rows += 1
        self._sum.update(line)

    @property
    def sum(self) -> Sum:
        """What has been counted so far."""
        return Sum(rows=self._rows, sha256=self._sum.hexdigest())


class ArchiveWriter:
    """Writes an archive into a file: `begin` and `add` for each table of the head in turn, then `close`."""

    def __init__(self, file: IO[bytes], head: Head) -> None:
        self._head = head
        # Neither name nor time: the same rows make the same bytes.
        self._out = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=file, mtime=0)
        self._all = hashlib.sha256()
        self._counting: dict[str, Counting] = {}
        self._at = ""
        self._write(msgspec.json.encode(head) + b"\n")

    def begin(self, table: str) -> None:
        """Go on to the next table."""
        self._at = table
        self._counting[table] = Counting()
        self._write(msgspec.json.encode(table) + b"\n")

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows to the table begun last."""
        self._write(self._counting[self._at].add(rows))

    def close(self) -> Sums:
        """Write the sums; return them. The file stays open."""
        if [*self._counting] != [table.name for table in self._head.tables]:
            message = "not every table of the head was written, or not in its order"
            raise ValueError(message)
        tables = {name: counting.sum for name, counting in self._counting.items()}
        sums = Sums(tables=tables, sha256=self._all.hexdigest())
        self._out.write(msgspec.json.encode(sums) + b"\n")
        self._out.close()
        return sums

    def _write(self, text: bytes) -> None:
        self._all.update(text)
        self._out.write(text)


class ArchiveReader:
    """Reads an archive. What `batch` has returned is known to be sound only when it has returned None at last."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the head. Raise Damaged, or BackupError for a format this program does not know."""
        self._in = gzip.GzipFile(fileobj=file, mode="rb")
        self._all = hashlib.sha256()
        self._left: list[Table] = []
        self._at: Table | None = None
        self._counting: dict[str, Counting] = {}
        self._begun = False
        self.sums: Sums | None = None
        """Once everything was read."""
        self.head = self._head()
        self._begun = True
        self._left = [*self.head.tables]

    def batch(self, most: int = BATCH) -> Batch | None:
        """Return the next rows, of one table; None when all were read and the sums are right. Raise Damaged."""
        rows: list[Row] = []
        while self.sums is None and len(rows) < most:
            line = self._line()
            if line.startswith(b"["):
                rows.append(self._row(line))
                continue
            if rows:
                batch = self._batch(rows)
                self._turn(line)
                return batch
            self._turn(line)
        return self._batch(rows) if rows else None

    def _batch(self, rows: list[Row]) -> Batch:
        assert self._at is not None  # noqa: S101 - a row was read, so there is a table
        return Batch(table=self._at, rows=tuple(rows))

    def _head(self) -> Head:
        line = self._line()
        try:
            mark = msgspec.json.decode(line, type=_Mark)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Damaged(NO_BACKUP) from error
        if mark.what != WHAT:
            raise Damaged(NO_BACKUP)
        if mark.format != FORMAT:
            message = (
                f"This backup has the format {mark.format}, and this program reads format {FORMAT} only. "
                "Install the version that made it, or a newer one."
            )
            raise BackupError(message)
        self._all.update(line)
        return _decoded(line, Head)

    def _turn(self, line: bytes) -> None:
        """Go on to the next table, or to the end."""
        if line.startswith(b'"'):
            name = _decoded(line, str)
            if not self._left or self._left[0].name != name:
                raise Damaged(_damaged(f"the table {name} is out of its place"))
            self._at = self._left.pop(0)
            self._counting[name] = Counting()
            self._all.update(line)
            return
        sums = _decoded(line, Sums)
        if self._left:
            raise Damaged(_damaged(f"the table {self._left[0].name} is missing"))
        wrong = [name for name, counting in self._counting.items() if sums.tables.get(name) != counting.sum]
        if wrong:
            raise Damaged(_damaged(f"the rows of {wrong[0]} are not those that were written"))
        if sums.sha256 != self._all.hexdigest() or sums.tables.keys() != self._counting.keys():
            raise Damaged(_damaged("its sum is wrong"))
        if self._read(1):
            raise Damaged(_damaged("something was added behind its end"))
        self.sums = sums

    def _row(self, line: bytes) -> Row:
        if self._at is None:
            raise Damaged(_damaged("there is a row of no table"))
        row = _decoded(line, list[Value])
        columns = self._at.columns
        if len(row) != len(columns) or not all(
            fits(value, column.kind) for value, column in zip(row, columns, strict=True)
        ):
            raise Damaged(_damaged(f"a row of {self._at.name} is none"))
        self._counting[self._at.name].line(line)
        self._all.update(line)
        return row

    def _line(self) -> bytes:
        line = self._read(LONGEST)
        if not line.endswith(b"\n"):
            raise Damaged(_damaged("it was cut off") if self._begun else NO_BACKUP)
        return line

    def _read(self, most: int) -> bytes:
        try:
            return self._in.readline(most)
        except EOFError as error:
            raise Damaged(_damaged("it was cut off")) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Damaged(_damaged("it cannot be unpacked") if self._begun else NO_BACKUP) from error


NO_BACKUP = "This is no backup of chatops, or its beginning is damaged. Take another one."


def fingerprint(name: str, key: bytes) -> str:
    """Return what tells whether a key is the same, and nothing else of it."""
    return hmac.digest(key, f"{WHAT}: {name}".encode(), "sha256").hex()[:32]


def time_text(at: datetime) -> str:
    """Return an instant as archives hold it."""
    return at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")


def time_of(text: str) -> datetime:
    """Return the instant. Raise ValueError."""
    at = datetime.fromisoformat(text)
    if time_text(at) != text:
        message = f"{text!r} is not as archives write instants"
        raise ValueError(message)
    return at


def fits(value: object, kind: Kind) -> bool:
    """Whether a column of that kind can hold `value`."""
    if value is None:
        return True
    if type(value) is not _TYPES[kind]:
        return False
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, str) and kind == "time":
        try:
            return bool(time_of(value))
        except ValueError:
            return False
    return True


_TYPES: Mapping[Kind, type] = {"text": str, "integer": int, "real": float, "boolean": bool, "time": str}


def _damaged(how: str) -> str:
    return f"The backup is damaged: {how}. Nothing was restored from it; take another one."


def _decoded(line: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(_damaged("a line of it makes no sense")) from error
