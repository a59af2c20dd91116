"""Whatever people and foreign systems say, it stays text."""

from __future__ import annotations

import json
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.message import Identity
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact, RenderedField
from matrix_html import Read
from matrix_network.fitting import BUDGETS, fitted, size
from matrix_network.html import in_words, storable
from matrix_network.marks import assigned
from matrix_network.render import CARD, Manner, content, replacing

NASTY = st.sampled_from(
    (
        "<script>alert(1)</script>",
        "</code></td></table><h1>",
        "@room @anna:example.org #room:example.org",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt; &amp;amp; &#60;",
        "<!-- -->",
        "<![CDATA[x]]>",
        "[click](javascript:alert(1)) **bold** `code`",
        "https://matrix.to/#/@anna:example.org",
        "\u202eright to left\u202c",
        "\x00\ud800",
        "a\nb\r\nc",
    )
)
FEW = settings(max_examples=60, deadline=2_000)
"""Each example takes milliseconds; the deadline, in milliseconds too, allows for a busy machine."""

TEXTS = st.lists(st.one_of(NASTY, st.text(max_size=30)), max_size=4).map("".join)
WORDS = TEXTS.filter(bool)
IDS = st.one_of(st.just("@anna:example.org"), TEXTS)
IDENTITIES = st.builds(Identity, network=st.sampled_from(("matrix", "console")), id=IDS)
STYLES: st.SearchStrategy[Literal["plain", "code", "mention"]] = st.sampled_from(("plain", "code", "mention"))
RUNS = st.builds(Line, text=TEXTS, style=STYLES, identity=st.none() | IDENTITIES)
LINES = st.lists(RUNS, max_size=4).map(tuple)
FORMS = st.sampled_from(((), (RenderedField(name="why", label="Why", kind="line"),)))
BUTTONS = st.builds(
    RenderedButton,
    ref=st.sampled_from(("a", "b", "c", "d")),
    label=TEXTS,
    command=TEXTS,
    form=FORMS,
    icon=st.sampled_from(("", "✅", "👍🏽", "<", "1", "&amp;")),
)
TONES: st.SearchStrategy[Literal["plain", "good", "attention", "danger"]] = st.sampled_from(
    ("plain", "good", "attention", "danger")
)
POSTS = st.builds(
    Outgoing,
    title=TEXTS,
    text=LINES,
    facts=st.lists(st.builds(RenderedFact, label=TEXTS, value=LINES), max_size=3).map(tuple),
    table=st.lists(st.lists(LINES, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    buttons=st.lists(BUTTONS, max_size=4).map(tuple),
    footer=LINES,
    tone=TONES,
    notify=st.lists(IDENTITIES, max_size=2).map(tuple),
)
MANNERS = st.builds(Manner, network=st.just("matrix"), prefix=st.just("!"), direct=st.booleans())


def words(text: str) -> str:
    """Text as the HTML shows it, and as it is compared: a client joins white space anyway."""
    return "".join(storable(text).split())


@FEW
@given(POSTS, MANNERS)
def test_text_never_becomes_markup(post: Outgoing, manner: Manner) -> None:
    """Every tag is one of ours, closed, and not deep; no link but to those mentioned."""
    made = content(post, assigned(post.buttons), manner)
    read = Read(made.get("formatted_body", ""))

    assert read.deepest <= 6
    assert set(read.tags) <= {"strong", "em", "code", "br", "a", "table", "thead", "tbody", "tr", "th", "td"}
    assert all(address.startswith("https://matrix.to/#/@") for address, _words in read.links)
    assert len(read.links) <= sum(
        run.style == "mention" and run.identity is not None
        for lines in (
            post.text,
            post.footer,
            *(fact.value for fact in post.facts),
            *(c for row in post.table for c in row),
        )
        for run in lines
    )


@FEW
@given(POSTS, MANNERS)
def test_nobody_is_told_who_shall_not_be(post: Outgoing, manner: Manner) -> None:
    """`m.mentions` is there always, never means the whole room, and holds nobody but `notify`."""
    made = content(post, assigned(post.buttons), manner)

    assert set(made["m.mentions"]) <= {"user_ids"}
    assert set(made["m.mentions"].get("user_ids", ())) <= {one.id for one in post.notify if one.network == "matrix"}


@FEW
@given(POSTS, MANNERS)
def test_everything_said_is_shown(post: Outgoing, manner: Manner) -> None:
    """Title, text, facts, cells and footer, in the plain words and in the HTML."""
    made = content(post, assigned(post.buttons), manner)
    shown = words(Read(made["formatted_body"]).text) if "formatted_body" in made else None
    for lines in (
        post.text,
        post.footer,
        *(fact.value for fact in post.facts),
        *(c for row in post.table for c in row),
    ):
        assert in_words(lines) in made["body"]
        assert shown is None or words("".join(run.text for run in lines)) in shown
    assert storable(post.title) in made["body"]


@FEW
@given(st.lists(RUNS.filter(lambda run: run.style == "plain"), max_size=5).map(tuple))
def test_a_plain_sentence_is_exactly_what_was_said(lines: tuple[Line, ...]) -> None:
    """Character by character, but for what cannot be stored."""
    made = content(Outgoing(text=lines), assigned(()), Manner(network="matrix", prefix="!", direct=False))

    assert made["body"] == storable("".join(line.text for line in lines))
    assert "formatted_body" not in made


@FEW
@given(POSTS, MANNERS)
def test_it_can_be_sent(post: Outgoing, manner: Manner) -> None:
    """It is JSON in UTF-8, as a post and as an edit."""
    made = content(post, assigned(post.buttons), manner)
    edit = replacing("$card", made)

    assert json.loads(json.dumps(edit, ensure_ascii=False).encode()) == edit


@FEW
@given(POSTS, st.sampled_from((1, 30, 300)), st.sampled_from(BUDGETS), MANNERS)
def test_it_always_fits(post: Outgoing, times: int, most: int, manner: Manner) -> None:
    """However long the texts are; the buttons that are left keep their meaning."""
    long = Outgoing(
        title=post.title * times,
        text=tuple(Line(text=line.text * times, style=line.style) for line in post.text),
        facts=tuple(RenderedFact(label=fact.label, value=fact.value * times) for fact in post.facts),
        table=post.table * times,
        buttons=post.buttons,
        footer=post.footer * times,
    )
    marks = assigned(long.buttons)
    made, whole = fitted(long, most, lambda one: content(one, marks, manner))

    assert size(made) <= most
    assert whole == (made == content(long, marks, manner))
    assert made.get(CARD) == content(long, marks, manner).get(CARD)
    Read(made.get("formatted_body", ""))
