"""Tokens: who a program speaks for, what for, and until when. `cts_ID_SECRET`; only a hash of the secret is kept.

The secret is 256 random bits, so nothing can be guessed and a plain SHA-256 is as good as a slow hash. The prefix lets
secret scanners find a token that has got into the wrong place.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from chatops.api.scopes import Scope
from chatops.core.clock import Clock
from chatops.core.frozen import Frozen, Instant, replace
from chatops.core.message import Person
from chatops.errors import ChatopsError, Conflict, StoreUnavailable
from chatops.ports.records import Record, Records, Write
from chatops.ports.roster import Directory

KIND = "token"

PAGE = 500
"""Tokens that are read at once."""

MOST_NAME = 60
"""Characters of a token's name."""

LONGEST = timedelta(days=3650)

_FORM = re.compile(r"cts_([0-9a-f]{12})_([0-9a-f]{64})")
_NOBODY = hashlib.sha256(b"nobody's").hexdigest()


class BadToken(ChatopsError):
    """A token cannot be made that way, or there is none of that id."""


class Token(Frozen, frozen=True, kw_only=True):
    """What is kept of a token."""

    id: str
    person: str
    scopes: tuple[Scope, ...]
    digest: str
    """SHA-256 of the secret, hex."""
    made_at: Instant
    name: str = ""
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    used_on: date | None = None
    """The last day it was used (UTC)."""

    def valid(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.ended(now) is None

    def ended(self, now: datetime) -> datetime | None:
        """Return since when it opens nothing; None while it does."""
        ends = [at for at in (self.revoked_at, self.expires_at) if at is not None and at <= now]
        return min(ends, default=None)


class Caller(Frozen, frozen=True, kw_only=True):
    """Who calls."""

    person: Person
    token: Token


Told = Callable[[Token], Awaitable[None]]


class Tokens:
    """Makes, lists, revokes and checks tokens."""

    def __init__(self, records: Records, directory: Directory, clock: Clock) -> None:
        self._records = records
        self._directory = directory
        self._clock = clock

    async def create(
        self,
        person: str,
        scopes: Sequence[Scope],
        *,
        name: str = "",
        expires: timedelta | None = None,
        told: Told | None = None,
    ) -> tuple[Token, str]:
        """Make a token; return it and, this once, what its holder shows. Raise BadToken.

        `told` is awaited before it opens anything.
        """
        self._may_have_one(person)
        if not scopes:
            raise BadToken(f"Say what it is for: --scope {' or --scope '.join(Scope)}.")  # noqa: EM102, TRY003
        if expires is not None and not timedelta() < expires <= LONGEST:
            message = "A token lives from a minute to ten years: --expires 90d."
            raise BadToken(message)
        id_, secret, now = secrets.token_hex(6), secrets.token_hex(32), self._clock.now()
        token = Token(
            id=id_,
            person=person,
            scopes=tuple(dict.fromkeys(scopes)),
            digest=_digest(secret),
            made_at=now,
            name=name[:MOST_NAME],
            expires_at=None if expires is None else now + expires,
        )
        if told is not None:
            await told(token)
        await self._records.write(_write(token, expected=0))
        return token, f"cts_{id_}_{secret}"

    async def list(self) -> Sequence[Token]:
        """Return all tokens, oldest first; those that no longer open anything as well."""
        found: list[Token] = []
        while page := await self._records.find(KIND, limit=PAGE, offset=len(found)):
            found += [_read(record) for record in page]
        return found

    async def forget(self, before: datetime) -> int:
        """Delete the tokens that open nothing since before then; return how many."""
        over = [token for token in await self.list() if (end := token.ended(before)) is not None and end < before]
        for token in over:
            await self._records.delete(KIND, token.id)
        return len(over)

    async def revoke(self, id: str, *, told: Told | None = None) -> Token:
        """End a token at once, for all replicas. Doing so twice is harmless. Raise BadToken when there is none.

        `told` is awaited before it ends, if it has not ended already.
        """
        while True:
            record = await self._records.get(KIND, id)
            if record is None:
                message = f"There is no token {id}. Look at them: chatops token list"
                raise BadToken(message)
            token = _read(record)
            if token.revoked_at is not None:
                return token
            if told is not None:
                await told(token)
                told = None
            token = replace(token, revoked_at=self._clock.now())
            try:
                await self._records.write(_write(token, expected=record.version))
            except Conflict:
                continue
            return token

    async def caller(self, shown: str) -> Caller | None:
        """Return who shows this token; None when it opens nothing: unknown, revoked, expired, or its person has gone."""
        form = _FORM.fullmatch(shown)
        record = None if form is None else await self._records.get(KIND, form[1])
        token = None if record is None else _read(record)
        same = hmac.compare_digest(_digest(form[2] if form else ""), token.digest if token else _NOBODY)
        if token is None or record is None or not same or not token.valid(self._clock.now()):
            return None
        person = self._directory.by_id(token.person)
        if person is None or "guest" in person.roles:
            return None
        await self._used(token, record)
        return Caller(person=person, token=token)

    async def _used(self, token: Token, record: Record) -> None:
        today = self._clock.now().date()
        if token.used_on == today:
            return
        try:
            await self._records.write(_write(replace(token, used_on=today), expected=record.version))
        except (Conflict, StoreUnavailable):
            # Somebody else has just noted it, or revoked it; and reading goes on while nothing can be written.
            return

    def _may_have_one(self, person: str) -> None:
        known = self._directory.by_id(person)
        if known is None:
            near = ", ".join(one.id for one in self._directory.nearest(person))
            hint = f"Did you mean {near}?" if near else "Ids are in the people file of the settings."
            message = f"The directory knows nobody with the id {person}. {hint}"
            raise BadToken(message)
        if "guest" in known.roles:
            message = f"{known.name} is a guest; guests have no tokens."
            raise BadToken(message)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write(token: Token, *, expected: int) -> Write:
    columns = {"person": token.person}
    return Write(kind=KIND, id=token.id, body=msgspec.to_builtins(token), columns=columns, expected=expected)


def _read(record: Record) -> Token:
    return msgspec.convert(record.body, Token)
