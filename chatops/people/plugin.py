"""Commands about people, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.access import Relation
from chatops.core.frozen import Body
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.hookspecs import Listener, PluginContext, Section, hookimpl
from chatops.people.book import ChangingDirectory, Following, may_confirm
from chatops.people.changes import BODIES, PodChanged, ProfileChanged, ProfileChanges
from chatops.people.commands import PeopleCommands
from chatops.people.expert_commands import ExpertCommands
from chatops.people.experts import Experts
from chatops.people.pod_commands import PodCommands
from chatops.people.pods import Pods
from chatops.people.waiting import Waiting


class PeoplePlugin:
    """Registers `me`, `whoami`, `audit`, `expert …` and `pod …`. No settings."""

    def __init__(self, context: PluginContext) -> None:
        people = context.people
        if not isinstance(people, ChangingDirectory):
            message = "people: the directory cannot hold what people change about themselves"
            raise PluginError(message)
        self._commands: tuple[object, ...] = (
            PeopleCommands(people, sections=context.sections, prefixes=context.prefixes),
            ExpertCommands(Experts(people)),
            PodCommands(Pods(people), people),
        )
        following = Following(people)
        self._listeners = (
            Listener(name="people.profiles", of=ProfileChanged, handle=following.profile),
            Listener(name="people.pods", of=PodChanged, handle=following.pod),
        )
        self._lead = Relation(
            name="their_lead",
            label=_("lead of one of their pods"),
            of=ProfileChanges,
            holds=lambda changes, person: may_confirm(people, person, changes.id),
            guests=False,
        )
        self._waiting = Waiting(people)

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what people have changed."""
        for body in BODIES:
            register(body)

    @hookimpl
    def chatops_register_relations(self, register: Callable[[Relation], None]) -> None:
        """Publish who leads a pod that somebody is in."""
        register(self._lead)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        for commands in self._commands:
            register(commands)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register what keeps the directory up to date."""
        for listener in self._listeners:
            register(listener)

    @hookimpl
    def chatops_register_sections(self, register: Callable[[Section], None]) -> None:
        """Register the part of `me`."""
        register(self._waiting.section())
