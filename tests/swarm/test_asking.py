"""Who is asked, who is passed over and why, and who comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Reader
from chatops.errors import Impossible
from chatops.ports.roster import Profile
from chatops.swarm.asking import Candidate, accepted, called, declined, expired, hindrance, suggested
from chatops.swarm.availability import availability
from chatops.swarm.model import Asked, Swarm
from chatops.swarm.moves import left
from chatops.swarm.rules import invariants
from swarms import AT, asked, fresh, look


def states(swarm: Swarm) -> dict[str, str]:
    """Return where each person's newest invitation stands."""
    return {one.person: one.state.value for one in swarm.invitations}


def test_the_best_are_asked_at_once_and_the_first_to_accept_comes() -> None:
    """The others of the same call are let off."""
    swarm = asked("anna", "ben", "cem", ask=2)
    assert states(swarm) == {"anna": "sent", "ben": "sent"}

    swarm = accepted(swarm, "ben", AT)

    assert states(swarm) == {"anna": "withdrawn", "ben": "accepted"}
    assert swarm.calls[0].candidates == ()
    with pytest.raises(Impossible, match="quicker"):
        accepted(swarm, "anna", AT)


def test_a_decline_brings_the_next() -> None:
    """Candidates come in their order until nobody is left."""
    swarm = declined(asked("anna", "ben"), "anna", "busy", look(), AT)
    assert states(swarm) == {"anna": "declined", "ben": "sent"}
    swarm = declined(swarm, "ben", "busy", look(), AT)
    assert swarm.calls[0].exhausted


def test_time_brings_the_next() -> None:
    """An invitation that expires is passed on; one that was answered is left alone."""
    swarm = expired(asked("anna", "ben"), 1, look(), AT + timedelta(minutes=3))
    assert states(swarm) == {"anna": "expired", "ben": "sent"}
    assert swarm.invitations[1].expires_at == AT + timedelta(minutes=6)
    done = accepted(asked("anna", "ben"), "anna", AT)
    assert expired(done, 1, look(), AT) == done


def test_guards_have_reasons() -> None:
    """Who is passed over stands on the list with the reason, in words."""
    swarm = called(
        accepted(asked("anna"), "anna", AT),
        by="olga",
        wanted="role:staff",
        candidates=("anna", "busy", "jan", "gus", "ben"),
        look=look(
            busy=Candidate(person="busy", load=3, max_load=3),
            jan=Candidate(person="jan", quiet=True, local_time="23:40"),
            gus=Candidate(person="gus", guest=True),
        ),
        at=AT,
        wait=60,
    )
    words = [Catalogues({}).plain(skip.reason, Reader()) for skip in swarm.calls[-1].skipped]
    assert words == [
        "is here already",
        "is busy with other swarms",
        "23:40 there, in quiet hours",
        "is a guest; write guest: before the name",
    ]
    assert swarm.invitations[-1].person == "ben"
    assert [skip.asleep for skip in swarm.calls[-1].skipped] == [False, False, True, False]


def test_a_page_wakes_and_nothing_else_does() -> None:
    """I4: quiet hours hold unless it is a page; a page does not overrule the load."""
    asleep = Candidate(person="jan", quiet=True, local_time="23:40")
    assert hindrance(fresh(), asleep, page=False) is not None
    assert hindrance(fresh(), asleep, page=True) is None
    assert hindrance(fresh(), Candidate(person="jan", load=9), page=True) is not None


def test_nobody_is_asked_twice_but_who_was_let_off_can_be() -> None:
    """Declining is an answer; having been too late is not."""
    swarm = accepted(declined(asked("anna", "ben", "cem", ask=2), "anna", "busy", look(), AT), "cem", AT)
    assert states(swarm) == {"anna": "declined", "ben": "withdrawn", "cem": "accepted"}
    again = asked("anna", "ben", swarm=swarm)
    assert [one.person for one in again.invitations if one.state is Asked.SENT] == ["ben"]
    assert [skip.person for skip in again.calls[-1].skipped] == ["anna"]


def test_who_left_can_be_asked_again() -> None:
    """Leaving is no refusal."""
    swarm = left(accepted(asked("anna"), "anna", AT), "anna", AT)
    assert states(swarm) == {"anna": "left"}
    assert accepted(asked("anna", swarm=swarm), "anna", AT).member("anna") is not None


def test_a_suggestion_becomes_an_invitation() -> None:
    """The owner asks whom a member suggested; the suggestion is used up."""
    swarm = suggested(fresh(), "anna", by="jan", why="wrote it")
    assert states(swarm) == {"anna": "suggested"}
    swarm = asked("anna", swarm=swarm)
    assert [one.state for one in swarm.invitations] == [Asked.SENT]
    assert invariants(swarm) == []


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (23, True), (0, True), (6, True), (7, False), (12, False)]
)
def test_quiet_hours_over_midnight(hour: int, quiet: bool) -> None:  # noqa: FBT001 - a table
    """22:00 to 07:00 where the person is."""
    profile = Profile(quiet_from="22:00", quiet_to="07:00")
    at = datetime(2026, 3, 3, hour, 0, tzinfo=UTC)
    assert availability(profile, "UTC", at).quiet is quiet


def test_quiet_hours_are_local() -> None:
    """It is 13:00 UTC: 02:00 in Auckland, 14:00 in Berlin."""
    profile = Profile(quiet_from="22:00", quiet_to="07:00")
    there = availability(profile, "Pacific/Auckland", AT)
    assert (there.quiet, there.local_time) == (True, "02:00")
    assert not availability(profile, "Europe/Berlin", AT).quiet
    assert not availability(Profile(), "Pacific/Auckland", AT).quiet


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
    st.integers(1, 4),
    st.lists(st.sampled_from(["first", "decline", "expire"]), max_size=12),
    st.sets(st.sampled_from("abcdefgh")),
)
def test_a_call_always_asks_as_many_as_it_can(
    people: list[str], ask: int, answers: list[str], asleep: set[str]
) -> None:
    """Whatever people answer: never more at once than wanted, never fewer while somebody is left, one comes at most."""
    sight = look(**{id_: Candidate(person=id_, quiet=True, local_time="02:00") for id_ in asleep})
    swarm = called(fresh(), by="olga", wanted="x", candidates=tuple(people), look=sight, at=AT, ask=ask, wait=60)
    for answer in answers:
        waiting = [one for one in swarm.invitations if one.state is Asked.SENT]
        awake = [id_ for id_ in swarm.calls[0].candidates if id_ not in asleep]
        assert len(waiting) == ask or not awake or swarm.calls[0].filled_by
        assert invariants(swarm) == []
        if not waiting:
            break
        one = waiting[0]
        match answer:
            case "first":
                swarm = accepted(swarm, one.person, AT)
            case "decline":
                swarm = declined(swarm, one.person, "busy", sight, AT)
            case _:
                swarm = expired(swarm, one.number, sight, AT)
    assert sum(one.state is Asked.ACCEPTED for one in swarm.invitations) <= 1
    assert not any(one.person in asleep for one in swarm.invitations)
