"""What the local ticket system does beyond the port: clocks, history, names, seed, settings, pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from chatops.errors import Missing, SettingsError
from chatops.ports.tickets import (
    Audience,
    NewTicket,
    Priority,
    Ref,
    Status,
    TicketPatch,
    TicketQuery,
    TicketSystem,
    WriteContext,
)
from chatops.ports.web import Route, Static
from chatops.testing.records import MemoryRecords
from local_desk import STAFF, LocalDesk, local_desk
from local_tickets.documents import ChangeDoc

ACME = Ref(system="local", kind="account", id="acme")


@pytest.fixture
def desk(tmp_path: Path) -> LocalDesk:
    return local_desk(tmp_path)


async def due(desk: LocalDesk, ticket: Ref) -> dict[str, str]:
    """Return each clock's state, and the time left as `h:mm`."""
    now = desk.clock.now()
    return {
        clock.name: clock.state + (f" {(clock.due - now)}" if clock.due else "")
        for clock in (await desk.plugin.system.get(ticket)).clocks
    }


async def test_clocks_stand_still_while_the_customer_is_awaited(desk: LocalDesk) -> None:
    """Two hours of our turn, a day of theirs, and six of the eight hours are left."""
    system = desk.plugin.system
    new = NewTicket(subject="x", customer=ACME, priority=Priority.HIGH)
    ticket = (await system.create(new, WriteContext(key="new"))).ref
    assert await due(desk, ticket) == {"First response": "running 1:00:00", "Resolution": "running 8:00:00"}

    desk.clock.advance(timedelta(minutes=30))
    await system.comment(ticket, "An inside remark", Audience.INTERNAL, WriteContext(key="inside"))
    assert (await due(desk, ticket))["First response"] == "running 0:30:00"
    await system.comment(ticket, "We are on it", Audience.PUBLIC, WriteContext(key="answer"))
    desk.clock.advance(timedelta(minutes=90))
    await system.update(ticket, TicketPatch(status=Status.WAITING), WriteContext(key="wait"))
    desk.clock.advance(timedelta(days=1))
    assert await due(desk, ticket) == {"First response": "met", "Resolution": "paused"}

    await system.update(ticket, TicketPatch(status=Status.OPEN), WriteContext(key="go"))
    assert await due(desk, ticket) == {"First response": "met", "Resolution": "running 6:00:00"}
    await system.update(ticket, TicketPatch(priority=Priority.URGENT), WriteContext(key="urgent"))
    assert (await due(desk, ticket))["Resolution"] == "running 2:00:00"
    await system.update(ticket, TicketPatch(status=Status.RESOLVED), WriteContext(key="done"))
    desk.clock.advance(timedelta(days=9))
    assert (await due(desk, ticket))["Resolution"] == "met"

    await system.update(ticket, TicketPatch(status=Status.OPEN), WriteContext(key="reopen"))
    assert await due(desk, ticket) == {"First response": "met", "Resolution": "running 2:00:00"}


async def test_cases_due_first_come_first(desk: LocalDesk) -> None:
    """A case without a clock comes last."""
    system = desk.plugin.system
    for number, priority in enumerate((Priority.LOW, Priority.URGENT, Priority.NORMAL)):
        new = NewTicket(subject=priority, customer=ACME, priority=priority)
        await system.create(new, WriteContext(key=f"k{number}"))
    await system.create(NewTicket(subject="none"), WriteContext(key="none"))
    page = await system.search(TicketQuery(sort="due"))
    assert [ticket.subject for ticket in page.items] == ["urgent", "normal", "low", "none"]


async def test_the_history_says_who_changed_what(desk: LocalDesk) -> None:
    """One line per field that really changed."""
    system = desk.plugin.system
    ticket = (await system.create(NewTicket(subject="x"), WriteContext(key="new"))).ref
    patch = TicketPatch(status=Status.OPEN, priority=Priority.NORMAL, add_tags=("Red",))
    await system.update(ticket, patch, WriteContext(key="k", acting_for="Grace Whitfield"))
    records = await desk.records.find(ChangeDoc.kind, ticket=ticket.id)
    changes = [(record.body["field"], record.body.get("old", ""), record.body["new"]) for record in records]
    assert changes == [("status", "new", "open"), ("tags", "", "red")]
    assert {record.body["by"] for record in records} == {"Grace Whitfield"}


@pytest.mark.parametrize(
    "words",
    ["1001", "#1001", "01001", "local:1001", "LOCAL:#1001", "http://localhost:8080/tickets/local/1001/"],
)
async def test_a_case_goes_by_many_names(desk: LocalDesk, words: str) -> None:
    """This machine's names are one machine."""
    ticket = (await desk.plugin.system.create(NewTicket(subject="x"), WriteContext(key="new"))).ref
    assert await desk.plugin.system.resolve(words) == ticket


@pytest.mark.parametrize(
    "words",
    [
        "other:1001",
        "http://localhost:9090/tickets/local/1001",
        "http://127.0.0.1:8080/tickets/other/1001",
        "http://127.0.0.1:8080/tickets/local/1001/edit",
        "http://[::1/tickets/local/1001",
        "http://127.0.0.1:99999999/tickets/local/1001",
        "\u0661\u0660\u0660\u0661",
        "1001\ud800",
    ],
)
async def test_other_places_are_not_ours(desk: LocalDesk, words: str) -> None:
    """Another server, another system, another page, broken addresses, digits of other scripts."""
    await desk.plugin.system.create(NewTicket(subject="x"), WriteContext(key="new"))
    with pytest.raises(Missing):
        await desk.plugin.system.resolve(words)


