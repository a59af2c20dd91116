"""Every way of abusing the linking of identities: phished codes, guessing, replays, approving oneself, races."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from chatops.core.message import Identity
from chatops.people.links import (
    MOST_STARTS,
    MOST_TRIES,
    LinkedIdentity,
    link_id,
)
from linking_house import INVALID, House

MINUTE = timedelta(minutes=1)


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


async def test_strangers_say_nothing_else() -> None:
    """Whatever else somebody unknown writes, they are told that they are not known, and nothing of commands."""
    async with House() as house:
        for number, words in enumerate(("link", "unlink fake", "link a b", "lnik AAAAA-AAAAA", "help", "link confirm")):
            posts = await house.says(f"stranger{number}", words)
            assert [post.body.plain.split(".")[0] for post in posts] == ["I do not know you yet"] or not posts, words
        await house.stage.says("outsider", "link AAAAA-AAAAA", room="general")
        assert not any(INVALID in post.body.plain for post in house.stage.network.posted)


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


async def test_nobody_makes_many_codes() -> None:
    """A person gets five codes an hour."""
    async with House() as house:
        for _one in range(MOST_STARTS):
            await house.code()
            await house.stage.advance(MINUTE)
        (no,) = await house.says("anna", "link")
        assert "many codes" in no.body.plain


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
        assert stored.version == 1
        assert house.owner("new") == link.person


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
