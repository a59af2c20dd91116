"""Where webhooks may go: public addresses by https, unless the operators say otherwise for one endpoint.

What a name means is judged at the very moment of connecting, so that a name which means one thing when it is looked at and
another when it is called gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""IPv6 addresses behind which a translator puts an IPv4 address of its own network."""


class PrivateAddress(OSError):
    """The name leads into a private network."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet. What cannot be read does not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or any(ip in network for network in _TRANSLATED):
            return False
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def wrong_with(url: str, *, allow_private: bool) -> str | None:
    """Return why a webhook may not be called at `url`, as a sentence's end; None when it may."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if not host or not url.isascii() or any(sign <= " " for sign in url) or "\\" in url:
        return "is no address"
    if "@" in parts.netloc or parts.fragment:
        return "holds a user name, a password, or a part behind #: put secrets into secret_file"
    loopback = host in LOOPBACK_NAMES
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback and allow_private):
        return "must begin with https:// (http:// only for this machine, with allow_private = true)"
    if not allow_private and (loopback or (_literal(host) and not is_public(host))):
        return "lies in a private network: set allow_private = true if that is meant"
    return None


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raise PrivateAddress when any of them is private."""
        found = await self._inner.resolve(host, port, family)
        if any(not is_public(one["host"]) for one in found):
            message = "the name leads into a private network"
            raise PrivateAddress(message)
        return found

    async def close(self) -> None:
        """Close what resolves."""
        await self._inner.close()


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Return a socket for one resolved address, however it came about. Raise PrivateAddress when it is private."""
    family, kind, protocol, _name, where = address
    if not is_public(str(where[0])):
        message = "the address lies in a private network"
        raise PrivateAddress(message)
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)  # noqa: FBT003 - the library's signature
    return made


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
