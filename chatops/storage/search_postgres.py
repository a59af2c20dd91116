"""Text search over documents, PostgreSQL's own way: tsvector with the `simple` configuration, which knows no language.

Accents and case do not matter: text and question are folded here, because PostgreSQL's `unaccent` is an extension that not
every server has. The index is a table of its own, as SQLite's is.
"""

from __future__ import annotations

import re
import unicodedata

from chatops.storage.postgres_pool import Connection

MOST_WORDS = 32
"""Words of a question that are looked at."""

PAGE = 200
"""Documents indexed at a time."""

_KEEP = """
INSERT INTO record_text (number, words) VALUES ($1, to_tsvector('simple', $2))
ON CONFLICT (number) DO UPDATE SET words = excluded.words
"""
_NEXT = "SELECT number, text FROM record WHERE number > $1 ORDER BY number LIMIT $2"
_RANKED = """
SELECT record.number FROM record JOIN record_text ON record_text.number = record.number,
  to_tsquery('simple', $1) AS question
WHERE words @@ question AND namespace = $2 AND kind = $3
ORDER BY ts_rank(words, question) DESC, record.number LIMIT $4
"""


async def keep(connection: Connection, number: int, text: str) -> None:
    """Make a document found by the words of `text`, and by no earlier ones."""
    await connection.execute(_KEEP, number, _folded(text))


async def forget(connection: Connection, number: int) -> None:
    """Make a document not found any more."""
    await connection.execute("DELETE FROM record_text WHERE number = $1", number)


async def rebuild(connection: Connection) -> None:
    """Index every document anew, if this schema has an index."""
    if await connection.fetchval("SELECT to_regclass('record_text')") is None:
        return
    await connection.execute("DELETE FROM record_text")
    after = 0
    while rows := await connection.fetch(_NEXT, after, PAGE):
        await connection.executemany(_KEEP, [(number, _folded(text)) for number, text in rows])
        after = rows[-1]["number"]


def question(namespace: str, kind: str, text: str, limit: int) -> tuple[str, list[str | int]] | None:
    """Return the query for the numbers of documents that contain words of `text`, best first; None when it has no word.

    Only letters and digits of `text` are used, so nothing in it is an operator.
    """
    words = _folded(text).split()[:MOST_WORDS]
    if not words:
        return None
    return _RANKED, [" | ".join(f"'{word}'" for word in words), namespace, kind, limit]


def _folded(text: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", plain))
