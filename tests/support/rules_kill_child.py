"""A server with rules that kills itself at the step it is told, in the midst of looks at its open cases.

Run as a program, as `kill_child` is: each line it reads is an order, carried out by a process of its own.
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
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.ports.tickets import NewTicket, Ref, TicketQuery, WriteContext
from chatops.rules.facts import Look
from chatops.settings import load
from chatops.swarm.model import Swarm
from kill_life import Order, carry_out, settled

OUTSIDE = ("open_room", "comment")
"""What is done outside: it kills once it has happened there, before anybody here knows."""

ANY_MOMENT = "any moment"

OPENED, OFFERED = "waterfall", "lighthouse"
"""Words of cases that the rules open a swarm for, and of those they offer."""

EACH = 2
"""Cases of both sorts that come in one life."""


def live(order: Order, data: Path) -> None:
    """Be a server until the order is carried out."""
    met: Counter[str] = Counter()
    ready = asyncio.Event()

    def probe(step: str) -> None:
        if not ready.is_set():
            return
        met[step] += 1
        if step == order["step"] and met[step] >= order["after"]:
            os.kill(os.getpid(), signal.SIGKILL)

    logs.configure(level="warning", style="text")
    app = App.prepare(load(data / "chatops.toml"), data, listen=False, probe=probe)
    for outside in (app.registry.networks["console"], app.registry.ticket_systems["demo"]):
        if hasattr(outside, order["step"]):
            setattr(outside, order["step"], _fatal(getattr(outside, order["step"]), ready))
    asyncio.run(_serve(app, order, data, ready))


def _fatal(act: Callable[..., Awaitable[object]], ready: asyncio.Event) -> Callable[..., Awaitable[object]]:
    async def fatal(*told: object, **more: object) -> object:
        done = await act(*told, **more)
        if ready.is_set():
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return fatal


def _killer(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


async def _serve(app: App, order: Order, data: Path, ready: asyncio.Event) -> None:
    """`ready` is set once the cases of this life are there: before, nothing kills."""
    await app.start()
    codec, life = Codec(), order["life"]
    codec.register(Look)
    for number in range(EACH):
        for word in (OPENED, OFFERED):
            await _case(app, f"{word} {life}-{number}x")
    ready.set()
    if order["step"] == ANY_MOMENT:
        threading.Thread(target=_killer, args=(order["after"] / 1000,), daemon=True).start()
    for number in range(40 if order["step"] else 2):
        key = f"look:{life}:{number}"
        body = codec.encode(Look(system="demo"))
        await app.store.accept_many([InboxRow(key=key, lane="rules:demo", kind=Look.kind, body=body, cause=key)])
        app.engine.ring()
        if number < 2:
            await settled(app)
    if order["step"]:
        await asyncio.sleep(20)
    await settled(app)
    ledger = await _ledger(app)
    await asyncio.to_thread((data.parent / "ledger.json").write_text, json.dumps(ledger))
    await app.stop()


async def _case(app: App, subject: str) -> None:
    tickets = app.registry.ticket_systems["demo"]
    known = await tickets.get(Ref(system="demo", kind="ticket", id="1001", key="1001"))
    new = NewTicket(subject=subject, customer=None if known.customer is None else known.customer.ref)
    await tickets.create(new, WriteContext(key=subject))


async def _ledger(app: App) -> dict[str, Any]:
    """Return the cases there are, the swarms for them, the rooms, and what was said in the pod's room."""
    tickets, console = app.registry.ticket_systems["demo"], app.database.records("console_network")
    codec = Codec()
    codec.register(Swarm)
    swarms = [codec.decode_as(Swarm, one.body) for one in await app.store.find(Swarm.kind, {}, limit=1_000)]
    page = await tickets.search(TicketQuery(open_only=True, sort="newest"), limit=1_000)
    entries = [record.body for record in await console.find("entry", limit=100_000)]
    return {
        "cases": {one.ref.id: one.subject for one in page.items if one.subject.startswith((OPENED, OFFERED))},
        "swarms": [one.case.ref.id for one in swarms if one.case.ref is not None],
        "rooms": [record.body for record in await console.find("room", limit=10_000)],
        "said": [(one["room"], (one.get("said") or {"plain": one.get("text")})["plain"]) for one in entries],
        "dead": [f"{dead.body_kind} {dead.key}: {dead.error}" for dead in await app.store.dead_letters()],
        "findings": list(await app.store.verify()),
    }


if __name__ == "__main__":
    carry_out(live)
