"""Posts as Teams shows them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from chatops.ports.chat import Line, Outgoing, RenderedFact
from teams_network.card import Rendered, adaptive
from teams_posts import ACCOUNTS, PEOPLE, POSTS, button, said, words
from teams_schema import judged

ANNA, BEN, CEM = PEOPLE


def shown(post: Outgoing) -> Rendered:
    """The post."""
    return adaptive(post, accounts=ACCOUNTS, words=words)


def card(post: Outgoing) -> dict[str, Any]:
    """The card of a post that is one, judged by the schema."""
    made = shown(post).card
    assert made is not None
    assert judged(made) == []
    return made


def mention(identity: Any = ANNA) -> Line:
    """Somebody."""
    return Line(text="whoever", style="mention", identity=identity)


def test_a_sentence_is_text() -> None:
    """With its language, and nothing a client would have to open."""
    assert shown(Outgoing(text=said("You are in ", Line(text="SW-1", style="code"), ".\nThank you!"))).activity == {
        "type": "message",
        "locale": "en",
        "text": "You are in <code>SW-1</code>.<br/>Thank you!",
        "textFormat": "xml",
    }


def test_a_card_has_a_title_a_summary_and_a_fallback() -> None:
    """Read aloud, shown on a locked phone, and shown where cards are not."""
    post = Outgoing(title="SW-1 · refund `loops`", text=said("One thing is left."), plain="SW-1\n• Join: `swarm join`")
    made, told = card(post), shown(post)

    assert made["version"] == "1.5"
    assert made["body"][0]["style"] == "heading"
    assert made["body"][0]["text"] == "SW-1 · refund loops"
    assert made["fallbackText"] == "SW-1\n• Join: `swarm join`"
    assert told.activity["summary"] == "SW-1 · refund loops: One thing is left."
    assert "text" not in told.activity


def test_the_tone_is_the_colour_of_the_title() -> None:
    """And of nothing else."""
    tones = ("plain", "good", "attention", "danger")
    tops = [card(Outgoing(title="x", tone=tone))["body"][0].get("style") for tone in tones]  # type: ignore[arg-type]

    assert tops == ["heading", "good", "warning", "attention"]


def test_plain_facts_are_a_fact_set() -> None:
    """And those with code are columns, whose labels take what the longest needs."""
    case, after = RenderedFact(label="Case", value=said("demo:1001")), RenderedFact(label="Next", value=said("wait"))
    typed = RenderedFact(label="Next", value=said("type ", Line(text="swarm done", style="code")))

    assert card(Outgoing(title="x", facts=(case, after)))["body"][1] == {
        "type": "FactSet",
        "spacing": "small",
        "facts": [{"title": "Case", "value": "demo:1001"}, {"title": "Next", "value": "wait"}],
    }
    rows = card(Outgoing(title="x", facts=(case, typed)))["body"][1:]
    assert [row["type"] for row in rows] == ["ColumnSet", "ColumnSet"]
    assert len({row["columns"][0]["width"] for row in rows}) == 1


def test_a_narrow_table_is_columns_and_a_wide_one_is_entries() -> None:
    """Both use the whole width where there is any."""
    head = (said("Swarm"), said("State"))
    narrow = card(Outgoing(title="x", table=(head, (said("SW-1"), said("active")))))
    wide = card(Outgoing(title="x", table=(head, (said("SW-1 refund loops for all"), said("active since 14:00 CET")))))

    assert [element["type"] for element in narrow["body"]] == ["TextBlock", "ColumnSet", "ColumnSet"]
    assert [element["type"] for element in wide["body"]] == ["TextBlock", *["RichTextBlock"] * 3]
    assert narrow["msteams"] == wide["msteams"] == {"width": "Full"}


def test_a_mention_in_a_card_has_its_entity() -> None:
    """Once, however often; who cannot be mentioned, or need not be told, is named."""
    post = Outgoing(
        title="x",
        text=said(mention(), " and ", mention(), "\n", mention(CEM), mention(BEN)),
        facts=(RenderedFact(label="Who", value=said(mention())),),
        notify=(ANNA, CEM),
    )
    made = card(post)

    assert made["msteams"]["entities"] == [
        {"type": "mention", "text": "<at>Anna A</at>", "mentioned": {"id": "29:anna", "name": "Anna A"}}
    ]
    assert made["body"][1]["text"] == "<at>Anna A</at> and <at>Anna A</at>"
    assert made["body"][2]["inlines"][0]["text"] == "whoeverwhoever"
    assert made["body"][3]["facts"][0]["value"] == "<at>Anna A</at>"


def test_two_of_one_name_are_told_apart() -> None:
    """Else one of them would be told twice and the other never."""
    made = shown(Outgoing(text=said(mention(ANNA), mention(BEN)), notify=(ANNA, BEN)))

    assert made.text == "<at>Anna A</at><at>Anna A (2)</at>"
    assert [entity["mentioned"]["id"] for entity in made.entities] == ["29:anna", "29:ben"]


def test_a_name_that_is_markup_is_not() -> None:
    """Teams compares texts before it reads them, and finds no name with such characters."""
    made = adaptive(
        Outgoing(text=said(mention()), notify=(ANNA,)), accounts={ANNA: ("29:a", "Al </at> & *Bo_b* (X)")}, words=words
    )

    assert made.text == made.entities[0]["text"] == "<at>Al at Bo b (X)</at>"


def test_who_has_to_be_told_is_mentioned_first() -> None:
    """When the post does not mention them itself."""
    assert shown(Outgoing(text=said("Hello."), notify=(ANNA, CEM))).text == "<at>Anna A</at><br/>Hello."


def test_a_button_carries_its_reference_only() -> None:
    """Also where a client falls back."""
    look = {"title": "✅ I’ll help", "style": "positive", "data": {"ref": "ref-I’ll help"}}

    assert card(Outgoing(title="x", buttons=(button("I’ll help", icon="✅", style="primary"),)))["actions"] == [
        {"type": "Action.Execute", "verb": "press", **look, "fallback": {"type": "Action.Submit", **look}}
    ]


def test_numbers_are_no_part_of_a_button() -> None:
    """They tell reactions apart."""
    made = card(Outgoing(text=said("No such command."), buttons=(button("swarm open", icon="1️⃣"),)))

    assert made["actions"][0]["title"] == "swarm open"


def test_buttons_stand_in_rows_that_a_phone_shows() -> None:
    """Labels are never cut for want of room."""
    labels = ("Question", "Solution", "Invite", "Done")
    made = card(Outgoing(title="x", buttons=tuple(button(label, icon="❓") for label in labels)))

    rows = [[action["title"] for action in row["actions"]] for row in made["body"][1:]]
    assert rows == [["❓ Question", "❓ Solution"], ["❓ Invite", "❓ Done"]]
    assert "actions" not in made


def test_more_than_five_buttons_are_four_and_a_menu() -> None:
    """Five are shown: one alone in a menu saves nothing."""

    def modes(count: int) -> list[str]:
        made = card(Outgoing(title="x", buttons=tuple(button(f"{n}") for n in range(count))))
        rows = [made["actions"]] if "actions" in made else [row["actions"] for row in made["body"][1:]]
        return [action.get("mode", "primary") for row in rows for action in row]

    assert modes(5) == ["primary"] * 5
    assert modes(7) == ["primary"] * 4 + ["secondary"] * 3


@settings(deadline=None, max_examples=50)
@given(POSTS)
def test_any_post_is_a_card_by_the_schema(post: Outgoing) -> None:
    """Or text; in both each mention has its entity, and each entity its mention."""
    made = shown(post)

    if made.card is None:
        told, entities = made.text, list(made.entities)
    else:
        assert judged(made.card) == []
        told, entities = str(made.card["body"]), made.card.get("msteams", {}).get("entities", [])
    assert all(entity["text"] in told for entity in entities)
    assert len({entity["mentioned"]["id"] for entity in entities}) == len(entities)
    assert {entity["mentioned"]["id"] for entity in entities} == {
        ACCOUNTS[each][0] for each in post.notify if each in ACCOUNTS
    }
