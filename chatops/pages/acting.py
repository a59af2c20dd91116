"""Runs what a page's buttons and its command line ask for: the same commands as in chat, checked and audited alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from chatops.core.clock import Clock
from chatops.core.frozen import Frozen
from chatops.core.message import CommandCall, Person
from chatops.engine.engine import Engine
from chatops.engine.reply import Reply
from chatops.pages.visit import Visit
from chatops.ports.chat import Outgoing
from chatops.swarm.light import ASK_PREFIX
from chatops.swarm.model import PREFIX, Swarm, main_room

PATIENCE = 8.0
"""Seconds a page waits for an answer; what takes longer is looked at again."""

VIA = "page"
"""How it came in, for the audit."""

MOST_LINKS = 4

_ASKS = "needs_confirmation"
_PLACES = {PREFIX: "swarms", ASK_PREFIX: "asks"}
_SWARM = re.compile(rf"\b(({PREFIX}|{ASK_PREFIX})-([0-9]{{1,15}}))\b")
_ONCE = re.compile(r"[0-9a-z]{16,64}")
_PAGE = re.compile(r"(?!.*\.\.)[\w:%~+-][\w:%~.+-]*(/[\w:%~+-][\w:%~.+-]*)*", re.ASCII)


class Order(Frozen, frozen=True, kw_only=True):
    """What somebody asks for from a page."""

    command: str
    fields: dict[str, str] = {}
    once: str
    """Made with the form: sent twice, it is done once."""
    page: str
    """Where they were, below their path."""
    confirmed: bool = False
    """They have seen what it will do."""


class Answer(Frozen, frozen=True, kw_only=True):
    """What came of it."""

    once: str
    settled: bool
    replies: tuple[Reply, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether nothing has been done yet: first comes a look at what it would do, and the word to do it."""
        return any(reply.error == _ASKS for reply in self.replies)

    @property
    def cards(self) -> tuple[Outgoing, ...]:
        """What was answered, ready to be shown."""
        return tuple(msgspec.convert(reply.card, Outgoing) for reply in self.replies if reply.error != _ASKS)

    @property
    def elsewhere(self) -> tuple[tuple[str, str], ...]:
        """Names of the swarms it speaks of, and their pages: where one may want to go next."""
        found = (
            (name, prefix, number) for reply in self.replies for name, prefix, number in _SWARM.findall(reply.text)
        )
        pages = {name: f"{_PLACES[prefix]}/{number}" for name, prefix, number in found}
        return tuple(pages.items())[:MOST_LINKS]


class Acting:
    """Runs commands for visitors."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def run(self, person: Person, order: Order, *, about: Swarm | None = None) -> Answer:
        """Run a command as `person`, with no more rights than they have in chat, and wait for the answer.

        `about`: the swarm they look at, which gives what they type its context.
        """
        logical = None if about is None else main_room(about.id)
        room = logical if logical and self._engine.rooms.by_id(logical) is not None else None
        call = CommandCall(
            person=person.id,
            text=order.command,
            fields=order.fields,
            at=self._clock.now(),
            room=room,
            via=VIA,
            confirmed=order.confirmed,
        )
        await self._engine.call(call, _key(person, order.once))
        return await self.answer(person, order.once)

    async def answer(self, person: Person, once: str, *, patience: float = PATIENCE) -> Answer:
        """Return what came of something `person` asked for from a page."""
        settlement = await self._engine.settled(_key(person, once), patience)
        if settlement is None:
            return Answer(once=once, settled=False)
        return Answer(once=once, settled=True, replies=self._engine.replies(settlement, person.id))

    async def asked(self, request: web.Request, visit: Visit) -> Answer | None:
        """Return the answer a page's address asks to show: somebody's own, and nobody else's."""
        once = request.query.get("answer", "")
        if not _ONCE.fullmatch(once):
            return None
        return await self.answer(visit.person, once, patience=0.5)


def order_of(form: Mapping[str, Any]) -> Order | None:
    """Return what a form asks for; None when it is none of ours."""
    told = {name: value for name, value in form.items() if isinstance(value, str)}
    once, page, command = told.get("once", ""), told.get("page", ""), told.get("command", "").strip()
    if not _ONCE.fullmatch(once) or not _PAGE.fullmatch(page):
        return None
    fields = {name.removeprefix("field."): value for name, value in told.items() if name.startswith("field.")}
    # What was left empty is not said at all, as when one types.
    filled = {name: value for name, value in fields.items() if value.strip()}
    confirmed = told.get("confirmed") == "yes"
    return Order(command=command, fields=filled, once=once, page=page, confirmed=confirmed)


def _key(person: Person, once: str) -> str:
    return f"page:{person.id}:{once}"
