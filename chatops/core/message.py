"""What passes between people and the server, whatever the chat network."""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from chatops.core.files import OCTETS, file_name, media_type
from chatops.core.frozen import Body, Frozen, Instant
from chatops.core.text import Text

MAX_TEXT = 64 * 1024
"""Longest text of a message, in UTF-8 bytes. What is longer is cut and marked `truncated`."""

MOST_FILES = 10
"""Files of one message that are told; the rest is left out."""

LONGEST_REF = 4096
"""Characters of what a network calls a file."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Identity(Frozen, frozen=True, kw_only=True):
    """A person on one chat network: immutable id within a tenant, never a display name."""

    network: str
    id: str
    tenant: str = ""

    def __str__(self) -> str:
        return f"{self.network}:{self.tenant}:{self.id}" if self.tenant else f"{self.network}:{self.id}"


class Person(Frozen, frozen=True, kw_only=True):
    """Somebody the directory knows. `roles` are checked before a handler runs."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    locale: str = "en"
    zone: str = "UTC"
    """An IANA time zone."""
    identities: tuple[Identity, ...] = ()


class RoomRef(Frozen, frozen=True, kw_only=True):
    """A room as the network knows it."""

    network: str
    id: str

    def __str__(self) -> str:
        return f"{self.network}:{self.id}"


class MessageRef(Frozen, frozen=True, kw_only=True):
    """A message as the network knows it."""

    room: RoomRef
    id: str


class File(Frozen, frozen=True, kw_only=True):
    """A file that came with a message: what it is said to be, and how its network finds it. Never its bytes.

    Its sender chose name and media type. Both are cleaned of paths, control characters and nonsense, and cut; they are
    data all the same. A negative size is none.
    """

    name: str
    media_type: str = OCTETS
    size: int | None = None
    """Bytes, as the network says; None when it does not. What is read may be another number."""
    ref: str = ""
    """What the network knows it by; opaque. Empty when it cannot be read: `closed` says why."""
    closed: Literal["", "encrypted", "elsewhere"] = ""
    """`encrypted`: there is no key for us. `elsewhere`: the network does not let us read what is sent like this."""

    def __post_init__(self) -> None:
        name, kind = file_name(self.name), media_type(self.media_type)
        if name != self.name:
            msgspec.structs.force_setattr(self, "name", name)
        if kind != self.media_type:
            msgspec.structs.force_setattr(self, "media_type", kind)
        if self.size is not None and not 0 <= self.size < 1 << 53:
            msgspec.structs.force_setattr(self, "size", None)
        if len(self.ref) > LONGEST_REF or (self.ref and not self.ref.isprintable()):
            msgspec.structs.force_setattr(self, "ref", "")
            msgspec.structs.force_setattr(self, "closed", "elsewhere")


class Message(Body, frozen=True, kw_only=True):
    """Somebody wrote something.

    NUL and lone surrogates become U+FFFD and text over `MAX_TEXT` bytes is cut (`truncated`), so that every accepted
    message can be stored, whatever a network delivered.
    """

    kind: ClassVar[str] = "message"

    ref: MessageRef
    sender: Identity
    text: str
    at: Instant
    """When the network says it was written."""
    addressed: bool = False
    """True when it speaks to the server: a prefix, a mention, or a direct chat. The prefix is already removed."""
    direct: bool = False
    thread: str | None = None
    """Id of the message that started the thread, if it is in one."""
    reply_to: str | None = None
    mentions: tuple[Identity, ...] = ()
    locale: str | None = None
    zone: str | None = None
    edited: bool = False
    """True when it replaces an earlier text. Edits never execute."""
    automated: bool = False
    """True when a bot wrote it. Bots never execute."""
    truncated: bool = False
    unreadable: bool = False
    """True when the network could not show us the words (encrypted without a key for us). `text` is empty then."""
    files: tuple[File, ...] = ()
    """What came with it, at most `MOST_FILES`."""

    def __post_init__(self) -> None:
        text, truncated = clean(self.text)
        if len(self.files) > MOST_FILES:
            msgspec.structs.force_setattr(self, "files", self.files[:MOST_FILES])
        if text is not self.text:
            msgspec.structs.force_setattr(self, "text", text)
        if truncated:
            msgspec.structs.force_setattr(self, "truncated", True)  # noqa: FBT003 - the library's signature
        _aware(self.at)


class Quoted(Frozen, frozen=True, kw_only=True):
    """A message that a command is about: it was replied to, or reacted to."""

    ref: MessageRef
    text: str = ""
    """Its words, as last edited; empty when nobody has them any more."""
    by: Identity | None = None
    person: str | None = None
    """Id of who wrote it, if the directory knows them."""
    at: Instant | None = None
    files: tuple[File, ...] = ()


class ButtonPress(Body, frozen=True, kw_only=True):
    """Somebody pressed a button, submitted a small form, or used a reaction that stands for a button."""

    kind: ClassVar[str] = "press"

    room: RoomRef
    presser: Identity
    action: str
    """The opaque reference the button carried."""
    at: Instant
    fields: dict[str, str] = {}
    """What was filled into the button's form."""
    message: str | None = None
    thread: str | None = None

    def __post_init__(self) -> None:
        _aware(self.at)


class Reaction(Body, frozen=True, kw_only=True):
    """Somebody put (or took back) a reaction on anyone's message."""

    kind: ClassVar[str] = "reaction"

    ref: MessageRef
    sender: Identity
    emoji: str
    at: Instant
    removed: bool = False


