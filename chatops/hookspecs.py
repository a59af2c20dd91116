"""The plugin contract. This file is all of it; there are no hidden hooks.

A plugin is a class named by an entry point in the group `chatops.plugins`. It is made once, with a `PluginContext`, when
the settings name it; then each hook it has is called once, before anything runs. Hooks are synchronous and only register
objects; what is asynchronous lives on the objects' protocols. Two plugins claiming one command word, effect, listener or
name are refused at start, both named.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import pluggy

from chatops.core.access import Relation
from chatops.core.clock import Clock
from chatops.core.effects import Effect
from chatops.core.frozen import Body, Frozen
from chatops.core.message import Identity, Person, RoomRef
from chatops.core.text import Text
from chatops.core.unit import Unit
from chatops.ports.alone import LocalSignals
from chatops.ports.chat import Capabilities, ChatNetwork
from chatops.ports.notify import Notifier
from chatops.ports.records import Records
from chatops.ports.roster import Directory, PeopleSource
from chatops.ports.secrets import Secrets
from chatops.ports.signals import Signals
from chatops.ports.tickets import TicketSystem, TicketSystems
from chatops.ports.web import Route, Static, Web

PROJECT = "chatops"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


async def nobody_knows(_room: RoomRef) -> Sequence[Identity] | None:
    """Return None: nobody can say who is in a room."""
    return None


class PluginContext(Frozen, frozen=True, kw_only=True):
    """What a plugin is given when it is made. The parts are there, but nothing runs yet."""

    name: str
    """The name the settings use."""
    settings: Mapping[str, Any]
    """The plugin's own table, `[plugins.NAME]`, unchecked."""
    clock: Clock
    records: Records
    secrets: Secrets
    people: Directory
    tickets: TicketSystems
    web: Web
    folder: Path
    """The data folder."""
    demo: bool = False
    signals: Signals = msgspec.field(default_factory=LocalSignals)
    """Word to and from the same plugin in other replicas. All plugins share the topics: begin yours with `plugin:NAME`."""
    shared: bool = False
    """Whether there may be other replicas. Then nothing a plugin remembers is the truth, unless only it can change it:
    the truth is in `records` and outside, and signals say when to look."""
    sections: Callable[[], Sequence[Section]] = tuple
    """All registered parts of `me`, in their order; empty until every plugin has registered."""
    prefixes: Callable[[], Mapping[str, str]] = dict
    """`SW` → `swarm`: the kinds of things that commands name by number, read off their declarations."""
    networks: Callable[[], Mapping[str, Capabilities]] = dict
    """What each connected chat network can do, by its name; empty until every plugin has registered."""
    commands: Callable[[], frozenset[str]] = frozenset
    """The words of every command, as in `swarm open`: what a network's own menus can offer. Empty until every plugin has
    registered."""
    members: Callable[[RoomRef], Awaitable[Sequence[Identity] | None]] = nobody_knows
    """Who is in a room now, ourselves left out; None when its network does not say. For handlers, once all is running."""


class Listener(Frozen, frozen=True, kw_only=True):
    """Handles every body of one type: facts told by `unit.emit`, stored messages, settled effects, due timers.

    For a timer or a settled effect, `of` is the armed body's or the effect's own type; the wrapper is in `unit.event.body`.
    Each listener gets each event exactly once, in the event's lane, with a unit of its own.
    """

    name: str
    of: type[Body]
    handle: Callable[[Unit, Any], Awaitable[None]]


class Performed(Frozen, frozen=True, kw_only=True):
    """What came of an effect: `result` goes into `EffectSettled.result`."""

    result: str | None = None


class EffectPerformer(Frozen, frozen=True, kw_only=True):
    """Performs one type of effect, at least once per key. Raises `chatops.errors.PortError`s only."""

    of: type[Effect]
    perform: Callable[[Any, str], Awaitable[Performed]]
    """(effect, key) → what came of it."""


class Section(Frozen, frozen=True, kw_only=True):
    """A part of `me`: what of one domain concerns a person now."""

    name: str
    order: int
    title: Text
    read: Callable[[Unit, Person], Awaitable[tuple[Text, ...]]]
    """One line per thing, most urgent first; nothing when nothing waits."""


class ToolOption(Frozen, frozen=True, kw_only=True):
    """Something a tool has to know. What is not given on the command line is asked for, unless there is a default."""

    name: str
    """`user` is given as `--user VALUE`."""
    help: str
    default: str | None = None
    secret: bool = False
    """Never echoed, and never given on the command line, where other users of the machine could read it."""
    instead_of: str = ""
    """Only asked for when the option of this name was left empty."""


class Tool(Frozen, frozen=True, kw_only=True):
    """Something operators do with a plugin on the command line: `chatops GROUP NAME`.

    It runs inside the server that holds the data folder, or by itself when none runs; the store is open, the networks
    need not be connected. When it has run, networks that had given up are tried again.
    """

    group: str
    name: str
    help: str
    """One line, in English like all of the command line."""
    run: Callable[[Mapping[str, str]], Awaitable[str]]
    """(options by name) → what to show. Raises `chatops.errors.ChatopsError` with a sentence that says what to do."""
    options: tuple[ToolOption, ...] = ()


class Finding(Frozen, frozen=True, kw_only=True):
    """One thing `chatops doctor` looked at."""

    name: str
    state: Literal["ok", "warning", "failure"]
    detail: str = ""
    """What is so, and when it is not well, why."""
    fix: str = ""
    """What to do about it: the command, the setting, the request to somebody's admin."""


class Checkup(Frozen, frozen=True, kw_only=True):
    """A plugin's part of `chatops doctor`: looks deeper than `ChatNetwork.check`, may take seconds and try things out."""

    name: str
    run: Callable[[], Awaitable[Sequence[Finding]]]
    """Never raises what a finding can say."""


class ChatopsSpecs:
    """All hooks."""

    @hookspec
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register chat networks."""

    @hookspec
    def chatops_register_ticket_systems(self, register: Callable[[TicketSystem], None]) -> None:
        """Register ticket systems."""

    @hookspec
    def chatops_register_rosters(self, register: Callable[[PeopleSource], None]) -> None:
        """Register where people come from."""

    @hookspec
    def chatops_register_notifiers(self, register: Callable[[Notifier], None]) -> None:
        """Register ways of reaching people outside chat."""

    @hookspec
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register types that are stored: aggregates, facts, effects, timers' bodies."""

    @hookspec
    def chatops_register_relations(self, register: Callable[[Relation], None]) -> None:
        """Publish relations that commands may name in `who`."""

    @hookspec
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register functions, or objects with methods, declared with `@command`."""

    @hookspec
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register listeners."""

    @hookspec
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Register performers of effects."""

    @hookspec
    def chatops_register_routes(self, register: Callable[[Route | Static], None]) -> None:
        """Register web routes and files."""

    @hookspec
    def chatops_register_tools(self, register: Callable[[Tool], None]) -> None:
        """Register tools for the command line."""

    @hookspec
    def chatops_register_checkups(self, register: Callable[[Checkup], None]) -> None:
        """Register parts of `chatops doctor`."""

    @hookspec
    def chatops_register_sections(self, register: Callable[[Section], None]) -> None:
        """Register parts of `me`."""
