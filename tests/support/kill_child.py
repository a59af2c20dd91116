"""A server that kills itself at the step and the occurrence it is told.

Run as a program: each line it reads is an order, carried out by a process of its own, made by forking before anything runs.
So a life costs no import. The last order drains: everything is said, settled and written down for the ledger.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chatops import logs
from chatops.app import App
from chatops.ports.tickets import Knowledge, Ref
from chatops.settings import load
from chatops.web.operator import DoRequest
from kill_company import CASES
from kill_life import carry_out, settled
from kill_script import Script, title

ANY_MOMENT = "any moment"

OUTSIDE = ("open_room", "invite", "comment", "draft_article")
"""What is done outside: it kills once it has happened there, before anybody here knows."""


def live(order: dict[str, Any], data: Path) -> None:
    """Be a server until the order is carried out."""
    met: Counter[str] = Counter()

    def probe(step: str) -> None:
        met[step] += 1
        if step == order["step"] and met[step] >= order["after"]:
            os.kill(os.getpid(), signal.SIGKILL)

    if order["step"] == ANY_MOMENT:
        threading.Thread(target=_killer, args=(order["after"] / 1000,), daemon=True).start()
    logs.configure(level="warning", style="text")
    app = App.prepare(load(data / "chatops.toml"), data, listen=False, probe=probe)
    for outside in (app.registry.networks["console"], app.registry.ticket_systems["demo"]):
        if hasattr(outside, order["step"]):
            setattr(outside, order["step"], _fatal(getattr(outside, order["step"])))
    asyncio.run(_serve(app, order, data))


def _killer(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def _fatal(act: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def fatal(*told: object, **more: object) -> None:
        await act(*told, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    return fatal


async def _serve(app: App, order: dict[str, Any], data: Path) -> None:
    await app.start()
    script = Script(app, data.parent / "said", stories=order["stories"], begun=order["begun"])
    await script.begin()
    if order["step"]:
        async with asyncio.timeout(30):
            await script.forever()
    async with asyncio.timeout(120):
        await script.finish(order["at_least"])
        await settled(app)
    ledger = await _ledger(app)
    await asyncio.to_thread((data.parent / "ledger.json").write_text, json.dumps(ledger))
    await app.stop()


async def _ledger(app: App) -> dict[str, Any]:
    """Return what the outside world holds: the console's records, the ticket system's answers."""
    console = app.database.records("console_network")
    tickets = app.registry.ticket_systems["demo"]
    if not isinstance(tickets, Knowledge):
        raise TypeError(tickets)
    comments = {
        case: [
            comment.text
            for comment in await tickets.comments(Ref(system="demo", kind="ticket", id=case, key=case), limit=200)
        ]
        for case in CASES
    }
    articles = {
        article.ref.id: article.title
        for case in CASES
        for article in await tickets.search_articles(title(case), limit=50)
    }
    return {
        "rooms": [record.body for record in await console.find("room", limit=10_000)],
        "entries": [record.body for record in await console.find("entry", limit=1_000_000)],
        "happenings": [record.body for record in await console.find("happening", limit=100)],
        "comments": comments,
        "articles": articles,
        "total": (await app.do(DoRequest(command="total", as_="agent-1"))).replies[0].text,
        "dead": [f"{dead.body_kind} {dead.key}: {dead.error}" for dead in await app.store.dead_letters()],
        "unsent": [
            f"{sent.kind} {sent.key}: {sent.state} {sent.reason}"
            for sent in await app.store.sent(limit=1_000_000)
            if sent.state != "sent"
        ],
    }


if __name__ == "__main__":
    carry_out(live)
