"""A chat network with a limit, in a process of its own: it refuses what is too much, and remembers the keys it has seen.

Run as a program with the limit in posts per second; it says its address. POST /ROOM/KEY posts, GET / tells what came.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

from aiohttp import web


class Limited:
    """Takes `limit` posts at once, then so many per second; a repeated key costs as much as a new one."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._left = limit
        self._at = time.monotonic()
        self._posts: dict[str, str] = {}
        self._rooms: Counter[str] = Counter()
        self._times: list[float] = []
        self._repeats = self._refused = 0

    async def post(self, request: web.Request) -> web.Response:
        """Post, or answer 429 with the seconds to wait."""
        now = time.monotonic()
        self._left = min(self._limit, self._left + (now - self._at) * self._limit)
        self._at = now
        if self._left < 1:
            self._refused += 1
            return web.json_response({}, status=429, headers={"Retry-After": f"{(1 - self._left) / self._limit:.3f}"})
        self._left -= 1
        self._times.append(now)
        room, key = request.match_info["room"], request.match_info["key"]
        if key in self._posts:
            self._repeats += 1
        else:
            self._rooms[room] += 1
        found = self._posts.setdefault(key, f"m{len(self._posts)}")
        return web.json_response({"id": found, "posts": len(self._posts)})

    async def tally(self, request: web.Request) -> web.Response:
        """Tell what came."""
        return web.json_response(
            {
                "rooms": len(self._rooms),
                "posts": len(self._posts),
                "repeats": self._repeats,
                "refused": self._refused,
                "seconds": self._times[-1] - self._times[0] if self._times else 0.0,
            }
        )


async def main(limit: float) -> None:
    """Serve until the input ends."""
    limited = Limited(limit)
    app = web.Application()
    app.add_routes([web.post("/{room}/{key}", limited.post), web.get("/", limited.tally)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(json.dumps(runner.addresses[0][1]) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
