"""The file an event carries.

Source: Matrix client-server API v1.16, "m.file", "Media captions", "Sending encrypted attachments".
"""

from __future__ import annotations

from typing import Any

from chatops.core.message import File
from matrix_network.event import object_in, text_in

FILES = frozenset({"m.file", "m.image", "m.video", "m.audio"})
"""Types of messages that carry one."""


def attached(said: dict[str, Any]) -> tuple[File, ...]:
    """Return the file of a message's content; nothing when it has none. What is encrypted is told, and cannot be read.

    `body` is the name, unless `filename` is there and says another: then `body` is what was said with it.
    """
    if text_in(said, "msgtype") not in FILES:
        return ()
    info, url = object_in(said, "info"), text_in(said, "url")
    size = info.get("size")
    encrypted = bool(object_in(said, "file"))
    if url is None and not encrypted:
        return ()
    return (
        File(
            name=text_in(said, "filename") or text_in(said, "body") or "",
            media_type=text_in(info, "mimetype") or "",
            size=size if isinstance(size, int) and not isinstance(size, bool) else None,
            ref="" if encrypted else url or "",
            closed="encrypted" if encrypted else "",
        ),
    )
