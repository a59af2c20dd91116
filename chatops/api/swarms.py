"""Swarms by REST: who may know of one in chat may know of it here; of a private one nobody else learns that it exists."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from chatops.api.cases import ref_of
from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import (
    CaseName,
    MemberView,
    Moment,
    Named,
    QuestionView,
    SwarmDetail,
    SwarmQuery,
    Swarms,
    SwarmSummary,
    Timeline,
    TimelineQuery,
)
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.journal import TimelineNote, timeline_chain
from chatops.core.message import Person
from chatops.ports.roster import Directory
from chatops.ports.store import Store
from chatops.ports.tickets import TicketSystems
from chatops.swarm.model import OVER, PREFIX, State, Swarm, case_key, month

MOST = 10_000
"""Swarms of one month, or open at a time, that are looked through."""

MONTHS = 24
"""Months without an ended swarm after which there are taken to be none before."""

_ID = re.compile(rf"(?:{PREFIX}-?)?([0-9]{{1,18}})", re.IGNORECASE)


class SwarmReads:
    """Reads swarms."""

    def __init__(
        self,
        store: Store,
        codec: Codec,
        directory: Directory,
        tickets: TicketSystems,
        catalogues: Catalogues,
        clock: Clock,
    ) -> None:
        self._store = store
        self._codec = codec
        self._directory = directory
        self._tickets = tickets
        self._catalogues = catalogues
        self._clock = clock

    async def listed(self, asked: Asked) -> Answered:
        """List swarms, newest first."""
        query = asked.asks(SwarmQuery)
        before, now = _cursor(query.cursor), self._clock.now()
        if query.case is not None:
            ref = await ref_of(self._tickets, query.case)
            found = [] if ref is None else await self._find(case=case_key(ref))
        elif State.__members__.get(query.state.upper()) in OVER:
            return Answered(body=await self._ended(query, asked.person, before))
        else:
            found = await self._find(**({"member": asked.person.id} if query.mine else {"open": "yes"}))
        fitting = [one for one in found if _fits(one, query, asked.person, now) and int(one.id) < before]
        fitting.sort(key=lambda one: -int(one.id))
        page = fitting[: query.limit]
        more = len(fitting) > len(page)
        return Answered(
            body=Swarms(items=tuple(self._summary(one) for one in page), next=page[-1].id if more else None)
        )

    async def show(self, asked: Asked) -> Answered:
        """Show one swarm."""
        return Answered(body=self._detail(await self._visible(asked)))

    async def timeline(self, asked: Asked) -> Answered:
        """Show a part of a swarm's timeline."""
        swarm, query = await self._visible(asked), asked.asks(TimelineQuery)
        after = 0 if query.cursor is None else _number(query.cursor)
        chain = timeline_chain(Swarm.kind, swarm.id)
        entries = await self._store.entries(chain, after=after, limit=query.limit)
        reader = Reader(locale=asked.person.locale, zone=asked.person.zone)
        now = self._clock.now()
        items = []
        for entry in entries:
            if entry.payload is None or entry.kind != TimelineNote.kind:
                continue
            note = self._codec.decode_as(TimelineNote, entry.payload)
            by = None if note.actor is None else Named(id=note.actor, name=note.actor_name or note.actor)
            words = self._catalogues.plain(note.text, reader, now=now)
            items.append(Moment(number=entry.seq, at=note.occurred_at, tag=note.tag, text=words, by=by))
        more = len(entries) == query.limit
        return Answered(body=Timeline(items=tuple(items), next=str(entries[-1].seq) if more else None))

    async def _visible(self, asked: Asked) -> Swarm:
        named = _ID.fullmatch(asked.path["id"])
        stored = None if named is None else await self._store.get(Swarm.kind, str(int(named[1])))
        swarm = None if stored is None else self._codec.decode_as(Swarm, stored.body)
        if swarm is None or not swarm.visible_to(asked.person, self._clock.now()):
            raise Told(404, "not_found", f"There is no swarm {asked.path['id']}.")
        return swarm

    async def _find(self, **keys: str) -> list[Swarm]:
        stored = await self._store.find(Swarm.kind, keys, limit=MOST)
        return [self._codec.decode_as(Swarm, one.body) for one in stored]

    async def _ended(self, query: SwarmQuery, person: Person, before: int) -> Swarms:
        """Return ended swarms, newest first, month by month until the page is full."""
        items: list[Swarm] = []
        now = self._clock.now()
        day, empty = now, 0
        while len(items) <= query.limit and empty < MONTHS:
            found = await self._find(ended=month(day))
            empty = 0 if found else empty + 1
            items += sorted(
                (one for one in found if _fits(one, query, person, now) and _place(one) < before),
                key=lambda one: -_place(one),
            )
            day = day.replace(day=1) - timedelta(days=1)
        page = items[: query.limit]
        more = len(items) > len(page)
        return Swarms(items=tuple(self._summary(one) for one in page), next=str(_place(page[-1])) if more else None)

    def _named(self, id_: str) -> Named:
        person = self._directory.by_id(id_)
        return Named(id=id_, name=person.name if person is not None else id_)

    def _summary(self, swarm: Swarm) -> SwarmSummary:
        return SwarmSummary(
            id=swarm.name,
            state=str(swarm.state),
            question=swarm.question,
            case=CaseName(
                system=swarm.case.ref.system,
                key=swarm.case.ref.key or swarm.case.ref.id,
                subject=swarm.case.subject,
                customer=swarm.case.customer,
                url=swarm.case.ref.url,
            ),
            owner=self._named(swarm.owner),
            opened_at=swarm.opened_at,
            ended_at=swarm.ended_at,
            private=swarm.private,
            members=len(swarm.present),
            open_questions=len(swarm.open_questions),
        )

    def _detail(self, swarm: Swarm) -> SwarmDetail:
        short = self._summary(swarm)
        return SwarmDetail(
            **{name: getattr(short, name) for name in SwarmSummary.__struct_fields__},
            tried=swarm.tried,
            skills=swarm.skills,
            people=tuple(
                MemberView(
                    id=member.person,
                    name=self._named(member.person).name,
                    since=member.since,
                    owner=member.person == swarm.owner,
                    learner=member.learner,
                    guest=member.guest,
                )
                for member in swarm.present
            ),
            questions=tuple(
                QuestionView(
                    number=one.number,
                    by=self._named(one.by),
                    at=one.at,
                    text=one.text,
                    blocking=one.blocking,
                    answer=one.answer,
                    answered_by=None if one.answered_by is None else self._named(one.answered_by),
                )
                for one in swarm.questions
            ),
            waiting_for=swarm.waiting_for,
            solution=swarm.solution.text if swarm.solution is not None else "",
            cause=swarm.cause,
            article=swarm.decision.words if swarm.decision is not None else "",
            ends_at=swarm.ends_at,
            resolved_at=swarm.resolved_at,
        )


def _fits(swarm: Swarm, query: SwarmQuery, person: Person, now: datetime) -> bool:
    if not swarm.visible_to(person, now):
        return False
    if query.mine and swarm.member(person.id) is None:
        return False
    if query.state == "open":
        return query.case is not None or not swarm.over
    return str(swarm.state) == query.state


def _place(swarm: Swarm) -> int:
    """Return where an ended swarm stands among all: by month, then by number."""
    ended = swarm.ended_at or swarm.opened_at
    return int(month(ended).replace("-", "")) * 10**18 + int(swarm.id)


def _cursor(cursor: str | None) -> int:
    return 10**25 if cursor is None else _number(cursor)


def _number(cursor: str) -> int:
    if not re.fullmatch(r"[0-9]{1,25}", cursor):
        raise Told(422, "invalid", "That is no cursor: take it from `next` of the page before.")
    return int(cursor)
