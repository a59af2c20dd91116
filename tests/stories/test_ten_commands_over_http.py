"""A support engineer's ten commands of every day, typed into the real console over HTTP, on the real server."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from console_tab import Tab
from http_client import browsing
from live_house import House, furnish

TEN = (
    ("me", "Clocks"),
    ("case list mine sort=sla", "demo:1001"),
    ("queue show", "What waits"),
    ("case show demo:1001", "demo:1001"),
    ("note demo:1001 they switched banks", "they switched banks"),
    ("case callback demo:1001 in=30m the refund", "CB-1"),
    ('swarm ask expert-1 "which provider is it?"', "ASK-1"),
    ("swarm open demo:1001 refund loops", "SW-1 is open"),
    ("todo call the bank in=2h", "T-1"),
    ("undo", "T-1"),
)
"""What is typed, and what must be read then."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return the server, listening once it is started."""
    return House(furnish(tmp_path), listen=True)


async def test_ten_commands_work_over_http(house: House) -> None:
    """Each is typed as a form is sent, and its answer stands on the page she reads."""
    async with house, browsing(house.app.url) as browser:
        tab = Tab(browser, "agent-1")
        for typed, answer in TEN:
            assert await tab.send("r/d-agent-1/say", text=typed) == 303
            await house.quiet()
            assert answer in html.unescape(await tab.open("r/d-agent-1")), typed
