"""What people read in a message: its text or card as a client renders it, without the markup."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from teams_cards import cards, elements
from teams_world import Post, Raw

_MARKDOWN = re.compile(
    r"""
    \\(?P<escaped>[!-/:-@\[-`{-~])         # a backslash makes the next character plain
    | !?\[(?P<label>[^\]\n]*)\]\([^)\n]*\)  # a link or picture
    | <(?P<url>https?:[^>\s]*)>
    | <at>(?P<at>.*?)</at>
    | </?[a-zA-Z][^>]*>                    # HTML is taken out
    | (?P<entity>&(?:\#\d+|\#[xX][0-9a-fA-F]+|\w+);)
    | \*\*|__|~~|`+|(?<!\w)_|_(?!\w)|\*
    """,
    re.VERBOSE,
)


def seen(post: Post, account: str = "") -> str:
    """Return what somebody reads, the parts of a card on lines of their own; buttons are not read."""
    shown = [post.shown[account]] if account in post.shown else cards(post.activity)
    parts = [_text(post.activity), *(line for card in shown for line in _lines(card))]
    return "\n".join(part for part in parts if part)


def buttons(post: Post, account: str = "") -> list[str]:
    """Return what stands on the buttons somebody sees, those in opened parts included."""
    shown = [post.shown[account]] if account in post.shown else cards(post.activity)
    return [
        str(one.get("title", ""))
        for card in shown
        for one in elements(card)
        if str(one.get("type")).startswith("Action.")
    ]


def markdown(text: str) -> str:
    """Return what is read of Teams' markdown."""

    def plain(match: re.Match[str]) -> str:
        entity = match["entity"]
        return (
            html.unescape(entity) if entity else match["escaped"] or match["label"] or match["url"] or match["at"] or ""
        )

    lines = [re.sub(r"^\s*(?:#{1,6}|[-+*]|\d+[.)])\s+", "", line) for line in text.split("\n")]
    return _MARKDOWN.sub(plain, "\n".join(lines))


def xml(text: str) -> str:
    """Return what is read of Teams' XML."""
    parser = _Words()
    parser.feed(text)
    parser.close()
    return "".join(parser.words)


def _text(activity: Raw) -> str:
    text = str(activity.get("text") or "")
    match activity.get("textFormat", "markdown"):
        case "plain":
            return text
        case "xml":
            return xml(text)
        case _:
            return markdown(text) if str(activity.get("type")) == "message" and "textFormat" in activity else text


def _lines(card: Raw) -> list[str]:
    found: list[str] = []
    for one in elements(card):
        match one.get("type"):
            case "TextBlock":
                found.append(markdown(str(one["text"])))
            case "RichTextBlock":
                found.append("".join(str(run["text"]) if isinstance(run, dict) else str(run) for run in one["inlines"]))
            case "FactSet":
                found += [f"{markdown(fact['title'])}: {markdown(fact['value'])}" for fact in one["facts"]]
    return found


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        if tag == "br":
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
