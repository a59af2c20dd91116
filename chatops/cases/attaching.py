"""Puts on a case what is in the chat: files that came with the command or with what it replies to, or an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from chatops.cases.changing import CaseChanges
from chatops.cases.desk import CaseDesk
from chatops.cases.outcomes import asked
from chatops.cases.wording import unquoted
from chatops.core.files import file_name
from chatops.core.frozen import replace
from chatops.core.message import File
from chatops.core.params import TicketName
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.engine.file_performing import LARGEST
from chatops.engine.ticket_asked import AskedUpload
from chatops.errors import BadArgument, Impossible, Refusal
from chatops.ports.chat import Capabilities
from chatops.ports.tickets import Ticket

_ADDRESS = re.compile(r"https?://[^\s<>]+")
_EXAMPLE = 'case attach demo:1001 https://files.example/log.txt "server log"'


class Attaching:
    """The use case. Bytes are fetched when the outbox gets to it, never here."""

    def __init__(
        self,
        desk: CaseDesk,
        changes: CaseChanges,
        networks: Callable[[], Mapping[str, Capabilities]] = dict,
        largest: int = LARGEST,
    ) -> None:
        """`networks`: what each chat network can do. `largest`: bytes a file may have."""
        self._desk = desk
        self._changes = changes
        self._networks = networks
        self._largest = largest

    async def attach(self, unit: Unit, name: TicketName | None, words: str) -> None:
        """Attach what is meant: the address in the words, else files, else the address in what is replied to."""
        quoted = unit.origin.reply_to if unit.origin is not None else None
        found = _ADDRESS.search(words)
        if found is not None:
            called = f"{words[: found.start()]} {words[found.end() :]}"
            await self._address(unit, name, found[0], called)
            return
        network, files = _sent(unit)
        if files:
            await self._upload(unit, name, network, files, unquoted(words))
            return
        linked = _ADDRESS.search(quoted.text) if quoted is not None else None
        if linked is None:
            raise self._nothing(unit)
        await self._address(unit, name, linked[0], words)

    async def _address(self, unit: Unit, name: TicketName | None, url: str, called: str) -> None:
        await self._changes.attach(unit, name, url.rstrip(".,;)"), unquoted(called))

    async def _upload(
        self, unit: Unit, name: TicketName | None, network: str, files: Sequence[File], called: str
    ) -> None:
        ticket = await self._desk.case(unit, name, "case attach")
        await self._desk.require(unit, ticket)
        if called and len(files) > 1:
            raise BadArgument(
                _("There are {count} files: one name does not do for all of them.", count=len(files)),
                commands=(f"case attach {ticket.ref}",),
            )
        most = self._most(ticket)
        for file in files:
            _readable(file, most)
        for file in files:
            one = replace(file, name=_called(called, file)) if called else file
            kind = said(f"{one.media_type} · {_size(one.size)}" if one.size is not None else one.media_type)
            title = _("{case} · file: {name}", case=str(ticket.ref), name=said(one.name))
            told = asked(unit, title, text=kind, command=f"case attach {ticket.ref}")
            unit.effect(
                AskedUpload(
                    ticket=ticket.ref,
                    network=network,
                    file=one,
                    acting_for=unit.actor.name,
                    asked=told,
                )
            )

    def _most(self, ticket: Ticket) -> int:
        """Return how many bytes a file may have. Raise Impossible where no files are taken."""
        system = self._desk.system(ticket.ref.system)
        if system.capabilities.uploads:
            return min(self._largest, system.capabilities.upload_limit)
        if system.capabilities.attachments:
            raise Impossible(
                _("{system} takes no files, only their addresses.", system=said(system.name)),
                hint=_("Put the file where colleagues can open it, and give its address."),
                commands=(f"case attach {ticket.ref} https://…",),
            )
        raise Impossible(
            _("{system} takes no files from here.", system=said(system.name)),
            hint=_("Write in an internal note where the file is."),
            commands=(f"note {ticket.ref} …",),
        )

    def _nothing(self, unit: Unit) -> Refusal:
        remote = unit.origin.remote if unit.origin is not None else None
        known = self._networks().get(remote.network) if remote is not None else None
        if known is not None and known.files:
            return BadArgument(
                _("Where is the file? Reply to the message it came with, send it along, or give its address."),
                hint=_(
                    "In a swarm’s room I know the files that were sent before; anywhere else send it with the command."
                ),
                commands=(_EXAMPLE,),
            )
        return BadArgument(
            _("Where is the file? Files sent here do not reach me; give its address, or reply to a message with one."),
            commands=(_EXAMPLE,),
        )


def _sent(unit: Unit) -> tuple[str, Sequence[File]]:
    """Return the files that came with the command, else those of the message it replies to, and whose they are."""
    origin = unit.origin
    if origin is not None and origin.files and origin.remote is not None:
        return origin.remote.network, origin.files
    if origin is not None and origin.reply_to is not None:
        return origin.reply_to.ref.room.network, origin.reply_to.files
    return "", ()


def _readable(file: File, most: int) -> None:
    """Raise Impossible for what cannot be fetched, as far as that is known."""
    name = said(file.name)
    by_address = _("Its address works as well: put it where colleagues can open it.")
    if file.closed == "encrypted":
        raise Impossible(_("{name} is encrypted, and I have no key to it.", name=name), hint=by_address)
    if file.closed or not file.ref:
        raise Impossible(
            _("{name} cannot be read from here: this chat keeps it elsewhere.", name=name), hint=by_address
        )
    if file.size is not None and file.size > most:
        words = _("{name} has {size}, and the most is {most}.", name=name, size=_size(file.size), most=_size(most))
        raise Impossible(words, hint=by_address)
    if file.size == 0:
        raise Impossible(_("{name} is empty.", name=name))


def _called(name: str, file: File) -> str:
    """Return the name given, with the file's own ending when it has none."""
    given = file_name(name)
    _stem, dot, ending = file.name.rpartition(".")
    return f"{given}.{ending}" if dot and ending.isalnum() and "." not in given else given


def _size(count: int) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 - the next unit
            return f"{count:.0f} {unit}"
        count = round(count / 1000)
    return f"{count} GB"
