"""Files shipped with the server and its plugins: read once, named by their content, cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import PurePosixPath

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.ports.web import Static

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_WORTH_PACKING = 512


class File(Frozen, frozen=True, kw_only=True):
    """One file in memory."""

    body: bytes
    packed: bytes | None
    """The same, gzipped, when that is smaller."""
    content_type: str
    digest: str


class StaticFiles:
    """All files, by address. `add` reads from disk: call it before the server serves anybody."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._hashed: dict[str, str] = {}

    def add(self, static: Static) -> None:
        """Serve a folder's files, subfolders included."""
        for path in sorted(static.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                address = f"{static.path.rstrip('/')}/{path.relative_to(static.folder).as_posix()}"
                file = _read(path.name, path.read_bytes())
                pure = PurePosixPath(address)
                self._files[address] = file
                hashed = str(pure.with_name(f"{pure.stem}.{file.digest}{pure.suffix}"))
                self._hashed[address] = hashed
                self._files[hashed] = file

    def address(self, path: str) -> str:
        """Return the content-hashed address of a file; `path` itself when it is none of ours."""
        return self._hashed.get(path, path)

    def serve(self, request: web.Request) -> web.Response | None:
        """Answer with the file at this address, or None when there is none."""
        file = self._files.get(request.path)
        if file is None or request.method not in {"GET", "HEAD"}:
            return None
        headers = {
            "Cache-Control": _ASK_AGAIN if request.path in self._hashed else _FOR_EVER,
            "ETag": f'"{file.digest}"',
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        body = file.body
        if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = file.packed
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, headers={**headers, "Content-Type": file.content_type})


def _read(name: str, body: bytes) -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in {"application/javascript", "image/svg+xml"}
    packed = gzip.compress(body, mtime=0) if text and len(body) >= _WORTH_PACKING else None
    return File(
        body=body,
        packed=packed,
        content_type=f"{kind}; charset=utf-8" if text else kind,
        digest=hashlib.sha256(body).hexdigest()[:16],
    )
