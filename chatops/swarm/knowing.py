"""What a swarm keeps, learns and finds, put together for the plugin: commands, listeners, performers, bodies."""

from __future__ import annotations

from chatops.core.frozen import Body
from chatops.hookspecs import EffectPerformer, Listener, PluginContext
from chatops.swarm.capture_commands import CaptureCommands
from chatops.swarm.capture_views import CaptureViews
from chatops.swarm.capturing import Capturing
from chatops.swarm.consequences import Consequences
from chatops.swarm.knowledge_commands import KnowledgeCommands
from chatops.swarm.similar import FindSimilar, RememberSwarm, Search
from chatops.swarm.suggesting import Suggesting
from chatops.swarm.tasked import TaskNotes
from chatops.swarm.votes import Votes

BODIES: tuple[type[Body], ...] = (FindSimilar, RememberSwarm, Votes)


class Knowing:
    """The parts, made once."""

    def __init__(self, context: PluginContext, consequences: Consequences) -> None:
        capturing = Capturing(consequences)
        views = CaptureViews(capturing, consequences.names)
        search = Search(context.tickets, context.records, context.clock)
        suggesting = Suggesting(search, context.tickets, capturing, consequences)
        self.commands: tuple[object, ...] = (
            CaptureCommands(capturing, views),
            KnowledgeCommands(capturing, views, suggesting),
        )
        self.listeners: tuple[Listener, ...] = (*suggesting.listeners(), *TaskNotes(consequences).listeners())
        self.performers: tuple[EffectPerformer, ...] = search.performers()
