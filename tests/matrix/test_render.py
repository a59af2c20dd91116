"""Posts as Matrix content."""

from __future__ import annotations

from typing import Any

import pytest

from chatops.core.message import Identity
from chatops.ports.chat import Line, Lines, Outgoing, RenderedButton, RenderedFact, RenderedField
from matrix_html import Read
from matrix_network.marks import assigned
from matrix_network.render import CARD, Manner, content, replacing

ANNA = Identity(network="matrix", id="@anna:example.org")
ROOM = Manner(network="matrix", prefix="!", direct=False)
DIRECT = Manner(network="matrix", prefix="!", direct=True)
WHY = (RenderedField(name="why", label="Why", kind="line", required=True),)


def said(*runs: str | Line) -> Lines:
    """Runs of text."""
    return tuple(Line(text=run) if isinstance(run, str) else run for run in runs)


def code(text: str) -> Line:
    """Something to type."""
    return Line(text=text, style="code")


def button(label: str, command: str, **more: Any) -> RenderedButton:
    """A button; its reference is its command."""
    return RenderedButton(ref=command, label=label, command=command, **more)


def rendered(post: Outgoing, manner: Manner = ROOM) -> dict[str, Any]:
    """The content of a new post."""
    return content(post, assigned(post.buttons), manner)


INVITATION = Outgoing(
    title="Anna asks for your help",
    tone="attention",
    facts=(RenderedFact(label="Case", value=said("demo:1001")),),
    buttons=(
        button("I’ll help", "swarm accept SW-1", icon="✅"),
        button("Later", "swarm later SW-1", icon="⏰"),
        button("Not now", "swarm decline SW-1", form=WHY),
    ),
    footer=said("Take your time."),
)


def test_a_sentence_is_its_words_and_nothing_else() -> None:
    """Without markup there is no HTML, and nobody is mentioned."""
    assert rendered(Outgoing(text=said("a <b> & c\nd"))) == {
        "msgtype": "m.notice",
        "body": "a <b> & c\nd",
        "m.mentions": {},
    }


def test_a_command_in_a_sentence_is_code() -> None:
    """In words it stands between backquotes."""
    made = rendered(Outgoing(text=said("Try ", code("swarm <open>"), "\nor not.")))

    assert made["body"] == "Try `swarm <open>`\nor not."
    assert made["format"] == "org.matrix.custom.html"
    assert made["formatted_body"] == "Try <code>swarm &lt;open&gt;</code><br>or not."


def test_a_card_is_short() -> None:
    """Title, facts, one line of what can be clicked, one of what has to be typed, the footer."""
    assert rendered(INVITATION)["formatted_body"].split("<br>") == [
        "<strong>🟠 Anna asks for your help</strong>",
        "<strong>Case</strong>: demo:1001",
        "✅ I’ll help · ⏰ Later",
        "Not now: <code>!swarm decline SW-1 …</code>",
        "<em>Take your time.</em>",
    ]


def test_the_plain_fallback_says_all_of_it() -> None:
    """With the emoji, and what to type for each button."""
    assert rendered(INVITATION)["body"].split("\n") == [
        "🟠 Anna asks for your help",
        "Case: demo:1001",
        "✅ I’ll help: `!swarm accept SW-1`",
        "⏰ Later: `!swarm later SW-1`",
        "• Not now: `!swarm decline SW-1 …`",
        "Take your time.",
    ]


def test_a_direct_chat_needs_no_prefix() -> None:
    """Neither in words nor in HTML."""
    made = rendered(INVITATION, DIRECT)

    assert "!swarm" not in made["body"] + made["formatted_body"]
    assert "<code>swarm decline SW-1 …</code>" in made["formatted_body"]


def test_a_button_named_by_its_command_says_it_once() -> None:
    """As refusals offer what would work."""
    made = rendered(Outgoing(text=said("No such command."), buttons=(button("swarm open", "swarm open"),)))

    assert made["formatted_body"] == "No such command.<br>1️⃣ <code>!swarm open</code>"
    assert made["body"] == "No such command.\n1️⃣ `!swarm open`"


def test_what_is_typed_is_not_named_twice() -> None:
    """The command says "invite" already; in another language its name stands before it. What is clicked is named."""
    post = Outgoing(
        title="SW-1",
        buttons=(
            button("Join", "swarm join SW-1", icon="🙋"),
            button("Invite", "swarm invite SW-1", form=WHY),
            button("Einladen", "swarm invite SW-2", form=WHY),
        ),
    )

    assert rendered(post)["formatted_body"].split("<br>")[1:] == [
        "🙋 Join",
        "<code>!swarm invite SW-1 …</code> · Einladen: <code>!swarm invite SW-2 …</code>",
    ]
    assert rendered(post)["body"].split("\n")[1:] == [
        "🙋 Join: `!swarm join SW-1`",
        "• `!swarm invite SW-1 …`",
        "• Einladen: `!swarm invite SW-2 …`",
    ]


def test_an_id_in_a_title_is_code() -> None:
    """Titles are plain words with backquotes; only the HTML can do better."""
    made = rendered(Outgoing(title="You are <Grace> (`agent-1`)"))

    assert made["formatted_body"] == "<strong>You are &lt;Grace&gt; (<code>agent-1</code>)</strong>"
    assert made["body"] == "You are <Grace> (`agent-1`)"


