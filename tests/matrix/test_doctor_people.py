"""What `chatops doctor` says of people, spaces and other servers on the account."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.message import Identity, Person
from matrix_bot import speaking
from matrix_ears import room_with
from matrix_network.account import Account
from matrix_network.doctor_people import identified, twins
from matrix_people import Person as MakePerson
from synapse_server import Login, Synapse

US = Account(homeserver="https://m.example.org", user="@bot:example.org", device="D")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def human(name: str, *ids: str, network: str = "matrix") -> Person:
    """Somebody with identities."""
    return Person(id=name, name=name, identities=tuple(Identity(network=network, id=one) for one in ids))


def device(name: str, *, ago: float, called: str = "chatops") -> dict[str, object]:
    """A device as `GET /devices` has it."""
    seen = NOW - timedelta(seconds=ago)
    return {"device_id": name, "display_name": called, "last_seen_ts": int(seen.timestamp() * 1000)}


def test_everybody_can_be_known() -> None:
    """Ports and dashes belong to a server's name; identities elsewhere are nobody's business here."""
    people = [human("anna", "@anna:example.org"), human("ben", "ben", network="console")]

    (finding,) = identified(people, "matrix", US, federate=False)

    assert (finding.state, finding.detail) == ("ok", "1 have an identity on matrix")


def test_nobody_has_an_identity() -> None:
    """Then the line to write is shown. An empty directory is told elsewhere."""
    (finding,) = identified([human("ben", "ben", network="console")], "matrix", US, federate=False)

    assert finding.state == "warning"
    assert 'matrix = "@name:example.org"' in finding.fix
    assert identified([], "matrix", US, federate=False) == ()


@pytest.mark.parametrize(
    "told", ["@Anna:example.org", "@anna:Example.org", "anna:example.org", "anna", "@anna", "@a b:c"]
)
def test_what_can_be_nobodys_id_is_named(told: str) -> None:
    """With who it is; capital letters are compared as they are, and no homeserver gives them out."""
    (finding,) = identified([human("anna", told)], "matrix", US, federate=True)

    assert finding.state == "warning"
    assert f"{told!r} (anna)" in finding.detail
    assert "lower case" in finding.fix


def test_people_elsewhere_need_federation() -> None:
    """Rooms made without it keep them out for ever."""
    people = [human("anna", "@anna:example.org"), human("pat", "@pat:other.example:8448")]

    (closed,) = identified(people, "matrix", US, federate=False)
    (open_,) = identified(people, "matrix", US, federate=True)

    assert "'@pat:other.example:8448' (pat)" in closed.detail
    assert "anna" not in closed.detail
    assert "federate = true" in closed.fix
    assert open_.state == "ok"


def test_another_server_on_the_account_is_found() -> None:
    """By its name and by having been there just now; clients and what is long gone do not count."""
    devices = [
        device("D", ago=1), device("OTHER", ago=60), device("OLD", ago=3600), device("ELEMENT", ago=1, called="Element"),
    ]  # fmt: skip

    assert twins({"devices": devices}, ["D"], NOW) == "OTHER"
    assert twins({"devices": devices}, ["D", "OTHER"], NOW) == ""


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)))
def test_nonsense_is_no_other_server(told: object) -> None:
    """Whatever a homeserver answers."""
    broken = {"device_id": told, "display_name": "chatops", "last_seen_ts": None}
    assert twins({"devices": told}, [], NOW) == ""
    assert twins({"devices": [broken, told]}, [], NOW) == ""


async def test_a_second_server_is_seen_by_the_first(synapse: Synapse, bot: Login) -> None:
    """On a real homeserver, within the minute."""
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": bot.user},
        "password": bot.password,
        "initial_device_display_name": "chatops",
    }
    async with speaking(synapse.url, bot) as plugin:
        before = {finding.name: finding for finding in await plugin.doctor.examine()}
        other = await asyncio.to_thread(synapse.call, "POST", "/_matrix/client/v3/login", body)
        await asyncio.to_thread(
            synapse.call, "GET", "/_matrix/client/v3/account/whoami", token=str(other["access_token"])
        )
        after = {finding.name: finding for finding in await plugin.doctor.examine()}

    assert before["matrix devices"].state == "ok"
    assert after["matrix devices"].state == "warning"
    assert str(other["device_id"]) in after["matrix devices"].detail


async def test_a_space_that_takes_our_rooms(synapse: Synapse, bot: Login, person: MakePerson) -> None:
    """Step by step as its owner gets there: a wrong id, a room, without us, without power, and well."""
    anna = await person("anna")
    room = await room_with(anna)
    space = await room_with(anna, creation_content={"type": "m.space"})

    async def said(setting: str) -> tuple[str, str]:
        async with speaking(synapse.url, bot, settings={"space": setting}) as plugin:
            findings = {finding.name: finding for finding in await plugin.doctor.examine()}
        return findings["matrix space"].state, f"{findings['matrix space'].detail} {findings['matrix space'].fix}"

    async def let_in(where: str) -> None:
        await anna.invite(where, bot.user)
        await asyncio.to_thread(synapse.call, "POST", f"/_matrix/client/v3/join/{where}", {}, token=bot.token)

    for setting in ("!nowhere:example.org", space):
        state, words = await said(setting)
        assert state == "warning"
        assert f"Invite {bot.user} into the space" in words
    await let_in(room)
    assert "no space" in (await said(room))[1]
    await let_in(space)
    assert f"Give {bot.user} power level 50" in (await said(space))[1]
    levels = await anna.call("GET", f"/_matrix/client/v3/rooms/{space}/state/m.room.power_levels")
    levels["users"] = {**levels.get("users", {}), bot.user: 50}
    await anna.call("PUT", f"/_matrix/client/v3/rooms/{space}/state/m.room.power_levels", levels)
    assert (await said(space))[0] == "ok"
