"""The Matrix part of `chatops doctor`, on a real homeserver."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops import Finding
from chatops.testing.context import plugin_context
from matrix_bot import speaking
from matrix_ears import room_with
from matrix_network.account import Account
from matrix_network.doctor import loopback, newest_version
from matrix_network.doctor_limits import limited, skew
from matrix_network.plugin import MatrixNetwork
from matrix_people import MatrixPerson, Person
from matrix_proxy import MatrixProxy, answer
from synapse_server import Login, OwnSynapse, Synapse

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def examined(url: str, bot: Login, settings: Mapping[str, Any] | None = None) -> dict[str, Finding]:
    """Return the findings of one look, by name."""
    async with speaking(url, bot, settings=settings) as plugin:
        return {finding.name: finding for finding in await plugin.doctor.examine()}


def unwell(findings: Mapping[str, Finding]) -> dict[str, str]:
    """Return what is not well, and how bad it is. Whoever says so says what to do."""
    bad = {name: finding for name, finding in findings.items() if finding.state != "ok"}
    assert all(finding.detail and finding.fix for finding in bad.values())
    return {name: finding.state for name, finding in bad.items()}


async def test_all_is_well(synapse: Synapse, bot: Login) -> None:
    """Nothing to complain of, and everything was looked at."""
    findings = await examined(synapse.url, bot)

    assert unwell(findings) == {}
    assert findings.keys() == {
        f"matrix {what}"
        for what in (
            "login", "address", "specification", "room version", "receiving", "uploads", "clock", "limits", "devices",
            "rooms",
        )
    }  # fmt: skip


async def test_nobody_has_logged_in() -> None:
    """Then there is one finding, and the command."""
    plugin = MatrixNetwork(plugin_context())
    try:
        (finding,) = await plugin.doctor.examine()
    finally:
        await plugin.network.close()

    assert (finding.state, finding.fix) == ("failure", "chatops matrix login")


async def test_a_homeserver_that_does_not_answer(bot: Login) -> None:
    """One finding again, with where to look."""
    assert unwell(await examined("http://127.0.0.1:9", bot)) == {"matrix homeserver": "failure"}


async def test_it_disturbs_nobody(synapse: Synapse, bot: Login) -> None:
    """One room of its own, found again, in which nobody else is; nothing is left to be read."""
    async with speaking(synapse.url, bot) as plugin:
        await plugin.doctor.examine()
        await plugin.doctor.examine()
    rooms = (await asyncio.to_thread(synapse.call, "GET", "/_matrix/client/v3/joined_rooms", token=bot.token))[
        "joined_rooms"
    ]
    members = await asyncio.to_thread(
        synapse.call, "GET", f"/_matrix/client/v3/rooms/{rooms[0]}/joined_members", token=bot.token
    )
    page = await asyncio.to_thread(
        synapse.call, "GET", f"/_matrix/client/v3/rooms/{rooms[0]}/messages?dir=b&limit=100", token=bot.token
    )

    assert len(rooms) == 1
    assert list(members["joined"]) == [bot.user]
    assert not [event for event in page["chunk"] if event["type"] == "m.room.message"]


async def test_an_account_without_exemption_is_found(own_synapse: OwnSynapse) -> None:
    """The fix is the exact request of the homeserver's admin; and when that has been sent, all is well."""
    server = await asyncio.to_thread(lambda: own_synapse(rate_limits=True))
    bot = await asyncio.to_thread(server.register, "chatops")
    admin = await asyncio.to_thread(lambda: server.register("root", admin=True))

    before = await examined(server.url, bot)
    spaced = await examined(server.url, bot, {"per_second": 0.2})
    lift = f"/_synapse/admin/v1/users/{bot.user}/override_ratelimit"
    await asyncio.to_thread(server.call, "POST", lift, {"messages_per_second": 0, "burst_count": 0}, token=admin.token)
    after = await examined(server.url, bot)

    assert before["matrix limits"].state == "warning"
    command = shlex.split(before["matrix limits"].fix.partition(": ")[2].partition(" If ")[0])
    assert command[:3] == ["curl", "--request", "POST"]
    assert json.loads(command[command.index("--data") + 1]) == {"messages_per_second": 0, "burst_count": 0}
    assert command[-1] == f"{server.url}{lift}"
    assert (spaced["matrix limits"].state, spaced["matrix limits"].detail[:9]) == ("ok", "not tried")
    assert after["matrix limits"].state == "ok"


