"""An option with a slip in it does not become part of a text without a word."""

from __future__ import annotations

import pytest

from chatops.core.command import ReadContext
from chatops.core.lexer import prepared
from chatops.core.table import CommandTable
from chatops.errors import Ambiguous, BadArgument
from sample_commands import context, server_commands

TABLE = CommandTable(server_commands())
HERE: ReadContext = context()


@pytest.mark.parametrize(
    ("text", "option", "whole"),
    [
        (
            "swarm open demo:1001 refund loops timebx=60m",
            "swarm open demo:1001 refund loops timebox=60m",
            'swarm open demo:1001 "refund loops timebx=60m"',
        ),
        (
            "schwarm öffnen demo:1001 refund loops versuht=neu skills=billing",
            "schwarm öffnen demo:1001 refund loops versucht=neu skills=billing",
            'schwarm öffnen demo:1001 "refund loops versuht=neu" skills=billing',
        ),
        ("todo read the log withn=2h", "todo read the log within=2h", 'todo "read the log withn=2h"'),
    ],
)
def test_a_slip_in_an_option_is_asked_about(text: str, option: str, whole: str) -> None:
    """Both readings are offered, each as a line that works."""
    with pytest.raises(Ambiguous) as caught:
        TABLE.read(text, HERE)
    assert caught.value.commands == (option, whole)
    for line in (option, whole):
        assert TABLE.read(prepared(line), HERE).arguments


@pytest.mark.parametrize(
    ("text", "without", "whole"),
    [
        (
            'swarm open demo:1001 "refund loops" colour=red',
            'swarm open demo:1001 "refund loops"',
            'swarm open demo:1001 «"refund loops" colour=red»',
        ),
        ('case new "cannot pay" prio=high', 'case new "cannot pay"', 'case new «"cannot pay" prio=high»'),
    ],
)
def test_an_option_that_there_is_not_is_no_part_of_quoted_text(text: str, without: str, whole: str) -> None:
    """Behind quotes only options come: one nobody knows is told of, and not kept with the text."""
    with pytest.raises(BadArgument) as caught:
        TABLE.read(text, HERE)
    assert caught.value.commands == (without, whole)
    for line in (without, whole):
        assert TABLE.read(prepared(line), HERE).arguments


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("swarm open demo:1001 x=3 does not compile", "help_needed", "x=3 does not compile"),
        ('swarm open demo:1001 "refund" hangs with a=b', "help_needed", '"refund" hangs with a=b'),
        ("note at=14:00 they called, colour=red", "text", "at=14:00 they called, colour=red"),
        ('reply customer template=refund "as promised" until=2026-12-24', "text", '"as promised" until=2026-12-24'),
    ],
)
def test_other_text_stays_text(text: str, name: str, words: str) -> None:
    """What is far from every option, or belongs to a text with gaps, is text as before."""
    assert TABLE.read(text, HERE).arguments[name] == words
