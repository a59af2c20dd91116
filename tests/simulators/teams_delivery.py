"""How activities get to the bot: signed, answered within a time, and brought again when they were not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from teams_issuer import Issuer
from teams_world import App, Raw

NO_ANSWER = 0
"""The status of a delivery that got none: refused, broken off, or too late."""


@dataclass(eq=False)
class Delivery:
    """One activity on its way."""

    activity: Raw
    statuses: list[int] = field(default_factory=list)
    """Of every attempt, oldest first."""
    answer: Raw | None = None
    """The body of the newest answer, where it was JSON."""
    again: bool = True
    """Whether it is brought again; invokes never are."""

    @property
    def taken(self) -> bool:
        """Whether the bot said 2xx once."""
        return any(200 <= status < 300 for status in self.statuses)

    @property
    def id(self) -> str:
        """The activity's id."""
        return str(self.activity["id"])


class Deliveries:
    """All deliveries, with what came of them.

    What the bot did not answer with 2xx in time is brought again with the same id, `attempts` times in all: by
    `redeliver()`, or by itself after `pause` seconds (Teams: 15) when that is set.
    """

    def __init__(self, issuer: Issuer, bot: App) -> None:
        self.log: list[Delivery] = []
        self.answer_within = 15.0
        self.attempts = 4
        self.pause: float | None = None
        self._issuer = issuer
        self._bot = bot
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open what is sent through."""
        self._session = aiohttp.ClientSession(auto_decompress=True)

    async def stop(self) -> None:
        """Stop bringing anything."""
        for task in [*self._tasks]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._session is not None:
            await self._session.close()

    async def bring(self, activity: Raw) -> Delivery:
        """Bring an activity and return with what came of the first attempt."""
        delivery = Delivery(activity=activity, again=activity["type"] != "invoke")
        self.log.append(delivery)
        await self.attempt(delivery)
        if self.pause is not None and self._waits(delivery):
            self._do(self._by_itself(delivery, self.pause))
        return delivery

    async def forge(self, activity: Raw, *, token: str = "") -> Delivery:
        """Bring an activity as a stranger would: with a token of their own making, or with none."""
        delivery = Delivery(activity=activity, again=False)
        self.log.append(delivery)
        await self.attempt(delivery, token=token)
        return delivery

    def later(self, *activities: Raw) -> None:
        """Bring activities one after the other, in a moment."""
        self._do(self._one_by_one(activities))

    async def redeliver(self) -> list[Delivery]:
        """Bring everything again that waits for it, in the order it happened, and return it."""
        waiting = self.waiting()
        for delivery in waiting:
            await self.attempt(delivery)
        return waiting

    def waiting(self) -> list[Delivery]:
        """Return what will be brought again."""
        return [one for one in self.log if self._waits(one)]

    async def settled(self) -> None:
        """Return once nothing is on its way, or will be by itself."""
        while self._tasks:
            await asyncio.wait([*self._tasks])

    async def attempt(self, delivery: Delivery, *, token: str | None = None, url: str = "") -> int:
        """Bring something once more, whatever became of it before, and return the status. An empty `token` is left out."""
        body = json.dumps(delivery.activity, ensure_ascii=False).encode()
        service_url = str(delivery.activity.get("serviceUrl", ""))
        bearer = token if token is not None else self._issuer.sign(self._bot, service_url)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        status = NO_ANSWER
        target = url or self._bot.endpoint
        if target and self._session is not None:
            timeout = aiohttp.ClientTimeout(total=self.answer_within)
            with suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
                async with self._session.post(target, data=body, headers=headers, timeout=timeout) as response:
                    told = await response.read()
                    status = response.status
                    with suppress(ValueError):
                        delivery.answer = json.loads(told)
        delivery.statuses.append(status)
        return status

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one_by_one(self, activities: Sequence[Raw]) -> None:
        for activity in activities:
            await self.bring(activity)

    def _waits(self, delivery: Delivery) -> bool:
        return delivery.again and not delivery.taken and len(delivery.statuses) < self.attempts

    async def _by_itself(self, delivery: Delivery, pause: float) -> None:
        while self._waits(delivery):
            await asyncio.sleep(pause)
            await self.attempt(delivery)
