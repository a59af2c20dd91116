"""Which addresses may be asked for keys, or be sent a secret: those that nobody on the way can pose as."""

from __future__ import annotations

import ipaddress

from yarl import URL

from chatops.errors import SettingsError


def origin(url: str) -> tuple[str, str, int]:
    """Return (scheme, host, port), lower case, as the client that connects there reads them.

    Raise ValueError for what is no absolute address, or carries a password.
    """
    parts = URL(url)
    if parts.scheme not in {"https", "http"} or not parts.host or parts.user is not None or parts.password is not None:
        message = "neither https://HOST/… nor http://HOST/…"
        raise ValueError(message)
    return parts.scheme, parts.host.lower(), parts.port or 0


def is_safe(url: str) -> bool:
    """Whether an address is https, or does not leave this machine."""
    try:
        scheme, host, _port = origin(url)
    except ValueError:
        return False
    return scheme == "https" or _loopback(host)


def require_safe(url: str, setting: str) -> None:
    """Raise SettingsError, naming the setting, for an address that is not safe."""
    if not is_safe(url):
        message = f"{setting} must be https://…, since whoever answers there is believed; http only on this machine"
        raise SettingsError(message)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
