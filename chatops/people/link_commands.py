"""`link`, `link confirm`, `link refuse`, `unlink`."""

from __future__ import annotations

from chatops.core.command import Option, command
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.people.linking import Linking, speaker
from chatops.ports.roster import Directory


class LinkCommands:
    """What people say to link an account of theirs."""

    def __init__(self, linking: Linking, directory: Directory) -> None:
        self._linking = linking
        self._directory = directory

    @command(
        "link",
        who="anyone",
        summary=_("Link another account of yours: start here, then write the code there"),
        aliases={"de": ("verknüpfen",), "nl": ("koppelen",)},
        examples=("link",),
        options={"code": Option(label=_("the code, in the account to be added"))},
        secret=True,
        strangers=True,
    )
    async def link(self, unit: Unit, code: str = "") -> None:
        """Give a code, or take one from an account that is not known yet."""
        if not code:
            await self._linking.start(unit)
            return
        who = speaker(unit)
        await self._linking.typed(unit, None if who is None else self._directory.by_identity(who), code)

    @command(
        "link confirm",
        who="staff",
        summary=_("It is you who typed the code in the other account"),
        aliases={"de": ("verknüpfen bestätigen",), "nl": ("koppelen bevestigen",)},
        examples=("link confirm 7QK2",),
        options={"ref": Option(label=_("which question"))},
    )
    async def confirm(self, unit: Unit, ref: str) -> None:
        """Add the account. Raise NotAllowed for any identity but the one that asked for the code."""
        await self._linking.confirm(unit, ref)

    @command(
        "link refuse",
        who="staff",
        summary=_("It was not you who typed the code"),
        aliases={"de": ("verknüpfen ablehnen",), "nl": ("koppelen weigeren",)},
        examples=("link refuse 7QK2",),
        options={"ref": Option(label=_("which question"))},
    )
    async def refuse(self, unit: Unit, ref: str) -> None:
        """Leave the account unknown."""
        await self._linking.refuse(unit, ref)

    @command(
        "unlink",
        who="staff",
        summary=_("Take away an account you have linked"),
        aliases={"de": ("trennen",), "nl": ("ontkoppelen",)},
        examples=("unlink console",),
        options={"network": Option(label=_("its network, or all of its name"))},
    )
    async def unlink(self, unit: Unit, network: str) -> None:
        """Take it away; all accounts are told."""
        await self._linking.unlink(unit, network)
