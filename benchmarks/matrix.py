"""The server on a real homeserver, beside the least a bot would do there. See README.md."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import broadcasting
import matrix_echo
import matrix_rooms
from matrix_human import Human
from raw_matrix import Wire, each

from matrix_running import MatrixServer, prepare
from synapse_server import Login, Synapse

HERE = Path(__file__).parent
OUT = HERE / "out"
SUPPORT = HERE.parent / "tests/support"

ROUNDS = 5
QUESTIONS = 40
"""Questions to each bot per round."""
WARM = 20
"""Questions before anything counts."""
OPENED = 30
"""Rooms opened each way."""
FANNED = 200
"""Rooms a broadcast goes to."""
FANS = 3
"""Broadcasts each way, without and with people asking meanwhile."""
IDLE = 20.0
"""Seconds of doing nothing."""

UNLIMITED = "per_second = 100000.0\nroom_per_second = 100000.0"
PATIENT = "flood_burst = 1000000"


@dataclass(frozen=True)
class Bot:
    """One of the two that are measured."""

    name: str
    user: str
    question: str
    """What it answers in one message."""
    pid: int
    room: str
    """Where it is asked."""
    many: list[str]
    """Where it broadcasts."""


QUESTION = "!echo hello"

Lines = list[dict[str, object]]


async def main() -> None:
    """Measure everything in one run, in turns, and print it."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, (OUT / "matrix.jsonl").open("w", encoding="utf-8") as file:
        homeserver = Synapse(Path(folder) / "synapse")
        await asyncio.to_thread(homeserver.start)
        try:
            async for lines in measured(homeserver, Path(folder)):
                for line in lines:
                    print(json.dumps(line, ensure_ascii=False), flush=True)
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
        finally:
            await asyncio.to_thread(homeserver.stop)


async def measured(homeserver: Synapse, folder: Path) -> AsyncIterator[Lines]:
    """Yield every figure."""
    yield await rooms(homeserver, folder)
    human = homeserver.register("human")
    server = await asyncio.to_thread(server_on, folder / "server", homeserver, human)
    async with aiohttp.ClientSession() as http:
        person = Human(Wire(http, homeserver.url, human.user, human.token))
        watching = asyncio.create_task(person.watch())
        raw = homeserver.register("raw")
        await asyncio.to_thread(server.start)
        try:
            async with echoing(homeserver, raw) as pid:
                bots = [
                    await settled(person, "server", server.bot.user, QUESTION, server.pid),
                    await settled(person, "raw", raw.user, QUESTION, pid),
                ]
                yield await idle(bots)
                yield await replies(person, bots)
                yield await fans(person, bots, folder)
        finally:
            watching.cancel()
            await asyncio.to_thread(server.stop)


def server_on(folder: Path, homeserver: Synapse, human: Login) -> MatrixServer:
    """Return a server that knows the person who measures, and can broadcast."""
    site = folder / "site"
    broadcasting.install(site)
    path = os.pathsep.join((str(site), str(HERE), str(SUPPORT)))
    return prepare(
        folder,
        homeserver.url,
        homeserver.register("chatops"),
        {"agent-1": human.user},
        plugins=("broadcasting",),
        matrix=UNLIMITED,
        engine=PATIENT,
        PYTHONPATH=path,
    )


