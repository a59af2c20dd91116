"""Who says to be somebody and proves nothing is turned away by the real server, does nothing there, and is in the audit."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from chatops.core.codec import Codec
from chatops.core.journal import AuditRecord
from teams_simulator import TeamsSimulator
from teams_story import House, house, until
from teams_world import Raw

pytestmark = pytest.mark.timeout(60)

OTHER = "99999999-6f0e-4a52-8d0c-3e1c2f4b5a66"
"""A tenant nobody listens to."""


@pytest.fixture
async def home(tmp_path: Path, simulator: TeamsSimulator) -> AsyncIterator[House]:
    """The server and its people."""
    async with house(tmp_path / "house", simulator) as made:
        yield made


def order(home: House) -> Raw:
    """What Teams would send if Grace, who may do so, opened a swarm in her personal chat."""
    grace = home.grace.user
    post = home.simulator.world.write(
        home.grace.personal, grace.id, {"type": "message", "text": "swarm open demo:1001 refund loops", "entities": []}
    )
    return home.simulator.activities.message(home.grace.personal, grace, post)


async def brought(home: House, activity: Raw, *tokens: str) -> int:
    """The status that posting this comes to."""
    async with aiohttp.ClientSession() as http:
        headers = [("Authorization", token) for token in tokens]
        async with http.post(home.simulator.bot.endpoint, json=activity, headers=headers) as response:
            assert await response.read() == b""
            return response.status


def door(home: House) -> list[AuditRecord]:
    """What stands in the audit of Teams' door, oldest first."""
    database = sqlite3.connect(home.server.folder / "chatops.db")
    try:
        rows = database.execute("SELECT payload FROM journal WHERE chain LIKE '%door:teams%' ORDER BY id").fetchall()
    finally:
        database.close()
    return [Codec([AuditRecord]).decode_as(AuditRecord, payload) for (payload,) in rows]


async def audited(home: House) -> AuditRecord:
    """The one entry, once it is there."""
    (entry,) = await until(lambda: door(home), "an entry in the audit")
    return entry


async def nothing_happened(home: House) -> None:
    """A command that came the right way is the first that does anything."""
    calls = len(home.simulator.calls)
    await home.grace.says("swarm list")
    await home.grace.sees("No swarms")
    assert len(home.simulator.asked("/v3/conversations")) <= 1
    assert len(home.simulator.calls) - calls <= 3
    assert home.chats("SW-") == []


async def test_an_order_without_a_signature(home: House) -> None:
    """401, no word of why, nothing done and nobody called; the audit tells who they said to be and where they are."""
    before = len(home.simulator.calls)
    assert await brought(home, order(home)) == HTTPStatus.UNAUTHORIZED
    entry = await audited(home)
    assert entry.outcome == "denied:no_token"
    assert entry.identity == str(home.grace.identity)
    assert entry.person is None
    assert "127.0.0.1" in entry.arguments
    assert len(home.simulator.calls) == before
    await nothing_happened(home)


@pytest.mark.faults
async def test_an_order_from_another_tenant(home: House) -> None:
    """Whose token the connector has signed, as it does for all who install the app: it says so, and is turned away."""
    activity = order(home)
    activity["conversation"]["tenantId"] = OTHER
    activity["channelData"]["tenant"]["id"] = OTHER
    token = home.simulator.issuer.sign(home.simulator.bot, home.simulator.service_url)
    assert await brought(home, activity, f"Bearer {token}") == HTTPStatus.UNAUTHORIZED
    entry = await audited(home)
    assert entry.outcome == "denied:tenant"
    assert entry.identity == f"teams:{OTHER}:{home.grace.identity.id}"
    await nothing_happened(home)


@pytest.mark.faults
async def test_a_flood_of_them(home: House) -> None:
    """Fifty are not fifty entries: the first is told at once, and the rest of the same are counted."""
    activity = order(home)
    for _n in range(50):
        assert await brought(home, activity, "Bearer a.b.c") == HTTPStatus.UNAUTHORIZED
    assert (await audited(home)).outcome == "denied:malformed"
    verified = home.server.run("audit", "verify")
    assert (verified.code, verified.out) == (0, "The journals are whole.\n")
