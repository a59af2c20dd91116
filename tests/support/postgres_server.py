"""A real PostgreSQL for tests, in a process of its own, on a free port of this machine only.

Every call here blocks. A test whose server under test must go on meanwhile says `await asyncio.to_thread(server.stop)`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Literal

import postgres_programs as programs
import postgres_template
from synapse_server import LEASHED, free_port, hold

START_WITHIN = 30.0
"""Seconds; a start takes a third of one on an idle machine, more after a crash."""

STOP_WITHIN = 10.0
USER = "postgres"

Mode = Literal["smart", "fast", "immediate"]

MODES = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
"""What `pg_ctl stop -m` sends. Source: PostgreSQL's documentation, "Shutting Down the Server"."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "restart_after_crash": "on",
    "log_min_messages": "log",
    "autovacuum_naptime": "10min",
}

HASTY: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For servers that are never killed."""


END_SESSIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class DidNotStart(Exception):
    """PostgreSQL ended or stayed silent; the text is the end of its log."""


class Postgres:
    """A server with its data in `directory`: stopped and started again it has everything it had, on the same port.

    It ends, however this process ends, when the last process that holds `lease` is gone. `durable=False` is quicker, and
    loses what was committed when it is killed. The user is `postgres`, without a password.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        lease: Path | None = None,
        port: int | None = None,
    ) -> None:
        self.directory = directory or Path(tempfile.mkdtemp(prefix="chatops-postgres-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o711)  # its user, who may be another, has to find the way in
        self.data = self.directory / "data"
        self.port = port or free_port()
        self._durable = durable
        self._more = dict(settings or {})
        self._settings = {**SETTINGS, **({} if durable else HASTY), **self._more, "port": str(self.port)}
        self._lease = lease or self.directory / "lease"
        self._held: IO[bytes] | None = None
        self._leash: subprocess.Popen[str] | None = None
        self._pid = 0
        self._paused: list[int] = []
        self._bin: Path | None = None
        self._made = 0
        self._followers: list[Postgres] = []

    @property
    def url(self) -> str:
        """The database every server has."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """Its main process."""
        return self._pid

    @property
    def running(self) -> bool:
        """Whether its process is there (a paused one is)."""
        return self._leash is not None and self._leash.poll() is None

    @property
    def log(self) -> str:
        """Everything it has logged."""
        path = self.directory / "postgres.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # its life

    def start(self) -> None:
        """Come back when it takes connections; the first time, make its data folder. Raises DidNotStart."""
        if not (self.data / "PG_VERSION").exists():
            self._make()
        give_up = time.monotonic() + START_WITHIN
        while not self._started():
            # Killed before, it has left processes that take a moment to notice.
            if "still in use" not in self.log[-1000:] or time.monotonic() > give_up:
                self.let_go()
                raise DidNotStart(self.log[-3000:])
            time.sleep(0.05)

    def stop(self, mode: Mode = "fast") -> None:
        """End it; `fast` ends sessions and stops in order, `immediate` stops as a crash does. Nothing if not running."""
        self._end(MODES[mode])

    def kill(self) -> None:
        """End its main process as the kernel does when memory is short; the others follow."""
        self._end(signal.SIGKILL)

    def restart(self, mode: Mode = "fast") -> None:
        """End it and start it again."""
        self.stop(mode)
        self.start()

    def pause(self) -> None:
        """Let all of it hang: connections stay open and nothing is answered."""
        os.kill(self._pid, signal.SIGSTOP)  # from now on it has no new processes
        self._paused = [self._pid, *_children(self._pid)]
        self._send(self._paused, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after a pause."""
        self._send(self._paused, signal.SIGCONT)
        self._paused = []

    def remove(self) -> None:
        """End it, and those that follow it, and delete everything they had."""
        for follower in self._followers:
            follower.remove()
        if self._pid:
            self.stop("immediate")
        else:
            self._end_anothers()
        self.let_go()
        shutil.rmtree(self.directory, ignore_errors=True)

    def hold(self) -> None:
        """Keep the server from ending until this process lets go or is gone."""
        if self._held is None:
            self._held = hold(self._lease)

    def let_go(self) -> None:
        """Give the lease back. Whoever else holds it keeps the server."""
        if self._held is not None:
            self._held.close()
            self._held = None

    # what is in it

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL, each statement by itself; rows come back as lines, fields divided by `|`. Raises ProgramFailed."""
        command = [str(self._program("psql")), "-XqtA", "-v", "ON_ERROR_STOP=1", self.url_of(_name(database))]
        return programs.run(command, text=sql).strip()

    def database(self, *, migrated: bool = True) -> str:
        """The address of a fresh database: with this program's tables and no rows, or quite empty."""
        template = postgres_template.of(self) if migrated else "template0"
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url_of(name)

    def drop(self, database: str) -> None:
        """Delete a database, given by name or address, and end its sessions."""
        self.psql(f"DROP DATABASE IF EXISTS {_name(database)} WITH (FORCE)")

    def empty(self, database: str) -> None:
        """End the sessions of a migrated database and delete its rows: as good as a fresh one, and quicker."""
        self.psql(postgres_template.EMPTY, database)

    def end_sessions(self, database: str) -> int:
        """End every session of a database, as an administrator does; return how many there were."""
        return int(self.psql(END_SESSIONS, database))

    def set(self, name: str, value: str | None) -> None:
        """Change a setting of the running server, None: back to what it was. Sessions have it a moment later."""
        change = f"RESET {name}" if value is None else f"SET {name} = '{value}'"
        self.psql(f"ALTER SYSTEM {change};\nSELECT pg_reload_conf();")

    def read_only(self, *, on: bool) -> None:
        """Let no session write any more, as a fail-over or an administrator does; or let them write again."""
        self.set("default_transaction_read_only", "on" if on else None)

    # a second one

    def standby(self, directory: Path | None = None, *, synchronous: bool = False) -> Postgres:
        """Start a server that follows this one. `synchronous`: from then on a commit here waits until it is there, too."""
        follower = Postgres(directory, durable=self._durable, settings=self._more)
        self._followers.append(follower)
        programs.folder(follower.data)
        programs.run(
            [
                str(self._program("pg_basebackup")),
                *("-D", str(follower.data), "-h", "127.0.0.1", "-p", str(self.port), "-U", USER),
                *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"),
            ]
        )
        follower.start()
        if synchronous:
            self.set("synchronous_standby_names", "*")
        return follower

    def promote(self) -> None:
        """Let a standby be the one that is written to; come back when it is."""
        self.psql("SELECT pg_promote(wait => true)")

    # for other processes of the run

    def answers(self) -> bool:
        """Whether it takes connections."""
        ready = [str(self._program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        return subprocess.run(ready, capture_output=True, check=False).returncode == 0

    def _program(self, name: str) -> Path:
        if self._bin is None:
            self._bin = programs.within_reach(self.directory)
        return self._bin / name

    def _make(self) -> None:
        if not self.data.exists():
            programs.folder(self.data)
        how = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={USER}")
        programs.run([str(self._program("initdb")), "-D", str(self.data), *how])

    def _started(self) -> bool:
        self.hold()
        command = [str(self._program("postgres")), "-D", str(self.data)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.directory / "postgres.log").open("ab") as printed:
            self._leash = subprocess.Popen(
                [sys.executable, LEASHED, str(self._lease), *programs.as_user(command)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=printed,
                cwd="/",
                text=True,
                start_new_session=True,
            )
        assert self._leash.stdout is not None
        with self._leash.stdout as said:
            self._pid = int(said.readline() or 0)
        give_up = time.monotonic() + START_WITHIN
        while self._pid and self.running and time.monotonic() < give_up:
            if self.answers():
                return True
            time.sleep(0.02)
        self.kill()
        return False

    def _end(self, how: signal.Signals) -> None:
        if self._leash is None:
            return
        self._send([self._pid], how)
        self.resume()
        try:
            self._leash.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._send([self._pid], signal.SIGKILL)
            self._leash.wait(STOP_WITHIN)
        self._leash = None

    def _end_anothers(self) -> None:
        """End the server that another process of the run has started."""
        if not self.answers():
            return
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        self._send([pid], MODES["immediate"])
        give_up = time.monotonic() + STOP_WITHIN
        while time.monotonic() < give_up:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)

    def _send(self, pids: list[int], what: signal.Signals) -> None:
        for pid in filter(None, pids):  # to the system, 0 is everybody in this process's group
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)


def _children(pid: int) -> list[int]:
    """The processes that `pid` has started, on Linux."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _name(database: str) -> str:
    return database.rpartition("/")[2]
