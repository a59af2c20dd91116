"""Who is spoken to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console_network.addressing import addressed, mentioned
from console_stage import COMPANY


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("!help", "help"),
        ("  ! swarm open demo:1001 x", "swarm open demo:1001 x"),
        ("@bot help", "help"),
        ("@Chatops: help", "help"),
        ("@CHATOPS, help", "help"),
        ("!a\nb", "a\nb"),
        ("help", None),
        ("well, !help", None),
        ("@botany is a science", None),
        ("@chatopsies", None),
        ("!", None),
        ("@bot", None),
        ("! ", None),
        ("", None),
    ],
)
def test_a_room_needs_a_prefix(text: str, command: str | None) -> None:
    """At the very beginning, with something behind it."""
    to_server, words = addressed(text, direct=False)
    assert (to_server, words) == ((True, command) if command is not None else (False, text))


@pytest.mark.parametrize(("text", "command"), [("me", "me"), ("!me", "me"), ("@bot me", "me"), ("!", "!")])
def test_a_direct_chat_needs_none(text: str, command: str) -> None:
    """But may have one."""
    assert addressed(text, direct=True) == (True, command)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """And nothing is added to it."""
    _to_server, words = addressed(text, direct=False)
    assert words in text


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@anna and @ben: look", ["agent-1", "expert-1"]),
        ("@agent-1.", ["agent-1"]),
        ("mail anna@ben.example", []),
        ("@nobody @", []),
        ("@anna @anna", ["agent-1"]),
        ("@everyone @room @here", []),
    ],
)
def test_names_behind_an_at(text: str, ids: list[str]) -> None:
    """Mean somebody only when they mean one."""
    assert [person.id for person in mentioned(text, COMPANY.named)] == ids
