"""Linking a second identity: the way there, who may, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.message import Identity
from chatops.people.changes import PodChanges, ProfileChanges
from chatops.people.directory import Member, PeopleDirectory
from chatops.people.links import (
    LinkOffer,
)
from chatops.people.profiles import ProfileBook
from chatops.testing.stage import person
from linking_house import INVALID, House

MINUTE = timedelta(minutes=1)


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
