"""What people do in Teams, and what their clients send for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import teams_cards
from teams_activities import Activities
from teams_delivery import Deliveries, Delivery
from teams_world import App, Conversation, Post, Raw, Team, User, World


class MayNot(Exception):
    """The client does not let somebody do this: they are not there, or it is closed."""


class Acts:
    """People. What the bot is told of it has been brought once when a method returns, whatever the bot said."""

    def __init__(self, world: World, bot: App, activities: Activities, deliveries: Deliveries) -> None:
        self._world = world
        self._bot = bot
        self._activities = activities
        self._deliveries = deliveries

    async def say(
        self,
        who: User,
        where: Conversation,
        text: str,
        *,
        mentions: Sequence[User | App] = (),
        thread: str = "",
        quotes: str = "",
        files: Sequence[Raw] = (),
    ) -> Post:
        """Write something. Who is mentioned is so where `@Name` stands in the text, or else in front of it.

        `thread` is the id of a message of the channel's thread, `quotes` that of a message replied to.
        """
        _allowed(who, where)
        activity = _written(text, mentions) | {"files": list(files)}
        root = where.posts[thread].root if thread else ""
        post = self._world.write(where, who.id, activity, root=root, quotes=quotes)
        if self._hears(where, post):
            await self._deliveries.bring(self._activities.message(where, who, post))
        return post

    async def edit(self, who: User, where: Conversation, id: str, text: str) -> None:
        """Change one's own message."""
        post = self._own(who, where, id)
        heard = self._hears(where, post)
        mentions = [one for one in post.activity["entities"] if one["text"] in text]
        post.activity = {"type": "message", "text": text, "entities": mentions}
        post.edits += 1
        if heard or self._hears(where, post):
            await self._deliveries.bring(self._activities.edited(where, who, post))

    async def delete(self, who: User, where: Conversation, id: str) -> None:
        """Delete one's own message."""
        post = self._own(who, where, id)
        post.deleted = True
        if self._hears(where, post):
            await self._deliveries.bring(self._activities.deleted(where, who, post))

    async def react(self, who: User, where: Conversation, id: str, kind: str) -> None:
        """Put a reaction (`like`, `heart` …) on a message; a second time takes it back. Told of the bot's own only."""
        _allowed(who, where)
        post = where.post(id)
        own = post.reactions.setdefault(who.id, [])
        removed = kind in own
        if removed:
            own.remove(kind)
        else:
            own.append(kind)
        if post.sender == self._bot.id:
            await self._deliveries.bring(self._activities.reaction(where, who, post, kind, removed=removed))

    async def press(
        self,
        who: User,
        where: Conversation,
        id: str,
        button: str,
        fields: Mapping[str, str] | None = None,
        *,
        old_client: bool = False,
    ) -> Delivery:
        """Press the button with that reference or title, with what was filled in. Raise LookupError without such a button.

        A card in the answer is from then on what this person sees.
        """
        _allowed(who, where)
        post = where.post(id)
        found = self._button(post, who, button)
        data = found.filled(fields or {})
        if old_client or found.action["type"] == "Action.Submit":
            return await self._press_old(who, where, post, found, data)
        action = {
            "type": "Action.Execute",
            "id": found.action.get("id"),
            "verb": found.action.get("verb"),
            "data": data,
        }
        value = {"action": action, "trigger": "manual"}
        delivery = await self.invoke(who, where, "adaptiveCard/action", value, post=post)
        answer = delivery.answer or {}
        if delivery.taken and answer.get("type") == teams_cards.CARD:
            post.shown[who.id] = answer["value"]
        return delivery

    async def invoke(
        self, who: User, where: Conversation, name: str, value: object, *, post: Post | None = None
    ) -> Delivery:
        """Send an invoke: forms, message extensions, type-ahead. Its answer is in `delivery.answer`."""
        return await self._deliveries.bring(self._activities.invoke(where, who, name, value, post=post))

    async def open_form(self, who: User, where: Conversation, data: Raw, *, post: Post | None = None) -> Delivery:
        """Ask for a task module."""
        value = {"data": {"type": "task/fetch", **data}, "context": {"theme": "default"}}
        return await self.invoke(who, where, "task/fetch", value, post=post)

    async def submit_form(self, who: User, where: Conversation, data: Raw) -> Delivery:
        """Submit a task module."""
        value = {"data": data, "context": {"theme": "default"}}
        return await self.invoke(who, where, "task/submit", value)

    async def choose_action(
        self, who: User, where: Conversation, command: str, *, message: str = "", context: str = ""
    ) -> Delivery:
        """Choose a message extension's command: of ⋯ on a message, or of the compose box."""
        value = self._extension(where, command, message, context)
        return await self.invoke(who, where, "composeExtension/fetchTask", value)

    async def submit_action(
        self, who: User, where: Conversation, command: str, data: Raw, *, message: str = "", context: str = ""
    ) -> Delivery:
        """Submit the form of a message extension's command."""
        value = self._extension(where, command, message, context) | {"data": data}
        return await self.invoke(who, where, "composeExtension/submitAction", value)

    async def query(self, who: User, where: Conversation, command: str, words: str) -> Delivery:
        """Search with a message extension."""
        value = {
            "commandId": command,
            "parameters": [{"name": "query", "value": words}],
            "queryOptions": {"skip": 0, "count": 25},
        }
        return await self.invoke(who, where, "composeExtension/query", value)

    async def type_ahead(self, who: User, where: Conversation, dataset: str, words: str, *, post: Post) -> Delivery:
        """Type into a choice with dynamic data."""
        value = {
            "queryText": words,
            "queryOptions": {"skip": 0, "top": 15},
            "dataset": dataset,
        }
        return await self.invoke(who, where, "application/search", value, post=post)

    async def install(self, where: Conversation | Team, who: User) -> None:
        """Add the app to a chat or team; one's personal chat with it as well. Harmless when it is there."""
        place = _place(where)
        if self._bot.app_id in place.apps:
            return
        place.apps.add(self._bot.app_id)
        bot = {"id": self._bot.id, "name": self._bot.name}
        await self._deliveries.bring(self._activities.members(place, who, added=[bot]))
        await self._deliveries.bring(self._activities.installed(place, who, "add"))

    async def uninstall(self, where: Conversation | Team, who: User) -> None:
        """Take the app out."""
        place = _place(where)
        place.apps.discard(self._bot.app_id)
        bot = {"id": self._bot.id, "name": self._bot.name}
        await self._deliveries.bring(self._activities.installed(place, who, "remove"))
        if place.type != "personal":
            await self._deliveries.bring(self._activities.members(place, who, removed=[bot]))

    async def add(self, who: User, where: Conversation | Team, *, by: User | None = None) -> None:
        """Let somebody into a chat or team."""
        place = _place(where)
        if who in place.people:
            return
        place.people.append(who)
        if self._bot.app_id in place.apps:
            came = [self._activities.account(who)]
            await self._deliveries.bring(self._activities.members(place, by or who, added=came))

    async def remove(self, who: User, where: Conversation | Team, *, by: User | None = None) -> None:
        """Take somebody out of a chat or team, or let them leave."""
        place = _place(where)
        if who not in place.people:
            return
        place.people.remove(who)
        place.left[who.id] = len(place.posts)
        if self._bot.app_id in place.apps:
            went = [self._activities.account(who)]
            await self._deliveries.bring(self._activities.members(place, by or who, removed=went))

    async def rename(self, where: Conversation, name: str, *, by: User) -> None:
        """Give a channel another name."""
        where.name = name
        if self._bot.app_id in where.apps:
            await self._deliveries.bring(self._activities.channel(where, by, "channelRenamed"))

    def _button(self, post: Post, who: User, button: str) -> teams_cards.Pressable:
        shown = [post.shown[who.id]] if who.id in post.shown else teams_cards.cards(post.activity)
        failure = LookupError(f"message {post.id} carries no card")
        for card in shown:
            try:
                return teams_cards.find(card, button)
            except LookupError as error:
                failure = error
        raise failure

    async def _press_old(
        self, who: User, where: Conversation, post: Post, found: teams_cards.Pressable, data: Raw
    ) -> Delivery:
        if found.action["type"] != "Action.Submit" and teams_cards.as_old(found.action) is None:
            message = f"an old client shows no button {found.title!r}: it has no fallback"
            raise LookupError(message)
        return await self._deliveries.bring(self._activities.submitted(where, who, data, post=post))

    def _extension(self, where: Conversation, command: str, message: str, context: str) -> Raw:
        value: Raw = {
            "commandId": command,
            "commandContext": context or ("message" if message else "compose"),
            "context": {"theme": "default"},
        }
        if message:
            value["messagePayload"] = self._payload(where, where.post(message))
        return value

    def _payload(self, where: Conversation, post: Post) -> Raw:
        user = self._world.users.get(post.sender)
        sender: Raw = {"application": {"id": self._bot.app_id, "displayName": self._bot.name}}
        if user is not None:
            sender = {"user": {"userIdentityType": "aadUser", "id": user.object_id, "displayName": user.name}}
        words = self._activities.html(where, post)
        return {
            "id": post.id,
            "replyToId": post.root if post.root != post.id else None,
            "createdDateTime": self._activities.time(post.id),
            "lastModifiedDateTime": None,
            "deleted": False,
            "importance": "normal",
            "locale": "en-us",
            "body": {"contentType": "html", "content": words},
            "from": sender,
            "reactions": [],
            "mentions": [],
            "attachments": [],
        }

    def _own(self, who: User, where: Conversation, id: str) -> Post:
        _allowed(who, where)
        post = where.post(id)
        if post.sender != who.id:
            message = f"{who.name} did not write {id}"
            raise MayNot(message)
        return post

    def _hears(self, where: Conversation, post: Post) -> bool:
        if self._bot.app_id not in where.apps:
            return False
        mentioned = any(one["mentioned"]["id"] == self._bot.id for one in post.activity["entities"])
        return where.type == "personal" or where.hears_all or mentioned


def _written(text: str, mentions: Sequence[User | App]) -> Raw:
    entities = []
    for one in mentions:
        mark = f"<at>{one.name}</at>"
        text = text.replace(f"@{one.name}", mark, 1) if f"@{one.name}" in text else f"{mark} {text}"
        entities.append({"type": "mention", "text": mark, "mentioned": {"id": one.id, "name": one.name}})
    return {"type": "message", "text": text, "entities": entities}


def _allowed(who: User, where: Conversation) -> None:
    if who not in where.people:
        message = f"{who.name} is not in {where.name or where.id}"
        raise MayNot(message)
    if where.archived:
        message = f"{where.name or where.id} is archived"
        raise MayNot(message)


def _place(where: Conversation | Team) -> Conversation:
    return where.channels[where.id] if isinstance(where, Team) else where
