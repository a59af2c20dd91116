"""Word to systemd, as sd_notify(3) has it: that we serve, that we stop, and that the event loop beats."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from chatops.core.clock import Clock


class Systemd:
    """The unit that started us (`Type=notify`). Where there is none, nothing is said."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A name that begins with @ lies in Linux's abstract namespace, whose names begin with NUL.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        watchdog = environment.get("WATCHDOG_USEC", "")
        self.patience = int(watchdog) / 1e6 if watchdog.isdecimal() else 0.0
        """Seconds without a sign of life after which systemd ends us; 0: it does not watch."""

    def serving(self) -> None:
        """Whatever waits for us may start now."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """We stop, and that is meant."""
        self._tell("STOPPING=1")

    async def live(self, clock: Clock) -> None:
        """Give signs of life until cancelled, twice as often as systemd wants them."""
        while self.patience > 0:
            self._tell("WATCHDOG=1")
            await clock.sleep(self.patience / 2)

    def _tell(self, word: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.settimeout(0)
            # A systemd that is starting again itself: it asks for nothing that it would not be told again.
            with suppress(OSError):
                teller.sendto(word.encode(), self._address)
