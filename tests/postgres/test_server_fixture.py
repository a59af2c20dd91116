"""The PostgreSQL that tests get is a real one, and can be treated badly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from postgres_fixtures import OwnPostgres
from postgres_programs import ProgramFailed
from postgres_server import Postgres


def test_databases_are_fresh(postgres: Postgres, fresh_postgres_url: Callable[..., str]) -> None:
    """Migrated or empty, each its own."""
    one, other, empty = fresh_postgres_url(), fresh_postgres_url(), fresh_postgres_url(migrated=False)

    postgres.psql("INSERT INTO checkpoint VALUES ('net', 's1')", one)

    assert postgres.psql("SELECT value FROM checkpoint", one) == "s1"
    assert postgres.psql("SELECT value FROM checkpoint", other) == ""
    with pytest.raises(ProgramFailed, match="does not exist"):
        postgres.psql("SELECT value FROM checkpoint", empty)


def test_emptying(postgres: Postgres, postgres_url: str) -> None:
    """No rows, and numbers begin at 1 again."""
    add = "INSERT INTO spent_key (key, space, purged_at) VALUES ('k', 'inbox', now()) RETURNING id"
    for _time in range(2):
        assert postgres.psql(add, postgres_url) == "1"
        postgres.empty(postgres_url)


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_what_was_committed_outlives_any_end(own_postgres: OwnPostgres, how: str) -> None:
    """The same address, and every row."""
    server = own_postgres()
    server.psql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")

    server.kill() if how == "kill" else server.stop("immediate" if how == "immediate" else "fast")
    gone = server.answers()
    server.start()

    assert not gone
    assert server.psql("SELECT n FROM kept") == "1"


def test_a_pause(own_postgres: OwnPostgres) -> None:
    """Nothing is answered, then everything."""
    server = own_postgres(durable=False)

    server.pause()
    paused = server.answers()
    server.resume()

    assert (paused, server.answers()) == (False, True)


def test_read_only(own_postgres: OwnPostgres) -> None:
    """Reading goes on; sessions that are there are told, too."""
    server = own_postgres(durable=False)
    server.psql("CREATE TABLE kept (n int)")

    server.read_only(on=True)
    with pytest.raises(ProgramFailed, match="read-only transaction"):
        server.psql("INSERT INTO kept VALUES (1)")
    assert server.psql("SELECT count(*) FROM kept") == "0"
    server.read_only(on=False)

    assert server.psql("INSERT INTO kept VALUES (1) RETURNING n") == "1"


def test_a_standby_takes_over(own_postgres: OwnPostgres) -> None:
    """A synchronous one has every commit; promoted it takes writes."""
    server = own_postgres()
    server.psql("CREATE TABLE kept (n int)")
    standby = server.standby(synchronous=True)
    server.psql("INSERT INTO kept VALUES (1)")

    server.kill()
    standby.promote()

    assert standby.psql("SELECT n FROM kept") == "1"
    assert standby.psql("INSERT INTO kept VALUES (2) RETURNING n") == "2"
