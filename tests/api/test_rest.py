"""What programs get by REST: the same as people in chat, no more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from chatops import calling
from chatops.api.commands import told
from chatops.api.people import view
from chatops.api.scopes import Scope
from chatops.api.shapes import Refusal
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.journal import AuditRecord, audit_chain
from chatops.core.message import Person
from chatops.ports.records import Write
from chatops.ports.roster import Profile
from chatops.ports.store import DeadLetter
from chatops.testing.clock import ManualClock
from rest_house import Client, RestHouse, furnish_rest

OPEN = "swarm open demo:1001 refund loops"


async def test_a_command_is_run_and_audited(rest: RestHouse, agent: Client) -> None:
    """With the token's id, as its person."""
    came = await agent.run(OPEN)

    token = agent.token.split("_")[1]
    [record] = [one for one in await audit(rest, "person:agent-1") if one.command == "swarm open"]
    assert (came.status, came.body["state"]) == (200, "done")
    assert "SW-1" in came.body["replies"][0]["text"]
    assert (record.person, record.via, record.outcome) == ("agent-1", f"api token {token}", "done")


async def test_keys_are_forgotten_with_their_commands(rest: RestHouse, agent: Client) -> None:
    """What was purged leaves no key behind; what may still be asked for keeps its key."""
    records = rest.app.database.records("api")
    for number in range(4):
        gone = {"digest": "x", "event": f"api:agent-1:gone-{number}", "at": "2020-01-01T00:00:00+00:00"}
        await records.write(Write(kind="call", id=f"gone-{number}", body=gone, expected=0))
    for number in range(3):
        await agent.run("swarm list", key=f"k-{number}")

    kept = await records.find("call")
    assert [one.id for one in kept if one.id.startswith("gone")] == []
    assert len(kept) == 3


async def test_the_same_key_runs_it_once(rest: RestHouse, agent: Client) -> None:
    """And gives the same answer; the key belongs to its token, whoever else the person lets call."""
    first, again = await agent.run(OPEN, key="k-1"), await agent.run(OPEN, key="k-1")
    other = await agent.run("swarm list", key="k-1")
    somebody = await (await rest.client("clerk-1")).run("swarm list", key="k-1")

    assert first.body == again.body
    another = await (await rest.client("agent-1")).run("swarm list", key="k-1")
    assert another.status == 200
    assert another.body["id"] != first.body["id"]
    assert (other.status, other.body["code"]) == (422, "key_reused")
    assert somebody.status == 200
    assert [one["id"] for one in (await agent.get("/swarms")).body["items"]] == ["SW-1"]


@pytest.fixture
def hasty(tmp_path: Path) -> RestHouse:
    """A server on which one person may give two commands at once; not yet started."""
    data = furnish_rest(tmp_path)
    settings = data / "chatops.toml"
    settings.write_text(settings.read_text().replace("flood_burst = 1000000", "flood_burst = 2"))
    return RestHouse(data, clock=ManualClock(datetime.now(UTC)))


async def test_what_came_too_fast_is_tried_again_with_its_key(hasty: RestHouse) -> None:
    """Nothing was tried at a 429: the same call with the same key runs once there is time for it, and once only."""
    async with hasty:
        agent = await hasty.client("agent-1")
        for _turn in range(2):
            assert (await agent.run("swarm list")).status == 200
        late = await agent.run(OPEN, key="k-1")
        other = await agent.run("swarm list", key="k-1")
        assert (late.status, late.body["code"], late.headers["Retry-After"]) == (429, "too_many_requests", "5")
        assert (other.status, other.body["code"]) == (422, "key_reused")

        clock = hasty.app.engine.clock
        assert isinstance(clock, ManualClock)
        clock.advance(timedelta(seconds=5))
        done, again = await agent.run(OPEN, key="k-1"), await agent.run(OPEN, key="k-1")
        assert (done.status, again.status) == (200, 200)
        assert done.body == again.body
        assert [one["id"] for one in (await agent.get("/swarms")).body["items"]] == ["SW-1"]


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [("try_later", 503, "try_later"), ("failed", 500, "failed"), ("impossible", 409, "conflict")],
)
def test_what_went_wrong_is_told_by_its_kind(code: str, status: int, name: str) -> None:
    """Whose fault it is, and whether asking again helps, stands in the status."""
    problem = told(Refusal(code=code, message="no", hint="", commands=()))
    assert (problem.status, problem.code, problem.after) == (status, name, 1 if code == "try_later" else None)


