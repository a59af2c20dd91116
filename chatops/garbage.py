"""How often the process looks for garbage that only a search finds: objects that refer to each other in a circle."""

from __future__ import annotations

import gc

AT_ONCE = 10_000
"""Objects made, less those gone, between two searches; Python's own 700 are a fraction of one command."""


def look_seldom() -> None:
    """Leave out of every search what is there by now, and search seldom: done once, when a server has started.

    The searches took an eighth of a command's processor time (`benchmarks/README.md`).
    """
    gc.freeze()
    gc.set_threshold(AT_ONCE, 20, 20)
