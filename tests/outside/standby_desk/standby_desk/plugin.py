"""Who is on standby: a command to say so, a listener that answers the question, and the desk's own tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chatops import Aggregate, Body, Listener, PluginContext, Rest, Unit, command, hookimpl, remote_target
from chatops.core.message import Message
from chatops.core.text import _
from chatops.ports.tickets import TicketSystem
from standby_desk.tickets import DeskTickets

QUESTION = "who is on standby"


class Standby(Aggregate, frozen=True, kw_only=True):
    """The one who is on standby now."""

    kind: ClassVar[str] = "standby_desk.standby"

    person: str
    reason: str


class StandbyDesk:
    """The plugin."""

    def __init__(self, context: PluginContext) -> None:
        self._tickets = DeskTickets(context)

    @command("standby take", who="staff", summary=_("Say that you are on standby"), examples=("standby take lunch",))
    async def take(self, unit: Unit, reason: Rest = "") -> None:
        """Take the standby."""
        await unit.get(Standby, "now")
        unit.put(Standby(id="now", person=unit.actor.name, reason=reason))
        unit.answer(_("{name} is on standby.", name=unit.actor.name))

    async def answer(self, unit: Unit, message: Message) -> None:
        """Answer the question in the room it was asked in."""
        if QUESTION not in message.text.lower():
            return
        now = await unit.get(Standby, "now")
        words = _("{name} has the standby.", name=now.person) if now else _("Nobody is on standby.")
        unit.post(remote_target(message.ref.room), words)

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Store who is on standby."""
        register(Standby)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Bring `standby take`."""
        register(self.take)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Listen for the question."""
        register(Listener(name="standby_desk.answer", of=Message, handle=self.answer))

    @hookimpl
    def chatops_register_ticket_systems(self, register: Callable[[TicketSystem], None]) -> None:
        """Connect the desk's tickets."""
        register(self._tickets)
