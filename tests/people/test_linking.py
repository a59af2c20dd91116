"""Linking a second identity, and every way of abusing it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatops.core.journal import AuditRecord, TimelineNote
from chatops.core.message import Identity, RoomRef
from chatops.hookspecs import Listener
from chatops.people.changes import PodChanges, ProfileChanges
from chatops.people.directory import Member, PeopleDirectory
from chatops.people.link_commands import LinkCommands
from chatops.people.linking import Linking
from chatops.people.links import (
    ALPHABET,
    BODIES,
    LENGTH,
    MOST_STARTS,
    MOST_TRIES,
    Account,
    IdentityChanged,
    LinkedIdentity,
    LinkOffer,
    link_id,
    new_code,
    read_code,
    shown_code,
)
from chatops.people.profiles import ProfileBook
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import Posted
from chatops.testing.stage import Stage, person

MINUTE = timedelta(minutes=1)
INVALID = "This code does not work"


class Linked:
    """What the server's own plugin registers, for the directory of a stage."""

    def __init__(self, directory: FakeDirectory, *, email: bool = False) -> None:
        self._directory = directory
        self._email = email

    def chatops_register_bodies(self, register: Any) -> None:
        """Register what is stored."""
        for body in BODIES:
            register(body)

    def chatops_register_commands(self, register: Any) -> None:
        """Register the commands."""
        register(LinkCommands(Linking(self._directory, email=self._email), self._directory))

    def chatops_register_listeners(self, register: Any) -> None:
        """Register what makes a link hold."""
        register(Listener(name="people.links", of=IdentityChanged, handle=self._changed))

    async def _changed(self, unit: Any, fact: IdentityChanged) -> None:
        link = await unit.get(LinkedIdentity, fact.link)
        self._directory.learn_link(link)


class House:
    """Anna and others on one network; whoever has no entry is a stranger there."""

    def __init__(self, **more: Any) -> None:
        directory = FakeDirectory()
        for one in (
            person("anna", "agent"),
            person("bert", "agent"),
            person("mona", "manager"),
            person("ada", "admin"),
            person("gust", "guest"),
        ):
            directory.add(one)
        self.directory = directory
        self.stage = Stage(directory=directory, plugins=[Linked(directory)], **more)

    async def __aenter__(self) -> House:
        await self.stage.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stage.stop()

    async def says(self, who: str, text: str) -> list[Posted]:
        """Let somebody write to us alone."""
        return await self.stage.says(who, text, room=f"dm-{who}", direct=True)

    async def presses(self, who: str, label: str, where: str) -> list[Posted]:
        """Let somebody press the newest button of a chat."""
        ref = next(
            button.ref
            for posted in reversed(self.stage.network.posted)
            if posted.ref.room.id == where
            for button in posted.body.buttons
            if button.label == label
        )
        return await self.stage.presses(who, ref, room=where)

    async def code(self, who: str = "anna") -> str:
        """Let somebody ask for a code; return it."""
        (card,) = await self.says(who, "link")
        found = re.search(rf"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", card.body.plain)
        assert found is not None, card.body.plain
        return found[0]

    def owner(self, who: str) -> str | None:
        """Return whose identity it is."""
        known = self.directory.by_identity(Identity(network=self.stage.network.name, id=who))
        return None if known is None else known.id


async def test_the_whole_way() -> None:
    """Known side asks, new side types, known side confirms: then, and only then, it is added, and all are told."""
    async with House() as house:
        code = await house.code()
        told = await house.says("anna2", f"link {code}")
        assert {posted.ref.room.id for posted in told} == {"dm-anna", "dm-anna2"}
        question = next(posted for posted in told if posted.ref.room.id == "dm-anna")
        assert "fake" in question.body.plain
        assert "anna2" in question.body.plain
        assert [button.label for button in question.body.buttons] == ["It is me", "It is not me"]
        assert house.owner("anna2") is None
        after = await house.presses("anna", "It is me", "dm-anna")
        assert house.owner("anna2") == "anna"
        assert {posted.ref.room.id for posted in after} == {"dm-anna", "dm-anna2"}
        assert any("now acts as Anna" in posted.body.plain for posted in after if posted.ref.room.id == "dm-anna2")


async def test_the_tenant_is_named() -> None:
    """The question names network, tenant and id, as they are, whatever the account calls itself."""
    async with House() as house:
        code = await house.code()
        stranger = Identity(network="fake", tenant="evil-tenant", id="x@1")
        await house.stage.network.say(stranger, f"link {code}", "dm-x", direct=True)
        await house.stage.settle()
        question = next(p for p in reversed(house.stage.network.posted) if p.ref.room.id == "dm-anna")
        for part in ("fake", "evil-tenant", "x@1"):
            assert part in question.body.plain


