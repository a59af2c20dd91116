"""No word reaches a page around the catalogues: titles, labels, hints and attributes, with every letter masked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import console_stage
from chatops.core.catalogue import Reader
from chatops.core.message import Identity, Message, Person, RoomRef
from chatops.people.directory import Member, PeopleDirectory
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedField, RoomSpec
from chatops.ports.tickets import Audience, NewTicket, Priority, Ref, Status, TicketPatch, WriteContext
from chatops.ports.web import Route
from chatops.web.shell import SORRY
from console_stage import Stage
from console_tab import Tab
from http_client import Browser, browsing
from local_desk import LocalDesk, local_desk
from masked import MASKED, raw_on

NAMED = {"Chatops", "General", "Support"}
"""The product, and what the demo's rooms are called."""

COMPANY = PeopleDirectory(
    Member(
        person=Person(
            id=id_, name=name, roles=frozenset({role}), identities=(Identity(network="console", id=id_),), zone=zone
        )
    )
    for id_, name, role, zone in (
        ("agent-1", "Όλγα", "agent", "UTC"),
        ("expert-1", "Άννα", "expert", "Europe/Berlin"),
        ("lead-1", "Λήδα", "pod_lead", "UTC"),
        ("manager-1", "Σπύρος", "manager", "UTC"),
        ("admin-1", "Ελένη", "admin", "UTC"),
        ("guest-1", "Γιώργος", "guest", "UTC"),
    )
)


def raw(page: str) -> list[str]:
    """Return what was never looked up."""
    return [word for word in raw_on(page) if word not in NAMED]


@pytest.fixture
async def stage(built: Stage) -> AsyncIterator[Stage]:
    """A masked console, served."""
    async with console_stage.running(built):
        await built.network.ready()
        yield built


@pytest.fixture
def built(request: pytest.FixtureRequest) -> Stage:
    """The same, before anything runs; the demo's unless a test says otherwise."""
    demo = getattr(request, "param", True)
    return console_stage.build(catalogues=MASKED, people=COMPANY, demo=demo)


@pytest.fixture
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    """A browser without cookies."""
    async with browsing(stage.url) as browser:
        yield browser


def card() -> Outgoing:
    """Return a card with everything, its words already masked or in Greek."""
    field = RenderedField(name="why", label="γιατί", kind="choice", choices=(("busy", "όχι"),))
    return Outgoing(
        title="κάρτα",
        text=(Line(text="λόγια"),),
        table=(((Line(text="ένα"),),), ((Line(text="δύο"),),)),
        buttons=(RenderedButton(ref="r1", label="πάτα", command="help", form=(field,)),),
        footer=(Line(text="τέλος"),),
        plain="κάρτα",
    )


async def test_front_page_and_rooms(stage: Stage, browser: Browser) -> None:
    """Everybody's role; a room with a card, a thread, a reply, an edit, reactions, what is gone; the direct room."""
    assert raw((await browser.get("/")).text) == []
    anna, olga = Tab(browser, "expert-1"), Tab(browser, "agent-1")
    assert raw(await anna.open()) == []
    posted = await stage.network.post(stage.room("general"), card(), key="k1")
    await stage.network.pin(posted, key="k2")
    for text in ("ένα", "δύο", "τρία"):
        assert await olga.send("r/general/say", text=text) == 303
    first, second, third = [body.ref.id for body in await stage.inbox.until(3) if isinstance(body, Message)]
    await olga.send("r/general/say", text="απάντηση", thread=first)
    await anna.send("r/general/say", text="!βοήθεια", reply=first)
    await olga.send(f"m/{second}/edit", text="αλλιώς")
    await olga.send(f"m/{third}/delete")
    await anna.send(f"m/{first}/react", emoji="👍")
    for path in ("", f"?thread={first}", f"?reply={first}", f"?edit={second}", "?show=1"):
        page = await olga.open(f"r/general{path}")
        assert raw(page) == [], path
        assert "Όλγα" in page
    home = await browser.get("/console/agent-1/")
    direct = next(
        part for part in home.text.split('"') if "/r/" in part and "general" not in part and "support" not in part
    )
    assert raw((await browser.get(direct)).text) == []


