"""Looking for what may help: articles, cases like this one, earlier swarms. Outside the unit, and never waited for.

Each place is asked for a few seconds and by itself; one that is slow or dead leaves out only its own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ClassVar

import msgspec

from chatops.core.clock import Clock
from chatops.core.effects import Effect
from chatops.core.unit import Unit
from chatops.engine.bounded import Bounded, Returned
from chatops.hookspecs import EffectPerformer, Performed
from chatops.ports.records import Records, Write
from chatops.ports.tickets import Knowledge, Ref, Ticket, TicketQuery, TicketSystem, TicketSystems
from chatops.swarm.alike import MOST_SHOWN, common, longest, telling
from chatops.swarm.captured import Found
from chatops.swarm.drafting import article_of
from chatops.swarm.keeping import present
from chatops.swarm.model import PREFIX, State, Swarm

SECONDS = 5.0
"""How long one place is asked."""
MOST_FOUND = 8
"""Of each kind; the best of them are shown."""

PAST = "past-swarm"
"""Kind of the documents that earlier swarms are found by."""
RESULT = "found"
"""Kind of the documents that what was found is handed over in."""

KINDS = ("article", "swarm", "case")
"""In the order in which they are shown."""

Ask = Callable[[], Coroutine[Any, Any, list[Found]]]


class FindSimilar(Effect, frozen=True, kw_only=True):
    """Look for what may help a swarm. Result: the id of the document that says what was found."""

    kind: ClassVar[str] = "swarm.find_similar"

    swarm: str
    text: str
    case: Ref

    @property
    def target(self) -> str:
        """Each by itself."""
        return f"similar:{self.swarm}"


class RememberSwarm(Effect, frozen=True, kw_only=True):
    """Make a swarm findable for later ones. Doing it again replaces what was there."""

    kind: ClassVar[str] = "swarm.remember"

    swarm: str
    question: str
    outcome: str
    text: str
    private: bool

    @property
    def target(self) -> str:
        """The swarm's document."""
        return f"past:{self.swarm}"


class Search:
    """Asks every place."""

    def __init__(self, tickets: TicketSystems, records: Records, clock: Clock) -> None:
        self._tickets = tickets
        self._records = records
        self._bounded = Bounded(clock)

    def performers(self) -> tuple[EffectPerformer, ...]:
        """Return the performers of both effects."""
        return (
            EffectPerformer(of=FindSimilar, perform=self._find),
            EffectPerformer(of=RememberSwarm, perform=self._remember),
        )

    async def everything(
        self, text: str, *, systems: Sequence[str], case: Ref | None = None, own: str = "", private: bool = False
    ) -> tuple[Found, ...]:
        """Return what has words of `text`, each kind best first. `private`: earlier private swarms, too."""
        wanted = telling(text)
        if not wanted:
            return ()
        found = await self._asked("past swarms", lambda: self._swarms(wanted, own, private=private))
        for name in systems:
            try:
                system = self._tickets.system(name)
            except KeyError:
                continue
            found += await self._asked(f"articles of {name}", partial(_articles, system, wanted))
            found += await self._asked(f"cases of {name}", partial(_cases, system, wanted, case))
        return tuple(found)

    async def found(self, id: str) -> tuple[Found, ...]:
        """Return what an effect found."""
        record = await self._records.get(RESULT, id)
        return () if record is None else tuple(msgspec.convert(record.body["found"], list[Found]))

    # inside

    async def _find(self, effect: FindSimilar, key: str) -> Performed:
        found = await self.everything(
            effect.text, systems=(effect.case.system,), case=effect.case, own=effect.swarm, private=False
        )
        await self._records.write(Write(kind=RESULT, id=effect.swarm, body={"found": msgspec.to_builtins(found)}))
        return Performed(result=effect.swarm)

    async def _remember(self, effect: RememberSwarm, key: str) -> Performed:
        body = {"question": effect.question, "outcome": effect.outcome, "text": effect.text}
        columns = {"private": "yes" if effect.private else "no"}
        await self._records.write(Write(kind=PAST, id=effect.swarm, body=body, columns=columns, text=effect.text))
        return Performed(result=effect.swarm)

    async def _asked(self, name: str, ask: Ask) -> list[Found]:
        outcome = await self._bounded.run(ask(), SECONDS, name=name)
        return outcome.value if isinstance(outcome, Returned) else []

    async def _swarms(self, wanted: Sequence[str], own: str, *, private: bool) -> list[Found]:
        found = []
        for record in await self._records.search(PAST, " ".join(wanted), limit=4 * MOST_FOUND):
            words = common(wanted, str(record.body["text"]))
            if record.id == own or not words or (record.columns.get("private") != "no" and not private):
                continue
            found.append(
                Found(
                    kind="swarm",
                    id=f"{PREFIX}-{record.id}",
                    title=str(record.body["question"]),
                    words=words,
                    outcome=str(record.body["outcome"]),
                )
            )
        return best(found)[:MOST_FOUND]


async def _articles(system: TicketSystem, wanted: Sequence[str]) -> list[Found]:
    if not (system.capabilities.articles and isinstance(system, Knowledge)):
        return []
    found = [
        Found(
            kind="article",
            id=article.ref.key or article.ref.id,
            title=article.title,
            words=common(wanted, f"{article.title} {article.text}"),
            url=article.ref.url,
        )
        for article in await system.search_articles(" ".join(wanted), limit=MOST_FOUND)
    ]
    return best([one for one in found if one.words])


async def _cases(system: TicketSystem, wanted: Sequence[str], own: Ref | None) -> list[Found]:
    tickets: dict[str, Ticket] = {}
    for word in longest(wanted):
        page = await system.search(TicketQuery(text=word), limit=MOST_FOUND)
        tickets.update({ticket.ref.id: ticket for ticket in page.items if own is None or ticket.ref.id != own.id})
    found = [
        Found(
            kind="case",
            id=str(ticket.ref),
            title=ticket.subject,
            words=common(wanted, f"{ticket.subject} {ticket.description}"),
            url=ticket.ref.url,
        )
        for ticket in tickets.values()
    ]
    return best([one for one in found if one.words])[:MOST_FOUND]


def best(found: Sequence[Found], votes: Callable[[Found], int] = lambda _one: 0) -> list[Found]:
    """Return things with the most words in common first; each vote for one counts as much as a word."""
    return sorted(found, key=lambda one: -(len(one.words) + votes(one)))


def shown_words(one: Found) -> str:
    """Return the words that a thing and the question have in common, as they are shown."""
    return ", ".join(one.words[:MOST_SHOWN])


def look_for(unit: Unit, swarm: Swarm) -> None:
    """Ask for what may help; whoever waits for nothing is held up by nothing."""
    text = f"{swarm.question} {swarm.case.subject} {swarm.tried}"
    unit.effect(FindSimilar(swarm=swarm.id, text=text, case=swarm.case.ref), key=f"swarm:{swarm.id}/similar")


def remember(unit: Unit, before: Swarm, after: Swarm) -> None:
    """Make a swarm findable as it is resolved, and again as it is closed, when more is known."""
    if after.state is before.state or after.state not in {State.RESOLVED, State.CLOSED}:
        return
    article = article_of(after)
    steps = [step.text for step in present(after.steps)]
    outcome = article.resolution or article.cause
    text = " ".join((after.question, after.case.subject, after.tried, *steps, article.resolution, article.cause))
    effect = RememberSwarm(swarm=after.id, question=after.question, outcome=outcome, text=text, private=after.private)
    unit.effect(effect)
