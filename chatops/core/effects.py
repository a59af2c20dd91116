"""What shall happen outside: typed, with a stable key, performed by the outbox after the unit has committed."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Body, Frozen
from chatops.core.message import Said
from chatops.core.text import Text


class Effect(Body, frozen=True, kw_only=True):
    """An outward mutation. Effects of one `target` are performed in order; targets in parallel.

    Its performer is called at least once with the same key; when it succeeds, fails for good or may have happened, an
    `EffectSettled` comes back into the lane.
    """

    @property
    def target(self) -> str:
        """What is changed: `room:…`, `ticket:…`. Fixes the order among effects and posts."""
        raise NotImplementedError


class Post(Effect, frozen=True, kw_only=True):
    """Say something somewhere. The sender renders it in the target's language, and remembers where it went.

    Posts with the same `slot` in the same target are one living thing: the newest replaces the older ones, in place, or
    further down (`resurface`) when the old one has scrolled away.
    """

    kind: ClassVar[str] = "post"

    to: str
    """`room:LOGICAL`, `person:ID` (direct chat), `remote:NETWORK:ID`, or `call:KEY` (kept for an API caller)."""
    said: Said
    slot: str | None = None
    resurface: bool = False
    anew: bool = False
    """Further down even if the old one has not scrolled away."""
    pin: bool = False
    thread: str | None = None
    """Remote id of the message that starts the thread."""
    notify: tuple[str, ...] = ()
    """Ids of the persons to mention effectively. Nobody else is, whatever the text contains."""
    reply: bool = False
    """True when it answers the command that caused it."""
    bulk: bool = False
    """True for broadcasts: sent after everything interactive."""
    network: str | None = None
    """For `person:` targets: the network to prefer (the one they wrote from)."""
    reader: str | None = None
    """For `remote:` targets: id of the person in whose language and time zone it is said."""
    secret: bool = False
    """What it says is kept no longer than until it has been sent or given up."""

    @property
    def target(self) -> str:
        """Where it goes."""
        return self.to


class OpenRoom(Effect, frozen=True, kw_only=True):
    """Create the remote room of a logical one. Posts to it wait until it exists."""

    kind: ClassVar[str] = "room.open"

    room: str
    network: str
    title: Text
    topic: Text | None = None
    members: tuple[str, ...] = ()
    """Ids of the persons to invite at once."""
    private: bool = False
    public: bool = False
    """Everybody of the organisation may find and read it."""
    locale: str = "en"

    @property
    def target(self) -> str:
        """The room."""
        return f"room:{self.room}"


class InviteToRoom(Effect, frozen=True, kw_only=True):
    """Let a person into a room. Harmless when they are in it."""

    kind: ClassVar[str] = "room.invite"

    room: str
    person: str

    @property
    def target(self) -> str:
        """The room."""
        return f"room:{self.room}"


class RemoveFromRoom(Effect, frozen=True, kw_only=True):
    """Take a person out of a room. Harmless when they are not in it."""

    kind: ClassVar[str] = "room.remove"

    room: str
    person: str

    @property
    def target(self) -> str:
        """The room."""
        return f"room:{self.room}"


class ArchiveRoom(Effect, frozen=True, kw_only=True):
    """Close a room for writing; it stays readable. Harmless when it is closed."""

    kind: ClassVar[str] = "room.archive"

    room: str

    @property
    def target(self) -> str:
        """The room."""
        return f"room:{self.room}"


class Timer(Frozen, frozen=True, kw_only=True):
    """A wake-up call. One per `series`: arming again replaces it.

    One-shot by default. With `rule`, it recurs: `every 20m`, or in the wall time of `zone` `daily 09:00` and
    `weekly mon,thu 09:00`. `missed` says what happens to occurrences that fell into an absence: each is fired (`all`),
    one stands for all (`latest`), or none (`skip`).
    """

    series: str
    lane: str
    body: Body
    due: str
    """ISO time: with offset, an instant; without, wall time in `zone`."""
    zone: str = "UTC"
    rule: str | None = None
    missed: Literal["all", "latest", "skip"] = "latest"


ROOM_EFFECTS: tuple[type[Effect], ...] = (Post, OpenRoom, InviteToRoom, RemoveFromRoom, ArchiveRoom)
