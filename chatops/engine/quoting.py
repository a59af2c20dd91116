"""The message that a reply or a reaction is about: its words, as they were last edited, from what the inbox keeps."""

from __future__ import annotations

from datetime import datetime

from chatops.core.codec import Codec
from chatops.core.frozen import replace
from chatops.core.message import Message, MessageRef, Quoted
from chatops.engine.intake import Intake
from chatops.errors import CodecError
from chatops.ports.roster import Directory
from chatops.ports.store import Store

LOOKED_THROUGH = 500
"""Newest events of a room in which a message is looked for."""


class Quoting:
    """Finds messages by their names. What was deleted, or never kept, has no words."""

    def __init__(self, store: Store, codec: Codec, directory: Directory, intake: Intake) -> None:
        self._store = store
        self._codec = codec
        self._directory = directory
        self._intake = intake

    async def quoted(self, ref: MessageRef) -> Quoted:
        """Return a message with its words; without them when they are not there."""
        message = await self._message(ref)
        if message is None:
            return Quoted(ref=ref)
        person = self._directory.by_identity(message.sender)
        return Quoted(
            ref=ref,
            text=message.text.strip(),
            by=message.sender,
            person=None if person is None else person.id,
            at=message.at,
            files=message.files,
        )

    async def _message(self, ref: MessageRef) -> Message | None:
        found: Message | None = None
        accepted: datetime | None = None
        for event in await self._store.messages(str(ref.room), limit=LOOKED_THROUGH):
            if event.kind != Message.kind:
                continue
            try:
                message = self._codec.decode_as(Message, event.body)
            except CodecError:
                continue
            if message.ref.id != ref.id:
                continue
            if found is None:
                found, accepted = message, event.accepted_at
            elif message.sender == found.sender:
                # An edit has the words and the files; it was said when it was said first.
                found = replace(found, text=message.text, files=message.files)
        if found is None or accepted is None or await self._intake.redacted(ref, accepted):
            return None
        return found
