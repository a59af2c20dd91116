"""The page around every page, and the page that says what went wrong."""

from __future__ import annotations

from pathlib import Path

import jinja2
from aiohttp import web
from markupsafe import Markup

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.clock import Clock
from chatops.core.text import Text, _
from chatops.ports.web import Page, Static
from chatops.web.static import StaticFiles

_HERE = Path(__file__).parent

SHELL_FILES = Static(path="/static/shell", folder=_HERE / "static")

SORRY: dict[int, tuple[Text, Text]] = {
    400: (_("That did not arrive in one piece"), _("Go back, reload the page and try once more.")),
    401: (_("Please sign in"), _("Ask an operator for a sign-in link.")),
    403: (_("That is not open to you"), _("If you came from another page, reload this one and try once more.")),
    404: (_("There is nothing here"), _("The address may be mistyped, or what stood here is gone.")),
    405: (_("That is not how this works"), _("Go back and use the buttons of the page.")),
    413: (_("That is too long"), _("Please say it in fewer words.")),
    415: (_("Files are not taken here"), _("Please send text.")),
    421: (_("This address is not served here"), _("Use the address the operator gave you.")),
}
"""Title and advice per status; any other 4xx is shown as 400."""


class Shell:
    """Renders whole pages. Templates are read and compiled here, before the server serves anybody."""

    def __init__(self, *, files: StaticFiles, catalogues: Catalogues, clock: Clock) -> None:
        self._files = files
        self._catalogues = catalogues
        self._clock = clock
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(words=self.words, address=files.address)
        self._shell = environment.get_template("shell.html")
        self._sorry = environment.get_template("sorry.html")
        files.add(SHELL_FILES)

    def words(self, text: Text, locale: str, zone: str = "UTC") -> str:
        """Return `text` as plain words for that reader."""
        return self._catalogues.plain(text, Reader(locale=locale, zone=zone), now=self._clock.now())

    def page(self, page: Page, *, status: int = 200) -> web.Response:
        """Return a whole page."""
        html = self._shell.render(
            page=page,
            body=Markup(page.body),  # noqa: S704 - the port says: HTML that the caller has escaped
            language=self._catalogues.language(page.locale).replace("_", "-"),
            skip=_("Skip to the content"),
        )
        return web.Response(text=html, content_type="text/html", status=status)

    def sorry(self, status: int, request: web.BaseRequest) -> web.Response:
        """Return the page for an error, in the language the browser asks for."""
        title, advice = SORRY.get(status, SORRY[400])
        locale = self._asked_for(request)
        body = self._sorry.render(title=title, advice=advice, locale=locale, status=status)
        return self.page(Page(title=self.words(title, locale), body=body, locale=locale), status=status)

    def _asked_for(self, request: web.BaseRequest) -> str:
        for part in request.headers.get("Accept-Language", "")[:200].split(","):
            tag = part.partition(";")[0].strip()
            if self._catalogues.language(tag) != "en" or tag.lower().startswith("en"):
                return self._catalogues.language(tag)
        return "en"
