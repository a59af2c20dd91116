"""The systemd unit: hardened by systemd's own measure, and understood by it; and what the server tells systemd."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chatops.systemd import Systemd
from chatops.testing.clock import ManualClock
from needs import lacking, need
from running import CHATOPS, environment
from tree import ROOT

UNIT = ROOT / "deploy/systemd/chatops.service"
DROP_IN = ROOT / "deploy/systemd/credentials.conf"
EXPOSURE = 15
"""Tenths: 0 is locked up, 100 is exposed. What is left to us is the network, which a chat server needs."""

NO_SUCH_CALL = 77
DENIED = f"""
import ctypes, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN; prctl(2)
    sys.exit({NO_SUCH_CALL})
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Python for another Python to whose process the kernel gives no memory that is both written and run."""


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze; it needs no running systemd for this."""
    program = need("systemd-analyze", how="apt-get install systemd")
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=20, check=False)


def test_the_unit_is_hardened() -> None:
    """systemd's own score is at most 1.5 of 10."""
    said = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", str(UNIT))
    score = re.search(r"Overall exposure level for chatops.service: ([\d.]+)", said.stdout)

    assert score is not None, said.stdout + said.stderr
    assert float(score[1]) * 10 <= EXPOSURE
    assert said.returncode == 0


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Unit and drop-in together; only the program is one that is there."""
    unit = tmp_path / "chatops.service"
    unit.write_text(UNIT.read_text().replace("/opt/chatops/bin/chatops", "/bin/true"))
    folder = tmp_path / "chatops.service.d"
    folder.mkdir()
    (folder / "credentials.conf").write_text(DROP_IN.read_text())
    said = analyze("verify", "--man=no", str(unit))

    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.faults
def test_the_server_needs_no_memory_that_is_written_and_run(tmp_path: Path) -> None:
    """`MemoryDenyWriteExecute` stands in the unit; every library we load must live with it."""
    ran = subprocess.run(
        [sys.executable, "-c", DENIED, *CHATOPS[1:], "check"],
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if ran.returncode == NO_SUCH_CALL:
        lacking("Linux 6.3 or newer", how="use a newer kernel")

    assert "MemoryDenyWriteExecute=yes" in UNIT.read_text()
    assert "ok   database" in ran.stdout, ran.stderr


@pytest.fixture
def told(tmp_path: Path) -> socket.socket:
    """What systemd listens on."""
    listens = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listens.bind(str(tmp_path / "notify"))
    listens.settimeout(30)
    return listens


@pytest.mark.timeout(60)
def test_the_server_tells_when_it_serves_lives_and_stops(told: socket.socket, tmp_path: Path) -> None:
    """READY only once it answers, WATCHDOG while it lives, STOPPING when it is told to stop."""
    data = tmp_path / "data"
    environ = environment(data, NOTIFY_SOCKET=told.getsockname(), WATCHDOG_USEC="2000000", CHATOPS_SERVER__PORT="0")
    with told, subprocess.Popen([*CHATOPS, "run"], env=environ, stderr=subprocess.DEVNULL) as server:
        try:
            said = [told.recv(100) for _word in range(3)]
            server.send_signal(signal.SIGTERM)
            while said[-1] != b"STOPPING=1":
                said.append(told.recv(100))
            server.wait(15)
        finally:
            server.kill()

    assert said[0] == b"READY=1"
    assert set(said[1:-1]) == {b"WATCHDOG=1"}


async def test_signs_of_life_come_twice_as_often_as_they_must(told: socket.socket) -> None:
    """So one of them may be late."""
    clock = ManualClock()
    systemd = Systemd({"NOTIFY_SOCKET": told.getsockname(), "WATCHDOG_USEC": "60000000"})
    living = asyncio.create_task(systemd.live(clock))
    told.settimeout(0)
    loop = asyncio.get_running_loop()
    with told:
        assert await loop.sock_recv(told, 100) == b"WATCHDOG=1"
        clock.advance(timedelta(seconds=30))
        assert await loop.sock_recv(told, 100) == b"WATCHDOG=1"
        living.cancel()
        await asyncio.wait({living})


async def test_where_nobody_listens_nothing_is_said(tmp_path: Path) -> None:
    """Without systemd, or with one that has gone, the server goes on."""
    Systemd({}).serving()
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).stopping()
    await Systemd({"WATCHDOG_USEC": "nonsense"}).live(ManualClock())

    assert Systemd({}).patience == 0


async def test_a_name_with_an_at_is_abstract() -> None:
    """As systemd writes the names of Linux's abstract sockets."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind("\0chatops-test-notify")
        listens.settimeout(0)
        Systemd({"NOTIFY_SOCKET": "@chatops-test-notify"}).serving()
        assert await asyncio.get_running_loop().sock_recv(listens, 100) == b"READY=1"
