"""A thousand hostile texts through everything that shows texts: nothing acts, nobody is mentioned, no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import msgspec
import pytest

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Button, Card, Fact, Identity
from chatops.core.text import Mention, _, said
from chatops.engine.render import Audience, Renderer, plain_of
from chatops.ports.chat import Outgoing
from chatops.voices.sheets import sheet
from chatops.webhooks.templates import filled
from hostile_texts import harmless, hostile_texts
from matrix_network.marks import assigned
from matrix_network.render import Manner, content
from teams_network.card import adaptive
from teams_posts import ACCOUNTS, words

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
RENDERER = Renderer(Catalogues.load())
TEXTS = hostile_texts()
ANNA = Identity(network="matrix", id="@anna:example.org")


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what it is, not what it says."""
        self.found.append((tag, sorted(name for name, _value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Keep where it ends."""
        self.found.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        """Nobody writes comments but us."""
        self.found.append("comment")


def shape(value: object) -> object:
    """Return JSON without its texts."""
    if isinstance(value, dict):
        return {key: value[key] if key in {"type", "style", "msgtype", "verb"} else shape(value[key]) for key in value}
    if isinstance(value, list | tuple):
        return [shape(one) for one in value]
    return type(value).__name__


def outgoing(text: str) -> Outgoing:
    """Return a card of which everything that can be foreign is `text`."""
    card = Card(
        title=said(text),
        text=_("{who} wrote: {text}", who=said(text), text=said(text)),
        facts=(Fact(label=_("Case"), value=said(text)),),
        buttons=(Button(label=said(text), command="swarm show SW-1"),),
        footer=said(text),
    )
    return RENDERER(card, Audience(reader=Reader(locale="en")), now=NOW, identity=lambda _person: ANNA)


def neutral(text: str) -> object:
    """The neutral form: as many runs of plain text as ours, and nobody in them."""
    made = outgoing(text)
    assert all(
        run.style == "plain" and run.identity is None for run in (*made.text, *made.footer, *made.facts[0].value)
    )
    assert made.notify == ()
    assert made.buttons[0].command == "swarm show SW-1"
    return len(made.text), len(made.facts), len(made.buttons)


def plain(text: str) -> object:
    """Plain words: what a log or a terminal shows has no control sequences of anybody."""
    made = plain_of(outgoing(text))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", made)
    return "words"


def matrix(text: str) -> object:
    """The elements of the HTML, and who is mentioned: nobody."""
    made = content(outgoing(text), assigned(outgoing(text).buttons), Manner(network="matrix", prefix="!", direct=False))
    assert made["m.mentions"] == {}
    json.dumps(made).encode("ascii")
    made["body"].encode("utf-8")
    html = made.get("formatted_body", "").replace("<code>", "").replace("</code>", "").replace("<br>", "")
    return Elements(html).found  # backquotes in a title make words look like code, as ours there do


def teams(text: str) -> object:
    """The elements of the card without texts; nobody is mentioned, no text block has markup, no address is made."""
    activity = adaptive(outgoing(text), accounts=ACCOUNTS, words=words).activity
    assert "entities" not in activity
    for attachment in activity.get("attachments", ()):
        for block in blocks(attachment["content"]):
            assert not re.search(r"[\[\]<*_`]", re.sub(r"\\.", "", block)), block
    json.dumps(activity, ensure_ascii=False).encode("utf-8")
    assert "url" not in kinds(activity)
    return kinds(activity) - in_columns()  # facts that text blocks cannot show stand in columns


@cache
def in_columns() -> set[str]:
    """Return the parts of a card whose facts stand in columns."""
    return kinds(adaptive(outgoing("<"), accounts=ACCOUNTS, words=words).activity) | kinds(
        adaptive(outgoing("x"), accounts=ACCOUNTS, words=words).activity
    )


def blocks(value: object) -> Iterator[str]:
    """Yield the words of every text block: those that clients read as Markdown."""
    if isinstance(value, dict):
        if value.get("type") == "TextBlock":
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from blocks(one)


def kinds(value: object) -> set[str]:
    """Return every kind of element and of action, and the keys of what they say."""
    if isinstance(value, dict):
        own = {f"{value.get('type')}.{key}" for key in value} | ({"url"} & {key.lower() for key in value})
        return own.union(*(kinds(one) for one in value.values()))
    return set().union(*(kinds(one) for one in value)) if isinstance(value, list) else set()


def table(text: str) -> object:
    """A table for other programs: each cell comes back, and none is a formula, whatever it is cut at."""
    written = sheet(("a", "b"), [(text, "end")]).encode("utf-8", "replace").decode()
    _head, (cell, end) = csv.reader(io.StringIO(written, newline=""))
    assert not cell.lstrip(" \u00a0\u200b\ufeff").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.replace("'", "") == text.encode("utf-8", "replace").decode().replace("'", "")
    return end


def rest(text: str) -> object:
    """What REST and webhooks send: JSON that says exactly the text."""
    sent = msgspec.json.encode({"text": text.encode("utf-8", "replace").decode()})
    assert json.loads(sent)["text"] == text.encode("utf-8", "replace").decode()
    return shape(json.loads(sent))


def incoming(text: str) -> object:
    """What a webhook makes of a message: a value never becomes a pattern again."""
    assert filled("{a.b}|{c}", {"a": {"b": text[:500]}, "c": "{a.b}"}) == f"{text[:500]}|{{a.b}}"
    return "same"


SURFACES: dict[str, Callable[[str], object]] = {
    "neutral": neutral,
    "plain": plain,
    "matrix_network": matrix,
    "teams_network": teams,
    "table": table,
    "rest": rest,
    "incoming": incoming,
}
"""Everything that turns what people wrote into something else, by name; networks by their package's."""

TEMPLATES = {
    "console_network": ROOT / "plugins/console_network/templates",
    "pages": ROOT / "chatops/pages/templates",
    "shared": ROOT / "chatops/ports/templates",
    "web": ROOT / "chatops/web/templates",
}
"""The templates of pages: every one in these folders is tried."""


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_acts(surface: str) -> None:
    """What becomes of a hostile text has the structure of what becomes of a harmless one."""
    assert len(TEXTS) >= 1_000
    show = SURFACES[surface]
    acting = [text[:80] for text in TEXTS if show(text) != show(harmless(text))]

    assert acting == []


def test_every_network_and_every_template_is_tried() -> None:
    """A new network's renderer or a new folder of templates has to be added here."""
    networks = {path.parent.name for path in (ROOT / "plugins").glob("*_network/network.py")}
    folders = {path.parent for base in ("chatops", "plugins") for path in (ROOT / base).rglob("templates/*.html")}

    assert networks <= {*SURFACES, *TEMPLATES}
    assert folders == set(TEMPLATES.values())


def test_every_template_escapes_by_itself() -> None:
    """No environment without it, and nothing is marked as safe but words of ours in quotes."""
    sources = [
        path for base in ("chatops", "plugins") for path in (ROOT / base).rglob("*") if path.suffix in {".py", ".html"}
    ]
    for path in sources:
        text = path.read_text("utf-8")
        for made in re.finditer(r"\bEnvironment\((.*?)\n", text, re.DOTALL):
            assert "autoescape=True" in text[made.start() : made.start() + 300], path
        for marked in re.finditer(r"\{\{[^}]*\|\s*safe\b", text):
            assert re.match(r"\{\{ ' [a-z-]+=\"[a-z]+\"' \| safe$", marked.group()), (path, marked.group())


class Anything:
    """Whatever a template asks for, each time the next text: an attribute, an item, a list of two, what a call returns."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(self._texts)

    def __getitem__(self, key: object) -> Anything:
        if isinstance(key, int) and key > 1:
            raise IndexError(key)
        return Anything(self._texts)

    def __call__(self, *_args: object, **_more: object) -> Anything:
        return Anything(self._texts)

    def __str__(self) -> str:
        return next(self._texts)

    def __len__(self) -> int:
        return 2

    def __gt__(self, _other: object) -> bool:
        return True

    def __add__(self, _other: object) -> Anything:
        return Anything(self._texts)

    __lt__ = __ge__ = __le__ = __gt__


def fill(environment: jinja2.Environment, template: str, names: set[str], texts: Iterator[str]) -> object:
    """Return the elements of a template of which everything is one of the texts."""
    values: dict[str, Any] = {name: Anything(texts) for name in names}
    return Elements(environment.get_template(template).render(values)).found


@pytest.mark.parametrize("where", TEMPLATES)
def test_no_page_has_an_element_of_anybody_else(where: str) -> None:
    """Every template with hostile texts in every place has the elements and attributes it has with harmless ones."""
    loader = jinja2.FileSystemLoader([TEMPLATES[where], TEMPLATES["shared"]])
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["sum"] = lambda _many, _of: 2
    names: set[str] = set()
    for template in loader.list_templates():
        source, _path, _fresh = loader.get_source(environment, template)
        names |= jinja2.meta.find_undeclared_variables(environment.parse(source))
    every = cycle([text.encode("utf-8", "replace").decode()[:400] for text in TEXTS])
    for template in loader.list_templates():
        expected = fill(environment, template, names, cycle(["xxx"]))
        for _again in range(8):
            assert fill(environment, template, names, every) == expected, template


def test_a_mention_of_ours_is_one() -> None:
    """Else the tests above would see nothing: what we mean as a mention does mention."""
    card = Card(title=said("x"), text=_("{who}", who=Mention(person="anna", name="Anna")))
    made = RENDERER(card, Audience(reader=Reader(locale="en"), notify=(ANNA,)), now=NOW, identity=lambda _person: ANNA)

    assert content(made, assigned(()), Manner(network="matrix", prefix="!", direct=False))["m.mentions"] == {
        "user_ids": [ANNA.id]
    }
