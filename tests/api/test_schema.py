"""The description holds: schemathesis asks whatever it allows, and what it does not, of a running server."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chatops.api.scopes import Scope
from rest_house import RestHouse, furnish_rest
from running import environment

_SETTINGS = """
[api]
burst = 1000000
"""

_CONFIG = """
[checks]
# Words that are no command are understood by nobody, whatever JSON Schema has to say: 422 is right for them.
positive_data_acceptance.expected-statuses = [200, 202, 401, 403, 404, 409, 422, 429]

# What is there, so that more than "not found" is answered.
[[operations]]
include-name = "GET /swarms/{id}"
parameters = { id = "SW-1" }

[[operations]]
include-name = "GET /swarms/{id}/timeline"
parameters = { id = "1" }

[[operations]]
include-name = "GET /cases/{system}/{key}"
parameters = { system = "demo", key = "1001" }
"""


@pytest.fixture
def quick_rest(tmp_path: Path) -> RestHouse:
    """A server that lets a token call as often as it likes."""
    return RestHouse(furnish_rest(tmp_path, _SETTINGS))


@pytest.mark.parametrize("examples", [8, pytest.param(200, marks=pytest.mark.faults)])
@pytest.mark.timeout(600)
async def test_schemathesis_finds_nothing(quick_rest: RestHouse, tmp_path: Path, examples: int) -> None:
    """No 5xx, no undocumented status or type, no answer that is not of its shape, no door open without a token."""

    (tmp_path / "schemathesis.toml").write_text(_CONFIG)
    async with quick_rest:
        _token, shown = await quick_rest.app.rest.tokens.create("admin-1", tuple(Scope))
        await quick_rest.stranger(shown).run("swarm open demo:1001 refund loops")
        child = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", "schemathesis.toml"),
            *("run", f"{quick_rest.app.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {shown}"),
            *("--max-examples", str(examples), "--seed", "7", "--no-color", "--suppress-health-check", "all"),
            *("--generation-deterministic", "--workers", "1", "--phases", "examples,coverage,fuzzing"),
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        out, _nothing = await child.communicate()
        await quick_rest.quiet()

    said = out.decode()
    assert child.returncode == 0, said[-12_000:]
    counted = re.search(r"(\d+) generated, (\d+) passed", said)
    assert counted is not None, said[-3000:]
    assert counted[1] == counted[2]
    assert int(counted[1]) > 300
    assert "Tested: 14" in said


@pytest.fixture
def described(tmp_path: Path) -> Mapping[str, Any]:
    """The description."""
    house = RestHouse(furnish_rest(tmp_path))
    try:
        told: Mapping[str, Any] = json.loads(house.app.rest.described())
        return told
    finally:
        house.app.folder.release()


def test_every_route_is_described(tmp_path: Path) -> None:
    """And nothing else is."""
    house = RestHouse(furnish_rest(tmp_path))
    told = json.loads(house.app.rest.described())
    routes = {(one.method, one.path) for one in house.app.rest.routes()} - {("GET", "/api/v1/openapi.json")}
    house.app.folder.release()

    assert {(way.upper(), f"/api/v1{path}") for path, ways in told["paths"].items() for way in ways} == routes


def test_every_operation_says_who_may(described: Mapping[str, Any]) -> None:
    """Its scope, its problems, its summary; names are unique."""
    operations = [way for ways in described["paths"].values() for way in ways.values()]

    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"]
        assert "security" in one
        assert {"401", "403", "405", "503"} <= one["responses"].keys()


def test_every_shape_is_a_schema(described: Mapping[str, Any]) -> None:
    """Of the dialect OpenAPI 3.1 names."""
    assert described["openapi"] == "3.1.0"
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
