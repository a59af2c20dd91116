"""A line becomes tokens. Total: every text has tokens, and nothing in it is an error.

Quotes of four kinds belong together ("…", „…“, “…”, «…»); one that is never closed is an ordinary character. Words end at
any white space, line ends and non-breaking spaces included. A token knows where it stood, so that free text can be taken
from the line as it was written.
"""

from __future__ import annotations

import re
import unicodedata

from chatops.core.frozen import Frozen

_CLOSERS = {'"': '"“”', "„": '“”"„', "“": '”"“', "”": "”", "«": "»", "»": "«"}
_OPTION = re.compile(r"(?:--)?([^\W\d_][\w-]*)=")
_DASHES = re.compile(r"(?<!\S)[—–](?=[^\W\d])")
_SPACES = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " "})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "œ": "oe"})


class Token(Frozen, frozen=True, kw_only=True):
    """A word, or everything between two quotes."""

    text: str
    """Without its quotes."""
    start: int
    end: int
    quoted: bool = False
    key: str = ""
    """For `key=value`: the key as typed; then `value` is what follows, without its quotes."""
    value: str = ""


def prepared(line: str) -> str:
    """Return `line` with `—` before a word read as `--`, plain spaces, and no white space around it."""
    return _DASHES.sub("--", line.translate(_SPACES)).strip()


def tokens(line: str) -> list[Token]:
    """Return the tokens of a prepared line, in order. Takes time linear in the length of the line."""
    found = []
    quotes = _Quotes(line)
    position, length = 0, len(line)
    while position < length:
        if line[position].isspace():
            position += 1
            continue
        token = _quoted(line, position, quotes) or _word(line, position, quotes)
        found.append(token)
        position = token.end
    return found


def fold(word: str) -> str:
    """Return `word` as it is compared: no case, umlauts written out, other accents and invisible characters gone."""
    if word.isascii():  # most are, and have nothing but their case to lose
        return word.casefold()
    folded = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    return "".join(
        char for char in unicodedata.normalize("NFKD", folded) if unicodedata.category(char) not in {"Mn", "Cf"}
    )


def fold_bare(word: str) -> str:
    """Return `word` compared as by people without umlauts on their keyboard who leave the dots out."""
    if word.isascii():
        return word.casefold()
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in folded if unicodedata.category(char) not in {"Mn", "Cf"})


def quote(text: str) -> str:
    """Return `text` between quotes that the lexer takes off again. With every kind of quote in it, the double ones go."""
    for opener, closer in ('""', "„“", "«»"):
        if not set(_CLOSERS[opener]) & set(text):
            return f"{opener}{text}{closer}"
    return quote("".join("'" if char in _CLOSERS['"'] else char for char in text))


class _Quotes:
    """Finds closing quotes. One that was once not found is not looked for again."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._hopeless: set[str] = set()

    def closing(self, start: int) -> int | None:
        """Return where the quote opened at `start` ends: before white space or the end of the line."""
        line, opener = self._line, self._line[start : start + 1]
        closers = _CLOSERS.get(opener)
        if closers is None or opener in self._hopeless:
            return None
        for position in range(start + 1, len(line)):
            if line[position] in closers and (position + 1 == len(line) or line[position + 1].isspace()):
                return position
        self._hopeless.add(opener)
        return None


def _quoted(line: str, start: int, quotes: _Quotes) -> Token | None:
    end = quotes.closing(start)
    if end is None:
        return None
    return Token(text=line[start + 1 : end], start=start, end=end + 1, quoted=True)


def _word(line: str, start: int, quotes: _Quotes) -> Token:
    end = start
    while end < len(line) and not line[end].isspace():
        end += 1
    option = _OPTION.match(line, start, end)
    if option is None:
        return Token(text=line[start:end], start=start, end=end)
    value = option.end()
    closing = quotes.closing(value)
    if closing is not None:
        end = closing + 1
    return Token(
        text=line[start:end],
        start=start,
        end=end,
        key=option[1],
        value=line[value:end] if closing is None else line[value + 1 : closing],
    )
