"""Requests per second of `/api/messages`, beside the least a bot's endpoint could be. See README.md."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import broadcasting
import teams_server
from teams_load import Load, flat_out, paced, slices
from teams_sender import PEOPLE, BlackHole, Sender

from teams_issuer import ISSUER

HERE = Path(__file__).parent
OUT = HERE / "out"
SUPPORT = (HERE.parent / "tests/support", HERE.parent / "tests/simulators")

ROUNDS = int(os.environ.get("CHATOPS_BENCH_ROUNDS", "5"))
REQUESTS = int(os.environ.get("CHATOPS_BENCH_REQUESTS", "1500"))
"""Of each kind and round."""
CONNECTIONS = (1, 16, 64)
PACES = (20, 50, 100)
"""Requests per second while everything behind is down."""
PACED = 8
"""Seconds of each pace."""
P99_AIM = 100.0
"""Milliseconds."""

Line = dict[str, object]


class Server:
    """Something that is measured, in a process of its own on the first core."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.port = 0

    async def read(self) -> str:
        """Return its next line. Raise RuntimeError when it ended."""
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode().strip()
        if not line:
            text = f"a server ended with {await self._process.wait()}"
            raise RuntimeError(text)
        return line

    async def cpu(self) -> float:
        """Return the seconds of processor time it has used."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        return float(await self.read())

    async def end(self) -> None:
        """End it."""
        self._process.kill()
        await self._process.wait()


async def started(kind: str, told: Line, site: Path) -> Server:
    """Start a server and return it, once it listens."""
    paths = os.pathsep.join(str(path) for path in (site, HERE, *SUPPORT))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        teams_server.__file__,
        kind,
        env={**os.environ, "PYTHONPATH": paths},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    pinned(process.pid, first=True)
    process.stdin.write(json.dumps(told).encode() + b"\n")
    made = Server(process)
    made.port = int(await made.read())
    return made


def pinned(pid: int, *, first: bool) -> None:
    """Let a process have one core: the first, or the last. Where that is not to be had, it runs where it likes."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0) | os.sched_getaffinity(os.getppid()))
        os.sched_setaffinity(pid, {cores[0] if first else cores[-1]})


async def main() -> None:
    """Measure everything in one run, in turns, and print it."""
    hole = BlackHole()
    sender = Sender(hole)
    await sender.publish()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broadcasting.install(folder / "site")
        told: Line = {"key": sender.issuer.key.public(), "audience": sender.app.app_id, "issuer": ISSUER}
        servers = {
            "bare": await started("bare", told, folder / "site"),
            "bare with the check": await started("checked", told, folder / "site"),
            "door": await started("door", {"folder": str(sender.settings(folder / "door"))}, folder / "site"),
            "whole": await started("whole", {"folder": str(sender.settings(folder / "whole"))}, folder / "site"),
        }
        pinned(0, first=False)
        try:
            await warmed(servers, sender)
            await sender.vanish()
            write([*await rates(servers, sender), *await answers(servers["whole"], sender)])
        finally:
            for server in servers.values():
                await server.end()
            hole.close()


async def warmed(servers: dict[str, Server], sender: Sender) -> None:
    """Let keys be fetched while they can be, and everybody be known."""
    for server in servers.values():
        load = await flat_out(server.port, slices(sender.requests(server.port, fresh=True), PEOPLE), connections=4)
        require(load)


async def rates(servers: dict[str, Server], sender: Sender) -> list[Line]:
    """How many are taken in a second, each kind in turns."""
    kinds = (
        ("bare", "bare", False),
        ("bare with the check", "bare with the check", False),
        ("accepted, one token", "door", False),
        ("accepted, a token each", "door", True),
    )
    lines: list[Line] = []
    for connections in CONNECTIONS:
        found: dict[str, list[float]] = {figure: [] for figure, _kind, _fresh in kinds}
        costs: dict[str, list[float]] = {figure: [] for figure, _kind, _fresh in kinds}
        busy: list[float] = []
        for turn in range(ROUNDS):
            for figure, kind, fresh in kinds if turn % 2 else reversed(kinds):
                server = servers[kind]
                requests = slices(sender.requests(server.port, fresh=fresh), REQUESTS)
                before = await server.cpu()
                load = await flat_out(server.port, requests, connections=connections)
                costs[figure].append((await server.cpu() - before) / REQUESTS)
                require(load)
                found[figure].append(load.rate)
                busy.append(load.cpu / load.seconds)
        lines += compared(found, costs, connections)
        lines.append({"figure": f"load generator, {connections} connections", "busy": round(max(busy), 2)})
    return lines


def compared(found: dict[str, list[float]], costs: dict[str, list[float]], connections: int) -> list[Line]:
    """Return the figures, with the ratios of rounds that stood side by side."""
    lines: list[Line] = []
    for figure, per_second in found.items():
        line: Line = {
            "figure": f"{figure}, {connections} connections",
            "per_second": round(statistics.median(per_second)),
            "cpu_us": round(1_000_000 * statistics.median(costs[figure])),
        }
        for base in ("bare", "bare with the check"):
            if figure.startswith("accepted"):
                line[f"ratio to {base}"] = round(median_ratio(per_second, found[base]), 2)
        if figure.startswith("accepted"):
            line["aim"] = "≥ 0.5 of bare with the check"
        lines.append(line)
    return lines


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios round by round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


async def answers(server: Server, sender: Sender) -> list[Line]:
    """How long the 200 takes while the connector, Graph and the issuer take connections and never answer."""
    lines: list[Line] = []
    everything = sender.requests(server.port, fresh=True)
    for pace in PACES:
        load = await paced(server.port, slices(everything, pace * PACED), per_second=pace, connections=32)
        require(load)
        lines.append({"figure": f"200 at {pace} a second, everything behind down", **spread(load)})
    return lines


def spread(load: Load) -> Line:
    """Return median, 99th percentile and the worst, in milliseconds."""
    hundredths = statistics.quantiles(load.took, n=100, method="inclusive")
    return {
        "p50_ms": round(1000 * hundredths[49], 1),
        "p99_ms": round(1000 * hundredths[98], 1),
        "worst_ms": round(1000 * max(load.took), 1),
        "requests": len(load.took),
        "aim": f"p99 ≤ {P99_AIM:.0f}",
    }


def require(load: Load) -> None:
    """Raise RuntimeError unless everything was taken: who refuses is quick."""
    if set(load.statuses) != {200}:
        text = f"answers were {dict(load.statuses)}"
        raise RuntimeError(text)


def write(lines: Sequence[Line]) -> None:
    """Print the figures and keep them."""
    OUT.mkdir(exist_ok=True)
    (OUT / "teams.jsonl").write_text("".join(f"{line}\n" for line in told(lines)), encoding="utf-8")


def told(lines: Sequence[Line]) -> Iterator[str]:
    """Yield each as JSON, printed."""
    for line in lines:
        text = json.dumps(line, ensure_ascii=False)
        print(text, flush=True)
        yield text


if __name__ == "__main__":
    asyncio.run(main())
