"""What a search for helpers answers."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.icons import numbered
from chatops.core.message import Button, Card, Fact, Table
from chatops.core.text import Text, _, _n, lines, listed, said
from chatops.people.finding import Ranking, Wanted
from chatops.swarm.model import Swarm
from chatops.swarm.wording import Names

MOST_BUTTONS = 3
MOST_PASSED = 3


def found_card(wanted: Wanted, ranking: Ranking, names: Names, *, most: int, swarm: Swarm | None) -> Card:
    """Return who could help with the reasons, who not and why, and what nobody can; [Invite] where there is a swarm."""
    shown = ranking.found[:most]
    words = ", ".join((*(str(need) for need in wanted.needs), *wanted.languages))
    rows = tuple((said(names(one.person)), listed(*one.reasons)) for one in shown)
    return Card(
        title=_n("{count} person for {what}", "{count} people for {what}", len(ranking.found), what=said(words)),
        text=None if shown else _("Nobody can be asked now."),
        table=Table(head=(_("Who"), _("Why")), rows=rows) if rows else None,
        facts=tuple(_facts(ranking, names)),
        footer=_n("{count} more", "{count} more", len(ranking.found) - len(shown))
        if len(ranking.found) > len(shown)
        else None,
        buttons=_buttons(ranking, [one.person for one in shown], names, swarm),
        tone="plain" if shown else "attention",
    )


def _facts(ranking: Ranking, names: Names) -> list[Fact]:
    facts = []
    if ranking.unmatched:
        missing = said(", ".join(str(need) for need in ranking.unmatched))
        facts.append(Fact(label=_("Nobody has"), value=missing))
    if ranking.cover:
        facts.append(Fact(label=_("Together"), value=listed(*(said(names(one)) for one in ranking.cover))))
    if ranking.passed_over:
        facts.append(Fact(label=_("Not now"), value=_passed(ranking, names)))
    if ranking.learners:
        facts.append(
            Fact(label=_("Would like to learn"), value=listed(*(said(names(one)) for one in ranking.learners[:3])))
        )
    return facts


def _passed(ranking: Ranking, names: Names) -> Text:
    found = [_("{person}: {reason}", person=names(one.person), reason=one.why) for one in ranking.passed_over]
    hidden = len(found) - MOST_PASSED
    more = [_n("and {count} more", "and {count} more", hidden)] if hidden > 0 else []
    return lines(*found[:MOST_PASSED], *more)


def _buttons(ranking: Ranking, shown: Sequence[str], names: Names, swarm: Swarm | None) -> tuple[Button, ...]:
    if swarm is None or not swarm.live:
        return ()
    first = [*ranking.cover, *(person for person in shown if person not in ranking.cover)]
    return numbered(
        Button(
            label=_("Invite {person}", person=names(person)),
            command=f"swarm invite {swarm.name} {person}",
            style="primary" if number == 0 else "plain",
        )
        for number, person in enumerate(first[:MOST_BUTTONS])
    )
