"""One look at a policy: can it be read, does it hang together, does it do what its scenarios say."""

from __future__ import annotations

import asyncio
from pathlib import Path

from chatops.core.frozen import Frozen
from chatops.policy.folder import read_folder
from chatops.policy.playing import play
from chatops.policy.shape import shape


class Report(Frozen, frozen=True, kw_only=True):
    """What was found."""

    problems: tuple[str, ...] = ()
    scenarios: int = 0
    rules: int = 0
    readable: bool = True

    @property
    def text(self) -> str:
        """The problems and a line that counts, as the command line shows them."""
        tried = f"{_counted(self.rules, 'rule')}, {_counted(self.scenarios, 'scenario')}"
        end = f"{tried}: {_counted(len(self.problems), 'problem') if self.problems else 'all is well'}."
        return "\n".join([*self.problems, end])


def examine(folder: Path) -> Report:
    """Look at everything in a folder. Blocking, and runs an event loop of its own: not to be called in one."""
    read, problems = read_folder(folder)
    if read is None:
        return Report(problems=tuple(problems), readable=False)
    found = [*problems, *shape(read)]

    async def all_of_them() -> None:
        for scenario in read.scenarios:
            found.extend(await play(read, scenario))

    asyncio.run(all_of_them())
    return Report(problems=tuple(found), scenarios=len(read.scenarios), rules=len(read.policy.rules))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
