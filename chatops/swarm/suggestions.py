"""What may help, as it is shown: on a card of its own in the swarm's rooms, and in one line of the living card."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.message import Button, Card, Fact, Table
from chatops.core.text import Text, _, listed, said, to_type
from chatops.core.unit import Unit
from chatops.swarm.captured import Found
from chatops.swarm.model import Swarm
from chatops.swarm.similar import shown_words
from chatops.swarm.wording import short

MOST = 3
"""Of each kind."""

LABELS = {"article": _("Articles"), "swarm": _("Swarms"), "case": _("Cases")}


def chosen(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return the first few of each kind."""
    return tuple(one for kind in LABELS for one in [one for one in found if one.kind == kind][:MOST])


def suggestion_line(one: Found) -> Text:
    """Return a thing in a few words, with why it was found and what came of it."""
    words: dict[str, Text | str] = {"id": one.id, "title": said(short(one.title, 40)), "words": said(shown_words(one))}
    if one.outcome:
        return _("{id} {title} ({words}): {outcome}", **words, outcome=said(short(one.outcome, 50)))
    return _("{id} {title} ({words})", **words)


def suggestion_card(swarm: Swarm) -> Card:
    """Return the card with the best of each kind, and what can be done with them."""
    facts = []
    for kind, label in LABELS.items():
        of_kind = [one for one in swarm.found if one.kind == kind]
        if of_kind:
            facts.append(Fact(label=label, value=listed(*(suggestion_line(one) for one in of_kind[:MOST]))))
    first = {one.kind: one for one in reversed(swarm.found)}
    offered = [button(swarm, first[kind]) for kind in LABELS if kind in first]
    more = Button(label=_("All, with links"), command=f"kb similar {swarm.name}", icon="🔎")
    return Card(
        title=_("What may help with {swarm}", swarm=swarm.name),
        facts=tuple(facts),
        buttons=(*offered, more),
    )


def button(swarm: Swarm, one: Found) -> Button:
    """Return what can be done with a thing at once."""
    if one.kind == "article":
        return Button(
            label=_("Use {thing}", thing=one.id),
            command=f"kb link {swarm.name} {one.id}",
            icon="📎",
            uses="once",
            style="primary",
        )
    if one.kind == "swarm":
        return Button(label=_("Use {thing}", thing=one.id), command=f"kb use {swarm.name} {one.id}", icon="🔁")
    return Button(label=_("Show {thing}", thing=one.id), command=f"case show {one.id}", icon="🗂️")


def table_card(title: Text, found: Sequence[Found]) -> Card:
    """Return everything found in a table, with links, and buttons to say whether the first was of use."""
    rows = tuple(
        (
            said(f"{one.id} {short(one.title, 60)}"),
            said(shown_words(one)),
            said(short(one.outcome, 60) if one.outcome else one.url or ""),
        )
        for one in chosen(found)
    )
    if not rows:
        return Card(title=title, text=_("Nothing was found that has words in common with it."))
    first = chosen(found)[0].id
    return Card(
        title=title,
        table=Table(head=(_("What"), _("Words in common"), _("More")), rows=rows),
        footer=_("Say what was of use: {command}", command=to_type(f"kb rate {first} up")),
        buttons=(
            Button(label=_("{thing} helps", thing=first), command=f"kb rate {first} up", icon="👍"),
            Button(label=_("{thing} does not", thing=first), command=f"kb rate {first} down", icon="👎"),
        ),
    )


def show_found(unit: Unit, before: Swarm, after: Swarm) -> None:
    """Put the card into the swarm's rooms when something was found; as soon as a guest may read there, take it away."""
    if not after.found:
        return
    hides = after.has_guests
    if before.found == after.found and before.has_guests == hides and before.places == after.places:
        return
    slot = f"swarm:{after.id}/found"
    known = {place.target for place in before.places} if before.found else set()
    for place in after.places:
        if not hides and after.live:
            unit.post(place.target, suggestion_card(after), slot=slot)
        elif place.target in known:
            unit.post(place.target, _("What may help is for members of the house."), slot=slot)
