"""What some chat networks can do beside talk: read the files that came with messages (`Capabilities.files`).

Conformance: `chatops.testing.conformance.ChatNetworkSuite`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from chatops.errors import Invalid

TOO_LARGE = "is too large"


@runtime_checkable
class FileReading(Protocol):
    """A chat network whose messages carry files. It tells of them in `Message.files`, by name and reference."""

    def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in the file with that `File.ref`, in pieces, never more than `most` bytes altogether.

        Harmless to repeat. Raise, before the first piece or between two: Missing when it is gone, or was never ours;
        Invalid (`too_large`) as soon as it turns out to have more than `most` bytes; Forbidden, RateLimited,
        AuthExpired; Unreachable when it does not come in time or breaks off. No more than `most` bytes are ever held.
        """
        ...


def too_large(most: int) -> Invalid:
    """Return the error for a file of more than `most` bytes."""
    return Invalid(f"the file has more than {most} bytes", fields={"size": [TOO_LARGE]})


async def bounded(pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """Yield `pieces`, and raise `too_large` before one that goes beyond `most` bytes."""
    sofar = 0
    async for piece in pieces:
        sofar += len(piece)
        if sofar > most:
            raise too_large(most)
        yield piece
