"""What somebody wrote, in pieces: words, and places where somebody is mentioned.

Teams sends a message twice: as `text`, and, from its own clients, as an attachment `text/html`. The HTML is the one that
can be read without guessing: what was quoted is marked, `&lt;` is what somebody typed, and mentions carry their number
among the mention entities (`itemid`). A message as a bot gets it: MSTeams-Karma `TeamsLogicTests.cs`; quotes:
microsoftgraph/microsoft-graph-docs-contrib, samples of `chatMessage`; messages passed on: openclaw/openclaw
`extensions/msteams/src/inbound.test.ts`. In `text` a quotation stands in front, what is passed on at the end, both unmarked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html import unescape

from chatops import Frozen

LONGEST = 256 * 1024
"""Characters that are looked at. Teams takes some 28 KB from people."""

REPLY = "http://schema.skype.com/Reply"
FORWARD = "http://schema.skype.com/Forward"
MENTION = "http://schema.skype.com/Mention"


class At(Frozen, frozen=True, kw_only=True):
    """A place where somebody is mentioned."""

    index: int | None
    """Which of the mention entities it is, or None for none of them."""
    name: str
    """What stands there."""


Piece = str | At


class Written(Frozen, frozen=True, kw_only=True):
    """A text in pieces, without what was quoted or passed on: that somebody else said."""

    pieces: tuple[Piece, ...] = ()
    quoted: str | None = None
    """Id of the message that was quoted, as far as it was told."""
    quotes: bool = False
    """Whether anything was quoted or passed on."""

    @property
    def says(self) -> bool:
        """Whether there is more than white space."""
        return any(isinstance(piece, At) or piece.strip() for piece in self.pieces)


# A match ends where the next `<` begins at the latest, and nothing is tried in two ways (`*+`), so that no text, however
# broken, takes more than linear time.
_TAG = re.compile(r"<(?:(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)|![^<>]*+)>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s{0,3}=\s{0,3}(?:"([^"]*)"|'([^']*)')""")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_QUOTED = re.compile(r'<quoted messageId="([^"<>]{1,400})"\s?/>')
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,4}")

_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}
)
_UNREAD = frozenset({"script", "style", "attachment"})


def of_html(html: str, *, forwarded: bool = False) -> Written:
    """Read the HTML form of a message; with `forwarded`, what was passed on with it as well."""
    return _Reading(html[:LONGEST], {REPLY} if forwarded else {REPLY, FORWARD}).written()


def plain_words(written: Written) -> str:
    """Return the words, with the names of those who are mentioned."""
    return "".join(piece if isinstance(piece, str) else piece.name for piece in written.pieces).strip()


def of_text(text: str, form: str | None, mentions: Sequence[str]) -> Written:
    """Read the plain form. `form` is its `textFormat`; `mentions` what the mention entities say stands in it, in order.

    Markup is only what can be meant as such: in `xml` all tags and entities, elsewhere line breaks and `&nbsp;`.
    """
    text = text[:LONGEST]
    found = _QUOTED.search(text)
    pieces = (
        _plain(piece, form) if isinstance(piece, str) else piece for piece in _split(_QUOTED.sub("", text), mentions)
    )
    return Written(pieces=tuple(pieces), quoted=found[1] if found else None, quotes=found is not None)


def _plain(text: str, form: str | None) -> str:
    text = _BREAK.sub("\n", text)
    text = unescape(_MARKUP.sub("", text)) if form == "xml" else text.replace("&nbsp;", " ")
    return text.replace("\u00a0", " ")


def _split(text: str, mentions: Sequence[str]) -> list[Piece]:
    """Cut a text at its mentions: the first entity that says `<at>Anna</at>` is the first place where it stands."""
    places: list[tuple[int, int, At]] = []
    behind: dict[str, int] = {}
    for index, mention in enumerate(mentions):
        start = text.find(mention, behind.get(mention, 0)) if mention else -1
        if start >= 0:
            end = behind[mention] = start + len(mention)
            places.append((start, end, At(index=index, name=unescape(_MARKUP.sub("", mention)))))
    pieces: list[Piece] = []
    position = 0
    for start, end, at in sorted(places, key=lambda place: place[:2]):
        if start >= position:  # else it is inside another one
            pieces += [text[position:start], at]
            position = end
    return [*pieces, text[position:]]


class _Reading:
    """HTML on its way to becoming pieces."""

    def __init__(self, html: str, others: Collection[str]) -> None:
        """`others` are the kinds of blocks that hold words of others."""
        self._html = html
        self._others = others
        self._pieces: list[Piece] = []
        self._empty = True
        """Whether nothing but space stands in the line yet."""
        self._quoted: str | None = None
        self._quotes = False
        self._silent: list[str] = []
        """The element that is not read, and those of its name inside it."""
        self._verbatim = 0
        self._at: tuple[str, int | None, list[str]] | None = None

    def written(self) -> Written:
        """Read all of it."""
        position = 0
        for tag in _TAG.finditer(self._html):
            self._text(self._html[position : tag.start()])
            position = tag.end()
            if tag[2] is not None:
                (self._closed if tag[1] else self._opened)(tag[2].lower(), tag[3])
        self._text(self._html[position:])
        self._end_mention()
        return Written(pieces=tuple(self._pieces), quoted=self._quoted, quotes=self._quotes)

    def _text(self, raw: str) -> None:
        if not raw or self._silent:
            return
        text = unescape(raw if self._verbatim else _SPACE.sub(" ", raw)).replace("\u00a0", " ")
        if self._at is not None:
            self._at[2].append(text)
            return
        if self._empty and not self._verbatim:
            text = text.lstrip(" ")
        if text:
            self._pieces.append(text)
            self._empty = text.endswith("\n")

    def _opened(self, name: str, rest: str) -> None:
        if self._silent:
            if name == self._silent[0] and not rest.endswith("/"):
                self._silent.append(name)
            return
        told = {key.lower(): unescape(one or two) for key, one, two in _ATTRIBUTE.findall(rest)}
        if name == "blockquote" and told.get("itemtype") in self._others:
            self._quotes = True
            self._quoted = self._quoted or told.get("itemid") or None
            self._silent.append(name)
        elif name in _UNREAD:
            self._silent += () if rest.endswith("/") else (name,)
        elif name == "at" or (name == "span" and told.get("itemtype") == MENTION):
            self._end_mention()
            number = told.get("id" if name == "at" else "itemid", "")
            self._at = (name, int(number) if _NUMBER.fullmatch(number) else None, [])
        elif name == "br":
            self._break(always=True)
        elif name in {"img", "emoji"}:
            self._text(told.get("alt", "").replace("&", "&amp;"))
        elif name in _BLOCKS:
            self._break()
            self._verbatim += name == "pre"

    def _closed(self, name: str, _rest: str) -> None:
        if self._silent:
            if name == self._silent[0]:
                self._silent.pop()
        elif self._at is not None and name == self._at[0]:
            self._end_mention()
        elif name in _BLOCKS:
            self._break()
            self._verbatim = max(0, self._verbatim - (name == "pre"))

    def _end_mention(self) -> None:
        if self._at is not None:
            _name, index, words = self._at
            self._at = None
            self._pieces.append(At(index=index, name="".join(words)))
            self._empty = False

    def _break(self, *, always: bool = False) -> None:
        self._end_mention()
        if always or not self._empty:
            self._pieces.append("\n")
            self._empty = True
