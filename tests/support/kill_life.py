"""What servers share that are killed: a process for each life, rest at the end, and what is left."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatops.app import App
from chatops.web.operator import DoRequest

Order = dict[str, Any]


def carry_out(live: Callable[[Order, Path], None]) -> None:
    """Carry out orders: PROGRAM DATA [ERRORS], an order a line. What is logged or goes wrong is written to ERRORS."""
    data = Path(sys.argv[1])
    for name in sys.argv[2:]:
        with Path(name).open("w") as errors:
            os.dup2(errors.fileno(), 2)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            try:
                live(json.loads(line), data)
            except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        _pid, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


async def serve(app: App, order: Order, data: Path) -> None:
    """Serve until killed; an order without a step until its file is there. Then settle, and write down what there is."""
    await app.start()
    while order["step"] or not await asyncio.to_thread((data.parent / order["until"]).exists):  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.05)
    await settled(app)
    ledger = await _ledger(app)
    await asyncio.to_thread((data.parent / "ledger.json").write_text, json.dumps(ledger))
    await app.stop()


async def settled(app: App) -> None:
    """Return once nothing is left to do, and no timer rings within seconds."""
    quiet = 0
    while quiet < 5:
        await asyncio.sleep(0.05)
        depths = await app.store.depths()
        due = await app.store.next_due()
        ringing = due is not None and (due - app.engine.clock.now()).total_seconds() < 5
        idle = not (depths.inbox or depths.outbox or ringing) and app.engine.quiet
        quiet = quiet + 1 if idle else 0


async def _ledger(app: App) -> dict[str, Any]:
    """Return what the server itself says it has done, and has given up or is not sure of."""
    sent = await app.store.sent(limit=1_000_000)
    dead = await app.store.dead_letters(limit=1_000_000)
    return {
        "total": (await app.do(DoRequest(command="total", as_="agent-1"))).replies[0].text,
        "dead": [f"{letter.body_kind} {letter.key}: {letter.error}" for letter in dead if not letter.uncertain],
        "uncertain": [letter.key for letter in dead if letter.uncertain],
        "unsent": [f"{row.kind} {row.key}: {row.state} {row.reason}" for row in sent if row.state != "sent"],
        "unknown": {row.key: [row.kind, row.target, row.body] for row in sent if row.state == "unknown"},
        "failed": [
            f"{row.kind} {row.key}: {row.state} {row.reason}" for row in sent if row.state not in {"sent", "unknown"}
        ],
    }
