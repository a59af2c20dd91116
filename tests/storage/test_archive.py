"""The format of backups: what goes in comes out, and nothing that was changed on the way is taken for what was written."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatops.core.frozen import replace
from chatops.storage.archive import (
    ArchiveReader,
    ArchiveWriter,
    BackupError,
    Column,
    Damaged,
    Head,
    Row,
    Sums,
    Table,
    fingerprint,
    fits,
    time_text,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

Content = Sequence[tuple[Table, Sequence[Row]]]

VALUES = {
    "text": st.text(st.characters(exclude_categories=["Cs"])),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "time": st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)).map(time_text),  # noqa: DTZ001
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[Row]]:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=6))
    columns = tuple(Column(name=f"c{place}", kind=kind) for place, kind in enumerate(kinds))  # type: ignore[arg-type]
    table = Table(name=draw(st.text(min_size=1, max_size=5)), columns=columns, key="c0", numbered=draw(st.booleans()))
    row = st.tuples(*(st.none() | VALUES[kind] for kind in kinds)).map(list)
    return table, draw(st.lists(row, max_size=8))


CONTENTS = st.lists(tables(), max_size=4, unique_by=lambda one: one[0].name)


def head(content: Content, **fields: object) -> Head:
    made = Head(program="1.0", migrations=("0001",), taken_at=AT, database="sqlite", keys={"journal.key": "ab"})
    return replace(made, tables=tuple(table for table, _rows in content), **fields)


def written(content: Content, **fields: object) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file, head(content, **fields))
    for table, rows in content:
        writer.begin(table.name)
        writer.add(rows)
    writer.close()
    return file.getvalue()


def read(raw: bytes, most: int = 3) -> tuple[Head, dict[str, list[Row]], Sums]:
    reader = ArchiveReader(io.BytesIO(raw))
    rows: dict[str, list[Row]] = {table.name: [] for table in reader.head.tables}
    while (batch := reader.batch(most)) is not None:
        assert 0 < len(batch.rows) <= most
        rows[batch.table.name] += batch.rows
    assert reader.sums is not None
    return reader.head, rows, reader.sums


SAMPLE: Content = [
    (Table(name="empty", columns=(Column(name="id", kind="integer"),), key="id"), []),
    (
        Table(
            name="full", columns=(Column(name="id", kind="integer"), Column(name="at", kind="time")), key="id", last=9
        ),
        [[1, time_text(AT)], [2, None], [7, time_text(AT)], [8, None]],
    ),
]
RAW = written(SAMPLE)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS)
def test_any_rows_come_back(content: Content) -> None:
    """In their order, of the same types, however they are divided into batches."""
    found, rows, sums = read(written(content))

    assert found == head(content)
    assert rows == {table.name: list(given_) for table, given_ in content}
    assert [[type(value) for value in row] for row in chain(*rows.values())] == [
        [type(value) for value in row] for _table, given_ in content for row in given_
    ]
    assert sums.rows == sum(len(given_) for _table, given_ in content)


@given(CONTENTS)
def test_the_same_rows_make_the_same_bytes(content: Content) -> None:
    """So two backups can be compared by any tool."""
    assert written(content) == written(content)


@pytest.mark.parametrize("length", range(0, len(RAW), 7))
def test_one_that_was_cut_off(length: int) -> None:
    """Wherever that was, it is found before the end is reached."""
    with pytest.raises(Damaged):
        read(RAW[:length])


@given(st.integers(0, len(RAW) * 8 - 1))
def test_a_changed_bit(bit: int) -> None:
    """It is found, or it is one of the few that say nothing: then everything is as it was."""
    changed = bytearray(RAW)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        found = read(bytes(changed))
    except BackupError:
        return
    assert found == read(RAW)


def lines() -> list[bytes]:
    return gzip.decompress(RAW).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("edited", "told"),
    [
        ([*lines()[:-1]], "cut off"),
        ([*lines()[:3], *lines()[4:]], "rows of full"),
        ([*lines()[:3], lines()[4], lines()[3], *lines()[5:]], "rows of full"),
        ([lines()[0], *lines()[2:]], "full is out of its place"),
        ([*lines()[:2], lines()[-1]], "full is missing"),
        ([lines()[0].replace(b'"program":"1.0"', b'"program":"2.0"'), *lines()[1:]], "its sum is wrong"),
        ([*lines(), lines()[3]], "added behind its end"),
        ([lines()[0], lines()[3], *lines()[1:]], "a row of no table"),
        ([*lines()[:3], b'["1",null]\n', *lines()[4:]], "a row of full is none"),
        ([*lines()[:3], b"[1]\n", *lines()[4:]], "a row of full is none"),
        ([*lines()[:3], b"[1,\n", *lines()[4:]], "makes no sense"),
    ],
)
def test_edited_lines(edited: list[bytes], told: str) -> None:
    """Each kind of edit is told by its name."""
    with pytest.raises(Damaged, match=told):
        read(gzip.compress(b"".join(edited)))


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", *(gzip.compress(line, mtime=0) for line in (b"", b"{}\n", b"[1]\n"))]
)
def test_what_is_no_backup(raw: bytes) -> None:
    """It is called so."""
    with pytest.raises(Damaged, match="no backup of chatops"):
        read(raw)


def test_a_later_format() -> None:
    """It is refused by its first line, with the way out, whatever the rest looks like."""
    raw = gzip.compress(msgspec.json.encode({"what": "chatops backup", "format": 2, "new": [1]}) + b"\n?\n")
    with pytest.raises(BackupError, match=r"format 2.*Install the version that made it"):
        read(raw)


def test_a_table_left_out_while_writing() -> None:
    """An archive without one of its tables cannot be finished."""
    writer = ArchiveWriter(io.BytesIO(), head(SAMPLE))
    writer.begin("empty")
    with pytest.raises(ValueError, match="not every table"):
        writer.close()


def test_a_fingerprint_tells_keys_apart() -> None:
    """The same for the same key in the same file, and nothing of the key itself."""
    key = b"a key that nobody may read, really"
    assert fingerprint("journal.key", key) == fingerprint("journal.key", key)
    assert len({fingerprint(name, one) for name in ("a", "b") for one in (key, key + b".")}) == 4


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "boolean"),
        (True, "integer"),
        (1, "text"),
        (1, "real"),
        (2**63, "integer"),
        ("2026-01-01", "time"),
        (b"", "text"),
    ],
)
def test_what_does_not_fit_a_column(value: object, kind: str) -> None:
    """No type stands for another."""
    assert not fits(value, kind)  # type: ignore[arg-type]
