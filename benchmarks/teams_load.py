"""Posts prepared requests over connections that stay open, and takes the time of each answer. Nothing but sockets."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What came of a round."""

    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processor time this process has used meanwhile."""
    took: list[float] = field(default_factory=list)
    """Seconds until each answer."""
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.took) / self.seconds


def request(path: str, host: str, body: bytes, token: str = "") -> bytes:
    """Return a whole request."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{bearer}"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Wire(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole."""
        self._got += data
        head, mark, body = self._got.partition(b"\r\n\r\n")
        if not mark or self._answer is None:
            return
        length = _LENGTH.search(head)
        if length is None or len(body) >= int(length[1]):
            self._got = b""
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def ask(self, whole: bytes) -> int:
        """Send a request and return the status of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(whole)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def flat_out(port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Post everything as fast as it is taken: each connection sends the next as soon as the last was answered."""
    todo = iter(requests)

    async def work(wire: Wire, load: Load) -> None:
        for whole in todo:
            await _timed(wire, whole, load)

    return await _measured(port, connections, work)


async def paced(port: int, requests: Sequence[bytes], *, per_second: float, connections: int) -> Load:
    """Post everything at a steady pace; an answer's time begins when its request was due, so that no wait is hidden."""
    todo = enumerate(requests)
    began = time.perf_counter() + 0.05

    async def work(wire: Wire, load: Load) -> None:
        for number, whole in todo:
            due = began + number / per_second
            await asyncio.sleep(due - time.perf_counter())
            await _timed(wire, whole, load, since=due)

    return await _measured(port, connections, work)


async def _measured(port: int, connections: int, work: object) -> Load:
    loop = asyncio.get_running_loop()
    wires = [(await loop.create_connection(Wire, "127.0.0.1", port))[1] for _n in range(connections)]
    load = Load()
    began, cpu = time.perf_counter(), time.process_time()
    assert callable(work)
    await asyncio.gather(*(work(wire, load) for wire in wires))
    load.seconds, load.cpu = time.perf_counter() - began, time.process_time() - cpu
    for wire in wires:
        wire.close()
    return load


async def _timed(wire: Wire, whole: bytes, load: Load, *, since: float | None = None) -> None:
    began = time.perf_counter() if since is None else since
    status = await wire.ask(whole)
    load.took.append(time.perf_counter() - began)
    load.statuses[status] += 1


def slices(requests: Iterator[bytes], count: int) -> list[bytes]:
    """Return the next so many."""
    return [next(requests) for _n in range(count)]
