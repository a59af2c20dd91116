"""What a command would have done, in words."""

from __future__ import annotations

from chatops.core.effects import Effect, Post
from chatops.core.message import Card, Fact, Refused, Said
from chatops.core.text import Code, Text, _, lines, said
from chatops.core.unit import Unit


def described(unit: Unit, *, title: Text | None = None) -> Card:
    """Return a card that says what `unit` would make true. Answers to the asker are shown as they would read."""
    facts = [Fact(label=_("Would write"), value=said(written)) for written in unit.written]
    facts += [_effect(effect) for _key, effect in unit.effects]
    return Card(
        title=title or _("Dry run: nothing was changed"),
        text=None if facts else _("It would change nothing."),
        facts=tuple(facts),
    )


def _effect(effect: Effect) -> Fact:
    if not isinstance(effect, Post):
        what = _("{what} on {target}", what=Code(code=effect.kind), target=Code(code=effect.target))
        return Fact(label=_("Would do"), value=what)
    words = _words(effect.said)
    if effect.reply:
        return Fact(label=_("Would answer"), value=words)
    return Fact(label=_("Would post"), value=_("in {place}: {words}", place=Code(code=effect.to), words=words))


def _words(what: Said) -> Text:
    match what:
        case Card():
            rows = [_("{label}: {value}", label=fact.label, value=fact.value) for fact in what.facts]
            return lines(what.title, *([what.text] if what.text else []), *rows)
        case Refused():
            return what.message
        case _:
            return what
