"""What every implementation of `chatops.ports.secrets.Secrets` must keep, one test per promise.

class TestMySecrets(SecretsSuite):
    @pytest.fixture
    def of(self) -> Callable[[str], Secrets]:
        return lambda plugin: MySecrets(..., plugin)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatops.ports.secrets import Secrets


class SecretsSuite:
    """All promises."""

    @pytest.fixture
    def of(self) -> Any:
        """Give what makes the secrets of a plugin: the same ones for the same name. To be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def secrets(self, of: Callable[[str], Secrets]) -> Secrets:
        """One plugin's secrets."""
        return of("plugin")

    @pytest.mark.parametrize("value", ["", "pa ss\nword\0", "ünï 😀", "x" * 100_000])
    async def test_a_secret_comes_back_whole(self, secrets: Secrets, value: str) -> None:
        """Whatever it is made of; None for another name."""
        await secrets.write("token", value)

        assert await secrets.read("token") == value
        assert await secrets.read("other") is None

    async def test_the_newest_counts(self, secrets: Secrets) -> None:
        """It replaces the one before; the others stay."""
        await secrets.write("token", "old")
        await secrets.write("key", "other")
        await secrets.write("token", "new")

        assert (await secrets.read("token"), await secrets.read("key")) == ("new", "other")

    async def test_what_is_forgotten_is_gone(self, secrets: Secrets) -> None:
        """Forgetting twice is harmless, and so is forgetting what never was."""
        await secrets.write("token", "old")
        await secrets.forget("token")
        await secrets.forget("token")
        await secrets.forget("never")

        assert await secrets.read("token") is None

    async def test_no_plugin_sees_another(self, of: Callable[[str], Secrets]) -> None:
        """The same name in two plugins is two secrets, whatever the plugins and names are called."""
        for plugin, name in (("a", "b/c"), ("a/b", "c"), ("a", "b"), ("a%2Fb", "c")):
            await of(plugin).write(name, f"{plugin}|{name}")
        await of("a").forget("b")

        assert await of("a").read("b/c") == "a|b/c"
        assert await of("a/b").read("c") == "a/b|c"
        assert await of("a%2Fb").read("c") == "a%2Fb|c"
        assert await of("a").read("b") is None
        assert await of("another").read("c") is None
