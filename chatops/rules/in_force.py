"""Which rules are in force: those a server read at its start, or those that were read again since, on every replica.

What is read again is stored, whole, so that all replicas take it on in the same moment and none has to look at its own
disk. A server that starts later has read its file anew, and goes by that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import structlog

from chatops.core.frozen import Aggregate, Frozen, Instant
from chatops.core.text import Code, _, lines, said
from chatops.core.unit import Unit
from chatops.errors import Impossible, SettingsError
from chatops.rules.files import parsed
from chatops.rules.model import Policy

LARGEST = 200_000
"""Letters of a file that is read again."""

MOST_FAULTS = 5
"""Faults told in one answer."""

_ID = "rules"

TextOf = Callable[[Path], Awaitable[str]]
"""Given a file: what it says. Raises OSError or UnicodeDecodeError."""

log = structlog.get_logger("chatops.rules")


class RulesRead(Aggregate, frozen=True, kw_only=True):
    """The rules as they were read again last. There is one, its id is `rules`."""

    kind: ClassVar[str] = "rules.read"

    source: str
    """The text of the file."""
    at: Instant


class Read(Frozen, frozen=True, kw_only=True):
    """The rules there were, and those that have taken their place."""

    before: Policy
    after: Policy


class InForce:
    """Tells the rules to go by, and reads their file again."""

    def __init__(
        self,
        policy: Policy,
        *,
        at: datetime,
        file: Path | None,
        pods: Sequence[str] | None = None,
        text_of: TextOf | None = None,
    ) -> None:
        """`policy` was read from `file` at the start, `at`; `pods`: those there are, None when that is not said."""
        self._own = policy
        self._at = at
        self._file = file
        self._pods = pods
        self._text_of = text_of or text_of_file
        self._newer: tuple[str, Policy] | None = None

    async def policy(self, unit: Unit) -> Policy:
        """Return the rules in force."""
        read = await unit.get(RulesRead, _ID)
        if read is None or read.at < self._at:
            return self._own
        if self._newer is None or self._newer[0] != read.source:
            try:
                # Whoever read them has looked whether there are such pods.
                newer = parsed(read.source, Path("rules"))
            except SettingsError as error:
                log.warning("rules read by another server are none here", why=str(error)[:300])
                newer = self._own
            self._newer = (read.source, newer)
        return self._newer[1]

    async def read_again(self, unit: Unit) -> Read:
        """Take on what the file says now, for all replicas. Raise Impossible with every fault; then nothing changes."""
        if self._file is None:
            raise Impossible(
                _("There is no file with rules."),
                hint=_(
                    "An admin names a file in the settings: {setting}", setting=Code(code='[rules] file = "rules.toml"')
                ),
            )
        before = await self.policy(unit)
        try:
            source = await self._source(self._file)
            after = parsed(source, Path(self._file.name), self._pods)
        except SettingsError as error:
            faults = str(error).splitlines()
            told = [said(one) for one in faults[:MOST_FAULTS]]
            if len(faults) > MOST_FAULTS:
                told.append(_("… and {count} more.", count=len(faults) - MOST_FAULTS))
            raise Impossible(
                _("The rules stay as they are: their file has faults."), hint=lines(*told), commands=("rules list",)
            ) from error
        unit.put(RulesRead(id=_ID, source=source, at=unit.now))
        return Read(before=before, after=after)

    async def _source(self, file: Path) -> str:
        """Return the text of a file. Raise SettingsError, which names it without its folder."""
        try:
            source = await self._text_of(file)
        except (OSError, UnicodeDecodeError) as error:
            message = f"{file.name} cannot be read: {type(error).__name__}"
            raise SettingsError(message) from error
        if len(source) > LARGEST:
            message = f"{file.name} has more than {LARGEST} letters."
            raise SettingsError(message)
        return source


async def text_of_file(file: Path) -> str:
    """Return what a file says."""
    return await asyncio.to_thread(file.read_text, encoding="utf-8")
