"""E-mail addresses as identities. A sender is easily forged, so they count where the company vouches for its domain only."""

from __future__ import annotations

import re

from chatops.core.frozen import Frozen
from chatops.core.message import Identity

MAIL = frozenset({"email", "mail"})
"""Networks whose identities are addresses."""

DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
"""A domain as it is vouched for: small letters, in full, without a wildcard; others than Latin ones as `xn--…`."""

_ADDRESS = re.compile(r"([a-z0-9._+-]{1,64})@(.+)", re.IGNORECASE | re.ASCII)


def domain(text: str) -> str:
    """Return what is a domain. Raise ValueError."""
    if DOMAIN.fullmatch(text) is None:
        message = f"{text!r} is no domain: write it in full and small letters, like example.com, without @ and *"
        raise ValueError(message)
    return text


class Vouched(Frozen, frozen=True, kw_only=True):
    """The domains of which nobody but who has an address can write from it."""

    domains: frozenset[str] = frozenset()

    def allows(self, identity: Identity) -> bool:
        """Whether an identity may be somebody's by linking: any that is no address, and addresses of these domains.

        A domain stands for itself alone, not for what is below it.
        """
        if identity.network not in MAIL:
            return True
        read = _ADDRESS.fullmatch(identity.id)
        return read is not None and read[2].lower() in self.domains


def mailbox(identity: Identity) -> Identity:
    """Return an identity as tries are counted: one mailbox has many addresses, `anna+1@…`, `Anna@…`."""
    read = _ADDRESS.fullmatch(identity.id) if identity.network in MAIL else None
    if read is None:
        return identity
    return Identity(network="email", id=f"{read[1].partition('+')[0]}@{read[2]}".lower(), tenant=identity.tenant)
