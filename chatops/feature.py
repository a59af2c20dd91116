"""A feature of ours: it says what it brings, and that is registered through the same hooks as anybody's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chatops.core.access import Relation
from chatops.core.frozen import Body
from chatops.hookspecs import EffectPerformer, Listener, Section, hookimpl

Thing = TypeVar("Thing")


class Feature:
    """Base of our own plugins. What one does not set, it does not bring."""

    bodies: Sequence[type[Body]] = ()
    """What is stored, told and performed."""
    relations: Sequence[Relation] = ()
    """What people are to its things."""
    commands: Sequence[object] = ()
    """Objects with commands as methods."""
    listeners: Sequence[Listener] = ()
    performers: Sequence[EffectPerformer] = ()
    sections: Sequence[Section] = ()
    """Its parts of `me`."""

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what is stored, told and performed."""
        _all(self.bodies, register)

    @hookimpl
    def chatops_register_relations(self, register: Callable[[Relation], None]) -> None:
        """Publish what people are to its things."""
        _all(self.relations, register)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        _all(self.commands, register)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register what hears facts, timers and outcomes."""
        _all(self.listeners, register)

    @hookimpl
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Register what performs its effects."""
        _all(self.performers, register)

    @hookimpl
    def chatops_register_sections(self, register: Callable[[Section], None]) -> None:
        """Register its parts of `me`."""
        _all(self.sections, register)


def _all(things: Sequence[Thing], register: Callable[[Thing], None]) -> None:
    for thing in things:
        register(thing)
