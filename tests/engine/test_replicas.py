"""Two replicas on one database: rooms, deletions, floods and logins are the same for both."""

from __future__ import annotations

from chatops.core.effects import Post
from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.core.rooms import Room
from chatops.engine.settings import EngineSettings
from chatops.errors import AuthExpired
from chatops.ports.chat import Accept
from chatops.testing.network import FakeNetwork
from chatops.testing.replicas import ReplicaStore, together
from replica_pair import Pair, cut
from theatre import Theatre, said

ANNA = Identity(network="fake", id="anna")


async def test_a_room_opened_by_one_replica_is_known_to_the_other(theatre: Theatre) -> None:
    """What is said in it is kept in its lane, whoever receives it."""
    one, two = await Pair(theatre).two()
    await one.room("tally:1/main", remote="tallyroom", subject="tally:1")
    await together(one, two)

    ref = RoomRef(network="fake", id="tallyroom")
    assert two.engine.rooms.by_remote(ref) == one.engine.rooms.by_remote(ref)
    await two.says("anna", "just talking", room="tallyroom", addressed=False)
    kept = await one.store.messages("fake:tallyroom")
    assert [event.lane for event in kept] == ["lane:tally:1/main"]


async def test_a_message_that_is_faster_than_the_word_of_its_room_is_kept(theatre: Theatre) -> None:
    """Before it is dropped as noise, the store is asked."""
    one, two = await Pair(theatre).two()
    cut(two)
    await one.room("tally:1/main", remote="tallyroom", subject="tally:1")
    await two.says("anna", "just talking", room="tallyroom", addressed=False)
    await two.says("anna", "talking elsewhere", room="elsewhere", addressed=False)

    assert [event.lane for event in await one.store.messages("fake:tallyroom")] == ["lane:tally:1/main"]
    assert await one.store.messages("fake:elsewhere") == []


async def test_missed_word_is_made_up_for(theatre: Theatre) -> None:
    """Who heard no signals for a while reads all rooms again, and wakes who waits for one."""
    one, two = await Pair(theatre).two()
    cut(two)
    waiting = two.engine.rooms.change("tally:1/main")
    await one.room("tally:1/main", remote="tallyroom")
    await together(one, two)
    assert two.engine.rooms.by_id("tally:1/main") is None
    assert not waiting.is_set()

    assert isinstance(two.store, ReplicaStore)
    two.store.exchange.mend()
    await together(one, two)
    assert two.engine.rooms.by_id("tally:1/main") is not None
    assert waiting.is_set()


async def test_before_a_room_is_given_up_it_is_read(theatre: Theatre) -> None:
    """A replica that has not heard that a room is open again posts in it all the same."""
    one, two = await Pair(theatre).two()
    room = await one.room("tally:1/main", remote="tallyroom", subject="tally:1")
    server = Identity(network="fake", id="server")
    await one.network.member(server, "tallyroom", "removed", ourselves=True)
    await together(one, two)
    lost = two.engine.rooms.by_id(room.id)
    assert lost is not None
    assert lost.state == "lost"

    cut(two)
    await one.network.member(server, "tallyroom", "joined", ourselves=True)
    await together(one)
    await one.stop()
    assert len(await two.says("anna", "tally echo hello", room="tallyroom")) == 1


async def test_a_message_deleted_at_another_replica_is_not_executed(theatre: Theatre) -> None:
    """Whether a message is deleted is asked of the store, when others receive as well."""
    one, two = await Pair(theatre).two()
    ref = MessageRef(room=one.network.room("general").ref, id="m-deleted")
    assert not await one.engine.intake.redacted(ref, one.clock.now())
    await two.redacts(ref)
    assert await one.engine.intake.redacted(ref, one.clock.now())


async def test_a_flood_is_answered_once(theatre: Theatre) -> None:
    """Not once by each replica."""
    pair = Pair(theatre)
    settings = EngineSettings(flood_burst=1, flood_per_second=0.0001)
    one, two = await pair.stage(settings=settings), await pair.stage(settings=settings)
    for number in range(12):
        stage = (one, two)[number % 2]
        await stage.network.say(ANNA, "tally echo hello", f"room-{number}")
        await together(one, two)
    told = [post for post in said(one.network.posted) if "a lot at once" in post]
    assert len(told) == 1


async def test_a_stranger_is_told_once(theatre: Theatre) -> None:
    """Also when another replica takes the second message."""
    one, two = await Pair(theatre).two()
    stranger = Identity(network="fake", id="stranger")
    for stage in (one, two, one, two):
        await stage.network.say(stranger, "tally echo hello", "general")
        await together(one, two)
    assert len(one.network.posted) == 1


class Locked(FakeNetwork):
    """A network that refuses our credentials until somebody logs in."""

    logged_in = False

    async def run(self, accept: Accept) -> None:
        """Receive, if anybody has logged in."""
        if not self.logged_in:
            message = "wrong"
            raise AuthExpired(message)
        await super().run(accept)


async def test_a_login_at_one_replica_counts_for_all(theatre: Theatre) -> None:
    """All networks that had given up are tried again, and who missed the word is told when it hears again."""
    pair = Pair(theatre)
    networks = [Locked(clock=pair.clock) for _number in range(3)]
    stages = [await pair.stage(network=network) for network in networks]
    assert not any(stage.engine.health()["network fake"].ok for stage in stages)
    cut(stages[2])
    for network in networks:
        network.logged_in = True
    stages[0].engine.reconnect()
    await together(*stages)
    assert [stage.engine.health()["network fake"].ok for stage in stages] == [True, True, False]
    assert isinstance(stages[2].store, ReplicaStore)
    stages[2].store.exchange.mend()
    await together(*stages)
    assert stages[2].engine.health()["network fake"].ok


async def test_admins_are_told_once_that_a_network_is_lost(theatre: Theatre) -> None:
    """However many replicas it refuses; and once that it is back."""
    pair = Pair(theatre)
    networks = [Locked(clock=pair.clock) for _number in range(2)]
    stages = [await pair.stage(network=network) for network in networks]
    await together(*stages)
    lost = [sent for sent in await stages[0].store.sent() if sent.kind == Post.kind]
    states = [await stage.store.get("engine.network", "fake") for stage in stages]
    assert states[0] is not None
    assert states[1] is not None
    assert states[0].version == states[1].version == 1
    assert len(lost) <= 1
    for network in networks:
        network.logged_in = True
    stages[0].engine.reconnect()
    await together(*stages)
    await stages[0].wait(6)
    await together(*stages)
    told = await stages[0].store.get("engine.network", "fake")
    assert told is not None
    assert told.version == 2


async def test_one_process_asks_nothing_of_this(theatre: Theatre) -> None:
    """Where nobody shares the database, rooms are announced to nobody."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="tallyroom")
    heard: list[str] = []
    stage.store.signals.listen(f"aggregate:{Room.kind}", heard.append, missed=lambda: None)
    await stage.room("tally:2/main", remote="otherroom")
    assert heard == []
