"""The command line beside a running demo, and without one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatops.calling import Unheard, told
from live_server import serving
from running import Demo, chatops, demo

pytestmark = [pytest.mark.timeout(90), pytest.mark.xdist_group("cli")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_a_swarm_is_opened_and_outlives_a_kill(tmp_path: Path) -> None:
    """The first promise of the front page: what was answered is kept."""
    with demo(tmp_path) as running:
        opened = running.do("swarm open demo:1001 refund loops")
        assert (opened.code, opened.json["ok"], opened.json["error"]) == (0, True, None)
        assert "SW-1" in opened.json["replies"][0]["text"]
        running.kill()

    with demo(tmp_path) as again:
        shown = again.do("swarm show SW-1")
        assert shown.code == 0
        assert "refund loops" in shown.json["replies"][0]["text"]
        assert chatops("audit", "verify", folder=tmp_path).code == 0


@pytest.mark.faults
def test_without_a_server_the_folder_of_a_demo_still_answers(tmp_path: Path) -> None:
    """`do` starts the engine for one command, and gives the folder back."""
    with demo(tmp_path) as running:
        assert running.do("swarm open demo:1001 refund loops").code == 0

    shown = chatops("do", "--json", "swarm show SW-1", folder=tmp_path)
    assert (shown.code, shown.json["ok"]) == (0, True)
    assert chatops("audit", "verify", folder=tmp_path).out == "The journals are whole.\n"
    assert "schema" in chatops("db", "migrate", folder=tmp_path).out


def test_an_empty_folder_says_what_to_start(tmp_path: Path) -> None:
    ran = chatops("do", "help", folder=tmp_path)
    assert ran.code == 1
    assert "make demo" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ("help", 0, None),
        ("swarm open demo:9999 nothing there", 1, "not_found"),
        ("swarm opne demo:1001 x", 2, "unknown_command"),
        ("swarm open demo:1001", 2, "bad_argument"),
    ],
)
def test_exit_codes_tell_done_refused_and_misunderstood(server: Demo, words: str, code: int, error: str | None) -> None:
    ran = server.do(words)
    assert ran.code == code
    assert (ran.json["error"] or {}).get("code") == error
    assert ran.json["id"]


def test_a_refusal_names_the_command_that_would_work(server: Demo) -> None:
    told = server.do("swarm opne demo:1001 x").json
    assert "swarm open demo:1001 x" in told["replies"][0]["text"]
    assert told["error"]["message"]


def test_somebody_nobody_knows_is_refused_with_a_hint(server: Demo) -> None:
    ran = server.do("help", person="agent-11")
    assert ran.code == 2
    assert "agent-1" in ran.json["error"]["hint"]


def test_a_room_nobody_knows_is_refused(server: Demo) -> None:
    ran = chatops("do", "--json", "--room", "swarm:99/main", "brief", folder=server.folder)
    assert ran.code == 2
    assert "swarm:99/main" in ran.json["error"]["message"]


def test_acting_as_somebody_is_audited_as_such(server: Demo) -> None:
    """The record says who held the token's place, and as whom."""
    assert server.do("whoami", person="lead-1").code == 0

    with closing(sqlite3.connect(server.folder / "chatops.db")) as db:
        found = db.execute("SELECT payload FROM journal WHERE payload LIKE '%operator acting as lead-1%'").fetchall()
    assert [(record["b"]["person"], record["b"]["command"]) for (raw,) in found for record in [json.loads(raw)]] == [
        ("lead-1", "whoami")
    ]


def test_a_wrong_option_is_a_usage_error(tmp_path: Path) -> None:
    ran = chatops("do", "--frob", "x", folder=tmp_path)
    assert ran.code == 2
    assert "--frob" in ran.err


@pytest.mark.faults
def test_check_and_lists_show_what_there_is(server: Demo) -> None:
    assert "running at" in chatops("check", folder=server.folder).out
    assert "console_network" in chatops("plugins", "list", folder=server.folder).out
    assert 'acts_as = "agent-1"' in chatops("config", "show", folder=server.folder).out


def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[server]\nprot = 1\n", encoding="utf-8")
    ran = chatops("check", "--config", str(file), folder=tmp_path)
    assert ran.code == 2
    assert f"{file}: server.prot is not a setting" in ran.err


def test_a_password_in_an_address_is_refused_and_not_shown(tmp_path: Path) -> None:
    ran = chatops("check", folder=tmp_path, CHATOPS_DATABASE__URL="postgresql://chatops:hush@db.example.com/chatops")
    assert ran.code == 2
    assert ran.err.startswith("database.url: keep the password out of the address")
    assert "hush" not in ran.err + ran.out


@pytest.mark.timeout(90)
def test_the_command_line_goes_past_what_stands_in_front(tmp_path: Path) -> None:
    """The token is of this very server: another replica would not know it, and people's address need not lead here."""
    (tmp_path / "people.toml").write_text('[[people]]\nid = "ada"\nname = "Ada"\nroles = ["admin"]\n', encoding="utf-8")
    settings = '[server]\nport = 0\n[log]\nformat = "text"\n[people]\nfile = "people.toml"\n'
    (tmp_path / "chatops.toml").write_text(settings, encoding="utf-8")
    with serving(tmp_path, CHATOPS_SERVER__BASE_URL="http://127.0.0.1:1", CHATOPS_SERVER__HOST="0.0.0.0"):  # noqa: S104
        ran = chatops("do", "--as", "ada", "whoami", folder=tmp_path)
    assert "Ada" in ran.out


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[server]\nport = 1111\n", encoding="utf-8")
    shown = chatops("config", "show", "--config", str(file), folder=tmp_path, CHATOPS_SERVER__PORT="2222")
    assert "port = 2222" in shown.out


def test_a_second_server_on_the_folder_is_refused_with_the_first_ones_address(server: Demo) -> None:
    ran = chatops("demo", "--port", "0", folder=server.folder)
    assert ran.code == 1
    assert server.url in ran.err


def test_a_taken_port_is_one_sentence(server: Demo, tmp_path: Path) -> None:
    """It says what to do, and nothing of where in the program that was noticed."""
    port = server.url.rpartition(":")[2]
    ran = chatops("demo", "--port", port, folder=tmp_path)
    said = [line for line in ran.err.splitlines() if not line.startswith("{")]
    assert ran.code == 1
    assert said == [f"Port {port} on 127.0.0.1 cannot be opened: Address already in use. Choose another port."]


def test_bytes_that_are_no_text_are_answered(server: Demo) -> None:
    ran = server.do("swarm opne \udcff")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "unknown_command"


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b"{}", b'{"ok": true, "error": 3}', b"\xff"])
def test_another_server_at_the_address_is_told_apart(raw: bytes) -> None:
    with pytest.raises(Unheard, match="no chatops server"):
        told(raw)
