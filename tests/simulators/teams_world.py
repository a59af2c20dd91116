"""A tenant as Teams has it: users, teams with channels, chats, and what is written in them. All of it in memory."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Raw = dict[str, Any]
"""JSON as it passes over the wire."""


@dataclass(eq=False)
class User:
    """Somebody of the tenant. `id` is what the bot knows them by, `object_id` what the directory does."""

    name: str
    id: str
    object_id: str
    upn: str
    locale: str = "en-US"
    zone: str = "UTC"
    type: str = "Member"
    """Or `Guest`."""


@dataclass(eq=False)
class App:
    """The bot and its registration."""

    app_id: str
    name: str
    secret: str
    external_id: str
    """The manifest's id."""
    catalog_id: str
    """Its id in the organisation's catalogue; empty: it is not there."""
    endpoint: str = ""
    """Where the connector posts activities to; empty: nowhere, as if nothing answered there."""
    certificate: str = ""
    """PEM certificate the app may log in with."""
    roles: set[str] = field(default_factory=set)
    """Application permissions an admin consented to."""
    rsc: set[str] = field(default_factory=set)
    """Resource-specific permissions of the manifest: they hold wherever the app is installed."""

    @property
    def id(self) -> str:
        """Its account."""
        return f"28:{self.app_id}"


@dataclass(eq=False)
class Post:
    """A message as it stands now."""

    id: str
    sender: str
    """Account id: `29:…` or `28:…`."""
    activity: Raw
    """What was sent: of people `text` and their mentions, of the bot everything."""
    root: str = ""
    """In a channel, the id of the message that began the thread: its own on that message."""
    edits: int = 0
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Account → types."""
    shown: dict[str, Raw] = field(default_factory=dict)
    """Cards only one account sees, because a press was answered with them; gone when the message is edited."""
    quotes: str = ""


@dataclass(eq=False)
class Conversation:
    """A personal chat, a group chat or a channel."""

    id: str
    type: str
    """`personal`, `groupChat` or `channel`."""
    name: str = ""
    people: list[User] = field(default_factory=list)
    """In a channel, the team's own list."""
    apps: set[str] = field(default_factory=set)
    """App ids; in a channel, the team's own set."""
    team: Team | None = None
    hears_all: bool = True
    """Whether the bot hears everything (resource-specific consent), or only what mentions it."""
    posts: dict[str, Post] = field(default_factory=dict)
    archived: bool = False
    typing: int = 0
    """How often the bot has shown that it is typing."""
    description: str = ""
    owners: set[str] = field(default_factory=set)
    """Account ids."""
    left: dict[str, int] = field(default_factory=dict)
    """How many messages those had seen who went: they go on reading these."""
    created: float = 0.0
    """Seconds since 1970."""
    consented: set[str] = field(default_factory=set)
    """Resource-specific permissions given with the app's installation here."""

    def post(self, id: str) -> Post:
        """Return a message that is not deleted. Raise KeyError."""
        found = self.posts[id]
        if found.deleted:
            raise KeyError(id)
        return found

    def standing(self) -> list[Post]:
        """Return what is to be read here, oldest first."""
        return [post for post in self.posts.values() if not post.deleted]

    def readable(self, user: User) -> list[Post] | None:
        """Return what somebody can read here, oldest first; None when they were never here."""
        if user not in self.people and user.id not in self.left:
            return None
        posts = [*self.posts.values()]
        seen = posts if user in self.people else posts[: self.left[user.id]]
        return [post for post in seen if not post.deleted]


@dataclass(eq=False)
class Team:
    """A team; `id` is that of its channel General."""

    id: str
    group_id: str
    name: str
    people: list[User] = field(default_factory=list)
    apps: set[str] = field(default_factory=set)
    channels: dict[str, Conversation] = field(default_factory=dict)
    room_for: int = 1000
    """How many channels it takes."""
    archived: bool = False
    deleted: set[str] = field(default_factory=set)
    """Names of deleted channels: they stay taken for 30 days."""
    consented: set[str] = field(default_factory=set)


