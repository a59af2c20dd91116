"""Tasks, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.access import Relation
from chatops.core.frozen import Body
from chatops.core.text import _
from chatops.hookspecs import Listener, PluginContext, Section, hookimpl
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


class TasksPlugin:
    """Registers what tasks are, say and hear. No settings."""

    def __init__(self, context: PluginContext) -> None:
        service = TaskService(context.people)
        views = TaskViews(service.desk)
        self._commands = TaskCommands(service, views)
        self._listeners = TaskListeners(context.people).listeners()
        self._section = views.section()

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register the task, what wakes it and what it tells."""
        for body in BODIES:
            register(body)

    @hookimpl
    def chatops_register_relations(self, register: Callable[[Relation], None]) -> None:
        """Publish assignee, author, offered and viewer."""
        for relation in RELATIONS:
            register(relation)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register `task …` and `todo`."""
        register(self._commands)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register what time does to tasks."""
        for listener in self._listeners:
            register(listener)

    @hookimpl
    def chatops_register_sections(self, register: Callable[[Section], None]) -> None:
        """Register the tasks' part of `me`."""
        register(self._section)