def test_a_table_is_a_table() -> None:
    """Under its title; clients without tables still see spaces between the cells."""
    post = Outgoing(
        title="2 swarms",
        table=((said("Swarm"), said("Who")), (said("SW-1"), said("Anna")), (said("SW-2"), said("Ben"))),
        buttons=(button("Join", "swarm join SW-1"),),
        footer=said("1 more"),
    )
    made = rendered(post)

    assert made["body"].split("\n") == [
        "2 swarms",
        "Swarm · Who",
        "SW-1 · Anna",
        "SW-2 · Ben",
        "1️⃣ Join: `!swarm join SW-1`",
        "1 more",
    ]
    assert made["formatted_body"] == (
        "<strong>2 swarms</strong><table><thead><tr><th>Swarm</th> <th>Who</th></tr></thead>"
        "<tbody><tr><td>SW-1</td> <td>Anna</td></tr><tr><td>SW-2</td> <td>Ben</td></tr></tbody></table>"
        "1️⃣ Join<br><em>1 more</em>"
    )


def test_a_wide_table_is_lines() -> None:
    """A phone would break its columns in the middle of names, and some clients know no tables at all."""
    post = Outgoing(
        title="SW-1: who did what",
        table=(
            (said("When"), said("Who"), said("What")),
            (said("Sun 22 Nov, 08:05 CET"), said("Grace Whitfield"), said("opened it: refund loops")),
        ),
    )

    assert rendered(post)["formatted_body"].split("<br>") == [
        "<strong>SW-1: who did what</strong>",
        "<em>When · Who · What</em>",
        "<strong>Sun 22 Nov, 08:05 CET</strong> · Grace Whitfield · opened it: refund loops",
    ]


def test_who_is_mentioned_is_named_and_told() -> None:
    """By a link that clients show as a pill, and by `m.mentions`; such a post is no notice, so that phones ring."""
    post = Outgoing(text=said(Line(text="Anna <3", style="mention", identity=ANNA), " is in."), notify=(ANNA, ANNA))
    made = rendered(post)

    assert made["m.mentions"] == {"user_ids": [ANNA.id]}
    assert made["msgtype"] == "m.text"
    assert made["body"] == "Anna <3 is in."
    assert made["formatted_body"] == '<a href="https://matrix.to/#/@anna:example.org">Anna &lt;3</a> is in.'


@pytest.mark.parametrize(
    "identity",
    [None, Identity(network="console", id="@anna:example.org"), Identity(network="matrix", id="anna")],
)
def test_who_cannot_be_mentioned_is_only_named(identity: Identity | None) -> None:
    """People without an identity here, and people elsewhere."""
    notify = () if identity is None else (identity,)
    made = rendered(Outgoing(text=said(Line(text="Anna", style="mention", identity=identity)), notify=notify))

    assert made == {"msgtype": "m.notice", "body": "Anna", "m.mentions": {}}


def test_a_pill_cannot_break_out_of_its_link() -> None:
    """Whatever a user id holds."""
    odd = Identity(network="matrix", id='@a"><b>/?#%:x')
    made = rendered(Outgoing(text=said(Line(text="A", style="mention", identity=odd))))

    assert Read(made["formatted_body"]).links == [("https://matrix.to/#/@a%22%3E%3Cb%3E%2F%3F%23%25:x", "A")]


def test_a_direct_chat_rings() -> None:
    """Notices never do."""
    assert rendered(Outgoing(text=said("hello")), DIRECT)["msgtype"] == "m.text"


def test_what_no_homeserver_takes_is_replaced() -> None:
    """NUL and lone surrogates, also in titles, labels and commands."""
    nasty = "a\x00b\ud800c"
    post = Outgoing(
        title=nasty,
        facts=(RenderedFact(label=nasty, value=said(nasty)),),
        buttons=(button(nasty, nasty), button("x", nasty, form=WHY)),
        footer=said(code(nasty)),
    )
    made = rendered(post)

    assert (made["body"] + made["formatted_body"]).encode().count("\ufffd".encode()) > 10
    assert "\x00" not in made["body"] + made["formatted_body"]


def test_the_card_carries_what_its_reactions_mean() -> None:
    """Buttons with a form are not among them."""
    assert rendered(INVITATION)[CARD] == {
        "buttons": {"✅": "swarm accept SW-1", "⏰": "swarm later SW-1"},
        "shown": ["✅", "⏰"],
    }


def test_an_edit_tells_only_who_is_newly_mentioned() -> None:
    """All of them stand in the new content."""
    ben = Identity(network="matrix", id="@ben:example.org")
    new = rendered(Outgoing(text=said("both"), notify=(ANNA, ben)))
    made = replacing("$card", new, mentioned=[ANNA.id])

    assert made["m.mentions"] == {"user_ids": [ben.id]}
    assert made["m.new_content"]["m.mentions"] == {"user_ids": [ANNA.id, ben.id]}
    assert made["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$card"}
    assert made["body"] == "* both"
