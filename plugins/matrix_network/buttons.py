"""Reactions that stand for buttons: which emoji of which card means what. The homeserver keeps it, in the card itself."""

from __future__ import annotations

from matrix_network.homeserver import Homeserver


class Buttons:
    """What the reactions under our cards mean."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver

    async def pressed(self, room: str, message: str, emoji: str) -> str | None:
        """Return the reference of the button that `emoji` stands for on one of our messages, or None.

        Works for every card ever sent, also after a restart. Raise a PortError when the homeserver does not say.
        """
        raise NotImplementedError
