"""A post as Teams shows it: sentences as text, everything else as one Adaptive Card (version 1.5, what Teams takes)."""

from __future__ import annotations

import re
from typing import Any

from chatops import Frozen, replace
from chatops.ports.chat import Line, Outgoing
from teams_network.buttons import actions
from teams_network.cutting import shortened
from teams_network.facts import facts
from teams_network.formatting import Marks, blocks, storable, words_of, xml
from teams_network.forms import heading
from teams_network.mention_entities import Accounts, entities, lines_in, marks_for, told
from teams_network.tables import table
from teams_network.words import Words

CARD = "application/vnd.microsoft.card.adaptive"

_TONES = {"good": "good", "attention": "warning", "danger": "attention"}
"""Container styles; what cards call attention is red."""

_TOAST = 150
"""Letters of a notification."""
_FALLBACK = 600
"""Letters for clients that cannot show a card."""

_BACKQUOTED = re.compile("`([^`]+)`")


class Rendered(Frozen, frozen=True, kw_only=True):
    """What an activity carries."""

    text: str = ""
    """XML (`textFormat`); empty for a card."""
    attachments: tuple[dict[str, Any], ...] = ()
    entities: tuple[dict[str, Any], ...] = ()
    """Mentions in the text. Those in a card stand in the card."""
    summary: str = ""
    """What a notification says of a card, in plain words."""
    locale: str = ""

    @property
    def activity(self) -> dict[str, Any]:
        """The activity to send, or to replace one with: its type, and what there is of the rest. To be sent as UTF-8."""
        found: dict[str, Any] = {"type": "message", "locale": self.locale}
        if self.text:
            found |= {"text": self.text, "textFormat": "xml"}
        if self.attachments:
            found["attachments"] = list(self.attachments)
        if self.entities:
            found["entities"] = list(self.entities)
        if self.summary:
            found["summary"] = self.summary
        return found

    @property
    def card(self) -> dict[str, Any] | None:
        """The Adaptive Card, or None for sentences."""
        return self.attachments[0]["content"] if self.attachments else None


def adaptive(outgoing: Outgoing, *, accounts: Accounts, words: Words) -> Rendered:
    """Return a post as Teams shows it, however long it gets; `fitting` sees to the length.

    `accounts` holds (account id, name) of those who can be mentioned where it is posted: of `notify`, those who are in
    the room. It is empty in personal chats, where everything rings. Who has to be told and is not mentioned in the post
    is mentioned before its words.
    """
    return rendered(naming(outgoing, accounts), accounts=accounts, words=words)


def naming(outgoing: Outgoing, accounts: Accounts) -> Outgoing:
    """Return a post that mentions all who have to be told."""
    named = [line for each in told(outgoing, accounts) for line in (each, Line(text=", "))][:-1]
    if not named:
        return outgoing
    return replace(outgoing, text=(*named, *((Line(text="\n"), *outgoing.text) if outgoing.text else ())))


def rendered(outgoing: Outgoing, *, accounts: Accounts, words: Words) -> Rendered:
    """Return a post as it is, whoever it does not mention."""
    marks = marks_for(outgoing, accounts)
    mentions = entities(lines_in(outgoing), marks, accounts)
    if is_sentence(outgoing):
        return Rendered(text=xml(outgoing.text, marks), entities=mentions, locale=outgoing.locale)
    card = _card(outgoing, marks, words)
    extras: dict[str, Any] = {"entities": list(mentions)} if mentions else {}
    if outgoing.table:
        extras["width"] = "Full"
    if extras:
        card["msteams"] = extras
    return Rendered(
        attachments=({"contentType": CARD, "content": card},), summary=_summary(outgoing), locale=outgoing.locale
    )


def is_sentence(outgoing: Outgoing) -> bool:
    """Return whether a post is nothing but words."""
    return not (outgoing.title or outgoing.facts or outgoing.table or outgoing.buttons or outgoing.footer)


def title_of(outgoing: Outgoing) -> str:
    """Return the title. Backquotes around an id in it are left out: headings have no monospace."""
    return _BACKQUOTED.sub(r"\1", storable(outgoing.title)).replace("\n", " ").strip()


def _card(outgoing: Outgoing, marks: Marks, words: Words) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        # Two or three letters; more is no language to the vendor's renderer.
        "lang": outgoing.locale.replace("_", "-").split("-")[0],
        "fallbackText": shortened(_plain(outgoing), _FALLBACK),
        "body": [
            *_top(outgoing),
            *_spaced(blocks(outgoing.text, marks)),
            *facts(outgoing.facts, marks),
            *_spaced(table(outgoing.table, marks)),
            *_spaced(blocks(outgoing.footer, marks, isSubtle=True, size="small")),
        ],
    }
    made = actions(outgoing.buttons, words)
    card["body"] += made.pop("body", [])
    return card | made


def _top(outgoing: Outgoing) -> list[dict[str, Any]]:
    if not (title := title_of(outgoing)):
        return []
    if outgoing.tone == "plain":
        return [heading(title)]
    return [{"type": "Container", "style": _TONES[outgoing.tone], "bleed": True, "items": [heading(title)]}]


def _spaced(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for element in elements[:1]:
        element["spacing"] = "small"
    return elements


def _summary(outgoing: Outgoing) -> str:
    """Return the title and how the words begin: enough to know on a locked phone what it is about."""
    told = [title_of(outgoing), words_of(outgoing.text).strip().split("\n")[0]]
    found = ": ".join(part for part in told if part) or _plain(outgoing).split("\n")[0]
    return shortened(found, _TOAST)


def _plain(outgoing: Outgoing) -> str:
    if outgoing.plain:
        return storable(outgoing.plain)
    rows = [title_of(outgoing), words_of(outgoing.text)]
    rows += [f"{storable(fact.label)}: {words_of(fact.value)}" for fact in outgoing.facts]
    rows += [" · ".join(words_of(cell) for cell in row) for row in outgoing.table]
    rows += [storable(button.label) for button in outgoing.buttons]
    return "\n".join(row for row in (*rows, words_of(outgoing.footer)) if row.strip())
