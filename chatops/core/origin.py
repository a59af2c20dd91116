"""Where a command came from, and what it may hand the rest of its work to."""

from __future__ import annotations

from collections.abc import Mapping

from chatops.core.frozen import Frozen, Instant
from chatops.core.message import File, MessageRef, Quoted, RoomRef
from chatops.core.rooms import Room


class Origin(Frozen, frozen=True, kw_only=True):
    """Where a command came from, and so where its answer goes."""

    target: str
    """`room:…`, `remote:…`, `person:…`, or `call:KEY` for an API call: kept for the caller, posted nowhere."""
    room: Room | None = None
    """The logical room, if it is one of ours."""
    remote: RoomRef | None = None
    thread: str | None = None
    direct: bool = False
    """True when nobody but the asker reads what is posted there."""
    via: str = "chat"
    reply_to: Quoted | None = None
    """The message it is about, if the command is a reply or a reaction to one."""
    files: tuple[File, ...] = ()
    """What came with the command's own words."""


class GoingOn(Frozen, frozen=True, kw_only=True):
    """Another command of the same person that is the rest of the work."""

    command: str
    """The whole line."""
    fields: Mapping[str, str] = {}
    room: str | None = None
    """The logical room that gives the context; None: nothing but the line does."""
    about: MessageRef | None = None
    """The message it is a reply to."""
    at: Instant
    """When it was said: times in it are meant from then on."""
    outcome: str
    """What the audit says became of it."""
    question: str = ""
    """Name of the question that was answered with yes, if one was."""
    shown: str = ""
    """Digest of what its asker was shown; empty when it was not in the command's own words."""
