"""The part of `me` that tells which of somebody's cases run out of time next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from chatops.cases.desk import CaseDesk
from chatops.cases.listing import due
from chatops.cases.tables import short
from chatops.core.message import Person
from chatops.core.text import Moment, Text, _, said
from chatops.core.unit import Unit
from chatops.errors import PortError
from chatops.hookspecs import Section
from chatops.ports.tickets import Ref, Ticket, TicketQuery

AHEAD = timedelta(hours=24)
"""What is due later than that does not need anybody now."""

MOST = 50
"""Cases of one system that are looked at."""

PATIENCE = 2.0
"""Seconds that a ticket system may take; `me` is not kept waiting for it."""


class Soon:
    """Reads the clocks of somebody's own cases from the ticket systems."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    def section(self) -> Section:
        """Return the part of `me`."""
        return Section(name="cases.clocks", order=40, title=_("Clocks"), read=self.read)

    async def read(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return one line per case that is due within a day, or overdue; the most pressing first."""
        own = [(name, self._desk.identity(person, name)) for name in self._desk.tickets.names()]
        found = await asyncio.gather(*(self._open(name, ref) for name, ref in own if ref is not None))
        silent = [one for one in found if isinstance(one, Text)]
        cases = [case for one in found if not isinstance(one, Text) for case in one]
        pressing = [(at, case) for case in cases if (at := due(case)) is not None and at <= unit.now + AHEAD]
        pressing.sort(key=lambda one: (one[0], one[1].ref.system, one[1].ref.id))
        told = [
            _line(case, at, overdue=at <= unit.now)
            for at, case in pressing
            if not any(one.member(person.id) for one in await self._desk.gatherings(unit, case.ref))
        ]
        return (*told, *silent)

    async def _open(self, name: str, owner: Ref) -> Sequence[Ticket] | Text:
        try:
            async with asyncio.timeout(PATIENCE):
                query = TicketQuery(owner=owner, open_only=True, sort="due")
                return (await self._desk.tickets.system(name).search(query, limit=MOST)).items
        except (PortError, TimeoutError):
            return _("{system} does not answer just now.", system=said(name))


def _line(case: Ticket, at: datetime, *, overdue: bool) -> Text:
    time, name, subject = Moment(at=at, style="datetime"), str(case.ref), said(short(case.subject, 60))
    if overdue:
        return _("{case} overdue since {time}: {subject}", case=name, time=time, subject=subject)
    return _("{case} by {time}: {subject}", case=name, time=time, subject=subject)
