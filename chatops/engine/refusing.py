"""What a refusal says, and what the audit keeps of what was typed."""

from __future__ import annotations

import re

from chatops.core.command import Command
from chatops.core.icons import numbered
from chatops.core.message import Button, Refused
from chatops.core.text import _, lines, said, to_type
from chatops.errors import Refusal, UsageError

MOST_OFFERS = 4
"""Commands that a refusal offers as buttons."""

_LIKE_A_CODE = re.compile(r"\b[0-9A-Za-z]{5}[- ]?[0-9A-Za-z]{5}\b(?=\W*$)")


def audited(typed: str, command: Command | None) -> str:
    """Return what the audit keeps of what was typed: nothing of a secret, also when its command was misspelt."""
    if command is not None and command.secret:
        return command.words
    return typed if command is not None else _LIKE_A_CODE.sub("…", typed)


def answer_of(refusal: Refusal) -> Refused:
    """Return what is posted for a refusal: what and why, what would work, and that as buttons.

    Commands that are only examples cannot be pressed; what comes first is shown, to be written anew.
    """
    examples = refusal.examples if isinstance(refusal, UsageError) else ()
    hint = refusal.hint
    if refusal.commands and refusal.commands[0] in examples:
        example = _("For example: {command}", command=to_type(refusal.commands[0]))
        hint = example if hint is None else lines(hint, example)
    offered = [command for command in refusal.commands if command not in examples]
    return Refused(
        code=refusal.code,
        message=refusal.message,
        hint=hint,
        commands=refusal.commands,
        buttons=numbered(Button(label=said(command), command=command) for command in offered[:MOST_OFFERS]),
    )
