"""What state events say of a room, and how its power looks when it is closed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from matrix_network.closing import closed_join_rules, closed_levels, may_close
from matrix_network.power import Power, read_power
from matrix_network.room_state import RoomState, read_state

BOT, ANNA, BEN = "@bot:test.local", "@anna:test.local", "@ben:test.local"
KINDS = (
    "m.room.create",
    "m.room.power_levels",
    "m.room.join_rules",
    "m.room.name",
    "m.room.member",
    "m.room.tombstone",
    "m.space.parent",
)
FIELDS = ("room_version", "additional_creators", "users", "events", "allow", "join_rule", "name", "membership", "via")

json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
events = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(KINDS) | json,
        "state_key": st.just("") | st.text(max_size=4) | json,
        "sender": st.just(BOT) | json,
        "content": st.dictionaries(st.sampled_from(FIELDS), json, max_size=4) | json,
    },
)
levels = st.integers(-100, 200)
powers = st.builds(
    Power,
    users=st.dictionaries(st.sampled_from([BOT, ANNA, BEN]), levels),
    users_default=levels,
    events=st.dictionaries(st.sampled_from(["m.room.message", "m.room.topic", "m.room.tombstone"]), levels),
    events_default=levels,
    creators=st.sampled_from([frozenset(), frozenset({BOT})]),
)


def event(kind: str, content: dict[str, Any], key: str = "", sender: str = BOT) -> dict[str, Any]:
    """Return a state event."""
    return {"type": kind, "state_key": key, "content": content, "sender": sender}


def test_a_room_is_read_from_its_state() -> None:
    """Version, creators, name, who may come in, where it belongs and who is there."""
    state = read_state(
        "!r",
        [
            event("m.room.create", {"room_version": "12", "additional_creators": [ANNA]}),
            event("m.room.name", {"name": "SW-1"}),
            event("m.room.join_rules", {"join_rule": "knock_restricted", "allow": [{"room_id": "!space"}, "odd", {}]}),
            event("m.space.parent", {"via": ["test.local"]}, "!space"),
            event("m.space.parent", {}, "!former"),
            event("m.room.member", {"membership": "join"}, BOT),
            event("m.room.member", {"membership": "invite"}, BEN),
            event("m.room.member", {"membership": "leave"}, ANNA),
            event("m.room.tombstone", {"replacement_room": "!next"}),
        ],
    )
    assert (state.version, state.creator, state.name, state.successor) == ("12", BOT, "SW-1", "!next")
    assert state.power.creators == {BOT, ANNA}
    assert (state.join_rule, state.entrances, state.spaces) == ("knock_restricted", ("!space",), ("!space",))
    assert state.others(BOT) == (BEN,)
    assert (state.membership(ANNA), state.membership("@cy:test.local")) == ("leave", None)
    assert not state.encrypted


@given(st.lists(events | json, max_size=8))
def test_any_state_is_read(found: list[Any]) -> None:
    """What is not as it should be counts as if it were not there."""
    state = read_state("!r", found)
    assert BOT not in state.others(BOT)
    assert all(isinstance(word, str) for word in state.memberships.values())


@given(powers, st.sampled_from([BOT, ANNA]))
def test_closing_a_closed_room_changes_nothing(power: Power, us: str) -> None:
    """The second time asks for the same power levels."""
    once = closed_levels(power, us)
    again = read_power(version="12" if power.creators else "11", creator=BOT, create={}, levels=once)
    assert closed_levels(again, us) == once


@given(powers)
def test_in_a_closed_room_only_those_as_strong_as_we_can_write(power: Power) -> None:
    """The others can neither write nor invite nor change anything."""
    closed = read_power(
        version="12" if power.creators else "11", creator=BOT, create={}, levels=closed_levels(power, BOT)
    )
    if may_close(RoomState(room="!r", power=power), BOT):
        assert closed.level(BOT) == power.level(BOT)
    for user in (ANNA, BEN, "@cy:test.local"):
        if power.level(user) < power.level(BOT) and power.level(user) < 100:
            assert not closed.may_send(user, "m.room.message")
            assert not closed.may_send(user, "m.room.topic", state=True)
            assert not closed.may_invite(user)


def test_nobody_knocks_at_a_closed_room() -> None:
    """Those whom a space lets in may still come and read."""
    assert closed_join_rules(RoomState(room="!r", join_rule="knock")) == {"join_rule": "invite"}
    assert closed_join_rules(RoomState(room="!r", join_rule="knock_restricted", entrances=("!space",))) == {
        "join_rule": "restricted",
        "allow": [{"type": "m.room_membership", "room_id": "!space"}],
    }
    assert closed_join_rules(RoomState(room="!r", join_rule="invite")) is None
    assert closed_join_rules(RoomState(room="!r", join_rule="restricted")) is None
