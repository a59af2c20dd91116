"""Reads the HTML of a Matrix message as a strict client does: known tags only, every one closed."""

from __future__ import annotations

from html.parser import HTMLParser

_TAGS = (
    "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table thead tbody tr th td "
    "caption pre span img details summary"
)
ALLOWED = frozenset(_TAGS.split())
"""Client-server API v1.16, "m.room.message msgtypes"."""

DEEPEST = 100
"""Levels; the same place."""


class Read(HTMLParser):
    """What a client makes of it. Raises AssertionError for what it would throw away."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        """What people see; line breaks are newlines."""
        self.tags: list[str] = []
        self.links: list[tuple[str, str]] = []
        """(address, words)."""
        self._open: list[str] = []
        self.deepest = 0
        self.feed(markup)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check a tag."""
        assert tag in ALLOWED, tag
        self.tags.append(tag)
        if tag == "br":
            assert not attrs
            self.text += "\n"
            return
        assert [name for name, _value in attrs] == (["href"] if tag == "a" else [])
        if tag == "a":
            self.links.append((attrs[0][1] or "", ""))
        self._open.append(tag)
        self.deepest = max(self.deepest, len(self._open))

    def handle_endtag(self, tag: str) -> None:
        """Check its end."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take the words."""
        self.text += data
        if "a" in self._open:
            address, words = self.links[-1]
            self.links[-1] = (address, words + data)

    def handle_comment(self, data: str) -> None:
        """Nobody writes any."""
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        """Nobody writes any."""
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        """Nobody writes any."""
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        """Nobody writes any."""
        raise AssertionError(data)
