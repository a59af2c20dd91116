"""Foreign text in Teams is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatops.core.message import Identity
from chatops.core.text import Text
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact
from chromium import chromium
from teams_network.card import adaptive
from teams_network.formatting import blocks, is_inert, markdown, storable, xml
from teams_page import TeamsPage

ANNA = Identity(network="teams", tenant="t", id="anna")
MARKS = {ANNA: "<at>Anna</at>"}
ACCOUNTS = {ANNA: ("29:anna", "Anna")}

TRICKY = (
    "*bold* _italic_ **x** __y__ ~~z~~ `code`",
    "[link](https://evil.example) ![image](https://evil.example/x.png) <https://evil.example>",
    "https://evil.example www.evil.example mail@evil.example //evil.example evil.example mailto:a@b.cd ftp://x.yz",
    "# heading",
    "- item",
    "+ item",
    "1. one",
    "12) twelve",
    "> quote",
    "    four spaces",
    "\ttab",
    "---",
    "===",
    "***",
    "```",
    "a | b",
    "<b>bold</b> <at>Anna</at> <script>alert(1)</script> <!-- x -->",
    "&lt;at&gt; &amp; &#42;x&#42; &copy;",
    "\\*x\\* \\\\ \\",
    "{{DATE(2026-03-03T13:00:00Z, SHORT)}} {{TIME(2026-03-03T13:00:00Z)}} ${x}",
    "[x]: https://evil.example",
    "snake_case_name and 2*3*4",
    "`` ` ``",
    "C:\\Users\\x\\_y",
    "Ünï¢ødé 👩‍👩‍👧 🇩🇪 שלום",
)


def words(text: Text) -> str:
    """English."""
    return text.msgid.format(**text.args)


def said(*lines: str | Line) -> tuple[Line, ...]:
    """Runs of text."""
    return tuple(Line(text=each) if isinstance(each, str) else each for each in lines)


def mention(identity: Identity | None = ANNA) -> Line:
    """Anna."""
    return Line(text="Anna", style="mention", identity=identity)


def squeezed(text: str) -> str:
    """Text with spaces as a page shows them."""
    return re.sub(r"\s+", " ", text).strip()


class Shown(HTMLParser):
    """The text of an activity, as a client reads it."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        assert not attrs
        self.tags.append(tag)
        self.text += "\n" * (tag == "br")

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text += data


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\\`*_{}[]()#+-.!|<>&~=:/@ \n\t0123456789abw'\"", max_size=40),
    st.lists(st.sampled_from(TRICKY), min_size=1, max_size=3).map(" ".join),
    st.lists(st.sampled_from(TRICKY), min_size=1, max_size=3).map("\n".join),
)


@given(TEXTS)
def test_sentences_show_exactly_the_text(text: str) -> None:
    """As XML: nothing in it is a tag, a reference or a mention."""
    shown = Shown(xml((Line(text=text), mention(), Line(text=text, style="code")), MARKS))

    assert shown.text == f"{storable(text)}Anna{storable(text)}"
    assert [tag for tag in shown.tags if tag != "br"] == (["at", "code"] if text else ["at"])


def test_commands_are_code() -> None:
    """Whether they have been given a prefix or not; line breaks are tags."""
    made = xml(said("Try ", Line(text="a <b>", style="command"), "\nor ", Line(text="!c", style="code")), {})

    assert made == "Try <code>a &lt;b&gt;</code><br/>or <code>!c</code>"


def test_who_cannot_be_mentioned_is_named() -> None:
    """Without an identity, or with one that is not here."""
    other = Identity(network="teams", tenant="t", id="ben")

    assert xml((mention(None), mention(other)), MARKS) == "AnnaAnna"


def test_what_can_be_neither_stored_nor_sent_is_replaced() -> None:
    """NUL, other control characters, halves of characters; all line ends are one."""
    assert storable("a\x00b\x1b[1m\ud83dc\r\nd\re\u2028f") == "a\ufffdb\ufffd[1m\ufffdc\nd\ne\nf"


@pytest.mark.parametrize("text", ["SW-1: refund loops (demo:1001)", "14:00 CET, in 3 min", "p1/p2 – “urgent”!"])
def test_usual_words_need_no_backslash(text: str) -> None:
    """Phones have shown those."""
    assert markdown(text) == text
    assert is_inert(text)


def test_lines_with_a_mention_are_text_blocks_and_others_are_runs() -> None:
    """Only text blocks know mentions; only runs know monospace."""
    made = blocks(said("*one*\ntwo ", Line(text="x*y", style="code"), "\n", mention(), " *three*"), MARKS, size="small")

    assert made == [
        {
            "type": "RichTextBlock",
            "inlines": [
                {"type": "TextRun", "text": "*one*\ntwo ", "size": "small"},
                {"type": "TextRun", "text": "x*y", "size": "small", "fontType": "monospace"},
            ],
        },
        {"type": "TextBlock", "text": "<at>Anna</at> \\*three\\*", "wrap": True, "size": "small", "spacing": "none"},
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamsPage]:
    """Microsoft's renderer."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield TeamsPage(driver)


def everywhere(text: str) -> dict[str, Any]:
    """A card that says it wherever something can be said."""
    line = Line(text=text)
    card = adaptive(
        Outgoing(
            title=text,
            text=(line, Line(text="\n"), mention(), line),
            facts=(RenderedFact(label=text, value=(line,)),),
            table=(((line,), (Line(text="|"),)), ((line,), (mention(),))),
            buttons=(RenderedButton(ref="r", label=text, command="x"),),
            footer=(line,),
            notify=(ANNA,),
        ),
        accounts=ACCOUNTS,
        words=words,
    ).card
    assert card is not None
    return card


@pytest.mark.browser
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_cards_show_exactly_the_text(page: TeamsPage, texts: list[str]) -> None:
    """In titles, text, facts, tables, footers and on buttons: nothing becomes markup, a link, a mention or a date."""
    for text, seen in zip(texts, page.show(*map(everywhere, texts)), strict=True):
        shown = squeezed(storable(text))
        if not shown:
            continue
        assert seen.markup == []
        assert set(seen.mentions) == {"Anna"}
        assert [squeezed(each) for each in seen.headings] == [squeezed(shown.replace("`", ""))] or "`" in shown
        assert {squeezed(each) for each in seen.buttons} == {shown}
        told = squeezed(seen.text)
        assert told.count(shown) >= 6 or "`" in shown


@pytest.mark.browser
@pytest.mark.parametrize("text", TRICKY)
def test_tricky_text_is_shown_as_it_is(page: TeamsPage, text: str) -> None:
    """What people and systems write, and what attackers would."""
    (seen,) = page.show(everywhere(text))

    assert seen.markup == []
    assert seen.complaints == []
    assert squeezed(seen.text).count(squeezed(text)) >= (5 if "`" in text else 6)
