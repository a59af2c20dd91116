"""A tiny domain for tests of the engine: tallies that people raise, and commands that go wrong in every way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, ClassVar

from chatops.core.access import Relation
from chatops.core.command import command
from chatops.core.effects import ArchiveRoom, Effect, InviteToRoom, OpenRoom, Timer
from chatops.core.frozen import Aggregate, Body, replace
from chatops.core.message import Button, Card, Fact, Field, Person
from chatops.core.params import Duration, IdOf, Rest
from chatops.core.rooms import Room, room_target
from chatops.core.text import Mention, Text, _, said
from chatops.core.unit import Unit
from chatops.errors import Impossible, TryLater
from chatops.hookspecs import EffectPerformer, Listener, Performed


class Tally(Aggregate, frozen=True, kw_only=True):
    """A number with an owner."""

    kind: ClassVar[str] = "tally"

    value: int = 0
    owner: str = ""

    def keys(self) -> frozenset[tuple[str, str]]:
        return frozenset({("owner", self.owner)})


class Raised(Body, frozen=True, kw_only=True):
    """A tally was raised."""

    kind: ClassVar[str] = "tally.raised"

    tally: str


class Nudge(Body, frozen=True, kw_only=True):
    """A timer's body."""

    kind: ClassVar[str] = "tally.nudge"

    tally: str


class Stamp(Effect, frozen=True, kw_only=True):
    """An effect outside."""

    kind: ClassVar[str] = "tally.stamp"

    what: str

    @property
    def target(self) -> str:
        return "stamps"


OWNER = Relation(name="owner", label=_("owner"), of=Tally, holds=lambda tally, person: tally.owner == person.id)

TallyId = Annotated[str, IdOf(kind="tally", prefix="T")]


