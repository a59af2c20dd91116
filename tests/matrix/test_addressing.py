"""Who is spoken to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix_network.addressing import addressed, without_quote

USER = "@chatops:example.org"
NAME = "Chat Ops (bot)"


def asked(text: str, *, mentioned: bool = False, direct: bool = False, prefix: str = "!") -> tuple[bool, str]:
    """Ask about a text."""
    return addressed(text, prefix=prefix, user=USER, name=NAME, mentioned=mentioned, direct=direct)


@pytest.mark.parametrize(
    "text",
    [
        "!help me",
        "  ! help me",
        "@chatops:example.org help me",
        "@chatops:example.org: help me",
        "@chatops help me",
        "@ChatOps: help me",
        "@Chat Ops (bot) help me",
        "chatops: help me",
        "chatops, help me",
        "Chat Ops (bot): help me",
        "chat ops (bot), help me",
        "@chatops !help me",
        "[Chat Ops (bot)](https://matrix.to/#/@chatops:example.org) help me",
        "\n@chatops:\nhelp me",
    ],
)
def test_prefix_and_name_in_front_speak_to_us(text: str) -> None:
    """And are taken off."""
    assert asked(text) == (True, "help me")


@pytest.mark.parametrize(
    "text",
    [
        "help me",
        "chatops is down again?",
        "Chat Ops (bot) is down again?",
        "is @chatops there?",
        "help me @chatops",
        "@chatops-dev help me",
        "@chatops:other.org help me",
        "@chatops:example.org:8448 help me",
        "@chatopsy help me",
        "chatops:8080 does not answer",
        "chatops",
        "@chatops",
        "@chatops: ",
        "!",
        "!!!",
        "!?",
        "wow! great",
        "",
    ],
)
def test_talk_stays_talk(text: str) -> None:
    """Also talk about us."""
    assert asked(text) == (False, text)


@pytest.mark.parametrize("text", ["chatops help me", "Chat Ops (bot) help me", "Chat Ops (bot): help me"])
def test_a_mention_by_the_client_is_written_as_our_name(text: str) -> None:
    """Then the bare name in front is enough; elsewhere in the text it is talk."""
    assert asked(text, mentioned=True) == (True, "help me")
    assert asked(f"I like {text}", mentioned=True) == (False, f"I like {text}")


@pytest.mark.parametrize("text", ["chatops", "@chatops:example.org", "Chat Ops (bot)", "chatops: "])
def test_our_name_alone_asks_for_something(text: str) -> None:
    """When the client says that we are meant; what there is, the answer tells."""
    assert asked(text, mentioned=True) == (True, "")
    assert asked(text, direct=True) == (True, "")
    assert asked(text) == (False, text)


def test_a_direct_chat_needs_nothing() -> None:
    """What is not needed is taken off all the same."""
    assert asked("help me", direct=True) == (True, "help me")
    assert asked("!help me", direct=True) == (True, "help me")
    assert asked("chatops help me", direct=True) == (True, "help me")
    assert asked("!!!", direct=True) == (True, "!!!")


def test_the_prefix_is_a_setting() -> None:
    """A word needs a space behind it; none at all is none."""
    assert asked("bot help", prefix="bot") == (True, "help")
    assert asked("bottle", prefix="bot") == (False, "bottle")
    assert asked("!help", prefix="") == (False, "!help")


@given(st.text(), st.text(), st.text(), st.text(max_size=3), st.booleans(), st.booleans())
def test_any_text_is_read(text: str, user: str, name: str, prefix: str, mentioned: bool, direct: bool) -> None:  # noqa: FBT001
    """What remains is the end of what was typed; nothing raises."""
    speaks, rest = addressed(text, prefix=prefix, user=user, name=name, mentioned=mentioned, direct=direct)
    assert text.endswith(rest)
    assert speaks or rest == text


def test_the_quotation_of_a_reply_is_taken_off() -> None:
    """As older clients write it; a quotation of one's own stays."""
    assert without_quote("> <@ann:example.org> one\n> two\n\nyes") == "yes"
    assert without_quote("> * <@ann:example.org> waves\n\n> mine\nyes") == "> mine\nyes"
    assert without_quote("> mine\nyes") == "> mine\nyes"
    assert without_quote("> <@ann:example.org> only that") == ""


@given(st.text(alphabet="> <@*a:\n"))
def test_any_reply_is_read(text: str) -> None:
    """What remains is the end of it."""
    assert text.endswith(without_quote(text))
