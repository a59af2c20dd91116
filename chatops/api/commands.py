"""Commands by REST: the same words, checks and audit as in chat, once per `Idempotency-Key`."""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import Command, CommandRequest, Refusal, Said
from chatops.api.tokens import Caller
from chatops.core.codec import Codec
from chatops.core.message import CommandCall, Person
from chatops.engine.engine import Engine
from chatops.engine.reply import Reply
from chatops.errors import Conflict
from chatops.ports.gatherings import Guarded
from chatops.ports.records import Records, Write
from chatops.ports.store import Settlement
from chatops.web.problems import REST

STATUSES = {
    "usage": (422, "not_understood"),
    "unknown_command": (422, "not_understood"),
    "bad_argument": (422, "not_understood"),
    "ambiguous": (422, "not_understood"),
    "not_allowed": (403, "not_allowed"),
    "not_found": (404, "not_found"),
    "too_many": (429, "too_many_requests"),
    "needs_confirmation": (409, "needs_confirmation"),
    "failed": (500, "failed"),
    "try_later": (503, "try_later"),
}
"""By the code of a refusal; every other means that it is not possible now."""

WAITS = {"too_many_requests": 5, "try_later": 1}
"""Seconds after which somebody may ask again, by the code of a problem."""

UNDONE = frozenset({"too_many", "try_later"})
"""Refusals of what was not so much as looked at: the same call may be made again, under the same key."""

FORGOTTEN_AT_ONCE = 2

_ID = re.compile("[0-9a-f]{32}")

KEPT_AT_LEAST = timedelta(days=1)
"""How long a key is known even when its command never came to be."""


