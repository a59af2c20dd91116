"""Foreign text in Teams: shown as it is, never markup, link, mention or date.

Sentences go out as `textFormat: xml` (Microsoft Learn, "Format your bot messages"). Escaping XML takes three characters and
is the same in every client; Teams' markdown is a subset whose escapes differ between desktop and phones
(MicrosoftDocs/msteams-docs#5793, microsoft/AdaptiveCards#4677 and #5590).

For the same reason a card's text is made of text runs, which know no markup at all, wherever the vendor's rules allow it.
Headings, facts and lines with mentions must be text blocks (Learn, "Format cards": mentions work in `TextBlock` and
`FactSet`), and those read a part of CommonMark: there every character that could mean something has a backslash.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from chatops import replace
from chatops.core.message import Identity
from chatops.ports.chat import Line, Lines

Marks = Mapping[Identity, str]
"""Who can be mentioned, and what stands for them in a text: `<at>Anna</at>`."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_ACTIVE = re.compile(r"""[\\`*_\[\]<>&~|{]|(?<=\S)(?:\.(?=[^\W\d])|@(?=\S))|[:/](?=/)""")
"""What means something anywhere in CommonMark and its usual extensions, and what makes an address or a date of words."""
_LEADING = re.compile(r"^(\s*)([#+\-=]|[0-9]+(?=[.)]))")
"""What makes a list or a heading of a line that it begins."""
_DATES = re.compile(r"(?<=\{)(?=\{(?:DATE|TIME)\()")
"""Between two braces: clients replace `{{DATE(…)}}` in text runs too ("Text features", Adaptive Cards)."""


def storable(text: str) -> str:
    """Return text without control characters and halves of characters, its lines ended in one way."""
    return _UNSTORABLE.sub("\ufffd", _BREAKS.sub("\n", text))


def xml(lines: Iterable[Line], marks: Marks) -> str:
    """Return lines as the text of an activity with `textFormat: xml`."""
    return "".join(_xml(line, marks) for line in lines)


def _xml(line: Line, marks: Marks) -> str:
    if (mark := mark_of(line, marks)) is not None:
        return mark
    text = html.escape(storable(line.text), quote=False).replace("\n", "<br/>")
    return f"<code>{text}</code>" if line.style in {"code", "command"} and text else text


def mark_of(line: Line, marks: Marks) -> str | None:
    """Return what stands for the person a line mentions, or None when it mentions nobody who can be."""
    return marks.get(line.identity) if line.style == "mention" and line.identity is not None else None


def markdown(text: str) -> str:
    """Return one line of text for a text block, which shows exactly it."""
    escaped = _ACTIVE.sub(r"\\\g<0>", storable(text).replace("\n", " "))
    # A number is a list by the dot or bracket behind it; a backslash before a digit would be shown.
    return _LEADING.sub(lambda found: f"{found[1]}{_not_leading(found[2])}", escaped, count=1)


def _not_leading(begin: str) -> str:
    return f"{begin}\\" if begin[0].isdigit() else f"\\{begin}"


def is_inert(text: str) -> bool:
    """Return whether text means nothing in markdown, so that it is shown alike by all clients."""
    return "\n" not in text and markdown(text.strip()) == text.strip()


def words_of(lines: Iterable[Line]) -> str:
    """Return lines as plain words."""
    return storable("".join(line.text for line in lines))


def blocks(lines: Lines, marks: Marks, **look: Any) -> list[dict[str, Any]]:
    """Return the card elements that show lines: text runs, and text blocks for the lines with a mention.

    `look` is what text runs and text blocks have in common: `size`, `weight`, `color`, `isSubtle`.
    """
    found: list[dict[str, Any]] = []
    run: list[Line] = []
    for row in rows_of(lines):
        if any(mark_of(line, marks) is not None for line in row):
            found += _runs(run, look)
            run = []
            # Four spaces before it would make code of it.
            found.append({"type": "TextBlock", "text": _marked(row, marks).strip(), "wrap": True, **look})
        else:
            run += [Line(text="\n"), *row] if run else row
    found += _runs(run, look)
    for further in found[1:]:
        further["spacing"] = "none"
    return found


def rows_of(lines: Iterable[Line]) -> list[list[Line]]:
    """Return what stands on each line of text."""
    rows: list[list[Line]] = [[]]
    for line in lines:
        if line.style == "mention":
            rows[-1].append(replace(line, text=storable(line.text).replace("\n", " ")))
            continue
        first, *others = storable(line.text).split("\n")
        for n, text in enumerate((first, *others)):
            if n:
                rows.append([])
            if text:
                rows[-1].append(replace(line, text=text))
    return rows


def _marked(row: list[Line], marks: Marks) -> str:
    grouped = itertools.groupby(row, key=lambda line: mark_of(line, marks))
    return "".join(mark or markdown("".join(line.text for line in lines)) for mark, lines in grouped)


def _runs(lines: list[Line], look: dict[str, Any]) -> list[dict[str, Any]]:
    if not any(line.text.strip() for line in lines):
        return []
    inlines: list[dict[str, Any]] = []
    for line in lines:
        style = look | {"fontType": "monospace"} if line.style in {"code", "command"} else look
        inlines += [{"type": "TextRun", "text": text, **style} for text in _DATES.split(line.text) if text]
    return [{"type": "RichTextBlock", "inlines": _joined(inlines)}]


def _joined(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbours that look alike, but for what must stay apart."""
    found: list[dict[str, Any]] = []
    for run in runs:
        before = found[-1] if found else None
        alike = before is not None and {**before, "text": ""} == {**run, "text": ""}
        if before is not None and alike and not before["text"].endswith("{"):
            before["text"] += run["text"]
        else:
            found.append(dict(run))
    return found
