"""Text search over documents, SQLite's own way: FTS5. PostgreSQL's (tsvector) will stand beside it.

The index is a table of its own, kept by the writer in the same transaction as the document; its row ids are the documents'
numbers. Accents and case do not matter.
"""

from __future__ import annotations

import re
import sqlite3

MOST_WORDS = 32
"""Words of a question that are looked at."""

_RANKED = """
SELECT record.number FROM record_text JOIN record ON record.number = record_text.rowid
WHERE record_text MATCH ? AND record.namespace = ? AND record.kind = ?
ORDER BY record_text.rank, record.number LIMIT ?
"""


def keep(connection: sqlite3.Connection, number: int, text: str) -> None:
    """Make a document found by the words of `text`, and by no earlier ones."""
    forget(connection, number)
    if text:
        connection.execute("INSERT INTO record_text (rowid, text) VALUES (?, ?)", (number, text.replace("\0", " ")))


def forget(connection: sqlite3.Connection, number: int) -> None:
    """Make a document not found any more."""
    connection.execute("DELETE FROM record_text WHERE rowid = ?", (number,))


def rebuild(connection: sqlite3.Connection) -> None:
    """Index every document anew."""
    connection.execute("DELETE FROM record_text")
    for number, text in connection.execute("SELECT number, text FROM record WHERE text <> ''"):
        keep(connection, number, text)


def question(namespace: str, kind: str, text: str, limit: int) -> tuple[str, list[str | int]] | None:
    """Return the query for the numbers of documents that contain words of `text`, best first; None when it has no word.

    Only letters and digits of `text` are used, so nothing in it is an operator.
    """
    words = re.findall(r"[^\W_]+", text)[:MOST_WORDS]
    if not words:
        return None
    return _RANKED, [" OR ".join(f'"{word}"' for word in words), namespace, kind, limit]
