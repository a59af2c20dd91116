"""Who is called when something happens, and who may call: read from the settings at the start."""

from __future__ import annotations

from collections.abc import Mapping

from chatops.core.frozen import Frozen


class Endpoint(Frozen, frozen=True, kw_only=True):
    """A program that is told what happens."""

    name: str
    url: str
    secrets: tuple[bytes, ...]
    """Each signs every message, so that one can be replaced while both are known."""
    events: tuple[str, ...] = ("*",)
    """Kinds of events, as in `swarm.opened`; `swarm.*` and `*` mean all of them."""
    allow_private: bool = False
    """It may lie in a private network."""
    private: bool = False
    """It is told of private swarms as well."""

    def wants(self, kind: str) -> bool:
        """Whether it is told of events of this kind."""
        return any(one in {"*", kind} or (one.endswith(".*") and kind.startswith(one[:-1])) for one in self.events)


class Hook(Frozen, frozen=True, kw_only=True):
    """A program that may tell us something: it is posted in a room, or runs one command with its values."""

    name: str
    secrets: tuple[bytes, ...]
    """A message signed with any of them is taken."""
    room: str = ""
    """Where it is posted: `NETWORK:ID`."""
    template: str = ""
    """What is posted: `{a.b}` stands for a value of the message."""
    command: str = ""
    """What is run instead; fixed words. Values of the message come in by `fields` only."""
    person: str = ""
    """Id of who runs it."""
    fields: Mapping[str, str] = {}
    """Template by parameter of the command."""


class Declared(Frozen, frozen=True, kw_only=True):
    """Everything the settings declare of both."""

    webhooks: tuple[Endpoint, ...] = ()
    hooks: tuple[Hook, ...] = ()
