"""The tasks of a swarm, as far as tasks are part of this server."""

from __future__ import annotations

from markupsafe import Markup

from chatops.pages.paper import Pen
from chatops.swarm.model import Swarm


class TasksPart:
    """Shows nothing while there are no tasks."""

    async def part(self, pen: Pen, swarm: Swarm) -> Markup:
        """Return the HTML of a swarm's tasks."""
        return pen.piece("swarm_tasks.html", rows=(), swarm=swarm)