class MemberChange(Body, frozen=True, kw_only=True):
    """Somebody came into a room, left it, or asked to be let in (`knocked`). Whom the server took out itself is not told.

    `invited` is told of direct chats only: whoever accepts an invitation may read what was said before.
    """

    kind: ClassVar[str] = "member"

    room: RoomRef
    member: Identity
    change: Literal["joined", "invited", "left", "removed", "banned", "knocked"]
    at: Instant
    by: Identity | None = None
    ourselves: bool = False
    """True when `member` is the server's own account: it has been put out of a room, or let in again."""


class RoomMoved(Body, frozen=True, kw_only=True):
    """A room goes on as another one; we are in it, and its members are being invited again."""

    kind: ClassVar[str] = "room.moved"

    room: RoomRef
    """The room as it was."""
    to: RoomRef
    at: Instant


class Redaction(Body, frozen=True, kw_only=True):
    """A message was deleted. A command redacted before it ran does not run."""

    kind: ClassVar[str] = "redaction"

    ref: MessageRef
    at: Instant


class TurnedAway(Body, frozen=True, kw_only=True):
    """Somebody was not let in at a network's door, because nothing proved who they are. It becomes an audit record."""

    kind: ClassVar[str] = "turned-away"

    claimed: Identity | None = None
    """Who they said they are: a claim, nothing more."""
    reason: str
    """A short stable word: `no_token`, `expired`."""
    address: str = ""
    """Where it came from."""
    count: int = 1
    """How often since the last record of the same."""
    at: Instant

    def __post_init__(self) -> None:
        _aware(self.at)


class CommandCall(Body, frozen=True, kw_only=True):
    """A command by API or command line instead of chat, with the same checks and the same audit."""

    kind: ClassVar[str] = "call"

    person: str
    text: str
    at: Instant
    room: str | None = None
    """A logical room (`swarm:12/main`) that gives the context, or None."""
    via: str = "api"
    """How it came in, for the audit: `api`, `operator acting as …`."""
    dry_run: bool = False
    fields: dict[str, str] = {}
    """Values of a form, by parameter; never read as part of the text."""
    confirmed: bool = False
    """Whether the caller knows what a command does that people are asked about first."""

    def __post_init__(self) -> None:
        text, _cut = clean(self.text)
        if text is not self.text:
            msgspec.structs.force_setattr(self, "text", text)


class Field(Frozen, frozen=True, kw_only=True):
    """One input of a small form. Its value is bound to the command's parameter `name`."""

    name: str
    label: Text
    kind: Literal["line", "text", "choice", "yesno", "person"] = "line"
    """`person`: a line that names somebody; networks that can, help to find them."""
    choices: tuple[tuple[str, Text], ...] = ()
    """(value, label) pairs for `choice`."""
    required: bool = False
    value: str = ""


class Button(Frozen, frozen=True, kw_only=True):
    """An offer to run `command` as whoever presses. It grants nothing by itself."""

    label: Text
    command: str
    uses: Literal["always", "once", "once_per_person"] = "always"
    style: Literal["plain", "primary", "danger"] = "plain"
    form: tuple[Field, ...] = ()
    icon: str = ""
    """One emoji that says the same as the label; where reactions stand for buttons, it is the button."""
    ref: str = ""
    """Filled in by the unit of work: the opaque reference the networks carry."""


class Fact(Frozen, frozen=True, kw_only=True):
    """A label and its value on a card."""

    label: Text
    value: Text


class Table(Frozen, frozen=True, kw_only=True):
    """Rows under headings. Networks without tables show one line per row."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


class Card(Frozen, frozen=True, kw_only=True, tag="card"):
    """The one neutral card. At most four buttons are shown at once on a phone; put the important ones first."""

    title: Text
    text: Text | None = None
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    buttons: tuple[Button, ...] = ()
    tone: Literal["plain", "good", "attention", "danger"] = "plain"
    footer: Text | None = None
    shrunk: Text | None = None
    """The one line that stays where this card was when it is posted again further down."""


class Refused(Frozen, frozen=True, kw_only=True, tag="refused"):
    """The answer to what could not be done: what and why, and what would work."""

    code: str
    message: Text
    hint: Text | None = None
    commands: tuple[str, ...] = ()
    """Commands that would work, offered as buttons where the network has them."""
    buttons: tuple[Button, ...] = ()


Said = Text | Card | Refused
"""What can be posted."""


class Receipt(Frozen, frozen=True, kw_only=True):
    """What became of something sent."""

    state: Literal["sent", "failed", "unknown"]
    remote: str | None = None
    reason: str | None = None


def clean(text: str) -> tuple[str, bool]:
    """Return `text` as it can be stored, and whether it had to be cut."""
    cleaned = _UNSTORABLE.sub("\ufffd", text)
    # Only measure in bytes when it could matter: a character takes at most four.
    if len(cleaned) * 4 <= MAX_TEXT:
        return (cleaned if cleaned != text else text), False
    raw = cleaned.encode()
    if len(raw) <= MAX_TEXT:
        return (cleaned if cleaned != text else text), False
    return raw[:MAX_TEXT].decode(errors="ignore"), True


def _aware(at: datetime) -> None:
    if at.tzinfo is None:
        message = "a time without a zone"
        raise ValueError(message)
