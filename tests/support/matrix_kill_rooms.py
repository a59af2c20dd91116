"""A room as its homeserver holds it, read the way people see it: edits applied, what was redacted gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix_network.render import CARD

Event = Mapping[str, Any]


class Room:
    """One room."""

    def __init__(self, told: Mapping[str, Any], bot: str) -> None:
        self.id: str = told["id"]
        self.events: Sequence[Event] = told["events"]
        self.state: dict[tuple[str, str], Event] = {
            (event["type"], event["state_key"]): event["content"] for event in told["state"]
        }
        self._bot = bot

    @property
    def name(self) -> str:
        """What it is called; empty for those that have no name."""
        return str(self.state.get(("m.room.name", ""), {}).get("name", ""))

    @property
    def ours(self) -> bool:
        """Whether the server made it."""
        return bool(self.events[0]["sender"] == self._bot)

    @property
    def finished(self) -> bool:
        """Whether the homeserver came to the end of making it."""
        return ("m.room.join_rules", "") in self.state

    @property
    def closed(self) -> bool:
        """Whether nobody may write."""
        return bool(self.state["m.room.power_levels", ""].get("events_default") == 100)

    @property
    def pinned(self) -> list[str]:
        """What is pinned."""
        return list(self.state.get(("m.room.pinned_events", ""), {}).get("pinned", ()))

    def members(self, *memberships: str) -> set[str]:
        """Return whose membership is one of these."""
        return {
            user
            for (kind, user), content in self.state.items()
            if kind == "m.room.member" and content["membership"] in memberships
        }

    def changes(self, user: str, membership: str, *, by: str) -> int:
        """Return how often somebody's membership became that, by whose doing."""
        return sum(
            event["type"] == "m.room.member"
            and event["state_key"] == user
            and event["sender"] == by
            and event["content"]["membership"] == membership
            for event in self.events
        )

    def posts(self) -> Iterator[Event]:
        """Return what the server has said, in order, edits left out."""
        for event in self.events:
            if event["sender"] == self._bot and event["type"] == "m.room.message" and _replaced(event) is None:
                yield event

    def newest(self, post: Event) -> Event:
        """Return a post's content as it was last edited."""
        content: Event = post["content"]
        for event in self.events:
            if _replaced(event) == post["event_id"] and event["sender"] == post["sender"]:
                content = event["content"]["m.new_content"]
        return content

    def texts(self) -> list[str]:
        """Return what the server's posts say now, in order."""
        return [self.newest(post).get("body", "") for post in self.posts()]

    def shown(self, post: Event) -> list[str]:
        """Return the buttons a card has now."""
        return list(self.newest(post).get(CARD, {}).get("shown", ()))

    def seeds(self, post: Event) -> list[str]:
        """Return the server's reactions under a post."""
        relations = [
            event["content"]["m.relates_to"]
            for event in self.events
            if event["type"] == "m.reaction" and event["sender"] == self._bot and event["content"]
        ]
        return [relation["key"] for relation in relations if relation["event_id"] == post["event_id"]]


def _replaced(event: Event) -> str | None:
    relation = event["content"].get("m.relates_to", {}) if event["type"] == "m.room.message" else {}
    return relation.get("event_id") if relation.get("rel_type") == "m.replace" else None
