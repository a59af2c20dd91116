"""Commands about people, brought in through the same hooks as any plugin."""

from __future__ import annotations

from chatops.core.access import Relation
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import Listener, PluginContext
from chatops.people.book import ChangingDirectory, Following, may_confirm
from chatops.people.changes import BODIES, PodChanged, ProfileChanged, ProfileChanges
from chatops.people.commands import PeopleCommands
from chatops.people.expert_commands import ExpertCommands
from chatops.people.experts import Experts
from chatops.people.pod_commands import PodCommands
from chatops.people.pods import Pods
from chatops.people.waiting import Waiting


class PeoplePlugin(Feature):
    """Registers `me`, `whoami`, `audit`, `expert …` and `pod …`. No settings."""

    bodies = BODIES

    def __init__(self, context: PluginContext) -> None:
        people = context.people
        if not isinstance(people, ChangingDirectory):
            message = "people: the directory cannot hold what people change about themselves"
            raise PluginError(message)
        self.commands = (
            PeopleCommands(people, sections=context.sections, prefixes=context.prefixes),
            ExpertCommands(Experts(people)),
            PodCommands(Pods(people), people),
        )
        following = Following(people)
        self.listeners = (
            Listener(name="people.profiles", of=ProfileChanged, handle=following.profile),
            Listener(name="people.pods", of=PodChanged, handle=following.pod),
        )
        lead = Relation(
            name="their_lead",
            label=_("lead of one of their pods"),
            of=ProfileChanges,
            holds=lambda changes, person: may_confirm(people, person, changes.id),
            guests=False,
        )
        self.relations = (lead,)
        self.sections = (Waiting(people).section(),)
