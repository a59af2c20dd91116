"""The unit of work: what a handler reads, and collects to become true all at once.

A handler never sees a transaction. It reads through the unit, decides, and puts what shall be true into it. When it
returns, the engine commits everything together with the acknowledgement; when something it read has moved on meanwhile,
the handler runs again on a fresh unit.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from chatops.core.access import Relations, Who, as_of
from chatops.core.actions import ACTION_DAYS, CARD_DAYS, Action, reference
from chatops.core.codec import Codec
from chatops.core.commit import Commit, Outcome, Put, Stored
from chatops.core.effects import Effect, Post, Timer
from chatops.core.events import Event
from chatops.core.facts import Facts
from chatops.core.frozen import Aggregate, Body, replace
from chatops.core.journal import AuditRecord, NewEntry, TimelineNote, audit_chain, timeline_chain
from chatops.core.message import Button, Person, Said
from chatops.core.origin import GoingOn, Origin
from chatops.core.recurrence import check
from chatops.core.rooms import direct_target
from chatops.core.rows import outbox_row, timer_row
from chatops.core.text import Text, _
from chatops.errors import NotAllowed, NotFound

__all__ = ["Facts", "GoingOn", "Origin", "Unit"]

AggregateT = TypeVar("AggregateT", bound=Aggregate)


class Unit:
    """Collects what one event shall make true."""

    def __init__(
        self,
        *,
        event: Event,
        facts: Facts,
        codec: Codec,
        now: datetime,
        secret: bytes,
        relations: Relations | None = None,
        actor: Person | None = None,
        origin: Origin | None = None,
        who: Who | None = None,
        dry_run: bool = False,
    ) -> None:
        self.event = event
        self.now = now
        self.origin = origin
        self.dry_run = dry_run
        self.required = False
        """True once `require` has been called."""
        self._facts = facts
        self._codec = codec
        self._secret = secret
        self._relations = relations or Relations()
        self._actor = actor
        self._who = who
        self._seen: dict[tuple[str, str], tuple[int, Aggregate | None]] = {}
        self._puts: dict[tuple[str, str], Aggregate] = {}
        self._actions: dict[str, Action] = {}
        self._claims: dict[str, str] = {}
        self._releases: list[str] = []
        self._outbox: list[tuple[str, Effect]] = []
        self._armed: list[Timer] = []
        self._disarmed: list[str] = []
        self._entries: list[NewEntry] = []
        self._facts_emitted: list[tuple[Body, str | None]] = []
        self.previewed: Said | None = None
        self.inverse: tuple[str, Aggregate] | None = None
        self.going_on: GoingOn | None = None
        self.rewritten: str | None = None  # what is stored of the event from now on, if it held a secret
        self.outcome = "done"
        """What the audit says became of the command; a handler that stores something but says no sets it."""

    # who

    @property
    def actor(self) -> Person:
        """The person whose command this is. Raise LookupError in a handler that serves no person."""
        if self._actor is None:
            message = "no person stands behind this event"
            raise LookupError(message)
        return self._actor

    def require(self, aggregate: Aggregate, who: str | None = None) -> None:
        """Check the command's `who` (or the narrower one given) against `aggregate`. Raise NotAllowed."""
        self.required = True
        wanted = self._who if who is None else Who.parse(who, self._relations.names())
        if wanted is None or not self._relations.holds(wanted, as_of(aggregate, self.now), self.actor):
            raise NotAllowed(self.denial(wanted))

    def could(self, who: Who) -> bool:
        """Whether the asker may, by role or by a relation that somebody like them can have."""
        return self._actor is not None and self._relations.could(who, self._actor)

    def denial(self, who: Who | None) -> Text:
        """Return the sentence that says who may."""
        names = sorted(who.roles | who.relations) if who is not None else []
        labels = [self._relations.label(name) for name in names]
        if not labels:
            return _("Nobody may do that here.")
        joined = Text(
            msgid=" / ".join(f"{{t{n}}}" for n in range(len(labels))),
            args={f"t{n}": label for n, label in enumerate(labels)},
            verbatim=True,
        )
        return _("That is for: {who}. Please ask one of them.", who=joined)

    # reading

    async def get(self, kind: type[AggregateT], id: str) -> AggregateT | None:
        """Return an aggregate as this unit sees it: what it has put itself, else what is stored."""
        key = (kind.kind, id)
        if key in self._puts:
            return self._typed(kind, self._puts[key])
        if key not in self._seen:
            stored = await self._facts.get(kind.kind, id)
            self._remember(kind, stored, id)
        _version, value = self._seen[key]
        return None if value is None else self._typed(kind, value)

    async def need(self, kind: type[AggregateT], id: str, missing: Text | None = None) -> AggregateT:
        """Return an aggregate, or raise NotFound saying `missing`."""
        found = await self.get(kind, id)
        if found is None:
            raise NotFound(missing or _("There is no {kind} {id}.", kind=kind.kind, id=id))
        return found

    async def find(self, kind: type[AggregateT], *, limit: int = 200, **keys: str) -> list[AggregateT]:
        """Return the stored aggregates that have all of `keys`, oldest first, with this unit's own changes applied."""
        found: dict[str, AggregateT] = {}
        for stored in await self._facts.find(kind.kind, keys, limit=limit):
            if (kind.kind, stored.id) not in self._seen:
                self._remember(kind, stored, stored.id)
            current = await self.get(kind, stored.id)
            if current is not None:
                found[stored.id] = current
        for (own_kind, own_id), value in self._puts.items():
            if own_kind == kind.kind:
                found[own_id] = self._typed(kind, value)
        wanted = set(keys.items())
        return [value for value in found.values() if wanted <= value.keys()]

    async def glance(self, kind: type[AggregateT], *, limit: int = 200, **keys: str) -> list[AggregateT]:
        """Return what is stored now, oldest first, for showing and counting: the commit does not mind when it moves on."""
        found = await self._facts.find(kind.kind, keys, limit=limit)
        return [self._codec.decode_as(kind, stored.body) for stored in found]

    async def subject(self, kind: str, id: str) -> Aggregate | None:
        """Return an aggregate of a kind known by name only, as stored now, or None."""
        stored = await self._facts.get(kind, id)
        found = None if stored is None else self._codec.decode(kind, stored.body)
        return found if isinstance(found, Aggregate) else None

    async def subjects(self, kind: str, *, limit: int = 50, **keys: str) -> list[Aggregate]:
        """Return aggregates of a kind known by name only that have all of `keys`, as stored now, oldest first."""
        found = [self._codec.decode(kind, stored.body) for stored in await self._facts.find(kind, keys, limit=limit)]
        return [one for one in found if isinstance(one, Aggregate)]

    async def audited(self, lane: str, *, limit: int = 200) -> list[AuditRecord]:
        """Return the newest of the stored audit of a lane, oldest first; erased records are left out."""
        entries = await self._facts.entries(audit_chain(lane), limit=limit, newest=True)
        return [
            self._codec.decode_as(AuditRecord, entry.payload)
            for entry in entries
            if entry.payload is not None and entry.kind == AuditRecord.kind
        ]

    async def timeline(self, aggregate: Aggregate, *, limit: int = 200) -> list[TimelineNote]:
        """Return the newest of the stored timeline of an aggregate, oldest first; erased entries are left out."""
        chain = timeline_chain(aggregate.kind, aggregate.id)
        entries = await self._facts.entries(chain, limit=limit, newest=True)
        return [
            self._codec.decode_as(TimelineNote, entry.payload)
            for entry in entries
            if entry.payload is not None and entry.kind == TimelineNote.kind
        ]

    async def next_number(self, sequence: str) -> int:
        """Return a number never given out before. In a dry run, 0."""
        return 0 if self.dry_run else await self._facts.allocate(sequence)

    # writing

    def put(self, aggregate: Aggregate) -> None:
        """Store `aggregate` as it is now. One not read before by this unit must be new."""
        self._codec.type_of(aggregate.kind)
        self._puts[aggregate.kind, aggregate.id] = aggregate

    def claim(self, name: str, holder: str) -> None:
        """Take a name that only one holder may have at a time (one open swarm per case and question)."""
        self._claims[name] = holder

    def release(self, name: str) -> None:
        """Give a name back."""
        self._claims.pop(name, None)
        self._releases.append(name)

    def effect(self, effect: Effect, *, key: str | None = None) -> str:
        """Perform `effect` after the commit; return its key. A key given by name is performed once for ever."""
        self._codec.type_of(effect.kind)
        key = key or f"{self.event.key}/{len(self._outbox)}"
        self._outbox.append((key, effect))
        return key

    def post(  # noqa: PLR0913 - all that a post may be, by name
        self,
        to: str,
        said: Said,
        *,
        slot: str | None = None,
        resurface: bool = False,
        anew: bool = False,
        pin: bool = False,
        thread: str | None = None,
        notify: Sequence[str] = (),
        reply: bool = False,
        bulk: bool = False,
        reader: str | None = None,
    ) -> str:
        """Say something in `to` (see `room_target`, `direct_target`); return the post's key.

        `reader`: id of the person whose language and time it is said in, where the place is nobody's we know.
        """
        key = f"{self.event.key}/{len(self._outbox)}"
        network = self.origin.remote.network if self.origin and self.origin.remote else None
        card = f"{to}#{slot}" if slot else key
        days = CARD_DAYS if slot else ACTION_DAYS
        said = self._with_actions(said, card, to, thread=thread, days=days)
        return self.effect(
            Post(
                to=to,
                said=said,
                slot=slot,
                resurface=resurface,
                anew=anew,
                pin=pin,
                thread=thread,
                notify=tuple(notify),
                reply=reply,
                bulk=bulk,
                network=network if to.startswith("person:") else None,
                reader=self._actor.id if reply and self._actor else reader,
            ),
            key=key,
        )

    def answer(self, said: Said, *, private: bool = False) -> None:
        """Answer the command where it was asked, in its thread; or the asker alone.

        In a room of ours it is said in the room's language and time, anywhere else in the asker's.
        """
        if self.origin is None or (private and not self.origin.direct):
            self.post(direct_target(self.actor.id), said, reply=True)
        else:
            self.post(self.origin.target, said, thread=self.origin.thread, reply=True)

    def arm(self, timer: Timer) -> None:
        """Wake the lane later. Replaces the timer of the same series. Raise ValueError when it could never be due."""
        self._codec.type_of(timer.body.kind)
        check(timer.due, timer.zone, timer.rule)
        self._armed.append(timer)

    def wake(self, series: str, body: Body, after: timedelta, *, lane: str | None = None) -> datetime:
        """Wake the lane (by default this event's) once, `after` from now; return when."""
        due = self.now + after
        self.arm(Timer(series=series, lane=lane or self.event.lane, body=body, due=due.isoformat()))
        return due

    def disarm(self, series: str) -> None:
        """Forget a timer. Harmless when there is none."""
        self._armed = [timer for timer in self._armed if timer.series != series]
        self._disarmed.append(series)

    def note(self, aggregate: Aggregate, text: Text, *, tag: str = "", occurred_at: datetime | None = None) -> None:
        """Add to an aggregate's timeline."""
        self._append(
            timeline_chain(aggregate.kind, aggregate.id),
            TimelineNote(
                text=text,
                tag=tag,
                actor=self._actor.id if self._actor else None,
                actor_name=self._actor.name if self._actor else None,
                occurred_at=occurred_at or self.now,
            ),
        )

    def preview(self, said: Said) -> None:
        """Say what a command that asks for confirmation will do: this is shown first, and nothing else of the unit."""
        self.previewed = said

    def undo_with(self, command: str, aggregate: Aggregate) -> None:
        """Name the command that takes this one back: `undo` runs it for the same person while `aggregate` is unchanged."""
        self.inverse = (command, aggregate)

    def go_on(self, rest: GoingOn) -> None:
        """Do the rest of the work by another command of the same person, in this unit: all of it becomes true, or nothing.
        The engine reads it and checks its permissions as for any command.
        """
        self.going_on = rest

    def audit(self, record: AuditRecord) -> None:
        """Add to this lane's audit. The dispatcher does this for every command."""
        self._append(audit_chain(self.event.lane), record)

    def emit(self, fact: Body, *, lane: str | None = None) -> None:
        """Tell every listener of this kind of fact, each once, in `lane` (by default this event's)."""
        self._codec.type_of(fact.kind)
        self._facts_emitted.append((fact, lane))

    def seal(self, *words: str) -> str:
        """Return a keyed digest of words that must not be stored, the same for the same words."""
        return hmac.digest(self._secret, "\0".join(("seal", *words)).encode(), "sha256").hex()

    # for the engine

    def hand_over(self, who: Who, origin: Origin | None) -> None:
        """Go on as the unit of another command of the same person."""
        self._who, self.origin, self.required = who, origin, False

    async def current(self, kind: str, id: str) -> tuple[int, Aggregate | None]:
        """Return an aggregate of a kind known by name only with its version; the commit minds when it moves on."""
        if (kind, id) not in self._seen:
            known = self._codec.type_of(kind)
            if not issubclass(known, Aggregate):
                message = f"{kind} is no aggregate"
                raise TypeError(message)
            self._remember(known, await self._facts.get(kind, id), id)
        return self._seen[kind, id]

    def version_after(self, aggregate: Aggregate) -> int:
        """Return the version an aggregate will have once this unit is committed."""
        version, _value = self._seen.get((aggregate.kind, aggregate.id), (0, None))
        current = self._puts.get((aggregate.kind, aggregate.id))
        return version + (current is not None and self._changed(current))

    def amend_answer(self, amended: Callable[[Said], Said]) -> None:
        """Change what the last answer to the asker says."""
        for index, (key, effect) in reversed(list(enumerate(self._outbox))):
            if isinstance(effect, Post) and effect.reply and effect.slot is None:
                words = self._with_actions(amended(effect.said), key, effect.to, thread=effect.thread, days=ACTION_DAYS)
                self._outbox[index] = (key, replace(effect, said=words))
                return

    @property
    def emitted(self) -> tuple[tuple[Body, str | None], ...]:
        """The facts to tell, each with its lane."""
        return tuple(self._facts_emitted)

    @property
    def effects(self) -> tuple[tuple[str, Effect], ...]:
        """The effects collected, each with its key, in order."""
        return tuple(self._outbox)

    @property
    def written(self) -> tuple[str, ...]:
        """`kind:id` of the aggregates put, buttons left out."""
        return tuple(f"{kind}:{id_}" for kind, id_ in self._puts if kind != Action.kind)

    def commit(self, outcome: Outcome | None = None) -> Commit:
        """Return everything collected, without the emitted facts: the engine knows the listeners."""
        return Commit(
            seq=self.event.seq,
            lane=self.event.lane,
            fence=self.event.fence,
            outcome=outcome or Outcome(),
            rewritten=self.rewritten,
            reads=tuple(
                (kind, id_, version)
                for (kind, id_), (version, _value) in self._seen.items()
                if (kind, id_) not in self._puts
            ),
            puts=tuple(self._put(aggregate) for aggregate in self._puts.values() if self._changed(aggregate)),
            ensures=tuple(self._put(action) for action in self._actions.values()),
            claims=tuple(self._claims.items()),
            releases=tuple(self._releases),
            outbox=tuple(outbox_row(key, effect, self.event, self._codec) for key, effect in self._outbox),
            armed=tuple(timer_row(timer, self.event, self._codec) for timer in self._armed),
            disarmed=tuple(self._disarmed),
            entries=tuple(self._entries),
        )

    # inside

    def _append(self, chain: str, body: Body) -> None:
        self._entries.append(
            NewEntry(chain=chain, kind=body.kind, payload=self._codec.encode(body), salt=secrets.token_hex(16))
        )

    def _remember(self, kind: type[Aggregate], stored: Stored | None, id_: str) -> None:
        if stored is None:
            self._seen[kind.kind, id_] = (0, None)
        else:
            self._seen[kind.kind, id_] = (stored.version, self._codec.decode_as(kind, stored.body))

    def _typed(self, kind: type[AggregateT], value: Aggregate) -> AggregateT:
        if not isinstance(value, kind):
            message = f"{value.kind} {value.id} is no {kind.__name__}"
            raise TypeError(message)
        return value

    def _changed(self, aggregate: Aggregate) -> bool:
        return self._seen.get((aggregate.kind, aggregate.id), (0, None))[1] != aggregate

    def _put(self, aggregate: Aggregate) -> Put:
        version, _value = self._seen.get((aggregate.kind, aggregate.id), (0, None))
        return Put(
            kind=aggregate.kind,
            id=aggregate.id,
            expected=version,
            body=self._codec.encode(aggregate),
            keys=aggregate.keys(),
            expires=aggregate.kept_until(),
        )

    def _with_actions(self, said: Said, card: str, to: str, *, thread: str | None, days: int) -> Said:
        if isinstance(said, Text) or not said.buttons:
            return said
        buttons = tuple(self._minted(button, card, to, thread, days) for button in said.buttons)
        return replace(said, buttons=buttons)

    def _minted(self, button: Button, card: str, to: str, thread: str | None, days: int) -> Button:
        ref = reference(self._secret, card, button.command, button.uses)
        self._actions[ref] = Action(
            id=ref,
            command=button.command,
            uses=button.uses,
            card=card,
            room=_logical(to, self.origin),
            to=to,
            thread=thread,
            expires=self.now + timedelta(days=days),
        )
        return replace(button, ref=ref)


def _logical(to: str, origin: Origin | None) -> str | None:
    if to.startswith("room:"):
        return to.removeprefix("room:")
    return origin.room.id if origin and origin.room else None
