"""A chat network for Errbot that takes every message and tells nobody."""

from __future__ import annotations

from typing import Any

from errbot.backends.base import ONLINE, Message, Person
from errbot.core import ErrBot


class Somebody(Person):
    """A person, who is nothing but a name."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def person(self) -> str:
        """Return the name."""
        return self._name

    client = nick = fullname = email = property(lambda _self: None)
    aclattr = person

    def __str__(self) -> str:
        return self._name


class Silent(ErrBot):
    """Remembers its last answer."""

    def __init__(self, config: Any) -> None:
        self.bot_identifier = Somebody("bot")
        self.answer = ""
        super().__init__(config)

    def send_message(self, msg: Message) -> None:
        """Let Errbot tell its plugins, which is part of what it costs, then keep the words."""
        super().send_message(msg)
        self.answer = msg.body

    def build_identifier(self, text_representation: str) -> Somebody:
        """Return a person of that name."""
        return Somebody(text_representation)

    def build_reply(
        self, msg: Message, text: str | None = None, private: bool = False, threaded: bool = False
    ) -> Message:
        """Return an answer to whoever asked."""
        reply = self.build_message(text)
        reply.frm, reply.to = self.bot_identifier, msg.frm
        return reply

    def change_presence(self, status: str = ONLINE, message: str = "") -> None:
        """Tell nobody."""

    def connect(self) -> None:
        """Connect to nothing."""

    def prefix_groupchat_reply(self, message: Message, identifier: Person) -> None:
        """Leave the answer as it is."""

    def query_room(self, room: str) -> None:
        """Know no room."""

    @property
    def mode(self) -> str:
        """Return what the network is called."""
        return "silent"

    @property
    def rooms(self) -> list[str]:
        """Return no rooms."""
        return []
