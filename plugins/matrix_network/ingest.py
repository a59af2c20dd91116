"""Matrix events in the engine's terms: pure functions, from one event to what happened or nothing.

What comes out is data of strangers, cut to size and checked; no event, however malformed, raises.
"""

from __future__ import annotations

from datetime import datetime

from chatops import Body, Frozen
from chatops.core.message import Identity, MemberChange, MessageRef, Reaction, Redaction, RoomRef, clean
from matrix_network.event import Event, id_in, object_in, text_in
from matrix_network.membership import change_of
from matrix_network.pills import Handle
from matrix_network.words import Words, words_of

LONGEST_REACTION = 100
"""Characters of a reaction; the specification has no limit."""


class Place(Frozen, frozen=True, kw_only=True):
    """Where and for whom an event is read."""

    network: str
    room: str
    me: str
    """Our user id."""
    name: str = ""
    """Our display name."""
    prefix: str = "!"
    partner: str | None = None
    """Whose direct chat with us the room is."""
    handle: Handle = lambda _user: None
    """What the directory calls a user."""

    @property
    def direct(self) -> bool:
        """Whether the room is a direct chat."""
        return self.partner is not None

    @property
    def ref(self) -> RoomRef:
        """The room."""
        return RoomRef(network=self.network, id=self.room)

    def message(self, event: str) -> MessageRef:
        """Return a message of the room."""
        return MessageRef(room=self.ref, id=event)

    def who(self, user: str) -> Identity:
        """Return a user."""
        return Identity(network=self.network, id=user)


def body_of(event: Event, place: Place) -> Body | None:
    """Return what happened, or None when it concerns nobody.

    A reaction is returned as one, whether or not it stands for a button. What we did ourselves is nothing, except that
    we came into a room: whether that is news depends on what was before.
    """
    if event.type == "m.room.member":
        return _member(event, place)
    if event.sender == place.me:
        return None
    match event.type:
        case "m.room.message" | "m.room.encrypted" if event.state_key is None:
            return words_of(event, _words(place))
        case "m.reaction":
            return _reaction(event, place)
        case "m.room.redaction":
            target = _redacted(event)
            return None if target is None else Redaction(ref=place.message(target), at=event.at)
        case _:
            return None


def replacement_of(event: Event) -> str | None:
    """Return the room that a tombstone says the room goes on as."""
    if event.type != "m.room.tombstone" or event.state_key != "":
        return None
    return id_in(event.content, "replacement_room")


def taken_back(reaction: Reaction, at: datetime) -> Reaction:
    """Return the end of a reaction."""
    return Reaction(ref=reaction.ref, sender=reaction.sender, emoji=reaction.emoji, at=at, removed=True)


def _redacted(event: Event) -> str | None:
    """Return what a redaction redacts: said in its content from room version 11 on, before that beside it.

    A homeserver says it in both places, for old clients and new ones. Where they differ, only one is what was allowed,
    and anybody can have written the other.
    """
    within = id_in(event.content, "redacts")
    if within is not None and event.redacts is not None and within != event.redacts:
        return None
    return within or event.redacts


def _words(place: Place) -> Words:
    return Words(
        ref=place.ref,
        me=place.who(place.me),
        name=place.name,
        prefix=place.prefix,
        direct=place.direct,
        handle=place.handle,
    )


def _reaction(event: Event, place: Place) -> Reaction | None:
    relation = object_in(event.content, "m.relates_to")
    target, emoji = id_in(relation, "event_id"), text_in(relation, "key")
    if relation.get("rel_type") != "m.annotation" or target is None or not emoji:
        return None
    return Reaction(
        ref=place.message(target),
        sender=place.who(event.sender),
        emoji=clean(emoji[:LONGEST_REACTION])[0],
        at=event.at,
    )


def _member(event: Event, place: Place) -> MemberChange | None:
    change, user = change_of(event), event.state_key
    if change is None or user is None:
        return None
    if event.sender == place.me and user != place.me:
        # Whom we took out may have been let in again before we hear of it.
        return None
    if user == place.me and not _worth_telling(event, change):
        return None
    if user == place.partner and change in {"joined", "invited"}:
        return None  # whose direct chat it is has always been in it
    if change == "invited" and (place.partner is None or user == place.me):
        return None
    return MemberChange(
        room=place.ref,
        member=place.who(user),
        change=change,
        at=event.at,
        by=place.who(event.sender) if event.sender != user else None,
        ourselves=user == place.me,
    )


def _worth_telling(event: Event, change: str) -> bool:
    """Of what becomes of ourselves: that we come in, and that we are put out of where we were."""
    return change == "joined" or (change in {"removed", "banned"} and event.before in {"join", None})
