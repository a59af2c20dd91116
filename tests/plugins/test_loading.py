"""Loading plugins: what is missing, broken or claimed twice is said at start, with names."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest

import chatops
from chatops import Body, Unit, command, hookimpl
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.plugins import Loading, find, installed


class Greeting(Body, frozen=True, kw_only=True):
    """A stored type."""

    kind: ClassVar[str] = "greeting"


class Greeter:
    """Brings `greet`."""

    @command("greet", who="anyone", summary=_("Say hello"))
    async def greet(self, unit: Unit) -> None:
        """Say hello."""

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        register(Greeting)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        register(self)


class SecondGreeter(Greeter):
    """Brings it again."""


class Misspelt:
    """Has a hook that does not exist."""

    @hookimpl
    def chatops_register_comands(self, register: Callable[[object], None]) -> None:
        register(self)


class Undeclared:
    """Registers a command nobody may run."""

    @command("loiter", who="", summary=_("Loiter"))
    async def loiter(self, unit: Unit) -> None:
        """Loiter."""

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        register(self)


def loaded(**plugins: object) -> Loading:
    loading = Loading()
    for name, plugin in plugins.items():
        loading.add(name, plugin)
    return loading


def test_what_a_plugin_registers_is_collected_under_its_name() -> None:
    registry = loaded(greeter=Greeter()).collect()

    assert [(each.words, each.plugin) for each in registry.commands] == [("greet", "greeter")]
    assert registry.bodies == {"greeting": Greeting}


def test_two_plugins_claiming_one_thing_are_both_named() -> None:
    with pytest.raises(PluginError, match=r"'greeter' and 'second' both bring the stored type 'greeting'"):
        loaded(greeter=Greeter(), second=SecondGreeter()).collect()


def test_a_hook_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PluginError, match="chatops_register_comands"):
        loaded(misspelt=Misspelt())


def test_a_command_that_names_nobody_is_refused() -> None:
    with pytest.raises(PluginError, match=r"'loiterer'.*names no role or relation"):
        loaded(loiterer=Undeclared()).collect()


def test_a_plugin_nobody_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(PluginError, match=r"'telepathy'.*Installed: .*console_network"):
        find("telepathy")


def test_our_own_plugins_are_installed() -> None:
    assert {"console_network", "local_tickets"} <= set(installed())


def test_every_public_name_is_there_and_no_other() -> None:
    """`__all__` and reality agree."""
    for name in chatops.__all__:
        assert getattr(chatops, name) is not None
    assert set(dir(chatops)) == set(chatops.__all__)
    with pytest.raises(AttributeError):
        _nothing = chatops.nothing
