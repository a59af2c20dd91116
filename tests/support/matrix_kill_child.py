"""A server on a homeserver that kills itself where it is told.

Run as a program: each line it reads is an order, carried out by a process of its own, made by forking before anything runs.
So a life costs no import. An order with no step lives until it is told to end, settles, and writes down what it holds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from chatops import logs
from chatops.app import App
from chatops.settings import load
from chatops.web.operator import DoRequest
from matrix_kill_points import NOTHING, Death
from matrix_network.plugin import MatrixNetwork
from matrix_network.session import Kept


def live(order: dict[str, Any], data: Path) -> None:
    """Be a server until the order is carried out."""
    death = Death(order, data.parent / "deaths")
    logs.configure(level="warning", style="text")
    app = App.prepare(load(data / "chatops.toml"), data, listen=False, probe=death.probe)
    plugin = app.registry.plugins["matrix_network"]
    if not isinstance(plugin, MatrixNetwork):
        raise TypeError(plugin)
    death.watch(plugin.homeserver)
    asyncio.run(_serve(app, plugin, order, data))
    death.note(NOTHING)


async def _serve(app: App, plugin: MatrixNetwork, order: dict[str, Any], data: Path) -> None:
    if order["login"]:
        await app.store.open()
        await plugin.session.begin(Kept(**order["login"]))
        await app.store.close()
        return
    await app.start()
    while order["step"] or not await asyncio.to_thread((data.parent / order["until"]).exists):  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.05)
    await _settled(app)
    ledger = await _ledger(app)
    await asyncio.to_thread((data.parent / "ledger.json").write_text, json.dumps(ledger))
    await app.stop()


async def _settled(app: App) -> None:
    quiet = 0
    while quiet < 5:
        await asyncio.sleep(0.05)
        depths = await app.store.depths()
        due = await app.store.next_due()
        ringing = due is not None and (due - app.engine.clock.now()).total_seconds() < 5
        idle = not (depths.inbox or depths.outbox or ringing) and app.engine.quiet
        quiet = quiet + 1 if idle else 0


async def _ledger(app: App) -> dict[str, Any]:
    """Return what the server itself says it has done, and has given up."""
    return {
        "total": (await app.do(DoRequest(command="total", as_="agent-1"))).replies[0].text,
        "dead": [f"{dead.body_kind} {dead.key}: {dead.error}" for dead in await app.store.dead_letters()],
        "unsent": [
            f"{sent.kind} {sent.key}: {sent.state} {sent.reason}"
            for sent in await app.store.sent(limit=1_000_000)
            if sent.state != "sent"
        ],
    }


def main() -> None:
    """Carry out orders: main DATA ERRORS. What is logged or goes wrong is written to ERRORS."""
    data = Path(sys.argv[1])
    with Path(sys.argv[2]).open("w") as errors:
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


if __name__ == "__main__":
    main()