async def test_rooms_without_power_and_encrypted_rooms_are_named(synapse: Synapse, bot: Login, person: Person) -> None:
    """With their names. A direct chat needs no power; a room in which we have it is not named."""
    anna, ben = await person("anna"), await person("ben")
    weak = await _with_us(synapse, bot, anna, ben, name="The weak one")
    await _with_us(synapse, bot, anna, name="Direct")
    levels = {"users": {anna.id: 100, bot.user: 50}}
    await _with_us(synapse, bot, anna, ben, name="Strong", room_version="11", power_level_content_override=levels)
    secret = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    dark = await _with_us(synapse, bot, anna, name="Dark", initial_state=[secret])

    findings = await examined(synapse.url, bot)

    assert unwell(findings) == {"matrix power": "warning", "matrix encryption": "warning"}
    assert findings["matrix power"].detail == f"missing in 'The weak one' {weak} (pin, redact)"
    assert findings["matrix encryption"].detail == f"nothing can be read in 'Dark' {dark}"


@pytest.mark.parametrize(
    ("path", "body", "finding"),
    [
        ("/versions", {"versions": ["r0.6.1", "v1.2"]}, "matrix specification"),
        ("/capabilities", {"capabilities": {"m.room_versions": {"default": "10"}}}, "matrix room version"),
        ("/capabilities", {}, "matrix room version"),
        ("/media/config", {"m.upload.size": 1000}, "matrix uploads"),
    ],
)
async def test_what_a_homeserver_lacks_is_a_warning(
    bot: Login, proxy: MatrixProxy, path: str, body: object, finding: str
) -> None:
    """Each by itself; the rest is looked at all the same."""
    proxy.plan(answer(HTTPStatus.OK, body), path=path)

    findings = await examined(proxy.url, bot)

    assert unwell(findings) == {finding: "warning"}
    assert len(findings) == 10


@pytest.mark.parametrize("path", ["/sync", "/media/config", "/capabilities", "/joined_rooms", "/directory/room"])
async def test_a_part_that_does_not_answer_is_a_finding(bot: Login, proxy: MatrixProxy, path: str) -> None:
    """It never breaks the look at the rest."""
    proxy.plan(answer(HTTPStatus.BAD_GATEWAY, "<html>"), path=path)

    assert list(unwell(await examined(proxy.url, bot)).values()) == ["failure"]


async def test_the_token_of_another_device_is_found(bot: Login, proxy: MatrixProxy) -> None:
    """Somebody put it there by hand."""
    proxy.plan(answer(HTTPStatus.OK, {"user_id": bot.user, "device_id": "OTHER"}), path="/whoami")

    assert unwell(await examined(proxy.url, bot)) == {"matrix login": "failure"}


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(0, "ok"), (4, "ok"), (-4, "ok"), (8, "warning"), (-8, "warning"), (70, "failure"), (-3600, "failure")],
)
def test_clocks_apart(ahead: float, state: str) -> None:
    """Five seconds are told, a minute is a failure. The fix is the same."""
    finding = skew(NOW, NOW + timedelta(milliseconds=20), NOW - timedelta(seconds=ahead))

    assert finding.state == state
    assert ("ahead" in finding.detail) is (ahead > 5)
    assert bool(finding.fix) is (state != "ok")


@given(st.integers(0, 600), st.integers(0, 600))
def test_a_slow_answer_is_no_skew(took: int, moment: int) -> None:
    """Whenever within our waiting the homeserver looked at its clock."""
    after = NOW + timedelta(seconds=took)

    assert skew(NOW, after, NOW + timedelta(seconds=min(moment, took))).state == "ok"


def test_the_defaults_stand_in_the_finding() -> None:
    """So that the homeserver's admin sees what it is about."""
    account = Account(homeserver="https://m.example.org", user="@bot:example.org", device="D")

    finding = limited(account, 4.78)

    assert "10 messages at once and then one in 5 s" in finding.detail
    assert "https://m.example.org/_synapse/admin/v1/users/@bot:example.org/override_ratelimit" in finding.fix


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8008", True),
        ("http://localhost", True),
        ("http://[::1]:8008", True),
        ("http://10.0.0.1", False),
        ("http://matrix.example.org", False),
        ("http://localhost.example.org", False),
    ],
)
def test_what_is_on_this_machine(url: str, here: bool) -> None:  # noqa: FBT001 - the row of a table
    """There nobody listens to plain traffic."""
    assert loopback(url) is here


@given(st.one_of(st.none(), st.lists(st.one_of(st.integers(), st.text(max_size=8), st.just("v1.11"), st.just("v1.9")))))
def test_versions_are_numbers(told: object) -> None:
    """v1.11 is newer than v1.9, and nothing a homeserver says breaks it."""
    newest = newest_version(told)

    assert newest >= ((1, 11) if isinstance(told, list) and "v1.11" in told else (0, 0))


async def _with_us(synapse: Synapse, bot: Login, owner: MatrixPerson, *others: MatrixPerson, **body: object) -> str:
    room = await room_with(owner, *others, **body)
    await owner.invite(room, bot.user)
    await asyncio.to_thread(synapse.call, "POST", f"/_matrix/client/v3/join/{room}", {}, token=bot.token)
    return room
