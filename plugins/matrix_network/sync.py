"""Receiving: one question after the other, each answer handed over whole before the next is asked.

An answer's events and the token behind it are accepted together; until then the same question is asked again. So
nothing is lost, and the event ids as keys see to it that nothing counts twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from nio import Api

from chatops import PluginContext
from chatops.core.message import Identity, RoomMoved
from chatops.errors import AuthExpired, PortError, Rejected, StoreError, StoreUnavailable, Unreachable
from chatops.ports.chat import Accept
from chatops.ports.store import Checkpoint
from matrix_network.account import Account
from matrix_network.answer import Answer, answer_of
from matrix_network.buttons import Accounts, Buttons
from matrix_network.chores import Chores
from matrix_network.directs import Directs
from matrix_network.event import text_in
from matrix_network.following import Following
from matrix_network.gap import Gaps
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.ingest import Place
from matrix_network.invites import Invites
from matrix_network.patience import Outage
from matrix_network.settings import MatrixSettings
from matrix_network.story import Story, Telling

WAIT = 30.0
"""Seconds the homeserver waits for something to happen before it answers that nothing did."""

MARGIN = 10.0
"""Seconds after that in which the answer must have come."""

FIRST = 120.0
"""Seconds the very first answer may take."""

SOONEST = 1.0
"""Seconds before the same is asked again when nothing was the answer: whoever answers for the homeserver may not wait."""

STORE_PAUSE = 1.0
"""Seconds before what the store refused is handed over again."""


class Sync:
    """Receives what happens on the homeserver, for `ChatNetwork.run`."""

    def __init__(
        self,
        context: PluginContext,
        *,
        settings: MatrixSettings,
        homeserver: Homeserver,
        accounts: Accounts,
        directs: Directs,
        buttons: Buttons,
        spoken: Callable[[str], None] = lambda _room: None,
    ) -> None:
        """`spoken` is called with each room that we, here or as another replica, have said something in."""
        self._context = context
        self._settings = settings
        self._homeserver = homeserver
        self._accounts = accounts
        self._directs = directs
        self._buttons = buttons
        self._spoken = spoken

    async def run(self, accept: Accept) -> None:
        """Hand over everything until cancelled. Outages are waited for; raise only AuthExpired."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._receive(accept, Chores(group, self._context.clock))
        except BaseExceptionGroup as several:
            expired = several.subgroup(AuthExpired)
            if expired is None:
                raise
            raise _only(expired) from None

    async def _receive(self, accept: Accept, chores: Chores) -> None:
        outage = Outage(self._context.clock, network=self._settings.network)
        clock = self._context.clock
        telling: Telling | None = None
        account: Account | None = None
        since: str | None = None
        while True:
            asked = clock.monotonic()
            try:
                if telling is None or account != await self._accounts.account():
                    account = await self._accounts.account()
                    telling = await self._prepared(accept, chores)
                    since = token_of(await accept.checkpoint(self._settings.network), account)
                story = await self._next(telling, since, account, hurry=outage.lasts)
            except AuthExpired:
                raise
            except (PortError, StoreError) as problem:
                await outage.wait(problem)
                continue
            outage.over()
            if story is None:
                continue
            if story.events or story.token != since:
                await self._hand_over(accept, story, account)
            elif (early := asked + SOONEST - clock.monotonic()) > 0:
                await clock.sleep(early)
            since = story.token

    async def _prepared(self, accept: Accept, chores: Chores) -> Telling:
        """Find out who we are, and take up what was under way."""
        homeserver, records, network = self._homeserver, self._context.records, self._settings.network
        me = text_in(await homeserver.call(Api.whoami(NO_TOKEN)), "user_id")
        if me is None:
            message = "the homeserver does not say who we are"
            raise Unreachable(message)
        try:
            profile = await homeserver.call(Api.profile_get(me))
        except Rejected:
            profile = {}
        name = text_in(profile, "displayname") or ""
        place = Place(network=network, room="", me=me, name=name, prefix=self._settings.prefix, handle=self._handle)

        async def moved(key: str, body: RoomMoved) -> None:
            await accept([(key, body)])

        following = Following(
            homeserver=homeserver,
            records=records,
            directs=self._directs,
            chores=chores,
            clock=self._context.clock,
            network=network,
            me=me,
            moved=moved,
        )
        invites = Invites(
            homeserver=homeserver,
            records=records,
            directs=self._directs,
            people=self._context.people,
            settings=self._settings,
            chores=chores,
            me=me,
            known=following.knows,
        )
        await following.resume()
        await invites.resume()
        return Telling(
            gaps=Gaps(homeserver, me=me),
            directs=self._directs,
            buttons=self._buttons,
            invites=invites,
            following=following,
            place=place,
            spoken=self._spoken,
        )

    def _handle(self, user: str) -> str | None:
        people = self._context.people
        person = people.by_identity(Identity(network=self._settings.network, id=user))
        return None if person is None else people.profile(person.id).handle or person.id

    async def _next(self, telling: Telling, since: str | None, account: Account, *, hurry: bool) -> Story | None:
        """Return what the next answer tells, or None when it was given to another account than we asked as."""
        me = telling.me
        await telling.accepted()
        # After an outage the answer shall come at once, so that its end shows.
        wait = 0.0 if hurry or since is None else WAIT
        sieve = beginning() if since is None else going_on(self._settings.timeline_limit)
        answer = await self._ask(since, sieve, wait=wait, patience=FIRST if since is None else wait + MARGIN, me=me)
        if account != await self._accounts.account():
            # Somebody logged in as another while we waited: who we are decides whose words these are.
            return None
        if since is None:
            return await telling.beginning(answer)
        return await telling.told(answer, since=since, now=self._context.clock.now())

    async def _ask(self, since: str | None, sieve: dict[str, Any], *, wait: float, patience: float, me: str) -> Answer:
        request = Api.sync(NO_TOKEN, since=since, timeout=int(wait * 1000), filter=sieve)
        raw = await self._homeserver.call(request, patience=patience)
        answer = answer_of(raw, me=me, now=self._context.clock.now())
        if answer is None:
            message = "the homeserver answered a sync without a token"
            raise Unreachable(message)
        return answer

    async def _hand_over(self, accept: Accept, story: Story, account: Account) -> None:
        checkpoint = Checkpoint(name=self._settings.network, value=f"{account.user} {story.token}")
        while True:
            try:
                await accept(story.events, checkpoint)
                return
            except StoreUnavailable:
                await self._context.clock.sleep(STORE_PAUSE)


