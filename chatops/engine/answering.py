"""What became of an accepted event: for whoever asked by API, and for networks that answer a click where it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.effects import Post
from chatops.core.message import Refused, RoomRef
from chatops.engine.places import Places
from chatops.engine.render import Audience, Renderer
from chatops.engine.settings import EngineSettings
from chatops.ports.chat import Answered, ChatNetwork
from chatops.ports.store import Placed, Sent, Settlement, Store


class Answering:
    """Waits until an event has settled, and tells what was said because of it."""

    def __init__(
        self,
        networks: Sequence[ChatNetwork],
        *,
        store: Store,
        clock: Clock,
        codec: Codec,
        catalogues: Catalogues,
        places: Places,
        settings: EngineSettings,
    ) -> None:
        self._networks = {network.name: network for network in networks}
        self._store = store
        self._clock = clock
        self._codec = codec
        self._renderer = Renderer(catalogues)
        self._places = places
        self._settings = settings

    async def settled(self, key: str, at_most: float) -> Settlement | None:
        """Return what the event `key` led to, once all of it has happened; None if that takes over `at_most` seconds."""
        return await self._once(lambda now: not now.open_events and not now.open_effects, key, at_most)

    async def answers(self, network: str, key: str, at_most: float) -> Sequence[Answered] | None:
        """Return what is being said because of an event, as readers see it on that network; None when it takes longer.

        What is said is known once the event was handled. Nobody is kept waiting until it also stands everywhere.
        """
        settlement = await self._once(lambda now: not now.open_events, key, at_most)
        if settlement is None:
            return None
        return [await self._answered(network, sent) for sent in settlement.sent if sent.kind == Post.kind]

    async def _once(self, ready: Callable[[Settlement], bool], key: str, at_most: float) -> Settlement | None:
        until = self._clock.monotonic() + at_most
        while True:
            settlement = await self._store.settlement(key)
            if settlement.known and ready(settlement):
                return settlement
            left = until - self._clock.monotonic()
            if left <= 0:
                return None
            await self._store.wait_settled(key, min(left, self._settings.poll))

    async def _answered(self, network: str, sent: Sent) -> Answered:
        post = self._codec.decode_as(Post, sent.body)
        standing = await self._store.placed(sent.target, post.slot) if post.slot is not None else None
        pinged = {
            person: identity
            for person in post.notify
            if (identity := self._places.identity(person, network)) is not None
        }
        audience = Audience(
            reader=self._places.reader(post.to, post.reader),
            notify=tuple(pinged.values()),
            max_text=self._networks[network].capabilities.max_text,
        )
        return Answered(
            body=self._renderer(post.said, audience, now=self._clock.now(), identity=pinged.get),
            message=sent.remote or (standing.remote if standing is not None else None),
            room=_room(standing),
            reply=sent.reply,
            refused=isinstance(post.said, Refused),
        )


def _room(standing: Placed | None) -> RoomRef | None:
    if standing is None:
        return None
    network, _colon, id_ = standing.room.partition(":")
    return RoomRef(network=network, id=id_)
