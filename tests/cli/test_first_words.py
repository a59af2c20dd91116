"""What the command line says to somebody who does not know it yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatops.demo import welcome
from running import Demo, chatops, demo

pytestmark = [pytest.mark.timeout(90), pytest.mark.xdist_group("cli")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_alone_it_shows_what_there_is(tmp_path: Path) -> None:
    """Not an error: the list of commands, and nothing behind it."""
    ran = chatops(folder=tmp_path)
    assert ran.err.startswith("Usage: ")
    assert ran.err.rstrip().endswith("Tools of the plugin teams_network.")


def test_nothing_to_do_is_wrong_usage(tmp_path: Path) -> None:
    """With an example, and without asking any server."""
    ran = chatops("do", " ", folder=tmp_path)
    assert (ran.code, ran.err) == (2, "Say what to do, for example: chatops do help\n")


def test_a_server_that_is_not_there_is_said_in_words(server: Demo) -> None:
    ran = chatops("do", "--url", "http://127.0.0.1:1", "help", folder=server.folder)
    assert (ran.code, ran.err) == (1, "The server at http://127.0.0.1:1 does not answer: Connection refused.\n")


def test_a_link_for_nobody_names_whom_it_does_not_know(server: Demo) -> None:
    """The name stands in the sentence."""
    ran = chatops("console", "invite", "agent-11", folder=server.folder)
    assert (ran.code, ran.err) == (1, "There is nobody called agent-11 in the directory.\n")


def test_the_demo_says_how_to_begin_in_the_browser_and_in_the_terminal() -> None:
    """In the browser's rooms a command begins with an exclamation mark."""
    told = welcome("http://127.0.0.1:8080", Path("somewhere"))
    assert "http://127.0.0.1:8080/console/agent-1/" in told
    assert "Try there: !swarm open demo:1001 refund loops" in told
    assert "do --data somewhere 'swarm open demo:1001 refund loops'" in told


@pytest.mark.faults
def test_a_check_says_how_to_mend_what_it_finds(tmp_path: Path) -> None:
    """A folder without people is no server yet."""
    ran = chatops("check", folder=tmp_path)
    assert ran.code == 1
    assert "FAIL people: the directory is empty\n     Name the people in the settings: [people] file" in ran.out