def token_of(checkpoint: str | None, account: Account) -> str | None:
    """Return where an account goes on, or None when it begins: a token means nothing on another homeserver."""
    user, _space, token = (checkpoint or "").partition(" ")
    return token if token and user == account.user else None


def going_on(limit: int) -> dict[str, Any]:
    """Return the filter of every sync but the first: what is said in rooms, nothing else."""
    nothing = {"not_types": ["*"]}
    return {
        "presence": nothing,
        "account_data": nothing,
        "room": {
            "account_data": nothing,
            "ephemeral": nothing,
            "state": {"types": ["m.room.member"], "lazy_load_members": True},
            "timeline": {"limit": limit, "lazy_load_members": True},
        },
    }


def beginning() -> dict[str, Any]:
    """Return the filter of the very first sync: a token and the invitations, never asked before.

    Synapse answers a first sync that repeats a filter within two minutes from its cache, with an old token
    (`caches.sync_response_cache_duration`), and what came since would be executed at the next start. So each first
    filter also leaves out a type that nobody has.
    """
    sieve = going_on(1)
    sieve["presence"] = {"not_types": ["*", f"first.{uuid.uuid4().hex}"]}
    sieve["room"]["state"] = {"types": [], "lazy_load_members": True}
    return sieve


def _only(group: BaseExceptionGroup[AuthExpired]) -> AuthExpired:
    first = group.exceptions[0]
    return _only(first) if isinstance(first, BaseExceptionGroup) else first
