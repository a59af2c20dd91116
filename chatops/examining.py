"""`chatops doctor`: looks at the server's own parts, at every connection, and lets the plugins look deeper."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from chatops.core.clock import Clock
from chatops.core.journal import Seal
from chatops.engine.bounded import Bounded, DeadlinePassed, Raised
from chatops.errors import ChatopsError, StoreError
from chatops.hookspecs import Checkup, Finding
from chatops.ports.chat import ChatNetwork, CheckResult
from chatops.ports.roster import Directory
from chatops.ports.tickets import TicketSystem
from chatops.storage.database import ServerStore
from chatops.storage.folder import ACTION_KEY, JOURNAL_KEY, OPERATOR_TOKEN, SECRETS_KEY, DataFolder
from chatops.storage.witness import Kept, Witness

PRIVATE = (JOURNAL_KEY, ACTION_KEY, SECRETS_KEY, OPERATOR_TOKEN)
"""Files that nobody but their owner may read, also if they are copied out of the folder."""

TIGHT, FULL = 2**30, 100 * 2**20
"""Bytes of free disk below which it is told, and below which it is a failure."""

PATIENCE = 60.0
"""Seconds a part may be looked at."""

SKEW = 5.0
"""Seconds by which the clock may be behind what was written last."""


class Examination:
    """One look at everything. The store must be open."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        store: ServerStore,
        directory: Directory,
        systems: Iterable[TicketSystem],
        networks: Iterable[ChatNetwork],
        checkups: Iterable[Checkup],
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._store = store
        self._directory = directory
        self._systems = tuple(systems)
        self._networks = tuple(networks)
        self._checkups = tuple(checkups)
        self._clock = clock
        self._bounded = Bounded(clock)

    async def __call__(self) -> Sequence[Finding]:
        """Return what was found, in a fixed order. Never raises."""
        findings: list[Finding] = []
        for name, look in self._looks():
            outcome = await self._bounded.run(look(), PATIENCE, name=f"look at {name}")
            if not isinstance(outcome, Raised):
                findings += outcome.value
            else:
                findings.append(_broken(name, outcome.error))
        return _once(findings)

    def _looks(self) -> Iterable[tuple[str, Callable[[], Coroutine[Any, Any, Sequence[Finding]]]]]:
        yield "data folder", self._data_folder
        yield "database", self._database
        yield "journals", self._journals
        yield "clock", self._time
        yield "people", self._people
        for system in self._systems:
            yield system.name, _checked(system.check)
        for network in self._networks:
            yield network.name, _checked(network.check)
        for checkup in self._checkups:
            yield checkup.name, _examined(checkup.run)

    async def _data_folder(self) -> Sequence[Finding]:
        path = self._folder.path
        opened = await asyncio.to_thread(_open_to_others, path)
        free = (await asyncio.to_thread(shutil.disk_usage, path)).free
        return (
            Finding(
                name="data folder",
                state="failure" if opened else "ok",
                detail=f"others can open {', '.join(one.name for one in opened)}" if opened else "",
                fix=f"chmod go= {' '.join(map(str, opened))}" if opened else "",
            ),
            Finding(
                name="disk",
                state="failure" if free < FULL else "warning" if free < TIGHT else "ok",
                detail=f"{free / 2**30:.1f} GiB free",
                fix="Make room on the disk of the data folder, or move the folder." if free < TIGHT else "",
            ),
        )

    async def _database(self) -> Sequence[Finding]:
        try:
            await self._store.ping()
        except StoreError as error:
            fix = "The database must be a file this user may write, on a disk with room."
            return (Finding(name="database", state="failure", detail=str(error), fix=fix),)
        return (Finding(name="database", state="ok"),)

    async def _journals(self) -> Sequence[Finding]:
        found = await self._store.verify_witness()
        if not found:
            return (Finding(name="journals", state="ok", detail="the newest anchor is in the database"),)
        fix = "See all there is to find: chatops audit verify"
        return tuple(Finding(name="journals", state="failure", detail=one, fix=fix) for one in found)

    async def _time(self) -> Sequence[Finding]:
        kept = (await asyncio.to_thread(_kept, self._folder)).anchor
        behind = 0.0 if kept is None else (kept.anchored_at - self._clock.now()).total_seconds()
        if behind <= SKEW:
            return (Finding(name="clock", state="ok"),)
        detail = (
            f"it is {behind:.0f} s behind what was written last: timers are late by that, and tokens run out unseen"
        )
        return (Finding(name="clock", state="failure", detail=detail, fix="Set this machine's clock by NTP."),)

    async def _people(self) -> Sequence[Finding]:
        people = self._directory.everybody()
        if not people:
            fix = 'Name the people in the settings: [people] file = "people.toml"'
            return (Finding(name="people", state="failure", detail="the directory is empty", fix=fix),)
        admins = [person for person in people if "admin" in person.roles]
        if admins:
            return (Finding(name="people", state="ok", detail=f"{len(people)}, of them {len(admins)} admins"),)
        detail = "nobody has the role admin, so nobody is told when a connection is lost"
        fix = 'Give it to somebody in the people file: roles = ["admin"]'
        return (Finding(name="people", state="warning", detail=detail, fix=fix),)


def found(result: CheckResult) -> Finding:
    """Return the result of a connection's check as a finding."""
    return Finding(
        name=result.name,
        state="ok" if result.ok else "failure",
        detail=result.detail,
        fix="" if result.ok else result.fix,
    )


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return them without those that say what is wrong in the words of one before: who looks deeper hits it as well."""
    told: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        same = (finding.name,) if finding.state == "ok" else (finding.state, finding.detail, finding.fix)
        told.setdefault(same, finding)
    return tuple(told.values())


def _checked(
    check: Callable[[], Awaitable[Sequence[CheckResult]]],
) -> Callable[[], Coroutine[Any, Any, Sequence[Finding]]]:
    async def look() -> Sequence[Finding]:
        return tuple(found(result) for result in await check())

    return look


def _examined(
    run: Callable[[], Awaitable[Sequence[Finding]]],
) -> Callable[[], Coroutine[Any, Any, Sequence[Finding]]]:
    async def look() -> Sequence[Finding]:
        return tuple(await run())

    return look


def _broken(name: str, error: BaseException) -> Finding:
    if isinstance(error, DeadlinePassed):
        fix = "What it looks at answers too slowly; try again when that is better."
        return Finding(name=name, state="failure", detail=f"not seen through within {PATIENCE:.0f} s", fix=fix)
    detail = str(error) if isinstance(error, ChatopsError) else f"could not be looked at ({type(error).__name__})"
    return Finding(
        name=name, state="failure", detail=detail, fix="That is a bug of the part that looks; please report it."
    )


def _kept(folder: DataFolder) -> Kept:
    return Witness(folder.anchor, Seal(folder.journal_key)).read()


def _open_to_others(folder: Path) -> list[Path]:
    """Return what others than the owner can open: the folder, its keys."""
    paths = (folder, *(folder / name for name in PRIVATE))
    return [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