async def test_a_private_swarms_room_is_no_room_for_others(rest: RestHouse, agent: Client) -> None:
    """Nobody acts in a room of something they may not know of; it is answered as if there were none."""
    await agent.run(f"{OPEN} --private")
    clerk = await rest.client("clerk-1")
    came = await clerk.run("kudos agent-1 for nothing", room="swarm:1/main")
    none = await clerk.run("kudos agent-1 for nothing", room="swarm:9/main")

    assert (came.status, came.body["code"]) == (none.status, none.body["code"]) == (404, "not_found")
    assert (await agent.run("swarm show", room="swarm:1/main")).status == 200


async def test_two_at_once_with_one_key_run_once(agent: Client) -> None:
    """Whoever comes second gets what the first did."""
    both = await asyncio.gather(*(agent.run(OPEN, key="both") for _n in range(4)))

    assert {one.status for one in both} == {200}
    assert len((await agent.get("/swarms")).body["items"]) == 1


async def test_what_takes_longer_is_asked_for_again(rest: RestHouse, agent: Client) -> None:
    """At the address it is given; nobody else finds it there."""
    came = await agent.run("whoami", wait=0)
    while came.status == 202:
        assert came.headers["Location"] == f"/api/v1/commands/{came.body['id']}"
        await rest.quiet()
        came = await agent.get(came.headers["Location"].removeprefix("/api/v1"))
        if came.body["state"] == "accepted":
            came = await agent.run("whoami", wait=0)
    other = await rest.client("clerk-1")

    assert came.body["state"] == "done"
    for id_ in (came.body["id"], f"x:{came.body['id']}", came.body["id"].upper(), "..", "%00"):
        assert (await other.get(f"/commands/{id_}")).status == 404


REFUSED = (
    ("frobnicate", 422, "not_understood"),
    ("swarm open demo:99999 x", 404, "not_found"),
    ("admin dead list", 403, "not_allowed"),
    ("swarm show SW-77", 404, "not_found"),
)


async def test_a_refusal_is_a_problem(agent: Client) -> None:
    """With the server's own words."""
    for text, status, code in REFUSED:
        came = await agent.run(text)
        assert (came.status, came.body["code"]) == (status, code), text
        assert came.headers["Content-Type"].startswith("application/problem+json")
        assert came.body["detail"]
        assert came.body["type"] == f"urn:chatops:problem:{code}"


async def test_a_dry_run_changes_nothing(agent: Client) -> None:
    """But says what it would do."""
    came = await agent.run(OPEN, dry_run=True)

    assert came.status == 200
    assert (await agent.get("/swarms")).body == {"items": [], "next": None}


async def test_values_are_never_read_as_words(agent: Client) -> None:
    """What stands in `fields` is one value, whatever it holds."""
    came = await agent.run("swarm open", fields={"case": "demo:1001", "help_needed": "loops private skills=billing"})

    assert came.status == 200
    shown = (await agent.get("/swarms/1")).body
    assert (shown["question"], shown["private"]) == ("loops private skills=billing", False)


async def test_a_swarm_is_shown_with_its_people_and_story(agent: Client) -> None:
    """By number or name."""
    await agent.run(OPEN)
    await agent.run("swarm question SW-1 which release?")

    shown, same = (await agent.get("/swarms/SW-1")).body, (await agent.get("/swarms/1")).body
    story = (await agent.get("/swarms/1/timeline?limit=1")).body
    rest_of_it = (await agent.get(f"/swarms/1/timeline?cursor={story['next']}")).body

    assert shown == same
    assert (shown["state"], shown["owner"]["id"], shown["case"]["key"]) == ("requested", "agent-1", "1001")
    assert [one["id"] for one in shown["people"]] == ["agent-1"]
    assert story["items"][0]["by"] == {"id": "agent-1", "name": "agent-1"}
    assert all(one["number"] > story["items"][0]["number"] for one in rest_of_it["items"])


async def test_pages_of_swarms_hold_each_one_once(agent: Client) -> None:
    """Newest first, open and ended alike."""
    for number in range(5):
        await agent.run(f"swarm open demo:1001 question number {number}")
    for number in (1, 2, 3):
        await agent.run(f"swarm cancel SW-{number} not needed", confirmed=True)

    assert await paged(agent, "state=open") == ["SW-5", "SW-4"]
    assert await paged(agent, "state=cancelled") == ["SW-3", "SW-2", "SW-1"]
    assert await paged(agent, "mine=true") == ["SW-5", "SW-4"]
    assert await paged(agent, "case=demo:1001") == ["SW-5", "SW-4", "SW-3", "SW-2", "SW-1"]
    assert await paged(agent, "case=demo:nothing") == []


async def test_a_private_swarm_is_not_there_for_others(rest: RestHouse, agent: Client) -> None:
    """Neither listed nor shown, nor its story, nor the case's."""
    await agent.run("swarm open", fields={"case": "demo:1001", "help_needed": "loops", "private": "yes"})
    other = await rest.client("clerk-1")

    assert (await agent.get("/swarms/1")).body["private"] is True
    assert [(await other.get(path)).status for path in ("/swarms/1", "/swarms/1/timeline")] == [404, 404]
    assert (await other.get("/swarms?case=demo:1001")).body["items"] == []


