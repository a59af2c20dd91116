"""What `/metrics` asks again and again costs the same, however much was ever done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatops.core.clock import SystemClock
from postgres_server import Postgres
from postgres_stores import postgres_store

DONE = """
INSERT INTO inbox (key, lane, kind, body, cause, accepted_at, state, attempts, ended_at)
SELECT 'e' || n, 'lane ' || n % 500, 'k', '{}', 'e' || n, now(), 'done', 1, now() FROM generate_series(1, 20000) AS n;
INSERT INTO outbox (key, target, kind, body, cause, lane, bulk, reply, created_at, state, attempts, fence, ended_at)
SELECT 'p' || n, 'room ' || n % 500, 'post', '{}', 'e' || n, 'lane', false, false, now(), 'sent', 1, 0, now()
FROM generate_series(1, 20000) AS n;
ANALYZE;
"""
READ = """
SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN ('inbox', 'outbox'))
  + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN ('inbox', 'outbox'))
"""
OFTEN = 20
"""Times it is asked on each connection: after a few, PostgreSQL may plan without looking at what is asked for."""


async def test_what_is_done_is_not_read(postgres: Postgres, fresh_postgres_url: Callable[..., str]) -> None:
    """Counting what waits reads no row of what does not. The database is new: what was deleted would be counted as read."""
    url = fresh_postgres_url()
    await asyncio.to_thread(postgres.psql, DONE, url)
    store = postgres_store(url, SystemClock(), readers=1)
    await store.open()
    before = int(await asyncio.to_thread(postgres.psql, READ, url))
    told = [(await store.depths(), await store.next_due()) for _time in range(OFTEN)]
    await store.close()  # with that, PostgreSQL counts what its session has read
    after = int(await asyncio.to_thread(postgres.psql, READ, url))

    assert {(depths.inbox, depths.outbox, depths.dead, due) for depths, due in told} == {(0, 0, 0, None)}
    assert after - before < OFTEN
