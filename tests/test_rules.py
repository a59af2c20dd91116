"""The rules of tests/conftest.py and tests/support do what they say."""

from __future__ import annotations

import asyncio
import socket
import types
from pathlib import Path

import pytest
from blockbuster import BlockingError
from pytest_socket import SocketConnectBlockedError

from needs import need
from tree import ROOT


def ours(name: str, source: str) -> types.ModuleType:
    """A module that the detector takes for a part of chatops."""
    module = types.ModuleType(name)
    exec(compile(source, str(ROOT / "chatops" / f"{name}.py"), "exec"), module.__dict__)  # noqa: S102
    return module


async def test_blocking_the_loop_is_an_error() -> None:
    """Our code cannot sleep on the event loop."""
    slow = ours("slow", "import time\ndef nap(): time.sleep(0.001)")

    with pytest.raises(BlockingError):
        slow.nap()


async def test_other_threads_may_block() -> None:
    """The same code may sleep in a thread."""
    slow = ours("slow", "import time\ndef nap(): time.sleep(0.001)")

    await asyncio.to_thread(slow.nap)


@pytest.mark.may_block("shows the mark")
async def test_a_mark_lifts_it() -> None:
    """`may_block` switches the detector off for one test."""
    ours("slow", "import time\ndef nap(): time.sleep(0.001)").nap()


def test_only_this_machine_is_reached() -> None:
    """A connection to anywhere but the loopback is refused before it leaves."""
    with socket.socket() as sock, pytest.raises(SocketConnectBlockedError):
        sock.connect(("192.0.2.1", 80))


def test_need_gives_the_path_of_a_program() -> None:
    """What is installed is found."""
    assert Path(need("python3", how="install Python")).exists()


def test_need_skips_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing skips the test, with the command that would install it."""
    monkeypatch.delenv("CHATOPS_REQUIRE_ALL", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install nonesuch"):
        need("nonesuch", how="apt-get install nonesuch")


def test_need_fails_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """With CHATOPS_REQUIRE_ALL=1 nothing is skipped."""
    monkeypatch.setenv("CHATOPS_REQUIRE_ALL", "1")

    with pytest.raises(pytest.fail.Exception, match="nonesuch is not installed"):
        need("nonesuch", how="apt-get install nonesuch")
