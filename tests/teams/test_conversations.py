"""What is remembered of conversations and people, and when that is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from chatops.errors import Conflict
from chatops.ports.alone import LocalSignals
from chatops.ports.records import Write
from chatops.testing.records import MemoryRecords
from teams_network.activity import Activity
from teams_network.conversations import Contact, Conversations, Known
from teams_network.settings import TeamsSettings

SETTINGS = TeamsSettings(app_id="app", tenant="t")
URL = "https://smba.trafficmanager.net/emea/"
CHANNEL = "19:c@thread.tacv2"
GENERAL = "19:general@thread.tacv2"


class CountedRecords(MemoryRecords):
    """Counts what is asked of them."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.writes: list[Write] = []

    async def get(self, kind: str, id: str) -> Any:
        self.reads += 1
        return await super().get(kind, id)

    async def write(self, *writes: Write) -> Sequence[int]:
        versions = await super().write(*writes)
        self.writes.extend(writes)
        return versions


@pytest.fixture
def records() -> CountedRecords:
    return CountedRecords()


@pytest.fixture
def signals() -> LocalSignals:
    return LocalSignals()


@pytest.fixture
def conversations(records: CountedRecords, signals: LocalSignals) -> Conversations:
    return Conversations(records, SETTINGS, signals=signals)


def activity(kind: Any = "message", **more: Any) -> Activity:
    raw = {
        "type": kind,
        "id": "1",
        "serviceUrl": URL,
        "from": {"id": "29:ann", "name": "Ann", "aadObjectId": "ann"},
        "recipient": {"id": "28:app", "name": "chatops"},
        "conversation": {"id": "a:ann", "conversationType": "personal", "tenantId": "t"},
        **more,
    }
    return msgspec.convert(raw, Activity)


def in_channel(kind: str = "message", *, at: str = f"{CHANNEL};messageid=7", **more: Any) -> Activity:
    data = {"tenant": {"id": "t"}, "team": {"id": GENERAL, "aadGroupId": "group"}, **more.pop("data", {})}
    where = {"id": at, "conversationType": "channel", "tenantId": "t"}
    return activity(kind, conversation=where, channelData=data, **more)


async def test_a_personal_chat_is_learnt(conversations: Conversations) -> None:
    """With whose it is, and where it is answered."""
    await conversations.learn(activity())
    assert await conversations.known("a:ann") == Known(
        id="a:ann", tenant="t", service_url=URL, bot_id="28:app", type="personal"
    )
    ann = Contact(identity_id="ann", tenant="t", account="29:ann", service_url=URL, conversation="a:ann", name="Ann")
    assert await conversations.contact("t", "ann") == ann
    assert await conversations.by_account("t", "29:ann") == ann
    assert await conversations.by_conversation("a:ann") == ann
    assert await conversations.contact("other", "ann") is None


async def test_a_thread_is_known_by_its_channel(conversations: Conversations) -> None:
    """With the team Graph wants, which is not told every time."""
    await conversations.learn(in_channel())
    await conversations.learn(in_channel(data={"team": {"id": GENERAL}}))
    known = await conversations.known(f"{CHANNEL};messageid=9")
    assert known is not None
    assert (known.id, known.type, known.team) == (CHANNEL, "channel", "group")


async def test_a_channel_has_the_group_of_its_team(conversations: Conversations) -> None:
    """Though only the team's first channel was told with it."""
    await conversations.learn(in_channel("installationUpdate", at=GENERAL, action="add"))
    await conversations.learn(in_channel(data={"team": {"id": GENERAL}}))
    known = await conversations.known(CHANNEL)
    assert known is not None
    assert known.team == "group"


async def test_somebody_without_an_object_id_goes_by_account(conversations: Conversations) -> None:
    """There are such people: guests of federated chats."""
    await conversations.learn(activity(**{"from": {"id": "29:bob"}}))
    assert (await conversations.contact("t", "29:bob")) is not None


async def test_an_account_leads_to_the_object_id(conversations: Conversations) -> None:
    """Though the account was told without it before, and after."""
    await conversations.learn(activity(**{"from": {"id": "29:ann"}}))
    await conversations.learn(activity())
    await conversations.learn(activity(**{"from": {"id": "29:ann"}}))
    contact = await conversations.by_account("t", "29:ann")
    assert contact is not None
    assert contact.identity_id == "ann"