async def test_a_case_is_shown_as_it_is_now(agent: Client) -> None:
    """Or it is not there."""
    shown = await agent.get("/cases/demo/1001")

    assert (shown.status, shown.body["key"], shown.body["system"]) == (200, "1001", "demo")
    assert shown.body["owner_id"] == "agent-1"
    assert [(await agent.get(path)).status for path in ("/cases/demo/0", "/cases/other/1001")] == [404, 404]


async def test_people_are_listed_and_shown(agent: Client) -> None:
    """Page by page."""
    first = (await agent.get("/people?limit=2")).body
    second = (await agent.get(f"/people?limit=2&cursor={first['next']}")).body

    assert [one["id"] for one in first["items"]] == ["admin-1", "agent-1"]
    assert second["items"][0]["id"] > "agent-1"
    assert (await agent.get("/people/lead-1")).body["roles"] == ["pod_lead", "staff"]
    assert (await agent.get("/people/nobody")).status == 404
    assert (await agent.get("/people?text=lead-1")).body["items"][0]["id"] == "lead-1"


def test_guests_learn_names_only() -> None:
    """No e-mail, no skills, no time zone of anybody else."""
    reader = Person(id="g", name="G", roles=frozenset({"guest"}))
    anna = Person(id="anna", name="Anna", roles=frozenset({"agent"}), zone="Europe/Berlin")
    profile = Profile(skills={"billing": 3}, email="anna@example.com")

    seen, own = view(anna, profile, reader), view(reader, profile, reader)

    assert (seen.name, seen.email, seen.skills, seen.zone, seen.roles) == ("Anna", None, {}, "", ())
    assert own.email == "anna@example.com"


async def test_me_says_whom_the_token_speaks_for(rest: RestHouse) -> None:
    """And what for; any token may ask."""
    came = await (await rest.client("agent-1", Scope.WEBHOOKS)).get("/me")

    assert (came.body["person"]["id"], came.body["scopes"]) == ("agent-1", ["webhooks"])


REACH = {
    Scope.READ: {"/swarms", "/people", "/cases/demo/1001", "/people/agent-1", "/me"},
    Scope.COMMANDS: {"/me"},
    Scope.DEAD_LETTERS: {"/dead-letters", "/me"},
    Scope.WEBHOOKS: {"/webhooks", "/me"},
}


async def test_a_token_reaches_as_far_as_its_scopes(rest: RestHouse) -> None:
    """And not a step further."""
    everything = set().union(*REACH.values())
    for scope, allowed in REACH.items():
        client = await rest.client("admin-1", scope)
        statuses = {path: (await client.get(path)).status for path in everything}
        assert {path for path, status in statuses.items() if status == 200} == allowed
        assert set(statuses.values()) == {200, 403}


async def test_a_scope_gives_no_right(agent: Client) -> None:
    """What admins look at stays with admins."""
    came = [await agent.get("/dead-letters"), await agent.get("/webhooks")]
    came.append(await agent.ask("DELETE", "/dead-letters/E-7F3A2C"))

    assert [(one.status, one.body["code"]) for one in came] == [(403, "not_allowed")] * 3


async def test_without_a_token_nothing_is_told(rest: RestHouse) -> None:
    """Neither with a wrong one."""
    for token in ("", "x", "cts_000000000000_" + "0" * 64):
        came = await rest.stranger(token).get("/swarms")
        assert (came.status, came.body["code"]) == (401, "unauthorized")
        assert came.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_revoked_token_is_out_at_once(rest: RestHouse, agent: Client) -> None:
    """In the running server."""
    told = {"id": agent.token.split("_")[1]}
    await asyncio.to_thread(calling.use, rest.app.url, rest.data, "token", "revoke", told)

    assert (await agent.get("/me")).status == 401


async def test_whoever_asks_too_often_is_told_when_to_come_again(rest: RestHouse, agent: Client) -> None:
    """One token's haste is not another's."""
    statuses = [(await agent.get("/me")).status for _n in range(75)]
    late = await agent.get("/me")

    assert 429 in statuses
    assert statuses[0] == 200
    assert late.status == 200 or int(late.headers["Retry-After"]) >= 1
    assert (await (await rest.client("agent-1")).get("/me")).status == 200


