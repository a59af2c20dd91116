"""What is too long for a message, as a file beside it."""

from __future__ import annotations

from urllib.parse import quote

from chatops.errors import Unreachable
from matrix_network.homeserver import Homeserver, Json

NAME = "message.txt"
TYPE = "text/plain; charset=utf-8"
PATIENCE = 60.0
"""Seconds an upload may take."""


async def uploaded(homeserver: Homeserver, text: str) -> Json:
    """Upload a text, and return the content of the message that shows it. Raise a PortError.

    Repeating it uploads the text again: media have no transaction ids (client-server API v1.16, "Content repository").
    """
    data = text.encode()
    request = ("POST", f"/_matrix/media/v3/upload?filename={quote(NAME)}", data)
    answer = await homeserver.call(request, patience=PATIENCE, headers={"Content-Type": TYPE})
    address = answer.get("content_uri")
    if not isinstance(address, str):
        message = "the homeserver took a file and did not say where it is"
        raise Unreachable(message)
    return {
        "msgtype": "m.file",
        "body": NAME,
        "filename": NAME,
        "url": address,
        "info": {"mimetype": "text/plain", "size": len(data)},
        "m.mentions": {},
    }