async def test_what_is_known_is_not_written_again(conversations: Conversations, records: CountedRecords) -> None:
    """A thousand messages are one write for the conversation and one for the person, and no further read."""
    await conversations.learn(activity())
    reads = records.reads
    for _message in range(1000):
        await conversations.learn(activity())
    assert (len(records.writes), records.reads) == (2, reads)


async def test_a_new_service_url_is_followed(conversations: Conversations, records: CountedRecords) -> None:
    """Microsoft moves conversations; the old address ends."""
    await conversations.learn(activity())
    await conversations.learn(activity(serviceUrl="https://smba.trafficmanager.net/uk/"))
    known = await conversations.known("a:ann")
    contact = await conversations.contact("t", "ann")
    assert known is not None
    assert contact is not None
    assert known.service_url == contact.service_url == "https://smba.trafficmanager.net/uk/"
    assert len(records.writes) == 4


async def test_a_foreign_service_url_teaches_nothing(conversations: Conversations, records: CountedRecords) -> None:
    """What our token may not be sent to is not even remembered."""
    await conversations.learn(activity(serviceUrl="https://evil.example/"))
    assert records.writes == []


async def test_a_channel_keeps_its_people_and_their_personal_chats_apart(conversations: Conversations) -> None:
    """Somebody who speaks in a channel keeps the address of their personal chat."""
    await conversations.learn(activity())
    await conversations.learn(in_channel(serviceUrl="https://smba.trafficmanager.net/uk/"))
    contact = await conversations.contact("t", "ann")
    assert contact is not None
    assert (contact.conversation, contact.service_url) == ("a:ann", URL)


async def test_who_comes_in_is_known(conversations: Conversations) -> None:
    """So that they can be mentioned before they ever spoke."""
    added = [{"id": "29:cleo", "aadObjectId": "cleo"}, {"id": "28:app"}]
    await conversations.learn(in_channel("conversationUpdate", at=GENERAL, membersAdded=added))
    assert (await conversations.contact("t", "cleo")) is not None
    assert (await conversations.contact("t", "28:app")) is None


async def test_a_new_channel_is_known_before_anybody_speaks_there(conversations: Conversations) -> None:
    """And not any more once it is deleted."""
    new = {"eventType": "channelCreated", "channel": {"id": "19:new@thread.tacv2", "name": "inc-7"}}
    await conversations.learn(in_channel("conversationUpdate", at=GENERAL, data=new))
    known = await conversations.known("19:new@thread.tacv2")
    assert known is not None
    assert (known.name, known.team, known.service_url) == ("inc-7", "group", URL)
    gone = {**new, "eventType": "channelDeleted"}
    await conversations.learn(in_channel("conversationUpdate", at=GENERAL, data=gone))
    assert await conversations.known("19:new@thread.tacv2") is None
    assert await conversations.known(GENERAL) is not None


@pytest.mark.parametrize(
    "removed",
    [
        activity("installationUpdate", action="remove"),
        activity("conversationUpdate", membersRemoved=[{"id": "28:app"}]),
    ],
)
async def test_a_chat_is_forgotten_where_the_app_is_removed(conversations: Conversations, removed: Activity) -> None:
    """The person stays: they can still be mentioned elsewhere."""
    await conversations.learn(activity())
    await conversations.learn(removed)
    contact = await conversations.contact("t", "ann")
    assert await conversations.known("a:ann") is None
    assert contact is not None
    assert (contact.account, contact.conversation) == ("29:ann", "")


@pytest.mark.parametrize(
    "stays",
    [
        activity("installationUpdate", action="remove-upgrade"),
        activity("installationUpdate", action="add"),
        activity("conversationUpdate", membersRemoved=[{"id": "29:bob"}]),
    ],
)
async def test_an_upgrade_forgets_nothing(conversations: Conversations, stays: Activity) -> None:
    """Nor does somebody else who leaves."""
    await conversations.learn(activity())
    await conversations.learn(stays)
    assert await conversations.known("a:ann") is not None


