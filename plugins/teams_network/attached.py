"""The files that come with an activity: what people attach in a personal chat, and pictures they paste anywhere.

Files that are attached in channels and group chats do not reach bots. Source: Microsoft Learn, "Send and receive files from
a bot" (`FileDownloadInfo`); Teams SDK, "Receiving files", "Receiving inline images".
"""

from __future__ import annotations

from collections.abc import Iterator
from mimetypes import MimeTypes

from chatops.core.message import MOST_FILES, File
from teams_network.activity import Activity, Attachment

DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"

FILE, PICTURE = "file ", "picture "
"""What stands before the address in a reference: it tells whether our token is shown there."""

_KINDS = MimeTypes()
"""What endings mean: Teams tells no media type."""


def attached(activity: Activity) -> tuple[File, ...]:
    """Return the files of a message, as many as are told of one."""
    found: list[File] = []
    for one in activity.attachments or ():
        found += _files(one)
        if len(found) >= MOST_FILES:
            break
    return tuple(found)


def _files(one: Attachment) -> Iterator[File]:
    if one.content_type == DOWNLOAD and isinstance(one.content, dict):
        address, ending = one.content.get("downloadUrl"), one.content.get("fileType")
        if isinstance(address, str):
            name = one.name if isinstance(one.name, str) and one.name else f"file.{ending}" if ending else ""
            kind, _packed = _KINDS.guess_type(f"x.{name.rpartition('.')[2]}")
            yield File(name=name, media_type=kind or "", ref=f"{FILE}{address}")
    elif one.content_type.startswith("image/") and isinstance(one.content_url, str):
        kind = one.content_type.removeprefix("image/")
        name = f"picture.{kind}" if kind.isalnum() else "picture"
        yield File(name=name, media_type=one.content_type, ref=f"{PICTURE}{one.content_url}")
