"""`--dry-run`: anywhere in a command, but not between quotes."""

from __future__ import annotations

from chatops.core.lexer import fold, tokens

DRY_RUN = "--dry-run"


def without_dry_run(line: str) -> tuple[str, bool]:
    """Return a line without it, and whether it was there."""
    spans = [token for token in tokens(line) if not token.quoted and fold(token.text) == DRY_RUN]
    if not spans:
        return line, False
    parts, position = [], 0
    for token in spans:
        parts.append(line[position : token.start].rstrip())
        position = token.end
    parts.append(line[position:])
    return "".join(parts).strip(), True