@pytest.mark.parametrize(
    "gone",
    [
        in_channel("conversationUpdate", at=GENERAL, membersRemoved=[{"id": "28:app"}]),
        in_channel("conversationUpdate", at=GENERAL, data={"eventType": "teamDeleted"}),
        in_channel("installationUpdate", at=GENERAL, data={"team": {"id": GENERAL}}, action="remove"),
    ],
)
async def test_a_team_is_left_with_its_channels(conversations: Conversations, gone: Activity) -> None:
    """Except for those we made: let in again, we know what they were for."""
    await conversations.learn(in_channel())
    await conversations.learn(in_channel("installationUpdate", at=GENERAL, action="add"))
    own = Known(
        id="19:own@thread.tacv2",
        tenant="t",
        service_url=URL,
        bot_id="28:app",
        type="channel",
        team="group",
        main_thread="5",
        ours=True,
    )
    await conversations.keep(own)
    await conversations.learn(gone)
    assert await conversations.known(CHANNEL) is None
    assert await conversations.known(own.id) == own


async def test_what_we_made_is_not_overwritten_by_what_is_told(conversations: Conversations) -> None:
    """An activity does not know which thread is the room."""
    own = Known(
        id=CHANNEL,
        tenant="t",
        service_url=URL,
        bot_id="28:app",
        type="channel",
        team="group",
        main_thread="5",
        ours=True,
    )
    await conversations.keep(own)
    await conversations.learn(in_channel())
    assert await conversations.known(CHANNEL) == own


async def test_another_replica_is_heard(
    conversations: Conversations, records: CountedRecords, signals: LocalSignals
) -> None:
    """What it writes counts here at once, without asking each time."""
    other = Conversations(records, SETTINGS, signals=signals)
    await conversations.learn(activity())
    await other.learn(activity(serviceUrl="https://smba.trafficmanager.net/uk/"))
    known = await conversations.known("a:ann")
    assert known is not None
    assert known.service_url == "https://smba.trafficmanager.net/uk/"
    await other.forget("a:ann")
    assert await conversations.known("a:ann") is None


async def test_two_replicas_do_not_undo_each_other(signals: LocalSignals) -> None:
    """Who was slower writes on top of what the other wrote."""

    class Raced(CountedRecords):
        async def write(self, *writes: Write) -> Sequence[int]:
            if not self.writes:
                self.writes.append(writes[0])
                own = {"id": CHANNEL, "tenant": "t", "service_url": URL, "bot_id": "28:app", "type": "channel"}
                body = {**own, "main_thread": "5", "ours": True}
                await MemoryRecords.write(self, Write(kind="conversation", id=CHANNEL, body=body))
            return await super().write(*writes)

    conversations = Conversations(Raced(), SETTINGS, signals=signals)
    await conversations.learn(in_channel())
    known = await conversations.known(CHANNEL)
    assert known is not None
    assert (known.main_thread, known.team) == ("5", "group")


async def test_a_write_that_always_loses_is_told(signals: LocalSignals) -> None:
    """Nothing is tried for ever."""

    class Losing(MemoryRecords):
        async def write(self, *writes: Write) -> Sequence[int]:
            raise Conflict("somebody was faster")  # noqa: EM101, TRY003 - in a test

    with pytest.raises(Conflict):
        await Conversations(Losing(), SETTINGS, signals=signals).learn(activity())


async def test_ids_of_any_length_are_remembered(conversations: Conversations) -> None:
    """The store's names are shorter than what Teams may one day send."""
    long = "a:" + "x" * 5000
    await conversations.learn(activity(conversation={"id": long, "conversationType": "personal", "tenantId": "t"}))
    known = await conversations.known(long)
    assert known is not None
    assert known.id == long


async def test_a_document_of_another_shape_is_learnt_anew(
    conversations: Conversations, records: CountedRecords
) -> None:
    """As after going back to an older version."""
    await records.write(Write(kind="conversation", id="a:ann", body={"something": "else"}))
    assert await conversations.known("a:ann") is None
    await conversations.learn(activity())
    assert await conversations.known("a:ann") is not None


async def test_a_tenant_has_an_address(conversations: Conversations) -> None:
    """Any of its conversations tells where its people are reached."""
    assert await conversations.in_tenant("t") is None
    await conversations.learn(in_channel())
    known = await conversations.in_tenant("t")
    assert known is not None
    assert known.service_url == URL
