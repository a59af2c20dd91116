"""Container and compose file: what they name is there, what they set is a setting, and they run as little as possible."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chatops.settings import Settings, load
from chatops.storage import folder
from deployed import CADDYFILE, COMPOSE, CONTAINERFILE, DEPLOY, compose, instructions
from needs import need
from running import demo
from tree import ROOT

SERVICES: Mapping[str, Mapping[str, Any]] = compose()["services"]
REPLICAS = {name: service for name, service in SERVICES.items() if service["image"] == "chatops"}
NO_SETTINGS = {"CHATOPS_CONFIG", "CHATOPS_DATA", "CHATOPS_HOST"}
"""Environment that is not one of `Settings`."""


def settings_of(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return what the server makes of an environment; a name that is no setting is refused."""
    for name, value in environ.items():
        if name.startswith("CHATOPS_") and name not in NO_SETTINGS:
            monkeypatch.setenv(name, value.replace("${CHATOPS_HOST:-localhost}", "localhost"))
    return load(None)


def environments() -> Mapping[str, str]:
    """Return every variable set anywhere in `deploy/`."""
    told: dict[str, str] = {}
    for file in (DEPLOY / "systemd").iterdir():
        told |= dict(re.findall(r"^Environment=(\w+)=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE))
    for word, rest in instructions():
        if word == "ENV":
            told |= dict(re.findall(r"(\w+)=(\S+)", rest))
    for service in SERVICES.values():
        told |= service.get("environment", {})
    return told


def test_what_is_set_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `CHATOPS_` variable of unit, container file and compose file has a place in the settings."""
    told = {name: value for name, value in environments().items() if name.startswith("CHATOPS_")}
    settings = settings_of(told, monkeypatch).model_dump()

    for name in told.keys() - NO_SETTINGS:
        section, _two, key = name.removeprefix("CHATOPS_").lower().partition("__")
        assert key in settings[section], name


def test_what_is_copied_is_there_and_let_in() -> None:
    """Every source of the container file exists, and `.dockerignore` lets it through."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [rest.split() for word, rest in instructions() if word == "COPY"]
    sources = {source for words in copied if not words[0].startswith("--from") for source in words[:-1]}

    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert sources - let_in == set()


def test_the_image_runs_as_nobody_in_particular() -> None:
    """Its last user is not root, it is examined by `/readyz`, and each base image names its version."""
    told = list(instructions())
    bases = [rest.split()[0] for word, rest in told if word == "FROM"]

    assert [rest for word, rest in told if word == "USER"] == ["10001:10001"]
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)
    assert len(bases) == 2
    assert dict(told)["ENTRYPOINT"] == '["chatops"]'


def health_check() -> list[str]:
    """Return the words of the container's health check, with this Python for its own."""
    (told,) = (rest for word, rest in instructions() if word == "HEALTHCHECK")
    words: list[str] = json.loads(told.partition("CMD ")[2])
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


@pytest.mark.faults
def test_the_health_check_tells_a_server_from_none(tmp_path: Path) -> None:
    """It succeeds for one that is ready, and fails for one that is gone."""
    with demo(tmp_path / "data") as running:
        environ = {**os.environ, "CHATOPS_SERVER__PORT": running.url.rpartition(":")[2]}
        there = subprocess.run(health_check(), env=environ, timeout=10, check=False)
    gone = subprocess.run(health_check(), env=environ, timeout=10, check=False, stderr=subprocess.DEVNULL)

    assert (there.returncode, gone.returncode == 0) == (0, False)


def test_compose_names_only_what_is_there() -> None:
    """Networks, volumes, secrets and services are declared; files lie where they are mounted from."""
    told = compose()
    for name, service in SERVICES.items():
        assert set(service["networks"]) <= set(told["networks"]), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            made = source == "./settings"  # by `prepare`
            assert made or source in told["volumes"] or (COMPOSE.parent / source).is_file(), volume
        for secret in service.get("secrets", ()):
            assert (secret if isinstance(secret, str) else secret["source"]) in told["secrets"], name
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
    for build in (service["build"] for service in REPLICAS.values()):
        context = (COMPOSE.parent / build["context"]).resolve()
        assert (context / build["dockerfile"]) == CONTAINERFILE


def test_replicas_differ_in_name_and_folder_only() -> None:
    """Two of them; the keys that must be equal come from the same files into each data folder."""
    one, two = REPLICAS.values()
    environ = [service["environment"] for service in (one, two)]

    assert environ[0]["CHATOPS_DATABASE__NAME"] != environ[1]["CHATOPS_DATABASE__NAME"]
    assert {**environ[0], "CHATOPS_DATABASE__NAME": ""} == {**environ[1], "CHATOPS_DATABASE__NAME": ""}
    assert one["volumes"][0] != two["volumes"][0]
    assert {**one, "environment": 0, "volumes": 0} == {**two, "environment": 0, "volumes": 0}
    shared = {secret["target"] for secret in one["secrets"] if isinstance(secret, dict)}
    assert shared == {f"/data/{name}" for name in (folder.JOURNAL_KEY, folder.ACTION_KEY, folder.SECRETS_KEY)}


def test_every_service_is_locked_up() -> None:
    """Read-only, without privileges, versions named; the database is reached by replicas only."""
    for name in (*REPLICAS, "front"):
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    for name in SERVICES.keys() - REPLICAS.keys():
        assert re.search(r":\d+\.\d+", SERVICES[name]["image"]), name
    assert [name for name, service in SERVICES.items() if "inside" in service["networks"]] == [*REPLICAS, "database"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["front"]
    assert not any("PASSWORD" in key and "FILE" not in key for key in environments())


def test_prepare_makes_each_secret_once(tmp_path: Path) -> None:
    """All that compose asks for, each different, for its owner only; a second run changes nothing."""
    program = tmp_path / "prepare"
    program.write_bytes((COMPOSE.parent / "prepare").read_bytes())
    wanted = {Path(secret["file"]).name for secret in compose()["secrets"].values()}

    def prepared() -> dict[str, str]:
        subprocess.run(["/bin/sh", str(program)], check=True, capture_output=True, timeout=20)
        return {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}

    first = prepared()
    assert set(first) == wanted
    assert {len(secret) for secret in first.values()} == {43}
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert load(tmp_path / "settings/chatops.toml").people.file == tmp_path / "settings/people.toml"
    assert prepared() == first


async def test_the_front_is_understood_by_caddy(tmp_path: Path) -> None:
    """It names the replicas and their port, asks whether they are ready, and holds nothing back."""
    caddy = need("caddy", how="apt-get install caddy")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "CHATOPS_HOST": "chatops.example.com"}
    ran = await asyncio.to_thread(
        subprocess.run,
        [caddy, "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile", "--validate"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (proxy,) = _found(json.loads(ran.stdout), "reverse_proxy")

    assert [one["dial"] for one in proxy["upstreams"]] == [f"{name}:8080" for name in REPLICAS]
    assert proxy["health_checks"]["active"]["uri"] == "/readyz"
    assert proxy["flush_interval"] == -1


def _found(told: Any, handler: str) -> list[Mapping[str, Any]]:
    if isinstance(told, list):
        return [one for part in told for one in _found(part, handler)]
    if not isinstance(told, dict):
        return []
    return [told] * (told.get("handler") == handler) + [one for part in told.values() for one in _found(part, handler)]