class TallyCommands:
    """Everything a test may want to ask for. `runs` counts how often handlers ran."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.trouble: list[BaseException] = []

    @command("tally make", who="staff", summary=_("Make a tally"))
    async def make(self, unit: Unit, name: str) -> None:
        self.runs.append(f"make {name}")
        tally = Tally(id=name, owner=unit.actor.id)
        await unit.get(Tally, name)
        unit.put(tally)
        unit.claim(f"tally:{name}", unit.actor.id)
        unit.answer(card(tally))

    @command("tally raise", who="staff", summary=_("Raise a tally"))
    async def raise_(self, unit: Unit, name: str) -> None:
        self.runs.append(f"raise {name}")
        tally = await unit.get(Tally, name) or Tally(id=name, owner=unit.actor.id)
        await self.gate.wait()
        raised = replace(tally, value=tally.value + 1)
        unit.put(raised)
        unit.note(raised, _("Raised"))
        unit.emit(Raised(tally=name))
        unit.answer(_("{name} is {value}", name=name, value=raised.value))

    @command("tally own", who="owner | manager", summary=_("Only for its owner"))
    async def own(self, unit: Unit, id: TallyId) -> None:
        unit.require(await unit.need(Tally, id))
        unit.answer(_("Yours."))

    @command("tally careless", who="owner", summary=_("Forgets to ask"))
    async def careless(self, unit: Unit) -> None:
        unit.put(Tally(id="careless"))

    @command("tally lead", who="pod_lead", summary=_("Only for leads"))
    async def lead(self, unit: Unit) -> None:
        unit.answer(_("Lead."))

    @command("tally quiet", who="anyone", summary=_("Says nothing"))
    async def quiet(self, unit: Unit) -> None:
        self.runs.append("quiet")

    @command("tally secret", who="anyone", summary=_("Answers privately"))
    async def secret(self, unit: Unit) -> None:
        unit.answer(_("Only you read this."), private=True)

    @command("tally echo", who="anyone", summary=_("Say it again"))
    async def echo(self, unit: Unit, words: Rest) -> None:
        self.runs.append("echo")
        unit.answer(said(words))

    @command("tally greet", who="anyone", summary=_("Greet somebody"))
    async def greet(self, unit: Unit, who: Person) -> None:
        unit.answer(_("Hello {name}", name=who.name))

    @command("tally trouble", who="anyone", summary=_("Raise what the test prepared"))
    async def troubled(self, unit: Unit) -> None:
        self.runs.append("trouble")
        unit.put(Tally(id="half done"))
        if self.trouble:
            raise self.trouble.pop(0)
        unit.answer(_("No trouble."))

    @command("tally hang", who="anyone", summary=_("Never come back, not even when asked"))
    async def hang(self, unit: Unit) -> None:
        self.runs.append("hang")
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self.runs.count("swallowed") > 0:
                    raise
                self.runs.append("swallowed")

    @command("tally slow", who="anyone", summary=_("Wait for the test"))
    async def slow(self, unit: Unit) -> None:
        await self.gate.wait()
        unit.answer(_("At last."))

    @command("tally garbage", who="anyone", summary=_("Return what nobody expects"))
    async def garbage(self, unit: Unit) -> None:
        unit.answer(_("Fine."))
        return object()  # type: ignore[return-value]

    @command("tally card", who="anyone", summary=_("Show a living card"))
    async def show(self, unit: Unit, name: str, value: int, *, up: bool = False, pin: bool = False) -> None:
        assert unit.origin is not None
        unit.post(unit.origin.target, card(Tally(id=name, value=value)), slot="card", resurface=up, pin=pin, reply=True)

    @command("tally buttons", who="anyone", summary=_("Show buttons"))
    async def buttons(self, unit: Unit) -> None:
        unit.answer(
            Card(
                title=_("Buttons"),
                buttons=(
                    Button(label=_("Always"), command="tally raise always"),
                    Button(label=_("Once"), command="tally raise once", uses="once"),
                    Button(label=_("Each"), command="tally raise each", uses="once_per_person"),
                    Button(label=_("Lead"), command="tally lead", uses="once"),
                    Button(
                        label=_("Form"),
                        command="tally echo",
                        form=(Field(name="words", label=_("Words"), required=True),),
                    ),
                ),
            )
        )

    @command("tally nudge", who="anyone", summary=_("Be reminded"))
    async def nudge(self, unit: Unit, after: Duration, *, every: str = "", missed: str = "latest") -> None:
        due = unit.now + timedelta(seconds=after.seconds)
        unit.arm(
            Timer(
                series=f"nudge:{unit.event.lane}",
                lane=unit.event.lane,
                body=Nudge(tally="nudged"),
                due=due.isoformat(),
                rule=f"every {every}" if every else None,
                missed=missed,  # type: ignore[arg-type]
            )
        )
        unit.answer(_("I will."))

    @command("tally room", who="anyone", summary=_("Open a room and speak there"))
    async def room(self, unit: Unit, name: str) -> None:
        logical = f"tally:{name}/main"
        unit.put(Room(id=logical, network="fake", lane=f"tally:{name}", subject=f"tally:{name}"))
        unit.effect(OpenRoom(room=logical, network="fake", title=said(name), members=(unit.actor.id,)))
        unit.post(room_target(logical), _("Welcome."))
        unit.answer(_("Opening."))

    @command("tally invite", who="anyone", summary=_("Invite somebody into the room"))
    async def invite(self, unit: Unit, name: str, who: Person) -> None:
        unit.effect(InviteToRoom(room=f"tally:{name}/main", person=who.id))
        unit.answer(_("Invited."))

    @command("tally archive", who="anyone", summary=_("Close the room"))
    async def archive(self, unit: Unit, name: str) -> None:
        unit.effect(ArchiveRoom(room=f"tally:{name}/main"))
        unit.answer(_("Closed."))

    @command("tally stamp", who="anyone", summary=_("Do something outside"))
    async def stamp(self, unit: Unit, what: str) -> None:
        unit.effect(Stamp(what=what))
        unit.answer(_("Stamping."))

    @command("tally ping", who="anyone", summary=_("Mention somebody"))
    async def ping(self, unit: Unit, who: Person, *, really: bool = False) -> None:
        assert unit.origin is not None
        text = Text(msgid="Ask {who}", args={"who": Mention(person=who.id, name=who.name)})
        unit.post(unit.origin.target, text, notify=(who.id,) if really else ())

    @command("tally broadcast", who="anyone", summary=_("Tell many rooms"))
    async def broadcast(self, unit: Unit, rooms: int) -> None:
        for number in range(rooms):
            unit.post(f"remote:fake:many{number}", _("Heads up."), bulk=True)
        unit.answer(_("Telling them."))

    @command("tally full", who="anyone", summary=_("Refuse"))
    async def full(self, unit: Unit) -> None:
        raise Impossible(_("It is full."), hint=_("Make another."), commands=("tally make other",))

    @command("tally later", who="anyone", summary=_("Be unwell"))
    async def later(self, unit: Unit) -> None:
        self.runs.append("later")
        raise TryLater(_("The stamps are wet."), after=1.0)


class Heard:
    """Listeners that remember what they heard, and may fail."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.trouble: list[BaseException] = []

    async def raised(self, unit: Unit, fact: Raised) -> None:
        await self._hear(f"raised {fact.tally}")

    async def also(self, unit: Unit, fact: Raised) -> None:
        self.heard.append(f"also {fact.tally}")

    async def nudged(self, unit: Unit, nudge: Nudge) -> None:
        fired = unit.event.body
        await self._hear(f"nudge {getattr(fired, 'missed', '?')}")

    async def stamped(self, unit: Unit, stamp: Stamp) -> None:
        settled = unit.event.body
        await self._hear(f"stamp {stamp.what} {getattr(settled, 'state', '?')} {getattr(settled, 'result', '?')}")

    async def _hear(self, what: str) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.heard.append(what)

    def listeners(self) -> tuple[Listener, ...]:
        return (
            Listener(name="test.raised", of=Raised, handle=self.raised),
            Listener(name="test.also", of=Raised, handle=self.also),
            Listener(name="test.nudge", of=Nudge, handle=self.nudged),
            Listener(name="test.stamp", of=Stamp, handle=self.stamped),
        )


class Stamps:
    """Performs stamps, or fails as the test says."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.trouble: list[BaseException] = []

    async def perform(self, stamp: Stamp, key: str) -> Performed:
        self.keys.append(key)
        if self.trouble:
            raise self.trouble.pop(0)
        return Performed(result=f"stamped {stamp.what}")

    def performer(self) -> EffectPerformer:
        return EffectPerformer(of=Stamp, perform=self.perform)


def card(tally: Tally) -> Card:
    return Card(
        title=_("Tally {name}", name=tally.id),
        facts=(Fact(label=_("Value"), value=said(str(tally.value))),),
        shrunk=_("Tally {name} moved down", name=tally.id),
    )


BODIES: tuple[type[Body], ...] = (Tally, Raised, Nudge, Stamp)