async def test_what_cannot_be_stored_is_replaced(desk: LocalDesk) -> None:
    """NUL and lone surrogates, wherever they are."""
    system = desk.plugin.system
    made = await system.create(NewTicket(subject="a\0b", tags=("\ud800",)), WriteContext(key="new"))
    assert made.subject == "a\ufffdb"
    assert (await system.comment(made.ref, "x\ud800y", Audience.PUBLIC, WriteContext(key="c"))).text == "x\ufffdy"


async def test_the_seed_is_sown_once(tmp_path: Path) -> None:
    """By whoever comes first, even all at once, and never again; numbers go on after it."""
    cases = """
[[tickets]]
id = "1007"
at = "-2d"
subject = "Seeded"
description = "From the start"
customer = "acme"
requester = "anna"
queue = "billing"

[[articles]]
id = "KB3"
title = "Seeded too"
text = "x"
helped = ["1007"]
"""
    records = MemoryRecords()
    first, second = (local_desk(tmp_path, seed=STAFF + cases, records=records) for _number in range(2))
    for system in (first.plugin.system, second.plugin.system, first.plugin.system):
        assert [ticket.subject for ticket in (await system.search(TicketQuery())).items] == ["Seeded"]
    made = await second.plugin.system.create(NewTicket(subject="Next"), WriteContext(key="k"))
    assert made.ref.key == "1008"
    assert (await first.plugin.system.get(Ref(system="local", kind="ticket", id="1007"))).created_at == (
        first.clock.now() - timedelta(days=2)
    )


@pytest.mark.parametrize(
    ("seed", "says"),
    [
        ("[[tickets]]\nid = '1'", "missing required field"),
        ("[[queues]]\nid = 'a'\nname = 'b'\ncolour = 'red'", "unknown field `colour`"),
        ("[[plans]]\nid = 'a'\nname = 'b'\nresolution = { high = 'soon' }", "'soon' is no length of time"),
        ("nonsense", "cannot be read"),
    ],
)
async def test_a_wrong_seed_is_named(tmp_path: Path, seed: str, says: str) -> None:
    """The check says so without raising; using the system raises."""
    system = local_desk(tmp_path, seed=seed).plugin.system
    (finding,) = await system.check()
    assert not finding.ok
    assert says in finding.detail
    with pytest.raises(SettingsError):
        await system.queues()


@pytest.mark.parametrize("settings", [{"name": "Local"}, {"name": ""}, {"name": "a:b"}, {"nmae": "local"}, {"name": 3}])
def test_wrong_settings_are_refused(tmp_path: Path, settings: dict[str, object]) -> None:
    """When the plugin is made, before anything runs."""
    with pytest.raises(SettingsError, match="local_tickets"):
        local_desk(tmp_path, settings, seed=None)


def registered(desk: LocalDesk) -> tuple[list[TicketSystem], list[Route | Static]]:
    systems: list[TicketSystem] = []
    routes: list[Route | Static] = []
    desk.plugin.chatops_register_ticket_systems(systems.append)
    desk.plugin.chatops_register_routes(routes.append)
    return systems, routes


async def test_only_the_demo_has_pages(tmp_path: Path) -> None:
    """They know no sign-in; without them a case has no address."""
    desk = local_desk(tmp_path, {"name": "desk"}, demo=False)
    systems, routes = registered(desk)
    assert [system.name for system in systems] == ["desk"]
    assert not routes
    assert (await systems[0].create(NewTicket(subject="x"), WriteContext(key="k"))).ref.url is None


async def test_pages_show_a_case_and_escape_everything(desk: LocalDesk) -> None:
    """Customer, clocks, comments of both kinds and the history; what people wrote is never markup."""
    system = desk.plugin.system
    new = NewTicket(subject="<script>alert(1)</script>", description="{{ 7*7 }}", customer=ACME)
    ticket = (await system.create(new, WriteContext(key="new"))).ref
    await system.comment(ticket, "<b>inside</b>", Audience.INTERNAL, WriteContext(key="c1", acting_for="<i>Eve</i>"))
    await system.update(ticket, TicketPatch(status=Status.OPEN), WriteContext(key="u"))
    app = web.Application()
    for route in registered(desk)[1]:
        if isinstance(route, Route):
            app.router.add_route(route.method, route.path, route.handler)
    async with TestClient(TestServer(app)) as browser:
        case = await (await browser.get(f"/tickets/local/{ticket.id}")).text()
        listed = await (await browser.get("/tickets/local")).text()
        missing = await browser.get("/tickets/local/9999")
        odd = await browser.get("/tickets/local/%00%ff'", headers={"Accept-Language": "*;q=x"})
    assert missing.status == 404
    assert odd.status == 404
    for page in (case, listed):
        assert "&lt;script&gt;" in page
        assert "Acme" in page
    body = case.partition("<main")[2]
    for raw in ("<script>", "<b>", "<i>", "49"):
        assert raw not in body
    assert "internal note" in body
    assert "First response" in body
    assert "Status:\nnew → open" in body
