"""Ids from outside as names of documents: as they are where the store can hold them, else their digest."""

from __future__ import annotations

import hashlib

LONGEST = 200
"""Characters; the store takes 255 (`chatops.storage.names`)."""


def name_of(*ids: str) -> str:
    """Return a name for ids, another for every other ids. Conversation ids of personal chats have 150 characters."""
    name = "|".join(ids)
    plain = name.isascii() and name.isprintable() and all("|" not in id for id in ids)
    if plain and len(name) <= LONGEST and not name.startswith("#"):
        return name
    told = "\0".join(ids).encode(errors="surrogatepass")
    return "#" + hashlib.sha256(told).hexdigest()