@asynccontextmanager
async def echoing(homeserver: Synapse, login: Login) -> AsyncIterator[int]:
    """Run the raw bot in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, matrix_echo.__file__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told = {"url": homeserver.url, "user": login.user, "token": login.token}
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdin.drain()
    await process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


async def settled(person: Human, name: str, user: str, question: str, pid: int) -> Bot:
    """Return a bot that is in all its rooms."""
    made: list[str] = []

    async def make(number: str) -> None:
        room = await person.wire.open_room(f"{name} {number}", [user])
        await person.met(room, user)
        made.append(room)

    await each(4, [str(number) for number in range(FANNED + 1)], make)
    return Bot(name=name, user=user, question=question, pid=pid, room=made[0], many=made[1:])


async def replies(person: Human, bots: Sequence[Bot]) -> Lines:
    """From the question's PUT to the answer in the asker's long poll; the bots in turns, question by question."""
    for _turn in range(WARM):
        for bot in bots:
            await person.ask(bot.room, bot.question, bot.user)
    took: dict[str, list[float]] = {bot.name: [] for bot in bots}
    for turn in range(ROUNDS * QUESTIONS):
        for bot in bots if turn % 2 else reversed(bots):
            took[bot.name].append(await person.ask(bot.room, bot.question, bot.user))
    return compared("reply", took["server"], took["raw"])


async def fans(person: Human, bots: Sequence[Bot], folder: Path) -> Lines:
    """A message to many rooms; and how long others wait for their answers meanwhile."""
    quiet: dict[str, list[float]] = {bot.name: [] for bot in bots}
    asked: dict[str, list[float]] = {bot.name: [] for bot in bots}
    busy: dict[str, list[float]] = {bot.name: [] for bot in bots}
    idle_: dict[str, list[float]] = {bot.name: [] for bot in bots}
    for turn in range(FANS):
        for bot in bots if turn % 2 else reversed(bots):
            command = await asyncio.to_thread(written, folder / f"{bot.name}.json", bot.many)
            control, talk = bot.many[-1], bot.room
            rooms_ = bot.many[:-1]
            quiet[bot.name].append(await person.tell(control, command, bot.user, rooms_))
            idle_[bot.name] += [await person.ask(talk, bot.question, bot.user) for _ in range(QUESTIONS)]
            telling = asyncio.create_task(person.tell(control, command, bot.user, rooms_))
            while not telling.done():
                busy[bot.name].append(await person.ask(talk, bot.question, bot.user))
            asked[bot.name].append(await telling)
    count = FANNED - 1
    rates = {name: count / statistics.median(took) for name, took in quiet.items()}
    meanwhile = {name: count / statistics.median(took) for name, took in asked.items()}
    lines: Lines = []
    for name in ("server", "raw"):
        lines.append({"figure": f"fan-out, {name}", "per_second": round(rates[name], 1)})
        lines.append({"figure": f"fan-out while asked, {name}", "per_second": round(meanwhile[name], 1)})
        slower = statistics.median(busy[name]) / statistics.median(idle_[name])
        asks = {"asked": len(busy[name]), **milliseconds(busy[name]), "times_idle": round(slower, 2)}
        lines.append({"figure": f"reply during fan-out, {name}", **asks})
    lines.append({"figure": "fan-out, server / raw", "ratio": round(rates["server"] / rates["raw"], 2), "aim": "≥ 0.9"})
    return lines


def written(file: Path, rooms_: list[str]) -> str:
    """Write down where to broadcast, and return the command."""
    file.write_text(json.dumps(rooms_[:-1]))
    return f"!fan {file}"


async def idle(bots: Sequence[Bot]) -> Lines:
    """Processor time while nobody says anything."""
    before = {bot.name: await asyncio.to_thread(cpu, bot.pid) for bot in bots}
    await asyncio.sleep(IDLE)
    used = {bot.name: await asyncio.to_thread(cpu, bot.pid) - before[bot.name] for bot in bots}
    return [
        {"figure": f"idle, {name}", "cpu_ms_per_second": round(1000 * seconds / IDLE, 2)}
        for name, seconds in used.items()
    ]


def cpu(pid: int) -> float:
    """Return the seconds of processor time a process has used. Source: proc(5), fields utime and stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rooms(homeserver: Synapse, folder: Path) -> Lines:
    """A room with ten people invited, a card and its pin: through the adapter, and by three plain requests."""
    invite = [homeserver.register(f"invited{number}").user for number in range(10)]
    bot, raw = homeserver.register("opener"), homeserver.register("rawopener")
    data = folder / "opener"
    await asyncio.to_thread(prepare, data, homeserver.url, bot, {}, matrix=UNLIMITED)
    told = {"url": homeserver.url, "user": raw.user, "token": raw.token, "invite": invite, "turns": OPENED}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        matrix_rooms.__file__,
        str(data),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _err = await process.communicate(json.dumps(told).encode() + b"\n")
    took = json.loads(out)
    return compared("room with 10 invited, card, pin", took["adapter"], took["raw"], aim="≤ 1.3")


def compared(figure: str, ours: list[float], raw: list[float], aim: str = "≤ 1.25") -> Lines:
    """Return a figure of both, and the ratio."""
    ratios = {
        "ratio": round(statistics.median(ours) / statistics.median(raw), 2),
        "p95_ratio": round(p95(ours) / p95(raw), 2),
    }
    return [
        {"figure": f"{figure}, server", "times": len(ours), **milliseconds(ours)},
        {"figure": f"{figure}, raw", "times": len(raw), **milliseconds(raw)},
        {"figure": f"{figure}, server / raw", **ratios, "aim": aim},
    ]


def milliseconds(seconds: Iterable[float]) -> dict[str, float]:
    """Return median and 95th percentile."""
    found = list(seconds)
    return {"p50_ms": round(1000 * statistics.median(found), 1), "p95_ms": round(1000 * p95(found), 1)}


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    asyncio.run(main())
