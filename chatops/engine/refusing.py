"""What a refusal says."""

from __future__ import annotations

from chatops.core.icons import numbered
from chatops.core.message import Button, Refused
from chatops.core.text import _, lines, said, to_type
from chatops.errors import Refusal, UsageError

MOST_OFFERS = 4
"""Commands that a refusal offers as buttons."""


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
