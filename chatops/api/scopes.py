"""What a token may be for. It never lets anybody do more than its person may."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """One kind of use."""

    READ = "read"
    """Look at swarms, cases and people."""
    COMMANDS = "commands"
    """Run commands."""
    DEAD_LETTERS = "dead-letters"
    """Look at what was given up, try it again, drop it."""
    WEBHOOKS = "webhooks"
    """Look at the webhooks and hooks of the settings."""