class World:
    """Everything there is. `now` gives seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.tenant = str(uuid.uuid4())
        self.users: dict[str, User] = {}
        """By account id."""
        self.teams: dict[str, Team] = {}
        """By group id."""
        self.conversations: dict[str, Conversation] = {}
        self._last = 0

    def next_id(self) -> str:
        """Return a message id: milliseconds since 1970, each greater than all before."""
        self._last = max(self._last + 1, int(self.now() * 1000))
        return str(self._last)

    def user(self, name: str, *, locale: str = "en-US", zone: str = "UTC") -> User:
        """Hire somebody."""
        object_id = str(uuid.uuid4())
        upn = f"{name.lower().replace(' ', '.')}@contoso.example"
        made = User(name=name, id=f"29:1{secret(60)}", object_id=object_id, upn=upn, locale=locale, zone=zone)
        self.users[made.id] = made
        return made

    def group_chat(self, people: Iterable[User], *, topic: str = "") -> Conversation:
        """Begin a group chat; no app is in it."""
        return self._keep(
            Conversation(id=f"19:{uuid.uuid4().hex}@thread.v2", type="groupChat", name=topic, people=[*people])
        )

    def personal(self, user: User, app: App) -> Conversation:
        """Return the one chat between somebody and an app, made when there is none. The app is not installed by that."""
        for found in self.conversations.values():
            if found.type == "personal" and found.people == [user] and found.name == app.id:
                return found
        return self._keep(Conversation(id=f"a:1{secret(120)}", type="personal", name=app.id, people=[user]))

    def team(self, name: str, people: Iterable[User]) -> Team:
        """Make a team with its channel General."""
        id = f"19:{secret(44)}1@thread.tacv2"
        made = Team(id=id, group_id=str(uuid.uuid4()), name=name, people=[*people])
        self.teams[made.group_id] = made
        self.channel(made, "General", id=id)
        return made

    def channel(self, team: Team, name: str, *, id: str = "") -> Conversation:
        """Make a standard channel."""
        made = Conversation(
            id=id or f"19:{uuid.uuid4().hex}@thread.tacv2",
            type="channel",
            name=name,
            people=team.people,
            apps=team.apps,
            team=team,
        )
        team.channels[made.id] = made
        return self._keep(made)

    def find(self, conversation: str) -> Conversation:
        """Return a conversation by its id, that of a thread included. Raise KeyError."""
        return self.conversations[base(conversation)]

    def somebody(self, id: str) -> User:
        """Return a user by account id, object id or principal name. Raise KeyError."""
        for user in self.users.values():
            if id in {user.id, user.object_id, user.upn}:
                return user
        raise KeyError(id)

    def chats_with(self, user: User) -> Iterator[Conversation]:
        """Yield the group chats somebody is in."""
        return (one for one in self.conversations.values() if one.type == "groupChat" and user in one.people)

    def write(self, where: Conversation, sender: str, activity: Raw, *, root: str = "", quotes: str = "") -> Post:
        """Add a message; in a channel without `root` it begins a thread."""
        id = self.next_id()
        thread = (root or id) if where.type == "channel" else ""
        made = Post(id=id, sender=sender, activity=activity, root=thread, quotes=quotes)
        where.posts[id] = made
        return made

    def _keep(self, made: Conversation) -> Conversation:
        self.conversations[made.id] = made
        made.created = self.now()
        return made


def base(conversation: str) -> str:
    """Return a conversation's id without the thread."""
    return conversation.split(";", 1)[0]


def root(conversation: str) -> str:
    """Return the thread a conversation id names, or nothing."""
    _base, _mark, id = conversation.partition(";messageid=")
    return id


def secret(length: int) -> str:
    """Return that many characters nobody can guess."""
    return "".join(uuid.uuid4().hex for _n in range(length // 32 + 1))[:length]
