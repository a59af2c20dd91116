"""Ours beside Errbot, Opsdroid, maubot and the least a bot can be, in turns, in several rounds. See README.md."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers"
ROOT = HERE.parent
OUT = HERE / "out"
ROUNDS = int(os.environ.get("CHATOPS_BENCH_ROUNDS", "3"))
FEW, MANY = 20, 200
"""Other commands that are registered."""

LONGEST = 300.0
IDLE = 3.0
"""Seconds a started program is left alone before its memory is read."""

Figures = defaultdict[str, list[float]]

AIMS: tuple[tuple[str, str, str, str, float], ...] = (
    ("durable / Opsdroid with SQLite", "ours durable at 64", "opsdroid durable", "at least", 10.0),
    ("durable / Errbot with its shelf", "ours durable at 64", "errbot durable", "at least", 0.3),
    ("show, K=20 / Opsdroid", "ours show at 64, K=20", "opsdroid hit, K=20", "at least", 1.0),
    ("help, K=20 / Opsdroid", "ours help at 64, K=20", "opsdroid hit, K=20", "at least", 1.0),
    ("show, K=200 / Opsdroid", "ours show at 64, K=200", "opsdroid hit, K=200", "at least", 5.0),
    ("help, K=200 / Opsdroid", "ours help at 64, K=200", "opsdroid hit, K=200", "at least", 5.0),
    ("show, K=200 / K=20", "ours show at 64, K=200", "ours show at 64, K=20", "at least", 0.9),
    ("noise / Errbot", "ours noise", "errbot noise, K=20", "at least", 1.0),
    ("start-up, processor time / imports", "ours start-up cpu", "imports start-up cpu", "at most", 1.6),
)


def python(peer: str) -> str:
    """Return the Python a peer is installed in."""
    return str(ROOT / (".venv" if peer in {"ours", "bare", "imports"} else f".peer-{peer}") / "bin" / "python")


def told(peer: str, *words: str, others: int = FEW) -> Iterator[dict[str, object]]:
    """Run a peer's program; return the figures it tells."""
    program = PEERS / (f"{peer}.py" if peer in {"ours", "bare"} else f"{peer}_bot.py")
    paths = [str(PEERS), str(HERE), str(ROOT / "tests" / "support")] if peer == "ours" else [str(PEERS)]
    with tempfile.TemporaryDirectory(prefix=peer) as folder:
        run = subprocess.run(
            [python(peer), str(program), *words],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "CHATOPS_BENCH_K": str(others),
                "CHATOPS_BENCH_FOLDER": folder,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=LONGEST,
            check=True,
        )
    for line in run.stdout.splitlines():
        if line.startswith('{"figure"'):
            yield json.loads(line)


def one_round(figures: Figures) -> None:
    """Let everybody have a turn."""

    def keep(peer: str, *words: str, others: int = FEW, by_number: bool = True) -> None:
        for figure in told(peer, *words, others=others):
            name = f"{peer} {figure['figure']}" + (f", K={others}" if by_number else "")
            figures[name].append(float(str(figure["per_second"])))
            if "p99_ms" in figure:
                figures[f"{name} p99 ms"].append(float(str(figure["p99_ms"])))

    keep("bare", "durable", by_number=False)
    for peer in ("ours", "opsdroid", "errbot"):
        keep(peer, "durable", by_number=False)
    for others in (FEW, MANY):
        keep("bare", others=others)
        for peer in ("opsdroid", "errbot", "maubot"):
            keep(peer, others=others)
        keep("ours", "reads", others=others)
    keep("ours", "noise", by_number=False)
    keep("ours", "waiting", by_number=False)
    for name, (processor, memory) in started().items():
        figures[f"{name} start-up cpu"].append(processor)
        figures[f"{name} start-up pss"].append(memory)


def started() -> Mapping[str, tuple[float, float]]:
    """Return what merely importing costs, and what the server does that is ready: seconds of processor time, PSS in MiB."""
    with tempfile.TemporaryDirectory(prefix="start") as name:
        folder = Path(name)
        chatops = str(ROOT / ".venv" / "bin" / "chatops")
        programs = {
            "imports": ([python("imports"), str(PEERS / "imports.py")], "READY"),
            "ours": ([chatops, "demo", "--port", "0", "--data", str(folder / "data")], r"http://"),
        }
        # The first start of each compiles what it imports and makes the database; neither is what a restart costs.
        for command, ready in programs.values():
            _cost(command, ready, folder)
        return {name: _cost(command, ready, folder) for name, (command, ready) in programs.items()}


def _cost(command: Sequence[str], ready: str, folder: Path) -> tuple[float, float]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**environment, "PYTHONPYCACHEPREFIX": str(folder / "compiled")},
    )
    try:
        if process.stdout is None or not any(re.search(ready, line) for line in process.stdout):
            text = f"{command[0]} never got ready: {process.wait(10)}"
            raise RuntimeError(text)
        time.sleep(IDLE)
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        processor = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8")
        return processor, int(re.findall(r"Pss:\s+(\d+)", rollup)[0]) / 1024
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def main() -> None:
    """Run all rounds; print medians, and ratios with their aims."""
    figures: Figures = defaultdict(list)
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        one_round(figures)
    middle = {name: statistics.median(values) for name, values in figures.items()}
    lines: list[dict[str, object]] = [
        {"figure": name, "median": round(value, 2), "rounds": ROUNDS} for name, value in middle.items()
    ]
    for name, ours, theirs, rule, aim in AIMS:
        ratio = middle[ours] / middle[theirs]
        met = ratio >= aim if rule == "at least" else ratio <= aim
        lines.append({"figure": name, "ratio": round(ratio, 3), "aim": f"{rule} {aim}", "met": met})
    memory = middle["ours start-up pss"] - middle["imports start-up pss"]
    lines.append({"figure": "start-up, PSS beyond imports, MiB", "value": round(memory, 1), "aim": "at most 25"})
    wait = middle["ours waiting p99 ms"]
    lines.append({"figure": "another room's wait, p99, ms", "value": round(wait, 1), "aim": "at most 20"})
    OUT.mkdir(exist_ok=True)
    with (OUT / "peers.jsonl").open("w", encoding="utf-8") as file:
        for line in lines:
            print(json.dumps(line))
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
