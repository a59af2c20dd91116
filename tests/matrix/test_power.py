"""Power in rooms: the defaults, the creators of version 12, and whatever else stands in a room's state."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix_network.power import Power, endless, read_power

BOT, ANNA, BEN = "@bot:test.local", "@anna:test.local", "@ben:test.local"

json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("users", "users_default", "events", "events_default", "state_default", "invite", "kick", "ban", "redact")
contents = st.dictionaries(st.sampled_from(FIELDS), json)
creations = st.dictionaries(st.sampled_from(["additional_creators", "m.federate", "creator"]), json)
versions = st.sampled_from(["1", "5", "9", "10", "11", "12", "13", "org.matrix.hydra.11", ""]) | st.text(max_size=6)


def power(version: str = "11", levels: dict[str, Any] | None = None, **create: Any) -> Power:
    """Return the power in a room that the bot created."""
    return read_power(version=version, creator=BOT, create=create, levels=levels)


@pytest.mark.parametrize("version", ["12", "13", "20", "100", "org.matrix.hydra.11"])
def test_creators_of_version_12_have_infinite_power(version: str) -> None:
    """The sender of the first event and those it names; the power levels do not list them."""
    room = power(version, {"users": {}, "events": {"m.room.tombstone": 150}}, additional_creators=[ANNA])
    assert (room.level(BOT), room.level(ANNA), room.level(BEN)) == (math.inf, math.inf, 0)
    assert room.may_send(BOT, "m.room.tombstone", state=True)
    assert room.may_kick(BOT, BEN)
    assert not room.may_kick(BOT, ANNA)


@pytest.mark.parametrize("version", ["1", "6", "9", "10", "11", "com.example.12", "12a", ""])
def test_before_version_12_the_creator_has_what_is_listed(version: str) -> None:
    """Also when that is nothing; `additional_creators` means nothing there."""
    room = power(version, {"users": {ANNA: 100}}, additional_creators=[BEN])
    assert (room.level(BOT), room.level(ANNA), room.level(BEN)) == (0, 100, 0)
    assert not endless(version)


def test_without_power_levels_the_creator_has_all_of_it() -> None:
    """Everybody may send everything, state too, but only the creator may put people out."""
    room = power("11")
    assert (room.level(BOT), room.level(ANNA)) == (100, 0)
    assert room.may_send(ANNA, "m.room.name", state=True)
    assert room.may_kick(BOT, ANNA)
    assert not room.may_kick(ANNA, BEN)
    assert power("12").level(BOT) == math.inf


def test_what_the_power_levels_leave_out_has_its_default() -> None:
    """50 for state, kick, ban and redact; 0 for messages and invitations."""
    room = power("11", {})
    assert room.may_send(ANNA, "m.room.message")
    assert room.may_invite(ANNA)
    assert not room.may_send(ANNA, "m.room.topic", state=True)
    assert not room.may_redact(ANNA)
    assert (room.kick, room.ban, room.redact, room.state_default) == (50, 50, 50, 50)


def test_an_event_type_of_its_own_goes_before_the_default() -> None:
    """For state and for messages."""
    room = power("11", {"events": {"m.room.topic": 0, "m.reaction": 10}, "users_default": 5})
    assert room.may_send(ANNA, "m.room.topic", state=True)
    assert not room.may_send(ANNA, "m.reaction")


def test_the_same_level_cannot_put_each_other_out() -> None:
    """Nor ban."""
    room = power("11", {"users": {ANNA: 50, BEN: 50, BOT: 100}})
    assert not room.may_kick(ANNA, BEN)
    assert not room.may_ban(ANNA, BEN)
    assert room.may_kick(BOT, BEN)
    assert room.may_ban(BOT, BEN)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ("50", 50),
        (" +7 ", 7),
        ("-3", -3),
        (2.9, 2),
        (True, 0),
        (None, 0),
        ("fifty", 0),
        ("", 0),
        ([], 0),
        (math.nan, 0),
    ],
)
def test_levels_of_old_rooms_are_read_as_homeservers_read_them(told: object, level: int) -> None:
    """Strings up to version 9; what is no number is not there."""
    assert power("5", {"users": {ANNA: told}, "users_default": told}).level(ANNA) == level


def test_to_delete_what_others_wrote_takes_both_levels() -> None:
    """That of `redact`, and that of the event that does it."""
    assert not power("11", {"users": {ANNA: 50}, "events": {"m.room.redaction": 60}}).may_redact(ANNA)
    assert power("11", {"users": {ANNA: 60}, "events": {"m.room.redaction": 60}}).may_redact(ANNA)


@given(version=versions, create=creations, levels=contents)
def test_any_state_can_be_read(version: str, create: dict[str, Any], levels: dict[str, Any]) -> None:
    """Nothing that somebody sends to a room makes us fail, and the answers go together."""
    room = read_power(version=version, creator=BOT, create=create, levels=levels)
    assert room.may_kick(ANNA, BEN) <= (room.level(ANNA) > room.level(BEN))
    assert room.may_invite(ANNA) == (room.level(ANNA) >= room.invite)
    assert room.may_send(BOT, "m.x") or not endless(version)
    assert room.may_redact(BOT) or not endless(version)
    assert (room.level(BOT) == math.inf) == endless(version)


@given(levels=contents, user=st.text(), event=st.text())
def test_more_power_never_allows_less(levels: dict[str, Any], user: str, event: str) -> None:
    """A creator may do what anybody may."""
    room = power("12", levels)
    assert room.may_send(BOT, event) >= room.may_send(user, event)
    assert room.may_send(BOT, event, state=True) >= room.may_send(user, event, state=True)
