"""Runs one command for the operator's door and the command line, and tells what came of it."""

from __future__ import annotations

import hashlib
import secrets

import msgspec

from chatops.core.message import CommandCall, Person
from chatops.engine.engine import Engine
from chatops.engine.reply import Reply
from chatops.errors import Conflict
from chatops.ports.records import Records, Write
from chatops.ports.roster import Directory
from chatops.web.answers import Problem
from chatops.web.operator import DoAnswer, DoReply, DoRequest


class Doing:
    """Commands by whoever holds the operator token, as the person they name."""

    def __init__(self, engine: Engine, directory: Directory, records: Records, *, acts_as: str) -> None:
        """`acts_as`: whom a request without `as` means; empty when such requests are refused."""
        self._engine = engine
        self._directory = directory
        self._records = records
        self._acts_as = acts_as

    async def __call__(self, request: DoRequest) -> DoAnswer:
        """Run it and wait for everything it leads to. Raise Conflict when its key was used for another command."""
        name = request.as_ or self._acts_as
        person = self._directory.by_id(name) if name else None
        if person is None:
            return self._nobody(name)
        if request.room is not None and self._engine.rooms.by_id(request.room) is None:
            return self._no_room(request.room)
        key = f"do:{request.key or secrets.token_hex(16)}"
        if request.key is not None:
            await self._remember(request, person)
        call = CommandCall(
            person=person.id,
            text=request.command,
            at=self._engine.clock.now(),
            room=request.room,
            via=f"operator acting as {person.id}",
            dry_run=request.dry_run,
            confirmed=request.confirmed,
        )
        await self._engine.call(call, key)
        settlement = await self._engine.settled(key, request.timeout_s)
        if settlement is None:
            return DoAnswer(ok=True, id=key.removeprefix("do:"), settled=False)
        return _answer(key.removeprefix("do:"), self._engine.replies(settlement, person.id))

    async def _remember(self, request: DoRequest, person: Person) -> None:
        also = ("confirmed",) if request.confirmed else ()
        meant = "\0".join((person.id, request.command, request.room or "", str(request.dry_run), *also))
        digest = hashlib.sha256(meant.encode()).hexdigest()
        try:
            await self._records.write(Write(kind="key", id=request.key or "", body={"digest": digest}, expected=0))
        except Conflict:
            known = await self._records.get("key", request.key or "")
            if known is None or known.body["digest"] != digest:
                raise

    def _no_room(self, room: str) -> DoAnswer:
        message = f"There is no room {room}."
        hint = "Rooms are named after what they belong to: --room swarm:12/main"
        return DoAnswer(ok=False, id="", error=Problem(code="usage", message=message, hint=hint))

    def _nobody(self, name: str) -> DoAnswer:
        if not name:
            message, hint = "It is not said who asks.", "Name a person: chatops do --as PERSON …"
        else:
            near = ", ".join(person.id for person in self._directory.nearest(name))
            message = f"The directory knows nobody with the id {name}."
            hint = f"Did you mean {near}?" if near else "Ids are in the people file of the settings."
        return DoAnswer(ok=False, id="", error=Problem(code="usage", message=message, hint=hint))


def _answer(id_: str, replies: tuple[Reply, ...]) -> DoAnswer:
    no = next((reply for reply in replies if reply.error is not None), None)
    error = None
    if no is not None and no.error is not None:
        error = Problem(code=no.error, message=no.message or "", hint=no.hint or "")
    return DoAnswer(
        ok=no is None,
        id=id_,
        replies=tuple(
            DoReply(room=reply.room, text=reply.text, card=msgspec.Raw(msgspec.json.encode(reply.card)))
            for reply in replies
        ),
        error=error,
    )
