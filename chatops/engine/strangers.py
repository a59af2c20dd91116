"""Somebody the directory does not know, saying the one thing that strangers may say, alone with us."""

from __future__ import annotations

from chatops.core.message import Message
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.commands import CommandWork
from chatops.errors import NotAllowed, UsageError


class StrangerWork(CommandWork):
    """A command open to strangers. Whatever else it may have been, they are told no more than anybody unknown."""

    async def attempt(self) -> Unit:
        """Read it and run it."""
        body = self.event.body
        if isinstance(body, Message) and await self.parts.intake.redacted(body.ref, self.event.accepted_at):
            return self.nothing()
        try:
            call = await self.call()
        except UsageError:
            raise unknown() from None
        if not call.command.strangers or call.dry_run:
            raise unknown()
        self.command, self.typed = call.command, call.typed
        unit = self.unit()
        await call.command.handler(unit, **call.arguments)
        self.audit(unit, unit.outcome)
        return unit


def unknown() -> NotAllowed:
    """Return what everybody is told whom the directory does not know."""
    return NotAllowed(_("I do not know you yet. Please ask an administrator to add you to the directory."))
