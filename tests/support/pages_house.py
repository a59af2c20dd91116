"""The whole server with its pages, in the test's own process: commands by name, pages by plain HTTP."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path

from chatops.app import App
from chatops.core.message import CommandCall
from chatops.engine.reply import Reply
from chatops.ports.tickets import NewTicket, WriteContext
from chatops.settings import load
from http_client import Answer, Browser, browsing, token
from migrated import migrated

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"&amp; **b** '
    "[x](javascript:1) {{7*7}} \u202e\x1b[31m"
)
"""What somebody may write anywhere."""

NASTY_NAME = "Eve <b onclick=hacked>"

_SETTINGS = """
demo = true
[server]
port = 0
[people]
file = "people.toml"
pods = "pods.toml"
[plugins]
enabled = ["console_network", "local_tickets"]
[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"
[engine]
flood_burst = 1000000
[log]
level = "error"
format = "text"
"""

_PEOPLE = (
    ("admin-1", "Ada Brandt", "admin", "en", "Europe/Berlin"),
    ("agent-1", "Anna Keller", "agent", "en", "Europe/Berlin"),
    ("agent-2", "Özlem Şahin", "agent", "de", "Europe/Berlin"),
    ("expert-1", "Ben Okafor", "expert", "nl", "America/New_York"),
    ("expert-2", NASTY_NAME, "expert", "en", "UTC"),
    ("lead-1", "Lea Brandt", "pod_lead", "en", "UTC"),
    ("lead-2", "Mia Vos", "pod_lead", "en", "UTC"),
    ("guest-1", "Gus Porter", "guest", "en", "UTC"),
)

_PERSON = """
[[people]]
id = "{id}"
name = "{name}"
roles = ["{role}"]
locale = "{locale}"
zone = "{zone}"
skills = {{ billing = 4 }}
identities = {{ console = "{id}", demo = "{id}" }}
"""

_PODS = """
[[pods]]
id = "one"
name = "Pod One"
lead = "lead-1"
members = ["lead-1", "agent-1", "agent-2"]
"""


class PagesHouse:
    """The server, and somebody who tells it what to do."""

    def __init__(self, app: App, browser: Browser) -> None:
        self.app = app
        self.browser = browser
        self._number = 0

    async def do(self, who: str, command: str, /, **fields: str) -> tuple[Reply, ...]:
        """Run a command as somebody, a form's values bound to it, until all of it has happened."""
        self._number += 1
        key, engine = f"house:{self._number}", self.app.engine
        await engine.call(CommandCall(person=who, text=command, fields=fields, at=engine.clock.now()), key)
        settlement = await engine.settled(key, 10)
        assert settlement is not None
        return engine.replies(settlement, who)

    async def opened(self, who: str, case: str, help_needed: str, **fields: str) -> str:
        """Open a swarm, about a new case when none is named, and return its number."""
        case = case or await self.case()
        (reply, *_rest) = await self.do(who, f"swarm open {case}", help_needed=help_needed, **fields)
        match = re.search(r"SW-([0-9]+)", reply.text)
        assert match is not None, reply.text
        return match[1]

    async def case(self, words: str = "A case of its own", key: str = "") -> str:
        """Create a case that everybody may swarm about; return its name."""
        context = WriteContext(key=key or secrets.token_hex(8))
        ticket = await self.app.registry.ticket_systems["demo"].create(
            NewTicket(subject=words, description=words), context
        )
        return str(ticket.ref)

    async def get(self, who: str, path: str) -> Answer:
        """Ask for one of somebody's pages."""
        return await self.browser.get(f"/console/{who}/{path}")

    async def page(self, who: str, path: str) -> str:
        """Return one of somebody's pages."""
        answer = await self.get(who, path)
        assert answer.status == 200, answer.text
        return answer.text

    async def press(
        self, who: str, page: str, command: str, /, *, live: bool = False, once: str = "", **fields: str
    ) -> Answer:
        """Send what a page's form sends."""
        once = once or secrets.token_hex(12)
        form = {"_csrf": token(await self.page(who, page)), "once": once, "page": page, "command": command}
        form |= {f"field.{name}": value for name, value in fields.items()}
        headers = {"X-Live": "1"} if live else None
        return await self.browser.post(f"/console/{who}/do", form, headers=headers, follow=not live)


def furnished(folder: Path) -> App:
    """Make the server. Blocking: call it outside of coroutines."""
    data = folder / "data"
    data.mkdir()
    (data / "chatops.toml").write_text(_SETTINGS)
    people = "".join(
        _PERSON.format(id=id_, name=name, role=role, locale=locale, zone=zone)
        for id_, name, role, locale, zone in _PEOPLE
    )
    (data / "people.toml").write_text(people)
    (data / "pods.toml").write_text(_PODS)
    migrated(data)
    return App.prepare(load(data / "chatops.toml"), data)


@asynccontextmanager
async def open_house(app: App) -> AsyncIterator[PagesHouse]:
    """Serve, with one swarm: SW-1 of agent-1, with expert-1 in it and a question open."""
    await app.start()
    try:
        async with browsing(app.url) as browser:
            house = PagesHouse(app, browser)
            await house.do("agent-1", "swarm open demo:1001", help_needed="refund loops", tried="waited", timebox="60m")
            await house.do("agent-1", "swarm invite SW-1 expert-1")
            await house.do("expert-1", "swarm accept SW-1")
            await house.do("expert-1", "swarm question SW-1 since which release?")
            yield house
    finally:
        await app.stop()


class Read(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """The words on it, white space evened out."""
        return re.sub(r"\s+", " ", " ".join(self._words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Take note of words."""
        self._words.append(data)
