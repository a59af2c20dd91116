"""The web server, as plugins see it: routes, page shell, sessions. aiohttp's own types are the language spoken.

The server checks Host and Origin, limits bodies, sets the security headers and answers malformed requests; a plugin's
handler sees requests that passed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, Protocol

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.core.message import Person
from chatops.core.text import Text

RouteHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


PARTS = Path(__file__).parent / "templates"
"""A folder for Jinja's loader, after the plugin's own: `parts.html` has the macros of cards, buttons and small forms."""

PARTS_STYLE = "/static/shell/parts.css"
"""How those look, and text, buttons and fields with them; a page names it before its own styles."""


def asked_for(request: web.BaseRequest) -> str:
    """Return the language a browser asks for first, as in `de`: for pages that nobody is signed in to."""
    first = re.match(r"[a-zA-Z]{2,3}", request.headers.get("Accept-Language", ""))
    return first.group().lower() if first else "en"


class Route(Frozen, frozen=True, kw_only=True):
    """One address. `path` may hold `{name}` parts, as in aiohttp."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: RouteHandler
    changes: bool | None = None
    """True: a browser may call it from our own pages only, and a request with a session must carry the session's token.
    None: by method (everything but GET). A request without a session has nothing to steal: its handler decides."""
    uploads: int = 0
    """Bytes of a form with files (`multipart/form-data`) that are taken, from somebody with a session only. 0: none."""


class Static(Frozen, frozen=True, kw_only=True):
    """A folder of files shipped with a plugin, served under `path`, cached by content. Pages name them unhashed."""

    path: str
    folder: Path


class Page(Frozen, frozen=True, kw_only=True):
    """What goes into the shell: body is HTML that the caller has escaped (Jinja with autoescape)."""

    title: str
    body: str
    locale: str = "en"
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    """Addresses of own files; inline scripts and styles are refused by the content security policy."""


class Web(Protocol):
    """What the server offers to plugins."""

    @property
    def base_url(self) -> str:
        """Where people reach the server, without a slash at the end."""
        ...

    def words(self, text: Text, locale: str, zone: str = "UTC") -> str:
        """Return `text` as plain words for a reader of that language and IANA time zone. Not escaped."""
        ...

    def page(self, page: Page) -> web.Response:
        """Return a whole page in the common shell."""
        ...

    def sign_in(self, response: web.StreamResponse, person: Person, *, path: str) -> None:
        """Give the browser a session for `person`, valid below `path` only (HttpOnly, SameSite=Strict)."""
        ...

    def sign_out(self, request: web.Request, response: web.StreamResponse, *, path: str) -> None:
        """End the session below `path`; its cookie is worthless from now on. Harmless when there is none."""
        ...

    def signed_in(self, request: web.Request, *, path: str) -> str | None:
        """Return the id of the person whose session below `path` this is, or None."""
        ...

    def csrf(self, request: web.Request, *, path: str) -> str:
        """Return the token that forms of this session must carry as `_csrf` (or header `X-CSRF`)."""
        ...
