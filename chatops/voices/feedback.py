"""Feedback about products, from wherever it comes up."""

from __future__ import annotations

import re

from chatops.core.message import Card
from chatops.core.text import Moment, _, _n, lines, said, to_type
from chatops.core.unit import Unit
from chatops.errors import BadArgument
from chatops.ports.roster import Directory
from chatops.voices.ideas import SHOWN, checked
from chatops.voices.model import Feedback
from chatops.voices.sheets import sheet

_PRODUCT = re.compile(r"(?:product|produkt):([\w][\w.-]{0,60})", re.IGNORECASE)
MOST_ROWS = 500
"""Newest entries in one export."""


class FeedbackDesk:
    """Keeps what people notice, and gives it out."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def say(self, unit: Unit, product: str, text: str) -> None:
        """Keep something about a product. Said in a swarm's room, it remembers the swarm, unless that is private."""
        name = product_of(product)
        words = checked(text, f"feedback product:{name} …")
        found = Feedback(
            id=str(await unit.next_number("feedback")),
            product=name,
            person=unit.actor.id,
            text=words,
            at=unit.now,
            swarm=_swarm(unit),
        )
        unit.put(found)
        unit.answer(_("Kept for {product}. Thank you.", product=said(name)))

    async def listed(self, unit: Unit, product: str, *, csv: bool) -> None:
        """Show the newest about one product or all; as CSV, for the asker alone."""
        name = product_of(product) if product else ""
        found = await unit.glance(Feedback, limit=10_000, **({"product": name} if name else {"all": "yes"}))
        if csv:
            rows = [
                (
                    one.at.isoformat(),
                    one.product,
                    one.text,
                    f"SW-{one.swarm}" if one.swarm else "",
                    self._name(one.person),
                )
                for one in found[-MOST_ROWS:]
            ]
            unit.answer(said(sheet(("at", "product", "feedback", "swarm", "by"), rows)), private=True)
            return
        unit.answer(self.card(name, found))

    def card(self, product: str, found: list[Feedback]) -> Card:
        """Return the newest, newest first."""
        rows = [
            _(
                "{product}: {text} ({who}, {time})",
                product=said(one.product),
                text=said(" ".join(one.text.split())[:200]),
                who=said(self._name(one.person)),
                time=Moment(at=one.at, style="date"),
            )
            for one in reversed(found[-SHOWN:])
        ]
        count = len(found)
        title = (
            _n("{count} comment about {product}", "{count} comments about {product}", count, product=said(product))
            if product
            else _n("{count} comment about products", "{count} comments about products", count)
        )
        return Card(
            title=title,
            text=lines(*rows)
            if rows
            else _("Say something: {command}", command=to_type("feedback product:checkout …")),
        )

    def _name(self, id: str) -> str:
        person = self._directory.by_id(id)
        return person.name if person is not None else id


def product_of(typed: str) -> str:
    """Return the product in `product:checkout`. Raise BadArgument."""
    match = _PRODUCT.fullmatch(typed.strip())
    if match is None:
        raise BadArgument(
            _("Say about which product: {example}", example=to_type("feedback product:checkout …")),
            commands=("feedback list",),
        )
    return match[1].casefold()


def _swarm(unit: Unit) -> str:
    room = unit.origin.room if unit.origin is not None else None
    if room is None or room.private or room.subject is None or not room.subject.startswith("swarm:"):
        return ""
    return room.subject.partition(":")[2]
