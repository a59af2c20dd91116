"""Whatever people call a room, Teams takes the name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams_network.naming import channel_name, chat_topic, description


def units(text: str) -> int:
    """Length as Teams counts it."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


@given(title=st.text(st.characters(exclude_categories=["Cs"]), max_size=120), mark=st.sampled_from(["", "a1b2"]))
def test_channels_can_be_called_like_that(title: str, mark: str) -> None:
    """No forbidden character, no dots or underscores where they must not be, at most 50 characters."""
    name = channel_name(title, mark)
    assert 0 < units(name) <= 50
    assert not re.search(r"[~#%&*{}+/\\:<>?|'\",]|\.\.", name)
    assert not name.startswith(("_", "."))
    assert not name.endswith(".")
    assert name == name.strip()
    assert name.endswith(mark)


@given(title=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_chats_can_be_called_like_that(title: str) -> None:
    """No colon, at most 250 characters, and the ending stays."""
    topic = chat_topic(title, " (closed)")
    assert units(topic) <= 250
    assert ":" not in topic
    assert topic.endswith("(closed)")


@given(topic=st.text(st.characters(exclude_categories=["Cs"]), max_size=3000))
def test_the_mark_of_a_description_is_never_cut(topic: str) -> None:
    """It is what the channel is found by."""
    told = description(topic, "chatops 0123456789ab")
    assert units(told) <= 1024
    assert told.endswith("chatops 0123456789ab")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout is down", "Checkout is down"),
        ("SW-12: refund/loops?", "SW-12 refund loops"),
        ("General", "General room"),
        ("...", "room"),
        ("😀" * 40, "😀" * 25),
        ("__init__.", "init__"),
    ],
)
def test_names_stay_readable(title: str, name: str) -> None:
    """What can stay, stays."""
    assert channel_name(title) == name
