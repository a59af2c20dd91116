"""Files in the browser's requests and answers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from urllib.parse import quote

from aiohttp import web

from chatops.core.message import MOST_FILES, File
from chatops.core.text import _
from chatops.errors import BadArgument, Impossible, PortError
from console_network.uploads import LARGEST, Uploads


async def kept(request: web.Request, uploads: Uploads, owner: str) -> tuple[File, ...]:
    """Keep the files of somebody's form and return them. Raise a Refusal, with none of them kept."""
    sent = [one for one in (await request.post()).getall("file", []) if isinstance(one, web.FileField) and one.filename]
    if len(sent) > MOST_FILES:
        raise BadArgument(_("At most {count} files go with one message.", count=MOST_FILES))
    if await asyncio.to_thread(_size, sent) > LARGEST:
        raise BadArgument(_("That is too large: at most {count} MB go with one message.", count=LARGEST // 1_000_000))
    files: list[File] = []
    try:
        if sent and await uploads.used(owner) >= uploads.most_of_one:
            raise Impossible(
                _(
                    "Your files here take {count} MB, and that is the most. Delete messages whose files nobody needs.",
                    count=uploads.most_of_one // 1_000_000,
                )
            )
        for one in sent:
            name, size = await uploads.keep(one.file, owner)
            files.append(File(name=one.filename, media_type=one.content_type, size=size, ref=name))
    except PortError as error:
        await forgotten(uploads, files)
        raise Impossible(_("The file could not be kept just now. Please try again.")) from error
    return tuple(files)


def _size(sent: Sequence[web.FileField]) -> int:
    """Return the bytes of all of them."""
    return sum(one.file.seek(0, os.SEEK_END) for one in sent)


async def forgotten(uploads: Uploads, files: Sequence[File]) -> None:
    """Throw files away."""
    for file in files:
        await uploads.forget(file.ref)


def download(file: File, uploads: Uploads) -> web.StreamResponse:
    """Return a file to keep, never to be shown: what is in it is a stranger's. Raise Missing."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return web.FileResponse(uploads.path(file.ref), headers=headers)
