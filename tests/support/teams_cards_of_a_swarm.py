"""Every card a busy swarm makes, as Teams gets it."""

from __future__ import annotations

from typing import Any

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Said
from chatops.core.text import Text
from chatops.engine.render import Audience, Renderer
from chatops.ports.chat import Outgoing
from swarm_bench import START, Bench
from teams_network.card import adaptive

_SPOKEN = (
    ("olga", "swarm open fake:1001 refund loops timebox=60m"),
    ("olga", "swarm invite SW-1 jan, gus, anna, ben you know it"),
    ("anna", "swarm join SW-1"),
    ("anna", "swarm question SW-1 which one?"),
    ("anna", "swarm solution SW-1 restart it"),
    ("lea", "swarm list"),
    ("lea", "swarm show SW-1"),
    ("olga", "swarm hold SW-1 customer"),
    ("olga", "swarm done SW-1"),
    ("olga", "swarm resolve SW-1 restarted"),
)


class SwarmCards:
    """What was said, to be shown in any language."""

    def __init__(self, said: list[Said], catalogues: Catalogues) -> None:
        self._said = said
        self._catalogues = catalogues

    def posts(self, locale: str = "en") -> list[Outgoing]:
        """Return all posts, each once."""
        audience = Audience(reader=Reader(locale=locale, zone="Europe/Berlin"))
        render = Renderer(self._catalogues)
        made = [render(each, audience, now=START, identity=lambda _person: None) for each in self._said]
        return list({post.plain: post for post in made}.values())

    def cards(self, locale: str = "en") -> list[dict[str, Any]]:
        """Return those that are cards."""

        def words(text: Text) -> str:
            return self._catalogues.plain(text, Reader(locale=locale, zone="Europe/Berlin"))

        made = (adaptive(post, accounts={}, words=words).card for post in self.posts(locale))
        return [card for card in made if card is not None]


async def swarm_cards() -> SwarmCards:
    """Play the afternoon."""
    bench = Bench()
    said: list[Said] = []
    for person, line in _SPOKEN:
        said += [post.said for post in await bench.posts(person, line)]
    for row in await bench.store.sent(limit=1000):
        if row.kind == "post":
            said.append(bench.codec.decode(row.kind, row.body).said)  # type: ignore[attr-defined]
    return SwarmCards(said, Catalogues.load())
