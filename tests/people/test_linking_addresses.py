"""E-mail addresses as identities: off by default, of vouched domains only, and every way of abusing them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from chatops.core.message import Identity, Person, RoomRef
from chatops.people.addresses import Vouched, mailbox
from chatops.people.directory import Member, PeopleDirectory
from chatops.people.links import Account, LinkedIdentity, link_id
from chatops.ports.roster import Profile
from chatops.settings import People
from chatops.testing.clock import ManualClock
from linking_house import INVALID, House

HOUSE = ("example.org",)


def mail(address: str, network: str = "email") -> Identity:
    """Return an address as an identity."""
    return Identity(network=network, id=address)


async def writes(house: House, address: str, text: str) -> str:
    """Let somebody write from an address; return what they are answered."""
    before = len(house.stage.network.posted)
    await house.stage.network.say(mail(address), text, f"dm-{address}", direct=True)
    await house.stage.settle()
    return "\n".join(one.body.plain for one in house.stage.network.posted[before:])


async def test_an_address_of_a_vouched_domain_is_linked_like_any_account() -> None:
    """It types the code, the known side is asked, and only its yes makes the address Anna's."""
    async with House(domains=HOUSE) as house:
        said = await writes(house, "anna@example.org", f"link {await house.code()}")
        assert "Now say in the chat where you got the code" in said
        assert house.directory.by_identity(mail("anna@example.org")) is None
        await house.presses("anna", "It is me", "dm-anna")
        person = house.directory.by_identity(mail("anna@example.org"))
        assert person is not None
        assert person.id == "anna"


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.com",
        "anna@evil.example.org",
        "anna@example.org.evil.test",
        "anna@example.org@evil.test",
        "anna@evil.test@example.org",
        '"anna@evil.test"@example.org',
        "anna@evil.test, anna@example.org",
        "Anna <anna@example.org>",
        "anna@example.org ",
        "anna@example.org\n",
        "anna\n@example.org",
        "anna@\u0435xample.org",
        "\u0430nna@example.org",
        "@example.org",
        "example.org",
        "anna@",
    ],
)
async def test_no_other_address_is(address: str) -> None:
    """Other domains, those above and below, several at once, look-alikes and whatever is no plain address."""
    async with House(domains=HOUSE) as house:
        assert "E-mail addresses are not linked" in await writes(house, address, f"link {await house.code()}")
        assert not any("Is this account yours" in one.body.plain for one in house.stage.network.posted)


async def test_an_address_of_somebody_else_is_not_linked() -> None:
    """Bert's address is Bert's, whoever has a code: what Anna would get with it looks like any wrong code."""
    async with House(domains=HOUSE) as house:
        bert = house.directory.by_id("bert")
        assert bert is not None
        house.directory.add(bert, Profile(email="bert@example.org"))
        for address in ("bert@example.org", "Bert@Example.org", "bert+x@example.org"):
            assert INVALID in await writes(house, address, f"link {await house.code()}")
        assert not any("Is this account yours" in one.body.plain for one in house.stage.network.posted)


async def test_a_linked_mailbox_is_not_linked_to_another_person_under_another_spelling() -> None:
    """Anna's mailbox is Anna's however it is written; a code of Bert's typed from it makes nobody Bert."""
    async with House(domains=HOUSE) as house:
        await writes(house, "anna@example.org", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        for address in ("Anna@example.org", "anna+new@example.org"):
            assert INVALID in await writes(house, address, f"link {await house.code('bert')}")
            assert house.directory.by_identity(mail(address)) is None


async def test_many_addresses_of_one_mailbox_have_the_tries_of_one() -> None:
    """Five wrong codes an hour, however the address is written; a right one is not looked at then."""
    async with House(domains=HOUSE) as house:
        for number, address in enumerate(
            ("m@example.org", "M@example.org", "m+1@example.org", "m+2@EXAMPLE.org", "m@example.org")
        ):
            assert INVALID in await writes(house, address, f"link ZZZZZ-ZZZZ{number}")
        assert "too many wrong codes" in await writes(house, "m+9@example.org", f"link {await house.code()}")


async def test_a_phished_code_gives_nothing_by_mail_either() -> None:
    """Mallory, in the same house, types Anna's code: Anna is shown the address and says no; the code is spent."""
    async with House(domains=HOUSE) as house:
        code = await house.code()
        await writes(house, "mallory@example.org", f"link {code}")
        assert "mallory@example.org" in "\n".join(
            one.body.plain for one in house.stage.network.posted if one.ref.room.id == "dm-anna"
        )
        assert "do not know you" in await writes(house, "mallory@example.org", f"link confirm {code[:4]}")
        await house.presses("anna", "It is not me", "dm-anna")
        assert INVALID in await writes(house, "mallory@example.org", f"link {code}")
        assert house.directory.by_identity(mail("mallory@example.org")) is None


async def test_a_linked_address_confirms_no_further_one() -> None:
    """Approving oneself through a second identity: the question is answered where the code was asked for, and only there."""
    async with House(domains=HOUSE) as house:
        await writes(house, "anna@example.org", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        code = await house.code()
        await writes(house, "mallory@example.org", f"link {code}")
        assert "Only the account that asked" in await writes(house, "anna@example.org", f"link confirm {code[:4]}")
        assert house.directory.by_identity(mail("mallory@example.org")) is None


def test_what_is_vouched_for_no_more_holds_no_more() -> None:
    """A server that starts without the domain knows nobody by an address linked before; other links stay."""
    anna = Member(person=Person(id="anna", name="Anna", roles=frozenset({"agent"})))
    chat = RoomRef(network="email", id="dm")
    for domains, holds in ((HOUSE, True), ((), False), (("example.com",), False)):
        directory = PeopleDirectory([anna], vouched=Vouched(domains=frozenset(domains)))
        for identity in (mail("anna@example.org"), Identity(network="fake", id="anna2")):
            account = Account(identity=identity, chat=chat)
            at = ManualClock().now()
            link = LinkedIdentity(id=link_id(identity), number=1, account=account, person="anna", by=identity, at=at)
            directory.learn_link(link)
        assert (directory.by_identity(mail("anna@example.org")) is not None) is holds
        assert directory.by_identity(Identity(network="fake", id="anna2")) is not None


def test_both_names_of_the_network_are_mail_and_others_are_not() -> None:
    """An account on a chat network may look like an address; it is the network's to say whose it is."""
    assert not Vouched().allows(mail("a@example.org", "mail"))
    assert Vouched().allows(mail("a@example.org", "matrix"))
    assert mailbox(mail("A+b@example.org", "matrix")) == mail("A+b@example.org", "matrix")


@pytest.mark.parametrize(
    "domain", ["*.example.org", "@example.org", "Example.org", "org", "", "a b.org", ".example.org"]
)
def test_a_domain_is_written_in_full(domain: str) -> None:
    """Anything else is refused when the settings are read."""
    with pytest.raises(ValidationError, match="is no domain"):
        People(link_email_domains=(domain,))
    assert People().link_email_domains == ()
