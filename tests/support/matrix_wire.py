"""The way to a homeserver with somebody watching: what is asked, and what gets lost."""

from __future__ import annotations

from collections.abc import Mapping

from chatops.errors import PortError, Unreachable
from matrix_network.homeserver import Homeserver, Json, Request


class Watched:
    """Counts the requests of a `Homeserver`; may lose one, its answer, or answer it itself."""

    def __init__(self, homeserver: Homeserver) -> None:
        self.asked: list[str] = []
        """Method and path, without the beginning that all share, of every request."""
        self.lose_answer_to = ""
        """The next request that has this in its path is done, and its answer lost."""
        self.refusals: dict[str, PortError] = {}
        """What requests that have this in their path are answered, once each."""
        self._send = homeserver.send
        homeserver.send = self  # type: ignore[method-assign]

    async def __call__(
        self,
        request: Request,
        *,
        token: str | None = None,
        patience: float = 30.0,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send, or do not."""
        path = request[1].removeprefix("/_matrix/client/")
        self.asked.append(f"{request[0]} {path}")
        for part in self.refusals:
            if part in path:
                raise self.refusals.pop(part)
        answer = await self._send(request, token=token, patience=patience, headers=headers)
        if self.lose_answer_to and self.lose_answer_to in path:
            self.lose_answer_to = ""
            message = "the answer was lost"
            raise Unreachable(message)
        return answer
