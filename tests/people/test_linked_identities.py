"""What a link is, apart from how it came about: codes as they are read, and links laid over the files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chatops.core.message import Identity, RoomRef
from chatops.people.directory import Member, PeopleDirectory
from chatops.people.links import (
    LENGTH,
    Account,
    LinkedIdentity,
    link_id,
    new_code,
    read_code,
    shown_code,
)
from chatops.testing.stage import person

MINUTE = timedelta(minutes=1)


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


def test_codes_are_read_as_they_were_meant() -> None:
    """Look-alikes, lower case and dashes do not matter; anything else is no code."""
    for code in (new_code() for _one in range(50)):
        assert len(code) == LENGTH
        assert read_code(shown_code(code).lower()) == code
    assert read_code("oIl00-00000") == "0110000000"
    for bad in ("", "U" * 10, "A" * 9, "A" * 11, "ABCDE-ABCD!", "İ" * 10):
        assert read_code(bad) == ""


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
