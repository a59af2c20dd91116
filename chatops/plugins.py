"""Loads the plugins the settings name, and collects what they register. Anything not named costs no import."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from chatops.core.access import Relation, Relations
from chatops.core.command import Command, declared
from chatops.core.frozen import Body
from chatops.errors import PluginError
from chatops.hookspecs import PROJECT, ChatopsSpecs, Checkup, EffectPerformer, Listener, PluginContext, Section, Tool
from chatops.ports.chat import ChatNetwork
from chatops.ports.notify import Notifier
from chatops.ports.roster import PeopleSource
from chatops.ports.tickets import TicketSystem
from chatops.ports.web import Route, Static

GROUP = "chatops.plugins"
"""The entry point group."""

PluginClass = Callable[[PluginContext], object]


def find(name: str) -> PluginClass:
    """Import the plugin class called `name`. Raise PluginError saying what to install or to correct."""
    found: tuple[EntryPoint, ...] = tuple(entry_points(group=GROUP, name=name))
    if not found:
        known = ", ".join(installed()) or "none"
        message = f"The settings enable the plugin {name!r}, but no installed package provides it. Installed: {known}."
        raise PluginError(message)
    if len({point.value for point in found}) > 1:
        message = f"Two installed packages provide a plugin called {name!r}: {', '.join(p.value for p in found)}."
        raise PluginError(message)
    point = found[0]
    try:
        loaded = point.load()
    except ModuleNotFoundError as error:
        extra = point.extras[0] if point.extras else name
        message = (
            f"The plugin {name!r} needs the package {error.name!r}, which is not installed. "
            f"Run: pip install 'chatops-server[{extra}]'"
        )
        raise PluginError(message) from error
    except (ImportError, AttributeError) as error:
        message = f"The plugin {name!r} ({point.value}) cannot be imported: {error}"
        raise PluginError(message) from error
    if not callable(loaded):
        message = f"The plugin {name!r} ({point.value}) is no class."
        raise PluginError(message)
    plugin_class: PluginClass = loaded
    return plugin_class


def installed() -> tuple[str, ...]:
    """Return the names of all plugins that are installed, enabled or not."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@dataclass
class Registry:
    """What the plugins registered, each thing under the plugin that brought it."""

    networks: dict[str, ChatNetwork] = field(default_factory=dict)
    ticket_systems: dict[str, TicketSystem] = field(default_factory=dict)
    rosters: dict[str, PeopleSource] = field(default_factory=dict)
    notifiers: dict[str, Notifier] = field(default_factory=dict)
    bodies: dict[str, type[Body]] = field(default_factory=dict)
    relations: Relations = field(default_factory=Relations)
    commands: list[Command] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    performers: list[EffectPerformer] = field(default_factory=list)
    routes: list[Route | Static] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    checkups: dict[str, Checkup] = field(default_factory=dict)
    plugins: dict[str, object] = field(default_factory=dict)
    """The plugin objects themselves, in the order they were loaded."""


class Loading:
    """Gives each plugin its turn at each hook and notices when two claim the same thing."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(ChatopsSpecs)
        self._owners: dict[tuple[str, str], str] = {}
        self._registry = Registry()

    @property
    def relations(self) -> Relations:
        """All published relations; filled by `collect`."""
        return self._registry.relations

    def add(self, name: str, plugin: object) -> None:
        """Take a plugin in. Raise PluginError when its hooks do not fit the contract."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            message = f"The plugin {name!r} does not fit the plugin contract: {error}"
            raise PluginError(message) from error
        self._registry.plugins[name] = plugin

    def collect(self) -> Registry:
        """Call every hook of every plugin, once. Raise PluginError on a clash, naming both plugins."""
        registry = self._registry
        for hook, take in (
            ("chatops_register_bodies", self._body),
            ("chatops_register_relations", self._relation),
            ("chatops_register_networks", self._named("network", registry.networks)),
            ("chatops_register_ticket_systems", self._named("ticket system", registry.ticket_systems)),
            ("chatops_register_rosters", self._named("roster", registry.rosters)),
            ("chatops_register_notifiers", self._named("notifier", registry.notifiers)),
            ("chatops_register_effects", self._performer),
            ("chatops_register_listeners", self._listener),
            ("chatops_register_sections", self._section),
            ("chatops_register_tools", self._tool),
            ("chatops_register_checkups", self._named("checkup", registry.checkups)),
            ("chatops_register_routes", self._route),
            ("chatops_register_commands", self._command),
        ):
            for name in registry.plugins:
                self._call(hook, name, take)
        return registry

    def _call(self, hook: str, name: str, take: Callable[[str, Any], None]) -> None:
        others: Iterable[object] = [plugin for own, plugin in self._registry.plugins.items() if own != name]
        caller = self._manager.subset_hook_caller(hook, others)
        try:
            caller(register=lambda thing: take(name, thing))
        except PluginError:
            raise
        except (ValueError, TypeError, AttributeError) as error:
            message = f"The plugin {name!r} registers something that does not fit ({hook}): {error}"
            raise PluginError(message) from error

    def _own(self, what: str, thing: str, plugin: str) -> None:
        other = self._owners.setdefault((what, thing), plugin)
        if other != plugin:
            message = f"The plugins {other!r} and {plugin!r} both bring the {what} {thing!r}. Enable one of them."
            raise PluginError(message)

    def _named(self, what: str, into: dict[str, Any]) -> Callable[[str, Any], None]:
        def take(plugin: str, thing: Any) -> None:
            if thing.name in into:
                self._own(what, thing.name, plugin)
                message = f"The plugin {plugin!r} brings the {what} {thing.name!r} twice."
                raise PluginError(message)
            self._own(what, thing.name, plugin)
            into[thing.name] = thing

        return take

    def _body(self, plugin: str, body: type[Body]) -> None:
        self._own("stored type", body.kind, plugin)
        self._registry.bodies[body.kind] = body

    def _relation(self, plugin: str, relation: Relation) -> None:
        self._own("relation", f"{relation.name} of {relation.of.kind}", plugin)
        self._registry.relations.publish(relation)

    def _performer(self, plugin: str, performer: EffectPerformer) -> None:
        self._own("effect", performer.of.kind, plugin)
        self._registry.performers.append(performer)

    def _listener(self, plugin: str, listener: Listener) -> None:
        self._own("listener", listener.name, plugin)
        self._registry.listeners.append(listener)

    def _section(self, plugin: str, section: Section) -> None:
        self._own("section", section.name, plugin)
        self._registry.sections.append(section)

    def _tool(self, plugin: str, tool: Tool) -> None:
        self._own("tool", f"{tool.group} {tool.name}", plugin)
        self._registry.tools.append(tool)

    def _route(self, plugin: str, route: Route | Static) -> None:
        method = route.method if isinstance(route, Route) else "GET"
        self._own("address", f"{method} {route.path}", plugin)
        self._registry.routes.append(route)

    def _command(self, plugin: str, source: object) -> None:
        for command in declared(source, relations=self._registry.relations, plugin=plugin):
            self._own("command", command.words, plugin)
            self._registry.commands.append(command)
