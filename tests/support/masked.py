"""Catalogues that leave no letter of a sentence as it is: what can still be read was never looked up."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from chatops.core.catalogue import Catalogues
from chatops.ports.chat import Lines, Outgoing

_PARTS = re.compile(r"(\{\w+\})")
_MASK = str.maketrans({**dict.fromkeys(map(chr, range(97, 123)), "ö"), **dict.fromkeys(map(chr, range(65, 91)), "Ö")})
_DATES = "Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATA = re.compile(
    rf"`[^`]*`|\b(?:{_DATES})\b"
    r"|\d\d:\d\d [A-Z]{2,5}\b|\b(?:in )?\d+ (?:second|minute|hour|day)s?(?: ago)?\b"
    r"|\b(?:SW-|Q|KB)\d+\b|\b\w+(?::[\w/]+)+|\bUTC\b"
)
_NAMED = re.compile("‹([^›]*)›")
_WORD = re.compile(r"[A-Za-z]{2,}")

SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-failed", "data-copied", "data-online", "data-offline")
"""Attributes that people read or hear."""


class _Masked(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return masked(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return masked(msgid1 if n == 1 else msgid2)


MASKED = Catalogues({"en": _Masked()})
"""Every sentence looked up comes out without its letters, its placeholders filled as ever."""


def masked(sentence: str) -> str:
    """Return a sentence with ö for its letters, placeholders kept."""
    return "".join(part if part.startswith("{") else part.translate(_MASK) for part in _PARTS.split(sentence))


def raw(text: str) -> list[str]:
    """Return the words of `text` that are neither masked nor a command, an id, a date or a time."""
    return [word for line in text.split("\n") for word in _WORD.findall(_DATA.sub(" ", _said(line)))]


def raw_in(post: Outgoing) -> list[str]:
    """Return the words of a post that were never looked up."""
    return [word for text in _texts(post) for word in raw(text)]


def raw_on(page: str) -> list[str]:
    """Return the words of a page, its title and its spoken attributes that were never looked up."""
    reader = _Reader()
    reader.feed(page)
    return [word for text in reader.found for word in raw(text)]


def _said(line: str) -> str:
    """Return a line; of one that shows how a command is written, only the names of what goes where."""
    return " ".join(_NAMED.findall(line)) if line.startswith(masked("Usage: ")) else line


def _texts(post: Outgoing) -> Iterator[str]:
    yield post.title
    yield post.plain
    yield from _plain((post.text, post.footer))
    yield from _plain(cell for row in post.table for cell in row)
    for fact in post.facts:
        yield fact.label
        yield from _plain((fact.value,))
    for button in post.buttons:
        # A refusal's buttons show the command itself.
        yield "" if button.label == button.command else button.label
        for field in button.form:
            yield field.label
            yield from (label for _value, label in field.choices)


def _plain(all_lines: Iterable[Lines]) -> Iterator[str]:
    for lines in all_lines:
        yield "".join(run.text if run.style == "plain" else " " for run in lines)


class _Reader(HTMLParser):
    """Collects what people read, without code and keys."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in {"code", "script", "style"}
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.found.append(data)
