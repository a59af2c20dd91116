"""Which names a row can have, in every database: asked for others, the answer is that there is none."""

from __future__ import annotations

from collections.abc import Iterable

from chatops.storage.models import KEY, NAME


def storable(*names: str, values: Iterable[str] = ()) -> bool:
    """Whether rows could have these names and key values: not too long, no NUL, no half of a character.

    A database would call the question a mistake, and a mistake in a question looks like a database that is unwell.
    """
    return all(len(name) <= NAME and _text(name) for name in names) and all(
        len(value) <= KEY and _text(value) for value in values
    )


def _text(name: str) -> bool:
    return "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)
