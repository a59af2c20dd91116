"""What comes out of a swarm: solution, steps, decisions, the article as it grows, and what was found that may help."""

from __future__ import annotations

from markupsafe import Markup

from chatops.core.frozen import Frozen
from chatops.core.message import Person
from chatops.core.text import listed
from chatops.pages.paper import Pen, safe_url
from chatops.pages.reading import Reading
from chatops.swarm.captured import Found
from chatops.swarm.drafting import article_of, written_out
from chatops.swarm.keeping import present
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.wording import decision_line


class Help(Frozen, frozen=True, kw_only=True):
    """Something that may help."""

    title: str
    href: str
    more: str


def draft_part(pen: Pen, swarm: Swarm) -> Markup:
    """Return the HTML of what a swarm came to so far."""
    article = article_of(swarm)
    return pen.piece(
        "swarm_draft.html",
        solution=swarm.solution,
        cause=swarm.cause,
        steps=present(swarm.steps),
        decisions=present(swarm.decisions),
        decision=pen.say(decision_line(swarm.decision)) if swarm.decision else "",
        title=article.title,
        draft=pen.say(written_out(article)),
        missing=pen.say(listed(*article.missing)),
    )


async def found_part(pen: Pen, swarm: Swarm, reading: Reading) -> Markup:
    """Return the HTML of what may help, as far as the visitor may know of it."""
    shown = [one for one in swarm.found if await _visible(one, pen.visit.person, reading)]
    return pen.piece("swarm_found.html", found=[_help(pen, one) for one in shown])


async def _visible(found: Found, person: Person, reading: Reading) -> bool:
    return found.kind != "swarm" or await reading.swarm(person, _number(found)) is not None


def _help(pen: Pen, found: Found) -> Help:
    addresses = {"swarm": f"swarms/{_number(found)}", "case": f"cases/{found.id}", "article": ""}
    address = addresses[found.kind]
    words = ", ".join(found.words)
    return Help(
        title=f"{found.id} {found.title}",
        href=f"{pen.visit.base}{address}" if address else safe_url(found.url),
        more=" · ".join(part for part in (found.outcome, words) if part),
    )


def _number(found: Found) -> str:
    return found.id.removeprefix(f"{PREFIX}-")