async def test_closed_private_and_foreign_rooms(stage: Stage, browser: Browser) -> None:
    """To read only, to join, not to see."""
    olga = Identity(network="console", id="agent-1")
    rooms: list[RoomRef] = [
        await stage.network.open_room(
            RoomSpec(title="Αίθουσα", topic="θέμα", members=(olga,), private=private), key=f"k{n}"
        )
        for n, private in enumerate((False, True))
    ]
    tab = Tab(browser, "agent-1")
    for room in rooms:
        assert raw(await tab.open(f"r/{room.id}")) == []
        await stage.network.archive_room(room, key=f"a{room.id}")
        assert raw((await browser.get(f"{tab.base}r/{room.id}")).text) == []
    other = await stage.network.open_room(RoomSpec(title="Άλλη"), key="k9")
    assert raw(await tab.open(f"r/{other.id}")) == []
    for path, name, value in (
        (f"r/{rooms[0].id}/say", "text", "αργά"),
        (f"r/{other.id}/say", "text", "απέξω"),
        ("r/general/say", "text", " "),
        ("r/nowhere/say", "text", "πού"),
        ("m/nothing/edit", "text", "τίποτα"),
        ("m/nothing/react", "emoji", "👍"),
        ("m/nothing/press", "ref", "x"),
    ):
        status, page = await tab.answer(path, live=False, **{name: value})
        assert status >= 400, path
        assert raw(page) == [], path
        _status, words = await tab.answer(path, live=True, **{name: value})
        assert raw(words) == [], path


@pytest.mark.parametrize("built", [False], indirect=True)
async def test_signing_in(stage: Stage, browser: Browser) -> None:
    """The link, the link that is over, and no link."""
    path = (await stage.plugin.sign_in_link("agent-1")).removeprefix(stage.url)
    assert raw((await browser.get(path)).text) == []
    await browser.post(path)
    room = await browser.get("/console/agent-1/")
    assert room.status == 200
    assert raw(room.text) == []
    over = await browser.get(path)
    assert over.status == 410
    assert raw(over.text) == []
    assert raw((await browser.get("/")).text) == []


async def test_sorry(stage: Stage, browser: Browser) -> None:
    """What is not there; every other page of the kind is made of the same two sentences."""
    missing = await browser.get("/nothing-here")
    assert missing.status == 404
    assert raw(missing.text) == []
    for texts in SORRY.values():
        assert all(raw(MASKED.plain(text, Reader())) == [] for text in texts)


@pytest.fixture
def desk(tmp_path: Path) -> LocalDesk:
    """A ticket system whose sentences are masked."""
    return local_desk(tmp_path, catalogues=MASKED)


FOREIGN = {"Acme", "Gold", "Business", "en", "ChatOps", "chatops"}
"""What the ticket system holds about its customer, and who wrote for people in chat."""

ACME = Ref(system="local", kind="account", id="acme", key="acme")


async def test_pages_of_cases(desk: LocalDesk) -> None:
    """The list, and a case in every state with every priority: clocks, notes, history."""
    system = desk.plugin.system
    write = WriteContext(key="new")
    new = NewTicket(subject="Διπλή χρέωση", description="λόγια", customer=ACME)
    ticket = (await system.create(new, write)).ref
    await system.comment(ticket, "μέσα", Audience.INTERNAL, WriteContext(key="c1", acting_for="Όλγα"))
    routes: list[object] = []
    desk.plugin.chatops_register_routes(routes.append)
    app = web.Application()
    for route in routes:
        if isinstance(route, Route):
            app.router.add_route(route.method, route.path, route.handler)
    states = (Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.RESOLVED, Status.CLOSED)
    priorities = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW, Priority.HIGH)
    async with TestClient(TestServer(app)) as browser:
        for number, (status, priority) in enumerate(zip(states, priorities, strict=True)):
            patch = TicketPatch(status=status, priority=priority, add_tags=("ένα",))
            await system.update(ticket, patch, WriteContext(key=f"u{number}"))
            for path in (f"/tickets/local/{ticket.id}", "/tickets/local"):
                page = await (await browser.get(path)).text()
                assert [word for word in raw_on(page) if word not in FOREIGN] == []
        assert raw(await (await browser.get("/tickets/local/9999")).text()) == []