async def test_a_phished_code_gives_nothing_by_itself() -> None:
    """An attacker who got Anna's code is asked about on her side, and gains nothing when she says no, or nothing."""
    async with House() as house:
        code = await house.code()
        await house.says("mallory", f"link {code}")
        (denied,) = await house.says("mallory", "link confirm " + code[:4])
        assert "do not know you" in denied.body.plain
        assert house.owner("mallory") is None
        refused = await house.presses("anna", "It is not me", "dm-anna")
        assert any("was not confirmed" in posted.body.plain for posted in refused)
        await house.presses("anna", "It is me", "dm-anna")
        (no,) = await house.says("mallory", f"link {code}")
        assert INVALID in no.body.plain
        assert house.owner("mallory") is None


async def test_an_attackers_code_typed_by_a_victim_gives_nothing() -> None:
    """Bert, who is known, cannot be made Anna's by typing her code: he is warned and stays Bert."""
    async with House() as house:
        code = await house.code("anna")
        (warned,) = await house.says("bert", f"link {code}")
        assert "known already, as Bert" in warned.body.plain
        assert house.owner("bert") == "bert"
        assert not any("Is this account yours" in posted.body.plain for posted in house.stage.network.posted)


async def test_five_wrong_tries_kill_the_code_for_everybody() -> None:
    """Wrong secrets count over all identities; then the right one is dead too, and its owner is told."""
    async with House() as house:
        code = await house.code()
        wrong = code[:10] + ("0" if code[10] != "0" else "1")
        for number in range(MOST_TRIES):
            await house.says(f"guesser{number}", f"link {wrong}")
            assert any(INVALID in p.body.plain for p in house.stage.network.posted)
        assert any("it is dead" in p.body.plain for p in house.stage.network.posted if p.ref.room.id == "dm-anna")
        (no,) = await house.says("anna2", f"link {code}")
        assert INVALID in no.body.plain
        assert house.owner("anna2") is None


async def test_one_identity_has_five_wrong_codes_an_hour() -> None:
    """After five wrong codes of one identity even a right one is not looked at, until the hour is over."""
    async with House() as house:
        for number in range(5):
            await house.says("mallory", f"link ZZZZZ-ZZZZ{number}")
            await house.stage.advance(MINUTE)
        code = await house.code()
        (no,) = await house.says("mallory", f"link {code}")
        assert "too many wrong codes" in no.body.plain
        await house.stage.advance(61 * MINUTE)
        code = await house.code()
        told = await house.says("mallory", f"link {code}")
        assert any("Is this account yours" in posted.body.plain for posted in told)


async def test_a_flood_of_codes_is_not_answered() -> None:
    """A stranger who writes many codes at once is soon not even answered, and never gets near."""
    async with House() as house:
        posts = [post for _one in range(60) for post in await house.says("mallory", "link AAAAA-AAAAA")]
        assert len(posts) < 60


async def test_a_code_works_once() -> None:
    """Typed a second time, by another or by the same, it is over: before and after the confirmation."""
    async with House() as house:
        code = await house.code()
        await house.says("anna2", f"link {code}")
        (no,) = await house.says("mallory", f"link {code}")
        assert INVALID in no.body.plain
        await house.presses("anna", "It is me", "dm-anna")
        (no,) = await house.says("mallory2", f"link {code}")
        assert INVALID in no.body.plain
        assert house.owner("anna2") == "anna"
        assert house.owner("mallory") is None


async def test_a_code_expires() -> None:
    """After five minutes a code is over; so is a question that nobody answered for five minutes."""
    async with House() as house:
        code = await house.code()
        await house.stage.advance(5 * MINUTE)
        (no,) = await house.says("anna2", f"link {code}")
        assert INVALID in no.body.plain
        code = await house.code()
        await house.says("anna2", f"link {code}")
        await house.stage.advance(5 * MINUTE)
        (over,) = await house.presses("anna", "It is me", "dm-anna")
        assert "over" in over.body.plain
        assert house.owner("anna2") is None


async def test_a_new_code_ends_the_old_one() -> None:
    """Only the newest code of a person works."""
    async with House() as house:
        old = await house.code()
        await house.code()
        (no,) = await house.says("anna2", f"link {old}")
        assert INVALID in no.body.plain


async def test_nobody_makes_many_codes() -> None:
    """A person gets five codes an hour."""
    async with House() as house:
        for _one in range(MOST_STARTS):
            await house.code()
            await house.stage.advance(MINUTE)
        (no,) = await house.says("anna", "link")
        assert "many codes" in no.body.plain


