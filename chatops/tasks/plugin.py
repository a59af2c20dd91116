"""Tasks, brought in through the same hooks as any plugin."""

from __future__ import annotations

from chatops.core.access import Relation
from chatops.core.frozen import Body
from chatops.core.text import _
from chatops.feature import Feature
from chatops.hookspecs import PluginContext
from chatops.tasks.clocks import TaskChanged, TaskDue, TaskUnanswered
from chatops.tasks.commands import TaskCommands
from chatops.tasks.listening import TaskListeners
from chatops.tasks.model import Task
from chatops.tasks.service import TaskService
from chatops.tasks.views import TaskViews

RELATIONS = (
    Relation(
        name="assignee", label=_("who is to do it"), of=Task, holds=lambda task, person: task.assignee == person.id
    ),
    Relation(name="author", label=_("who gave it"), of=Task, holds=lambda task, person: task.author == person.id),
    Relation(
        name="offered",
        label=_("who may take it"),
        of=Task,
        holds=lambda task, person: task.assignee is None and person.id in task.offered,
        guests=False,
    ),
    Relation(name="viewer", label=_("who may see it"), of=Task, holds=lambda task, person: task.shown_to(person)),
)
"""What people are to a task."""

BODIES: tuple[type[Body], ...] = (Task, TaskDue, TaskUnanswered, TaskChanged)


class TasksPlugin(Feature):
    """Registers what tasks are, say and hear. No settings."""

    bodies = BODIES
    relations = RELATIONS

    def __init__(self, context: PluginContext) -> None:
        service = TaskService(context.people)
        views = TaskViews(service.desk)
        self.commands = (TaskCommands(service, views),)
        self.listeners = TaskListeners(context.people).listeners()
        self.sections = (views.section(),)
