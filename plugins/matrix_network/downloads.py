"""Reading a file: with our token since Matrix 1.11, without one from older homeservers.

Source: client-server API v1.16, "Content repository", `GET /_matrix/client/v1/media/download/{serverName}/{mediaId}`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from chatops.errors import Missing, Unsupported
from matrix_network.homeserver import Homeserver

_ADDRESS = re.compile(r"mxc://([A-Za-z0-9\[][A-Za-z0-9.:\[\]-]{0,254})/([A-Za-z0-9_-]{1,255})")
"""A server's name begins with no dot: `mxc://../config` would be another path of the homeserver."""

PATHS = ("/_matrix/client/v1/media/download/", "/_matrix/media/v3/download/")
"""The newer first."""


async def read_file(homeserver: Homeserver, ref: str, *, most: int) -> AsyncIterator[bytes]:
    """Yield what is behind an `mxc:` address. Raise as `chatops.ports.chat_files.FileReading` says."""
    address = _ADDRESS.fullmatch(ref)
    if address is None:
        message = "that is no file of Matrix"
        raise Missing(message)
    newer, older = (f"{path}{address[1]}/{address[2]}" for path in PATHS)
    try:
        async for piece in homeserver.stream(newer, most=most):
            yield piece
    except Unsupported:  # said before the first piece: the homeserver does not know the address
        async for piece in homeserver.stream(older, most=most):
            yield piece
