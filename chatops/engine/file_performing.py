"""How the outbox puts a chat's file on a ticket: looks whether it is there, fetches the bytes, hands them over once.

Bytes are held only while they pass, a few files at a time. The outbox key is the ticket system's write key, so an effect
performed twice puts one file there, also when the chat has lost it meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from chatops.core.message import File
from chatops.engine.performing import NotYet
from chatops.engine.ticket_asked import AskedUpload
from chatops.engine.ticket_effects import UploadFile
from chatops.errors import Invalid, Missing, Unreachable, Unsupported
from chatops.hookspecs import EffectPerformer, Performed
from chatops.ports.chat import ChatNetwork
from chatops.ports.chat_files import FileReading, bounded, too_large
from chatops.ports.ticket_extras import NewFile, Uploads
from chatops.ports.tickets import TicketSystem, TicketSystems, WriteContext

AT_ONCE = 2
"""Files whose bytes are held at the same time."""

QUEUED = 8
"""Files that wait for those: with them as many as come with one message. The rest is tried later, so that files never
take all the places of what people wait for."""

LATER = 2.0
"""Seconds until then."""

LARGEST = 20_000_000
"""Bytes of a file, unless the settings say otherwise."""

PATIENCE = 20.0
"""Seconds a chat network has to bring a file: less than a send may take."""

Network = Callable[[str], ChatNetwork | None]
"""Returns a connected network by its name."""


def file_performers(tickets: TicketSystems, network: Network, *, largest: int = LARGEST) -> Sequence[EffectPerformer]:
    """Return the performers of effects on files. Systems and networks are looked up when an effect is performed."""
    desk = _Desk(tickets, network, largest)
    return (
        EffectPerformer(of=UploadFile, perform=desk.upload),
        EffectPerformer(of=AskedUpload, perform=desk.upload),
    )


class _Desk:
    def __init__(self, tickets: TicketSystems, network: Network, largest: int) -> None:
        self._tickets = tickets
        self._network = network
        self._largest = largest
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._here = 0

    async def upload(self, effect: UploadFile, key: str) -> Performed:
        system = self._system(effect.ticket.system)
        if not (system.capabilities.uploads and isinstance(system, Uploads)):
            message = f"{system.name} takes no files"
            raise Unsupported(message)
        if self._here >= AT_ONCE + QUEUED:
            raise NotYet(LATER, "other files are on their way")
        context = WriteContext(key=key, acting_for=effect.acting_for)
        self._here += 1
        try:
            async with self._turn:
                return await self._once(system, effect, context)
        finally:
            self._here -= 1

    async def _once(self, system: Uploads, effect: UploadFile, context: WriteContext) -> Performed:
        before = await system.uploaded(effect.ticket, context)
        if before is not None:
            return Performed(result=before.id)
        most = min(self._largest, self._system(effect.ticket.system).capabilities.upload_limit)
        content = await self._content(effect, most)
        new = NewFile(name=effect.file.name, media_type=effect.file.media_type, content=content)
        return Performed(result=(await system.upload(effect.ticket, new, context)).id)

    async def _content(self, effect: UploadFile, most: int) -> bytes:
        network = self._network(effect.network)
        if network is None:
            message = f"no chat network is called {effect.network}"
            raise Missing(message)
        if not (network.capabilities.files and isinstance(network, FileReading)):
            message = f"{effect.network} lets nobody read its files"
            raise Unsupported(message)
        content = await _read(network, effect.file, most)
        if not content:
            message = "the file is empty"
            raise Invalid(message, fields={"file": ["is empty"]})
        return content

    def _system(self, name: str) -> TicketSystem:
        try:
            return self._tickets.system(name)
        except KeyError:
            message = f"no ticket system is called {name}"
            raise Missing(message) from None


async def _read(network: FileReading, file: File, most: int) -> bytes:
    if not file.ref:
        message = "the network cannot read this file"
        raise Missing(message)
    if file.size is not None and file.size > most:
        raise too_large(most)
    content = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in bounded(network.read_file(file.ref, most=most), most):
                content += piece
    except TimeoutError as error:
        message = "the file does not come in time"
        raise Unreachable(message) from error
    return bytes(content)
