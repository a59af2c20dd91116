"""A second identity of a person: the code that begins it, the word that ends it, and what is stored. Pure.

::

    waiting ──code typed──▶ typed ──It is me──────▶ done
       │                      └─────It is not me──▶ dead
       └──5 wrong tries, a newer code, 5 minutes──▶ dead

A code is ten Crockford characters: four that say which offer is meant, six that are secret. So a wrong try counts against
the very offer it was aimed at, whoever makes it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Body, Frozen, Instant, replace
from chatops.core.message import Identity, Person, RoomRef

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
SELECTOR = 4
"""Characters that say which offer is meant."""

OPEN_FOR = timedelta(minutes=5)
"""How long a code works, and then again how long the word of the known side is waited for."""

MOST_TRIES = 5
"""Wrong secrets over all, whoever makes them; then the code is dead for everybody."""

WINDOW = timedelta(hours=1)
MOST_WRONG = 5
"""Wrong codes of one identity within `WINDOW`."""
MOST_STARTS = 5
"""Codes of one person within `WINDOW`."""

KEEP_DAYS = 30
"""Days for which codes that are over and links taken away are kept, unless the settings say otherwise."""

CONFIGURED_ONLY = frozenset({"manager", "admin"})
"""Whose identities come from the configuration, and from nowhere else."""

_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class Account(Frozen, frozen=True, kw_only=True):
    """An identity and the direct chat it was heard in."""

    identity: Identity
    chat: RoomRef


class LinkOffer(Aggregate, frozen=True, kw_only=True):
    """A code. Its id is the part of it that is no secret."""

    kind: ClassVar[str] = "people.link_offer"

    person: str
    seal: str
    """Keyed digest of the whole code."""
    known: Account
    """Who asked for it, and who alone can say that it is them."""
    expires: Instant
    state: Literal["waiting", "typed", "done", "dead"] = "waiting"
    tries: int = 0
    newcomer: Account | None = None
    keep_days: int = KEEP_DAYS
    """Days it is kept once it is over."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by person while it is of use."""
        return frozenset({("person", self.person)}) if self.state in {"waiting", "typed"} else frozenset()

    def kept_until(self) -> datetime:
        """Some days after it is over."""
        return self.expires + timedelta(days=self.keep_days)

    def open(self, now: datetime, state: Literal["waiting", "typed"]) -> bool:
        """Whether it waits for what that state waits for."""
        return self.state == state and now < self.expires and self.tries < MOST_TRIES


class LinkTries(Aggregate, frozen=True, kw_only=True):
    """When somebody tried something lately."""

    kind: ClassVar[str] = "people.link_tries"

    at: tuple[Instant, ...] = ()

    def recent(self, now: datetime) -> tuple[Instant, ...]:
        """Return those that still count."""
        return tuple(one for one in self.at if now - one < WINDOW)

    def one_more(self, now: datetime) -> LinkTries:
        """Return it with one more."""
        return replace(self, at=(*self.recent(now), now))

    def kept_until(self) -> datetime | None:
        """As long as any of them counts."""
        return self.at[-1] + WINDOW if self.at else None


class LinkedIdentity(Aggregate, frozen=True, kw_only=True):
    """An identity that a person has added. Its id is made of the identity, so that it can be only one person's."""

    kind: ClassVar[str] = "people.linked"

    number: int = 0
    """Of two, the later one has the higher number: the first is the time, in seconds, so that this holds also when an older
    one has been forgotten."""
    account: Account
    person: str
    by: Identity
    """Which identity said that it is the same person."""
    at: Instant
    active: bool = True
    forget: Instant | None = None
    """Once it was taken away: from when on it need not be known any more."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by person while it is theirs."""
        return frozenset({("person", self.person)}) if self.active else frozenset()

    def kept_until(self) -> datetime | None:
        """While it is theirs, and then some days."""
        return None if self.active else self.forget


class IdentityChanged(Body, frozen=True, kw_only=True):
    """An identity was added to a person, or taken away."""

    kind: ClassVar[str] = "people.identity_changed"

    link: str


class LinkOver(Body, frozen=True, kw_only=True):
    """The time of a code is over."""

    kind: ClassVar[str] = "people.link_over"

    offer: str


BODIES: tuple[type[Body], ...] = (LinkOffer, LinkTries, LinkedIdentity, IdentityChanged, LinkOver)


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _one in range(LENGTH))


def shown_code(code: str) -> str:
    """Return a code as it is read best."""
    return f"{code[:5]}-{code[5:]}"


def read_code(typed: str) -> str:
    """Return a code as it was meant, look-alikes set right; empty when it is none."""
    code = typed.strip().upper().translate(_LOOK_ALIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def link_id(identity: Identity) -> str:
    """Return the id under which an identity is linked."""
    name = "\0".join((identity.network, identity.tenant, identity.id))
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:40]


def linkable(person: Person) -> bool:
    """Whether somebody may have identities that the configuration does not name."""
    return not person.roles & (CONFIGURED_ONLY | {"guest"})
