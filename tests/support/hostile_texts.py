"""A thousand texts that want to be more than text: markup, mentions, formulas, templates, control characters, halves."""

from __future__ import annotations

from functools import cache
from itertools import product

_ACTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "**b** _i_ `c` ~~s~~",
    "# heading\n- item\n> quote",
    "https://evil.example/?q=1",
    "@room",
    "@everyone @channel @here",
    "<at>Anna</at>",
    "@anna:example.org",
    "https://matrix.to/#/@anna:example.org",
    "<@U012AB3CD>",
    "<!channel>",
    '<at id="0">Anna</at>',
    "&lt;b&gt; &#60;b&#62;",
    '=HYPERLINK("https://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "|cmd",
    "{{7*7}}",
    "${7*7}",
    "{% include 'x' %}",
    "<%= 7*7 %>",
    "{person}",
    "%(name)s %s",
    "{{DATE(2026-01-01T00:00:00Z,SHORT)}}",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "\x00\x08\x7f",
    "\ud800",
    "\udfff\ud800",
    "\u202edesrever\u202c",
    "\u2066isolated\u2069",
    "z\u200be\u200dr\u2060o\ufeff",
    "a\u0301" * 20,
    "\uff1d1+1",
    "\uff1cb\uff1e",
    "'; DROP TABLE swarms; --",
    '{"a": ["b", null]}',
    '"}],"type":"Action.OpenUrl","url":"x"',
    'a,b;c\t"d"',
    "x" * 3_000,
    "\u2028\u2029\x85",
    "<![CDATA[x]]>",
    "<!-- x -->",
)
_AROUND = (
    "%s",
    '"%s',
    "'%s",
    '">%s',
    " %s",
    "%s\n%s",
    "</textarea>%s",
    "</title></script>%s",
    "`%s`",
    "-->%s",
    "a %s b",
    "\u200b%s",
    "\\%s",
    "[%s](%s)",
    "<b>%s</b>",
    "&%s;",
    "' %s x='",
    "{{%s}}",
    "\u202e%s",
    "//%s",
)


@cache
def hostile_texts() -> tuple[str, ...]:
    """Return all of them: every bare one, and each within something that it might break out of."""
    return tuple(around.replace("%s", act) for around, act in product(_AROUND, _ACTS))


def harmless(text: str) -> str:
    """Return a text of the same shape in which nothing means anything."""
    return "".join(char if char in " \n" else "\n" if char in "\r\x85\u2028\u2029" else "x" for char in text)
