"""What people call a case, and where its page is."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from chatops.errors import Missing

_NUMBER = re.compile(r"#?([0-9]{1,18})")
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORTS = {"http": 80, "https": 443}


class Addresses:
    """Names of cases in one system. `base_url` is asked when it is needed: a server may learn its port late."""

    def __init__(self, system: str, *, base_url: Callable[[], str] | None) -> None:
        self.system = system
        self._base_url = base_url
        """None: there are no pages."""

    def of(self, id: str) -> str | None:
        """Return the address of a case's page, or None when there are no pages."""
        return f"{self._base_url()}/tickets/{self.system}/{id}" if self._base_url else None

    def id_in(self, words: str) -> str:
        """Return the id in `words`: `1001`, `#1001`, `demo:1001` or an address of ours. Raise Missing."""
        named = words.strip()
        if named.casefold().startswith(f"{self.system}:"):
            named = named[len(self.system) + 1 :].strip()
        if "://" in named:
            named = self._in_address(named)
        match = _NUMBER.fullmatch(named)
        if match is None:
            message = f"{words[:80]!r} is no ticket of {self.system}"
            raise Missing(message)
        return str(int(match.group(1)))

    def _in_address(self, address: str) -> str:
        try:
            parts = urlsplit(address)
            ours = self._base_url is not None and _site(parts) == _site(urlsplit(self._base_url()))
        except ValueError:
            return ""
        path = re.fullmatch(rf"/tickets/{re.escape(self.system)}/([0-9]+)/?", parts.path)
        return path.group(1) if ours and path else ""


def _site(parts: SplitResult) -> tuple[str, int | None]:
    host = (parts.hostname or "").casefold()
    return ("localhost" if host in _HERE or host == "::1" else host), parts.port or _PORTS.get(parts.scheme)
