"""What people have changed, brought into the directory: all of it at the start, then whatever other replicas commit."""

from __future__ import annotations

import asyncio
from functools import partial

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Stored
from chatops.errors import StoreUnavailable
from chatops.people.book import ChangingDirectory
from chatops.people.changes import PodChanges, ProfileChanges
from chatops.people.links import LinkedIdentity
from chatops.ports.store import Store

MOST = 100_000
"""People and pods read at the start, at most."""

PAUSE = 1.0
"""Seconds before a store that did not answer is asked again."""

_KINDS = (ProfileChanges.kind, PodChanges.kind, LinkedIdentity.kind)


class ProfileBook:
    """Keeps a directory's changes fresh. What this process commits, its own listeners bring in sooner."""

    def __init__(self, codec: Codec, store: Store, directory: ChangingDirectory, clock: Clock) -> None:
        self._codec = codec
        self._store = store
        self._directory = directory
        self._clock = clock
        self._word: dict[tuple[str, str], None] = {}
        self._missed = False
        self._rung = asyncio.Event()

    async def load(self) -> None:
        """Read everything; among replicas, listen first, so that nothing falls in between. Raise StoreUnavailable."""
        if self._store.shared:
            for kind in _KINDS:
                self._store.announce(kind)
                self._store.signals.listen(f"aggregate:{kind}", partial(self._heard, kind), missed=self._all_missed)
        await self._read_all()

    async def follow(self) -> None:
        """Read what other replicas have written, until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                if self._missed:
                    self._missed = False
                    await self._read_all()
                while self._word:
                    kind, id_ = next(iter(self._word))
                    self._word.pop((kind, id_))
                    stored = await self._store.get(kind, id_)
                    if stored is not None:
                        self._take(kind, stored)
            except StoreUnavailable:
                self._missed = True
                await self._clock.sleep(PAUSE)
                self._rung.set()

    def _heard(self, kind: str, id_: str) -> None:
        self._word[kind, id_] = None
        self._rung.set()

    def _all_missed(self) -> None:
        self._missed = True
        self._rung.set()

    async def _read_all(self) -> None:
        for kind in _KINDS:
            for stored in await self._store.find(kind, {}, limit=MOST):
                self._take(kind, stored)

    def _take(self, kind: str, stored: Stored) -> None:
        if kind == PodChanges.kind:
            self._directory.learn_pod(self._codec.decode_as(PodChanges, stored.body))
        elif kind == LinkedIdentity.kind:
            self._directory.learn_link(self._codec.decode_as(LinkedIdentity, stored.body))
        else:
            self._directory.learn(self._codec.decode_as(ProfileChanges, stored.body))
