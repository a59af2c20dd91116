"""The plugin's own table of settings."""

from __future__ import annotations

import pytest

from chatops.errors import SettingsError
from matrix_network.settings import Invitations, read


def test_everything_has_a_default() -> None:
    """An empty table connects whoever has logged in."""
    settings = read("matrix_network", {})
    assert (settings.network, settings.prefix, settings.invitations) == ("matrix", "!", Invitations())


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"homserver": "x"}, "homserver"),
        ({"timeline_limit": "many"}, "timeline_limit"),
        ({"timeline_limit": 0}, "timeline_limit"),
        ({"per_second": 0}, "per_second"),
        ({"room_per_second": -1}, "room_per_second"),
        ({"invitations": {"everybody": True}}, "everybody"),
        ({"homeserver": "example.org"}, "https://matrix.example.org"),
    ],
)
def test_what_is_wrong_is_named(told: dict[str, object], said: str) -> None:
    """With the table it stands in."""
    with pytest.raises(SettingsError) as refused:
        read("matrix_network", told)
    assert said in str(refused.value)
    assert "plugins.matrix_network" in str(refused.value)