class Commands:
    """Runs commands for tokens."""

    def __init__(self, engine: Engine, records: Records, codec: Codec) -> None:
        self._engine = engine
        self._codec = codec
        self._records = records

    async def post(self, asked: Asked) -> Answered:
        """Run a command; 200 with what came of it, 202 when that takes longer. Raise Told for a refusal."""
        request = asked.told(CommandRequest)
        if request.room is not None and not await self._knows(asked.person, request.room):
            raise Told(404, "not_found", f"There is no room {request.room}.", hint="Write it like swarm:12/main.")
        name = _name(asked.caller, asked.key)
        id_ = await self._remember(asked.caller, name, request) if asked.key else secrets.token_hex(16)
        call = CommandCall(
            person=asked.person.id,
            text=request.text,
            at=self._engine.clock.now(),
            room=request.room,
            via=via(asked.caller),
            dry_run=request.dry_run,
            fields=request.fields,
            confirmed=request.confirmed,
        )
        command = await self._run(asked.caller, id_, call, request.wait)
        if command.refusal is not None:
            if asked.key and command.refusal.code in UNDONE:
                await self._again(asked.caller, name, id_)
            raise told(command.refusal, command.replies)
        if command.state == "accepted":
            return Answered(body=command, status=202, headers={"Location": f"{REST}/commands/{id_}"})
        return Answered(body=command)

    async def show(self, asked: Asked) -> Answered:
        """Tell what came of a command of the same person."""
        id_ = asked.path["id"]
        settlement = await self._engine.store.settlement(_key(asked.caller, id_)) if _ID.fullmatch(id_) else None
        if settlement is None or not settlement.known:
            raise Told(404, "not_found", "There is no such command of yours.")
        return Answered(body=self._command(asked.caller, id_, settlement))

    async def run(self, caller: Caller, text: str, fields: dict[str, str]) -> Command:
        """Run a command of ours for a caller, confirmed. Raise Told for a refusal."""
        call = CommandCall(
            person=caller.person.id,
            text=text,
            at=self._engine.clock.now(),
            via=via(caller),
            fields=fields,
            confirmed=True,
        )
        command = await self._run(caller, secrets.token_hex(16), call, 10.0)
        if command.refusal is not None:
            raise told(command.refusal, command.replies)
        return command

    async def _knows(self, person: Person, room: str) -> bool:
        """Whether there is such a room, and a person may know of what it belongs to: else it is as if there were none."""
        known = self._engine.rooms.by_id(room)
        kind, _colon, id_ = ("" if known is None else known.subject or "").partition(":")
        stored = await self._engine.store.get(kind, id_) if id_ else None
        subject = None if stored is None else self._codec.decode(kind, stored.body)
        return known is not None and not (
            isinstance(subject, Guarded) and not subject.visible_to(person, self._engine.clock.now())
        )

    async def _run(self, caller: Caller, id_: str, call: CommandCall, wait: float) -> Command:
        key = _key(caller, id_)
        await self._engine.call(call, key)
        clock = self._engine.clock
        until = clock.monotonic() + wait
        while True:
            settlement = await self._engine.store.settlement(key)
            left = until - clock.monotonic()
            if _answered(settlement) or left <= 0:
                return self._command(caller, id_, settlement)
            await self._engine.store.wait_settled(key, min(left, 1.0))

    def _command(self, caller: Caller, id_: str, settlement: Settlement) -> Command:
        if not _answered(settlement):
            return Command(id=id_, state="accepted")
        replies = self._engine.replies(settlement, caller.person.id)
        refusal = next((_refusal(reply) for reply in replies if reply.error is not None), None)
        return Command(
            id=id_,
            state="done" if refusal is None else "refused",
            replies=tuple(
                Said(room=reply.room, text=reply.text, card=msgspec.Raw(msgspec.json.encode(reply.card)))
                for reply in replies
            ),
            refusal=refusal,
        )

    async def _remember(self, caller: Caller, name: str, request: CommandRequest) -> str:
        """Return the id that the key stands for. Raise Told when it stands for another command."""
        now = self._engine.clock.now()
        meant = msgspec.structs.replace(request, wait=0.0)
        digest = hashlib.sha256(msgspec.json.encode(meant, order="sorted")).hexdigest()
        try:
            body = {"digest": digest, "event": _key(caller, name), "at": now.isoformat()}
            await self._records.write(Write(kind="call", id=name, body=body, expected=0))
        except Conflict:
            known = await self._records.get("call", name)
            if known is None or known.body["digest"] != digest:
                detail = "The Idempotency-Key was used for another command. Choose a new one."
                raise Told(422, "key_reused", detail) from None
            return _attempt(name, known.body.get("undone", 0))
        await self._forget(now)
        return name

    async def _again(self, caller: Caller, name: str, id_: str) -> None:
        """Let the next call with a key run its command, as this one did not get so far."""
        known = await self._records.get("call", name)
        undone = 0 if known is None else known.body.get("undone", 0)
        if known is None or _attempt(name, undone) != id_:
            return
        event = _key(caller, _attempt(name, undone + 1))
        body = {**known.body, "undone": undone + 1, "event": event}
        # Whoever called at the same time with the same key has seen to it already.
        with suppress(Conflict):
            await self._records.write(Write(kind="call", id=name, body=body, expected=known.version))

    async def _forget(self, now: datetime) -> None:
        """Let go of the oldest keys whose commands have been purged: two for each new one, so that they never pile up."""
        for known in await self._records.find("call", limit=FORGOTTEN_AT_ONCE):
            at, event = known.body.get("at"), known.body.get("event")
            if at is not None and now - datetime.fromisoformat(at) < KEPT_AT_LEAST:
                continue
            if event is None or not await self._engine.store.accepted(event):
                await self._records.delete("call", known.id)


def via(caller: Caller) -> str:
    """Return how it came in, for the audit."""
    return f"api token {caller.token.id}"


def told(refusal: Refusal, replies: tuple[Said, ...] = ()) -> Told:
    """Return a refusal as a problem."""
    status, code = STATUSES.get(refusal.code, (409, "conflict"))
    return Told(
        status,
        code,
        refusal.message,
        hint=refusal.hint,
        commands=refusal.commands,
        preview="\n\n".join(reply.text for reply in replies) if code == "needs_confirmation" else "",
        after=WAITS.get(code),
    )


def _name(caller: Caller, key: str) -> str:
    """Return what a key is remembered by: two programs of one person need not agree on theirs."""
    return hashlib.sha256(f"{caller.token.id}\0{key}".encode()).hexdigest()[:32]


def _attempt(name: str, undone: int) -> str:
    """Return the id of a command whose earlier calls with the same key did not get so far."""
    return hashlib.sha256(f"{name}\0{undone}".encode()).hexdigest()[:32] if undone else name


def _key(caller: Caller, id_: str) -> str:
    return f"api:{caller.person.id}:{id_}"


def _answered(settlement: Settlement) -> bool:
    """Whether a command was handled and what it says is said. What it leads to outside may take longer."""
    waiting = any(row.reply and row.state in {"ready", "sending"} for row in settlement.sent)
    return settlement.known and not settlement.open_events and not waiting


def _refusal(reply: Reply) -> Refusal:
    return Refusal(
        code=reply.error or "refused",
        message=reply.message or "",
        hint=reply.hint or "",
        commands=reply.commands,
    )
