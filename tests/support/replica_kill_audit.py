"""Writes down what the database holds after the kills, for `replica_kill_ledger`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg

from chatops.core.journal import Seal
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_server import PostgresServer
from chatops.storage.postgres_verify import verify, verify_witness
from chatops.storage.witness import Witness

TABLES = {
    "inbox": "SELECT seq, key, lane, state, fence, lease_until IS NOT NULL AS leased FROM inbox ORDER BY seq",
    "outbox": "SELECT id, key, target, state, lease_until IS NOT NULL AS leased FROM outbox ORDER BY id",
    "journal": "SELECT chain, payload FROM journal ORDER BY chain, seq",
    "counts": "SELECT ident, version, body FROM aggregate ORDER BY ident",
}


async def audit(store: PostgresStore, server: PostgresServer, seal: Seal, folder: Path) -> None:
    """Write `found.json`. The journals are checked against what each replica has kept outside the database."""
    connection = await asyncpg.connect(**server.address())
    found: dict[str, Any] = {
        name: [dict(row) for row in await connection.fetch(query)] for name, query in TABLES.items()
    }
    await connection.close()
    found["dead"] = [f"{dead.body_kind} {dead.key}: {dead.error}" for dead in await store.dead_letters()]
    found["findings"] = await asyncio.to_thread(_findings, server, seal, folder)
    await asyncio.to_thread((folder / "found.json").write_text, json.dumps(found))


def _findings(server: PostgresServer, seal: Seal, folder: Path) -> list[str]:
    witnesses = [Witness(path, seal) for path in sorted(folder.glob("*.anchor"))]
    return sum((verify_witness(server, witness) for witness in witnesses), verify(server, seal))
