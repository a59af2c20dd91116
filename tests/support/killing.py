"""A process that writes to a SQLite store and says what was acknowledged; killed at a moment of its own choosing."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path

from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow, OutboxRow, Put
from chatops.core.journal import NewEntry
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from sqlite_stores import SEAL, sqlite_store

LANES = 16


async def kill_a_writer(python: str, database: Path, life: int) -> None:
    """Let a process write, kill it in the midst, and check everything it was told."""
    process = await asyncio.create_subprocess_exec(
        python, str(Path(__file__)), str(database), str(life), stdout=asyncio.subprocess.PIPE
    )
    if process.stdout is None:
        message = "no output to read"
        raise RuntimeError(message)
    said: list[str] = []
    enough = random.Random(life).randint(30, 300)
    while len(said) < enough and (line := await process.stdout.readline()):
        said.append(line.decode().strip())
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    said.extend(rest.decode().rpartition("\n")[0].split())
    await _check(database, life, said)


async def _check(database: Path, life: int, said: list[str]) -> None:
    store = sqlite_store(database, ManualClock())
    await store.open()
    try:
        assert not await store.verify()
        assert said, "it was killed before it said anything"
        words = [word.partition(":") for word in said]
        accepted = [key for what, _, key in words if what == "accepted"]
        known = await store.accept_many([_event(key, "check") for key in accepted])
        assert not any(known), "an event was acknowledged and is lost"
        swarms = {stored.id for stored in await store.find("swarm", {}, limit=1_000_000)}
        assert {key for what, _, key in words if what == "committed"} <= swarms, "a unit was acknowledged and is lost"
        # A unit is whole or not there, acknowledged or not.
        lanes = [f"{earlier}/{lane}" for earlier in range(life + 1) for lane in range(LANES)]
        assert swarms == {entry.payload for lane in lanes for entry in await store.entries(lane, limit=1_000_000)}
        assert swarms == {row.key.removesuffix("/0") for row in await store.sent(limit=1_000_000)}
    finally:
        await store.close()


async def _write(database: Path, life: int) -> None:
    store = SqliteStore(database, Codec(), SEAL, SystemClock())
    await store.open()
    await asyncio.gather(*(_lane(store, life, lane) for lane in range(LANES)), _work(store, life))


async def _lane(store: SqliteStore, life: int, lane: int) -> None:
    for n in range(1_000_000):
        key = f"{life}-{lane}-{n}"
        await store.accept_many([_event(key, f"{life}/{lane}")])
        print(f"accepted:{key}", flush=True)  # noqa: T201 - this is how it tells


def _event(key: str, lane: str) -> InboxRow:
    return InboxRow(key=key, lane=lane, kind="k", body="{}", cause=key)


async def _work(store: SqliteStore, life: int) -> None:
    while True:
        for event in await store.claim_events(limit=100, now=SystemClock().now(), lease=timedelta(minutes=1)):
            key = event.key
            await store.commit(
                Commit(
                    seq=event.seq,
                    lane=event.lane,
                    fence=event.fence,
                    puts=(Put(kind="swarm", id=key, expected=0, body="{}", keys=frozenset({("lane", event.lane)})),),
                    entries=(NewEntry(chain=event.lane, kind="note", payload=key, salt="00"),),
                    outbox=(
                        OutboxRow(key=f"{key}/0", target=event.lane, kind="post", body="", cause=key, lane=event.lane),
                    ),
                )
            )
            print(f"committed:{key}", flush=True)  # noqa: T201 - this is how it tells
        await store.wait_events(0.05)


if __name__ == "__main__":
    asyncio.run(_write(Path(sys.argv[1]), int(sys.argv[2])))
