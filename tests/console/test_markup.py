"""Whatever people, tickets and the server say, it stays text: parsed as a browser parses it."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import product

from chatops.core.message import Identity
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact, RenderedField, RoomSpec
from console_stage import ANNA, Stage
from console_tab import TabMaker

CORES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{color:red}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><button>x",
    "<details open ontoggle=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<template><script>alert(1)</script></template>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "onmouseover=alert(1)",
    "{{ 7*7 }}{% include 'x' %}{# #}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "<!-- --><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "\u202e<script>",
    "<scr\x00ipt>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<xss id=x tabindex=1 onfocus=alert(1)>",
)
WRAPPERS = (
    "%s", "'%s", '"%s', "'>%s", '">%s', "`%s`", "</textarea>%s", "</title>%s", "</script>%s", "</style>%s", "-->%s",
    "</li>%s", "</option></select>%s", "\n%s", "\t%s\r\n", "a b c %s", "%s%s", "' %s x='", '" %s x="', "<%s", "%s>",
    "&%s;", "</details>%s", "</template>%s", "</noscript>%s", "]%s[", "}}%s{{", "%%}%s{%%", "\\%s", "/*%s*/", "//%s",
    "</dd></dl>%s", "</a>%s", "</button></form>%s", "\u202e%s", "<b>%s</b>", "<%s/>", "=%s", "?%s#", "@%s",
)  # fmt: skip
CORPUS = tuple(wrapper.replace("%s", core) for core, wrapper in product(CORES, WRAPPERS))

ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "nav",
        "main",
        "header",
        "section",
        "aside",
        "article",
    ),
    *("a", "div", "p", "span", "h1", "h2", "h3", "ul", "ol", "li", "details", "summary", "dl", "dt", "dd", "strong"),
    *("form", "input", "button", "textarea", "label", "output", "select", "option", "code", "kbd", "time"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Strict(HTMLParser):
    """Collects what must not be there, and all text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element as the browser would make it."""
        if tag not in ALLOWED:
            self.findings.append(f"<{tag}>")
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith("/static/"):
            self.findings.append("a script that is not ours")
        for name, value in attrs:
            given = value or ""
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"}:
                self.findings.append(f"{name}={given[:40]}")
            if name in {"href", "src", "action"} and not given.startswith(("/console/", "/static/", "/", "#")):
                self.findings.append(f"{name}={given[:40]}")
            if name in {"href", "src", "action"} and given.startswith("//"):
                self.findings.append(f"{name}={given[:40]}")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text.append(data)


def checked(page: str) -> Strict:
    """Parse a page and insist that nothing foreign is in it."""
    parser = Strict()
    parser.feed(page)
    parser.close()
    assert parser.findings == []
    return parser


def everywhere(text: str, n: int) -> Outgoing:
    """Return a post that holds `text` wherever a post can hold text."""
    line = Line(text=text)
    runs = (
        line,
        Line(text=text, style="code"),
        Line(text=text, style="mention", identity=Identity(network="x", id=text)),
    )
    fields = (
        RenderedField(name=text, label=text, kind="choice", choices=((text, text),), value=text),
        RenderedField(name=text, label=text, kind="text", value=text),
        RenderedField(name=text, label=text, kind="line", value=text),
        RenderedField(name=text, label=text, kind="yesno", value=text),
    )
    return Outgoing(
        title=text,
        text=runs,
        facts=(RenderedFact(label=text, value=runs),),
        table=(((line,), runs), (runs, (line,))),
        buttons=(
            RenderedButton(ref=f"{n}{text}", label=text, command=text, form=fields),
            RenderedButton(ref=f"b{n}{text}", label=text, command=text),
        ),
        footer=runs,
        tone=("plain", "good", "attention", "danger")[n % 4],
        plain=text,
    )


async def test_a_thousand_texts_stay_text(stage: Stage, tab: TabMaker) -> None:
    """In every place of a card."""
    assert len(CORPUS) >= 1000
    room = stage.room("general")
    refs = [await stage.network.post(room, everywhere(text, n), key=f"k{n}") for n, text in enumerate(CORPUS[::4])]
    await stage.network.pin(refs[-1], key="pin")
    parsed = checked(await tab("agent-1").open("r/general?show=500"))
    words = "".join(parsed.text)
    for text in CORPUS[::40]:
        assert text.replace("\x00", "\ufffd").replace("\r\n", "\n") in words or "\x00" in text or "\r" in text


async def test_what_people_write_stays_text(stage: Stage, tab: TabMaker) -> None:
    """In rooms, threads, quotes and the field to change it."""
    root = await stage.acts.say(ANNA, "general", "root")
    for text in CORPUS[1::5]:
        entry = await stage.acts.say(ANNA, "general", text)
        await stage.acts.say(ANNA, "general", text, thread=root.id, reply_to=entry.id)
        await stage.acts.say(ANNA, "general", text, reply_to=entry.id)
    anna = tab("agent-1")
    checked(await anna.open("r/general?show=500"))
    last = (await stage.records.find("entry", newest=True, limit=1))[0].id
    checked(await anna.open(f"r/general?thread={root.id}&edit={last}"))
    checked(await anna.open(f"r/general?reply={last}"))


async def test_titles_of_rooms_stay_text(stage: Stage, tab: TabMaker) -> None:
    """In the list, the heading and the page's title."""
    for n, text in enumerate(CORPUS[::50]):
        spec = RoomSpec(title=text, topic=text, members=(ANNA.identities[0],))
        room = await stage.network.open_room(spec, key=f"k{n}")
        checked(await tab("agent-1").open(f"r/{room.id}"))


async def test_only_a_named_identity_is_a_mention(stage: Stage, tab: TabMaker) -> None:
    """A name alone is shown; text with an @ is text."""
    runs = (
        Line(text="Ben", style="mention"),
        Line(text="Anna", style="mention", identity=ANNA.identities[0]),
        Line(text="@everyone"),
    )
    await stage.network.post(stage.room("general"), Outgoing(text=runs, plain="x"), key="k")
    page = await tab("expert-1").open()
    assert page.count('<span class="mention effective">') == 1
    assert '<span class="mention effective">Anna</span>' in page