async def test_another_identity_cannot_approve() -> None:
    """Neither the new identity, nor another one of the same person, nor a call, nor somebody else answers the question."""
    async with House() as house:
        await house.says("anna2", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        await house.stage.advance(MINUTE)
        code = await house.code("anna")
        await house.says("mallory", f"link {code}")
        ref = code[:4]
        (no,) = await house.says("anna2", f"link confirm {ref}")
        assert "Only the account that asked" in no.body.plain
        (no,) = await house.says("bert", f"link confirm {ref}")
        assert "no such question" in no.body.plain
        (reply,) = await house.stage.calls("anna", f"link confirm {ref}")
        assert reply.error == "not_allowed"
        await house.presses("mallory", "It is me", "dm-anna")
        await house.presses("anna2", "It is me", "dm-anna")
        assert house.owner("mallory") is None
        await house.presses("anna", "It is me", "dm-anna")
        assert house.owner("mallory") == "anna"


async def test_an_identity_has_one_owner() -> None:
    """Two people ask about one new account: the first to confirm has it, the other is told that it is taken."""
    async with House() as house:
        ours, theirs = await house.code("anna"), await house.code("bert")
        await house.says("new", f"link {ours}")
        await house.says("new", f"link {theirs}")
        await house.presses("anna", "It is me", "dm-anna")
        (no,) = await house.presses("bert", "It is me", "dm-bert")
        assert "somebody’s already" in no.body.plain
        assert house.owner("new") == "anna"


async def test_confirmations_at_the_same_time_give_one_owner() -> None:
    """The same race at the same moment: one owner in the store."""
    async with House() as house:
        ours, theirs = await house.code("anna"), await house.code("bert")
        await house.says("new", f"link {ours}")
        await house.says("new", f"link {theirs}")
        network = house.stage.network
        anna, bert = house.stage.identity("anna"), house.stage.identity("bert")
        await asyncio.gather(
            network.say(anna, f"link confirm {ours[:4]}", "dm-anna", direct=True),
            network.say(bert, f"link confirm {theirs[:4]}", "dm-bert", direct=True),
        )
        await house.stage.settle()
        stored = await house.stage.store.get(LinkedIdentity.kind, link_id(Identity(network="fake", id="new")))
        assert stored is not None
        link = house.stage.codec.decode_as(LinkedIdentity, stored.body)
        assert (link.number, stored.version) == (1, 1)
        assert house.owner("new") == link.person


@pytest.mark.parametrize("who", ["mona", "ada", "gust"])
async def test_managers_admins_and_guests_link_nothing(who: str) -> None:
    """Their identities come from the configuration only."""
    async with House() as house:
        (no,) = await house.says(who, "link")
        assert "configuration only" in no.body.plain
        assert await house.stage.store.find(LinkOffer.kind, {}) == []


async def test_who_has_become_a_manager_meanwhile_links_nothing() -> None:
    """The role is looked at again when the code is typed and when it is confirmed."""
    async with House() as house:
        code = await house.code("anna")
        await house.says("anna2", f"link {code}")
        house.directory.add(person("anna", "manager"))
        (no,) = await house.presses("anna", "It is me", "dm-anna")
        assert "configuration only" in no.body.plain
        assert house.owner("anna2") is None
        house.directory.add(person("bert", "agent"))
        code = await house.code("bert")
        house.directory.add(person("bert", "admin"))
        (no,) = await house.says("bert2", f"link {code}")
        assert INVALID in no.body.plain


async def test_strangers_say_nothing_else() -> None:
    """Whatever else somebody unknown writes, they are told that they are not known, and nothing of commands."""
    async with House() as house:
        for number, words in enumerate(("link", "unlink fake", "link a b", "lnik AAAAA-AAAAA", "help", "link confirm")):
            posts = await house.says(f"stranger{number}", words)
            assert [post.body.plain.split(".")[0] for post in posts] == ["I do not know you yet"] or not posts, words
        await house.stage.says("outsider", "link AAAAA-AAAAA", room="general")
        assert not any(INVALID in post.body.plain for post in house.stage.network.posted)


async def test_codes_are_for_direct_chats() -> None:
    """Neither a code is given nor taken where others read, nor by a call."""
    async with House() as house:
        (no,) = await house.stage.says("anna", "link", room="general")
        assert "direct chat" in no.body.plain
        (reply,) = await house.stage.calls("anna", "link")
        assert reply.error == "impossible"


async def test_email_is_off_by_default() -> None:
    """An identity that is only an address is not linked."""
    async with House() as house:
        code = await house.code()
        stranger = Identity(network="email", id="anna@example.org")
        await house.stage.network.say(stranger, f"link {code}", "dm-mail", direct=True)
        await house.stage.settle()
        assert "E-mail addresses are not linked" in house.stage.network.posted[-1].body.plain


async def test_a_code_is_nowhere_readable(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the audit, also when the command is misspelt, nor in an aggregate, a timeline or a log."""
    async with House() as house:
        code = await house.code()
        await house.says("anna", f"lnk {code}")
        await house.says("anna2", f"link {code}")
        await house.presses("anna", "It is me", "dm-anna")
        plain = {code, code.replace("-", "")}
        store = house.stage.store
        for kind in (LinkOffer.kind, LinkedIdentity.kind):
            for stored in await store.find(kind, {}):
                assert not any(word in stored.body for word in plain)
        records = 0
        for lane in ("person:anna", "room:fake:dm-anna", "room:fake:dm-anna2"):
            for entry in await store.entries(f"audit:{lane}"):
                assert entry.kind in {AuditRecord.kind, TimelineNote.kind}
                assert not any(word in (entry.payload or "") for word in plain)
                records += 1
        assert records >= 4
        assert not any(word in caplog.text for word in plain)


async def test_unlinking_takes_it_away_and_tells_all() -> None:
    """`unlink` removes a linked identity, which is told as well; it can be linked again."""
    async with House() as house:
        await house.says("anna2", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        told = await house.says("anna", "unlink fake")
        assert {posted.ref.room.id for posted in told} == {"dm-anna", "dm-anna2"}
        assert house.owner("anna2") is None
        assert house.owner("anna") == "anna"
        (no,) = await house.says("anna", "unlink fake")
        assert "comes from the configuration" in no.body.plain
        (no,) = await house.says("anna", "unlink teams")
        assert "linked no identity" in no.body.plain
        await house.says("anna2", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        assert house.owner("anna2") == "anna"


async def test_links_hold_after_a_restart() -> None:
    """What was linked is read from the store when a server starts."""
    async with House() as house:
        await house.says("anna2", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        stage = house.stage
        fresh = PeopleDirectory([Member(person=person("anna", "agent"))])
        stage.codec.register(ProfileChanges)
        stage.codec.register(PodChanges)
        await ProfileBook(stage.codec, stage.store, fresh, stage.clock).load()
        found = fresh.by_identity(Identity(network="fake", id="anna2"))
        assert found is not None
        assert found.id == "anna"


def test_codes_are_read_as_they_were_meant() -> None:
    """Look-alikes, lower case and dashes do not matter; anything else is no code."""
    for code in (new_code() for _one in range(50)):
        assert len(code) == LENGTH
        assert read_code(shown_code(code).lower()) == code
    assert read_code("oIl00-00000") == "0110000000"
    for bad in ("", "U" * 10, "A" * 9, "A" * 11, "ABCDE-ABCD!", "İ" * 10):
        assert read_code(bad) == ""


def link(identity: Identity, owner: str, *, number: int = 1, active: bool = True) -> LinkedIdentity:
    """Return a link."""
    return LinkedIdentity(
        id=link_id(identity),
        number=number,
        account=Account(identity=identity, chat=RoomRef(network=identity.network, id="c")),
        person=owner,
        by=identity,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        active=active,
    )


def test_the_directory_lays_links_over_the_files() -> None:
    """A link holds over a reload, ends when it is taken back, and never against the files or for managers."""
    new, taken = Identity(network="m", id="new"), Identity(network="fake", id="bert")
    members = [
        Member(person=person("anna", "agent")),
        Member(person=person("bert")),
        Member(person=person("mona", "manager")),
    ]
    directory = PeopleDirectory(members)
    directory.learn_link(link(new, "anna"))
    directory.learn_link(link(taken, "anna"))
    directory.learn_link(link(Identity(network="m", id="boss"), "mona"))
    for _twice in range(2):
        found = directory.by_identity(new)
        assert found is not None
        assert found.id == "anna"
        assert directory.by_id("anna") == found
        assert new in found.identities
        bert = directory.by_identity(taken)
        assert bert is not None
        assert bert.id == "bert"
        assert directory.by_identity(Identity(network="m", id="boss")) is None
        directory.replace(members)
    directory.learn_link(link(new, "anna", number=2, active=False))
    directory.learn_link(link(new, "anna", number=1))
    assert directory.by_identity(new) is None


def test_an_identity_goes_straight_from_one_to_another() -> None:
    """A replica may hear of the new owner only: whatever order people come in, the identity is theirs."""
    new = Identity(network="m", id="new")
    for one, other in (("anna", "bert"), ("bert", "anna")):
        for _order in range(8):
            directory = PeopleDirectory(
                [Member(person=person("anna", "agent")), Member(person=person("bert", "agent"))]
            )
            directory.learn_link(link(new, one))
            directory.learn_link(link(new, other, number=3))
            found = directory.by_identity(new)
            assert found is not None
            assert found.id == other
            first = directory.by_id(one)
            assert first is not None
            assert new not in first.identities
