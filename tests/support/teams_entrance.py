"""The way in, put together without anything behind it: what a test of the plugin's own understanding needs."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.clock import Clock
from chatops.core.frozen import Body
from chatops.core.message import Identity, Person
from chatops.errors import StoreUnavailable
from chatops.ports.chat import Answered, Outgoing
from chatops.ports.store import Checkpoint
from chatops.testing.clock import ManualClock
from chatops.testing.context import FakeWeb
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from teams_network.activity import Activity
from teams_network.conversations import Conversations
from teams_network.door import Door
from teams_network.invokes import Invokes
from teams_network.own_rooms import OwnRooms
from teams_network.settings import TeamsSettings
from teams_network.unauthorized import Unauthorized
from teams_network.understanding import Understanding
from teams_payloads import ANNA, APP, BEN, TENANT, Json

SETTINGS = TeamsSettings(app_id=APP, tenant=TENANT)

GOOD = "Bearer good"


def identity(account: Json) -> Identity:
    """Whose account it is."""
    return Identity(network="teams", tenant=TENANT, id=account["aadObjectId"])


def company() -> FakeDirectory:
    """Anna and Ben, who are on Teams, Cleo, who is not, and a guest."""
    return FakeDirectory(
        [
            Person(id="anna", name="Anna Arendt", identities=(identity(ANNA),), locale="en"),
            Person(id="ben", name="Ben Bauer", identities=(identity(BEN),)),
            Person(id="cleo", name="Cleo Conti", identities=(Identity(network="chat", id="@cleo:example.org"),)),
            Person(
                id="gus",
                name="Gus Guest",
                roles=frozenset({"guest"}),
                identities=(Identity(network="teams", tenant=TENANT, id="gus-object"),),
            ),
        ]
    )


class Accepting:
    """Implements `chatops.ports.chat.Accept`: keeps what it is given, answers what a test says."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Body]] = []
        self.answer: Sequence[Answered] | None = ()
        self.down = False
        self.waited: list[tuple[str, float]] = []

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Keep events, or fail."""
        if self.down:
            raise StoreUnavailable
        self.events.extend(events)

    async def checkpoint(self, name: str) -> str | None:
        """There are none."""
        return None

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Return what the test says."""
        self.waited.append((key, at_most))
        return self.answer

    @property
    def bodies(self) -> list[Body]:
        """What was accepted."""
        return [body for _key, body in self.events]


class Judge:
    """Lets in who says so. Counts."""

    def __init__(self) -> None:
        self.reason = "signature"
        self.judged = 0

    async def judge(self, authorizations: Sequence[str], activity: Activity) -> None:
        """Refuse all but `GOOD`."""
        self.judged += 1
        if list(authorizations) != [GOOD]:
            raise Unauthorized(self.reason)


class Entrance:
    """All of the way in."""

    def __init__(self, people: FakeDirectory | None = None, clock: Clock | None = None) -> None:
        self.people = people or company()
        self.clock = clock or ManualClock()
        self.records = MemoryRecords()
        self.conversations = Conversations(self.records, SETTINGS)
        self.rooms = OwnRooms(self.records)
        self.understanding = Understanding(
            SETTINGS, conversations=self.conversations, people=self.people, clock=self.clock, threads=self.rooms
        )
        self.invokes = Invokes(
            SETTINGS, places=self.understanding.places, people=self.people, web=FakeWeb(), clock=self.clock
        )
        self.judge = Judge()
        self.door = Door(
            SETTINGS,
            judge=self.judge,
            understanding=self.understanding,
            invokes=self.invokes,
            conversations=self.conversations,
            clock=self.clock,
        )


def answered(plain: str, *, message: str | None = None, refused: bool = False, title: str = "") -> Answered:
    """Something said because of an event."""
    return Answered(body=Outgoing(title=title, plain=plain), message=message, reply=True, refused=refused)