WRONG: tuple[tuple[str, str, object, dict[str, str], int, str], ...] = (
    ("GET", "/nothing", None, {}, 404, "not_found"),
    ("DELETE", "/swarms", None, {}, 405, "method_not_allowed"),
    ("POST", "/commands", b"x" * 300_000, {}, 413, "too_large"),
    ("POST", "/commands", b"text=help", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    ("POST", "/commands", b"{", {}, 400, "malformed"),
    ("POST", "/commands", b"[" * 100_000, {}, 422, "invalid"),
    ("POST", "/commands", b"\xff", {}, 400, "malformed"),
    ("POST", "/commands", {"text": ""}, {}, 422, "invalid"),
    ("POST", "/commands", {"text": "help", "as": "admin-1"}, {}, 422, "invalid"),
    ("POST", "/commands", {"text": "help"}, {"Idempotency-Key": "x" * 201}, 422, "invalid"),
    ("POST", "/commands", {"text": "help", "room": "swarm:9/main"}, {}, 404, "not_found"),
    ("GET", "/swarms?limit=1000", None, {}, 422, "invalid"),
    ("GET", "/swarms?limit=1&limit=2", None, {}, 422, "invalid"),
    ("GET", "/swarms?colour=red", None, {}, 422, "invalid"),
    ("GET", "/swarms?cursor=x", None, {}, 422, "invalid"),
    ("GET", "/people?text=%00", None, {}, 422, "invalid"),
    ("GET", "/swarms/%00", None, {}, 404, "not_found"),
    ("GET", "/people/" + "x" * 400, None, {}, 404, "not_found"),
)


async def test_whatever_is_wrong_is_a_problem(agent: Client) -> None:
    """With a stable code, and never a 5xx."""
    for method, path, body, headers, status, code in WRONG:
        came = await agent.ask(method, path, body, headers=headers)
        assert (came.status, came.body["code"]) == (status, code), path
        assert came.headers["Content-Type"].startswith("application/problem+json")
        assert (came.body["status"], bool(came.body["title"])) == (status, True)


async def test_dead_letters_are_shown_replayed_and_dropped(rest: RestHouse) -> None:
    """By admins, as commands with their audit; keys may hold anything."""
    admin = await rest.client("admin-1")
    [first, second] = [await dead(rest, f"odd key/{number} %ü") for number in (1, 2)]

    listed = (await admin.get("/dead-letters")).body["items"]
    replayed = await admin.ask("POST", f"/dead-letters/{quote(first.key, safe='')}/replay")
    dropped = await admin.ask("DELETE", f"/dead-letters/{quote(second.key, safe='')}")
    gone = await admin.ask("DELETE", f"/dead-letters/{quote(second.key, safe='')}x")
    await rest.quiet()

    assert {one["key"] for one in listed} == {first.key, second.key}
    assert (replayed.status, dropped.status, gone.status) == (200, 200, 404)
    assert second.key not in {one.key for one in await rest.app.store.dead_letters()}
    commands = [one.command for one in await audit(rest, "person:admin-1")]
    assert {"admin dead replay", "admin dead drop"} <= set(commands)


async def test_the_settings_are_shown_without_secrets(rest: RestHouse) -> None:
    """To admins."""
    came = await (await rest.client("admin-1")).get("/webhooks")

    assert came.body == {
        "webhooks": [],
        "hooks": [{"name": "alerts", "does": "posts"}, {"name": "cases", "does": "runs"}],
    }


async def test_calls_are_counted(rest: RestHouse, agent: Client) -> None:
    """By operation and status."""
    operator = await asyncio.to_thread((rest.data / "operator.token").read_text)
    await agent.get("/swarms")
    await agent.get("/swarms/9")
    token = {"Authorization": f"Bearer {operator}"}
    assert rest._session is not None  # noqa: SLF001 - the same session, another address
    async with rest._session.get(f"{rest.app.url}/metrics", headers=token) as answer:  # noqa: SLF001
        told = await answer.text()

    assert 'chatops_api_requests_total{operation="listSwarms",status="200"} 1.0' in told
    assert 'chatops_api_requests_total{operation="showSwarm",status="404"} 1.0' in told
    assert 'chatops_hook_messages_total{hook="alerts",outcome="refused"} 0.0' in told


async def audit(rest: RestHouse, lane: str) -> list[AuditRecord]:
    """Return the audit of a lane."""
    await rest.quiet()
    codec = Codec([AuditRecord])
    entries = await rest.app.store.entries(audit_chain(lane))
    return [codec.decode_as(AuditRecord, one.payload) for one in entries if one.payload is not None]


async def dead(rest: RestHouse, key: str) -> DeadLetter:
    """Let something be given up: an event that nobody can read."""
    await rest.app.store.accept_many([InboxRow(key=key, lane="x", kind="message", body="unreadable", cause=key)])
    rest.app.engine.ring()
    await rest.quiet()
    return next(one for one in await rest.app.store.dead_letters() if one.key == key)


async def paged(client: Client, query: str) -> list[str]:
    """Return the ids of all pages, one a page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = (await client.get(f"/swarms?{query}&limit=1{cursor}")).body
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
