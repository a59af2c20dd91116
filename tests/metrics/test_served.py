"""`/metrics` of a whole server: who may read it, and with which token."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.errors import StartError
from chatops.web.metrics import read_token
from http_client import browsing
from live_house import House, furnish

ASKED = "/metrics"


@pytest.fixture
def furnished(tmp_path: Path) -> Path:
    """A data folder whose server takes a free port."""
    return furnish(tmp_path)


@pytest.fixture
def house(furnished: Path, operator: str) -> House:
    """A server that asks for the operator's token."""
    return House(furnished, listen=True)


@pytest.fixture
def house_with_token(furnished: Path, operator: str) -> House:
    """A server that Prometheus has a token of its own for."""
    (furnished / "metrics.token").write_text("figures only\n")
    with (furnished / "chatops.toml").open("a") as settings:
        settings.write('\n[metrics]\ntoken_file = "metrics.token"\n')
    return House(furnished, listen=True)


@pytest.fixture
def operator(furnished: Path) -> str:
    """The operator's token; there before the server is."""
    token = "the operator's token"
    (furnished / "operator.token").write_text(token)
    return token


async def test_without_a_token_of_its_own_it_takes_the_operators(house: House, operator: str) -> None:
    """Under any name, as Prometheus knows each replica by an address of its own; nobody else reads it."""
    async with house, browsing(house.app.url) as browser:
        refused = await browser.get(ASKED)
        token = {"Authorization": f"Bearer {operator}", "Host": "one:8080"}
        told = await browser.get(ASKED, headers=token)

    assert refused.status == 401
    assert (told.status, told.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'chatops_build_info{database="sqlite"' in told.text
    assert "process_cpu_seconds_total" in told.text


async def test_a_token_of_its_own_opens_this_door_only(house_with_token: House, operator: str) -> None:
    """And the operator's opens it no longer: whoever reads figures needs no more than that."""
    house = house_with_token
    own = {"Authorization": "Bearer figures only"}
    async with house, browsing(house.app.url) as browser:
        told = await browser.get(ASKED, headers=own)
        doctor = await browser.post("/api/operator/doctor", headers=own)
        theirs = await browser.get(ASKED, headers={"Authorization": f"Bearer {operator}"})

    assert (told.status, doctor.status, theirs.status) == (200, 401, 401)


def test_a_token_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    """A file that is missing or empty stops the start: nobody would notice an open or a closed door."""
    empty = tmp_path / "empty"
    empty.write_text("\n")

    assert read_token(None) == ""
    with pytest.raises(StartError, match="no token for /metrics"):
        read_token(empty)
    with pytest.raises(StartError, match="cannot be read"):
        read_token(tmp_path / "gone")
