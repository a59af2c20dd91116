"""The composition root: the one module that knows every part, makes each once, and hands it what it needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

from prometheus_client import CollectorRegistry

from chatops.api.declared import declared
from chatops.api.door import RestDoor
from chatops.api.token_audit import TokenAudit, teller
from chatops.api.token_checkup import token_checkup
from chatops.api.token_tools import TokenTools
from chatops.cases.plugin import CasesPlugin
from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock, SystemClock
from chatops.core.codec import Codec
from chatops.core.table import CommandTable
from chatops.core.text import _
from chatops.doing import Doing
from chatops.engine.dead_letters import DeadLetters
from chatops.engine.engine import Engine, no_probe
from chatops.engine.file_performing import file_performers
from chatops.engine.help import HelpCommands
from chatops.engine.running import run_performer
from chatops.engine.second_thoughts import SecondThoughts
from chatops.engine.tasks import Tasks
from chatops.engine.ticket_performing import ticket_performers
from chatops.engine.upkeep import Upkeep
from chatops.errors import NotFound, StartError
from chatops.examining import Examination
from chatops.hookspecs import Finding, PluginContext, Tool
from chatops.metrics.counted import Counted
from chatops.metrics.doors import CountedDoors
from chatops.metrics.page import MetricsPage
from chatops.metrics.traces import finish, traced
from chatops.pages.site import pages
from chatops.pages.visit import Entrance
from chatops.people.addresses import Vouched
from chatops.people.directory import PeopleDirectory
from chatops.people.link_plugin import LinkPlugin
from chatops.people.plugin import PeoplePlugin
from chatops.people.profiles import ProfileBook
from chatops.people.roster import Roster, read_company
from chatops.plugins import Loading, PluginClass, Registry, find
from chatops.ports.chat import CheckResult
from chatops.ports.tickets import TicketSystem
from chatops.ports.web import Route, Static
from chatops.rooms.plugin import RoomsPlugin
from chatops.rules.plugin import RulesPlugin
from chatops.settings import Settings
from chatops.storage.folder import DataFolder
from chatops.storage.secrets import SealedSecrets
from chatops.swarm.facts import FACTS
from chatops.swarm.plugin import SwarmPlugin
from chatops.tasks.plugin import TasksPlugin
from chatops.told import database_of, engine_settings, rooms_told
from chatops.using import Using
from chatops.voices.plugin import VoicesPlugin
from chatops.web.health import PartHealth, ready_route
from chatops.web.metrics import metrics_route, read_token
from chatops.web.operator import operator_route
from chatops.web.operator_tools import OperatorTools
from chatops.web.server import WebServer
from chatops.webhooks.calling import WebhookCaller
from chatops.webhooks.plugin import WebhooksPlugin

OWN: Mapping[str, PluginClass] = {
    "swarm": SwarmPlugin,
    "cases": CasesPlugin,
    "tasks": TasksPlugin,
    "people": PeoplePlugin,
    "voices": VoicesPlugin,
    "rooms": RoomsPlugin,
    "rules": RulesPlugin,
    "linking": LinkPlugin,
}
"""Our own features; they come in through the same hooks as anybody's."""


@runtime_checkable
class SignsIn(Protocol):
    """A plugin that people sign in to."""

    async def sign_in_link(self, person: str) -> str:
        """Return an address that signs `person` in once. Raise NotFound."""
        ...


class Connected:
    """The ticket systems, once the plugins have registered them."""

    def __init__(self) -> None:
        self.systems: dict[str, TicketSystem] = {}

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self.systems)

    def system(self, name: str) -> TicketSystem:
        """Return one. Raise KeyError."""
        return self.systems[name]


class App:
    """A whole server. Made by `prepare`, before the event loop serves; then `start`, `stop`."""

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        *,
        listen: bool,
        clock: Clock,
        probe: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.folder = folder
        self._listen = listen
        self._clock = clock
        self._tasks = Tasks()
        self._running = AsyncExitStack()
        codec = Codec()
        catalogues = Catalogues.load()
        self.database = database_of(settings, folder, codec, clock)
        self.store = self.database.store
        self.web = WebServer(
            host=settings.server.host,
            port=settings.server.port,
            base_url=settings.server.base_url,
            allowed_hosts=settings.server.allowed_hosts,
            secret=folder.action_key,
            catalogues=catalogues,
            clock=clock,
        )
        self.directory = PeopleDirectory(vouched=Vouched(domains=frozenset(settings.people.link_email_domains)))
        self._connected = Connected()
        company = read_company(settings.people.file, settings.people.pods)
        self._pods = tuple(pod.id for pod in company.pods)
        self._declared = declared(settings, FACTS)
        figures = CollectorRegistry()
        doors = CountedDoors(figures, self._declared)
        self._caller = WebhookCaller(self._declared.webhooks, clock, doors)
        self.registry = self._plugged()
        self._connected.systems.update(self.registry.ticket_systems)
        for body in self.registry.bodies.values():
            codec.register(body)
        self._roster = Roster(self.directory, company, self.registry.rosters.values())
        self._profiles = ProfileBook(codec, self.store, self.directory, clock)
        self.table = CommandTable(self.registry.commands)
        self._meter = traced(Counted(figures, networks=self.registry.networks), settings.traces.endpoint)
        self.engine = Engine(
            store=self.store,
            codec=codec,
            catalogues=catalogues,
            directory=self.directory,
            networks=tuple(self.registry.networks.values()),
            table=self.table,
            relations=self.registry.relations,
            listeners=self.registry.listeners,
            performers=(
                *ticket_performers(self._connected, catalogues),
                *file_performers(self._connected, self.registry.networks.get, largest=settings.cases.largest_file),
                run_performer(lambda: self.engine, clock),
                *self.registry.performers,
            ),
            systems=self._connected.names(),
            secret=folder.action_key,
            settings=engine_settings(settings),
            clock=clock,
            probe=probe,
            meter=self._meter,
        )
        self.do = Doing(
            self.engine,
            self.directory,
            self.database.records("operator"),
            acts_as=settings.operator.acts_as,
        )
        self.web.add(*self.registry.routes, ready_route(self._health))
        self.web.add(*self._pages(codec, catalogues))
        self.rest = RestDoor(
            engine=self.engine,
            codec=codec,
            directory=self.directory,
            tickets=self._connected,
            catalogues=catalogues,
            records=self.database.records("api"),
            settings=settings.api,
            counts=doors,
            declared=self._declared,
            url=lambda: self.web.base_url,
        )
        self.web.add(*self.rest.routes())
        tell = teller(self.store, codec, self.engine.ring)
        self._use = Using(
            (*self.registry.tools, *TokenTools(self.rest.tokens, clock, tell).tools()), used=self.engine.reconnect
        )
        self._examine = Examination(
            folder=folder,
            store=self.store,
            directory=self.directory,
            systems=self.registry.ticket_systems.values(),
            networks=self.registry.networks.values(),
            checkups=(*self.registry.checkups.values(), token_checkup(self.rest.tokens, self.directory, clock)),
            clock=clock,
        )
        tools = OperatorTools(
            verify=self.store.verify, sign_in_link=self._sign_in_link, tools=self._use, doctor=self._examine
        )
        self.web.add(operator_route(token=folder.operator_token, do=self.do))
        page = MetricsPage(
            figures, self.engine, database="postgresql" if settings.database.url else "sqlite", clock=clock
        )
        self.web.add(
            metrics_route(token=read_token(settings.metrics.token_file) or folder.operator_token, text=page.text)
        )
        self.web.add(*tools.routes(token=folder.operator_token))

    @classmethod
    def prepare(
        cls,
        settings: Settings,
        folder: Path,
        *,
        listen: bool = True,
        clock: Clock | None = None,
        probe: Callable[[str], None] = no_probe,
    ) -> App:
        """Take the data folder, load plugins and catalogues, connect everything. Blocking; call it before the loop serves.

        With `listen=False` nothing is served over HTTP. Raise a StartError that says what to change.
        """
        with ExitStack() as undo:
            held = DataFolder(folder)
            undo.callback(held.release)
            app = cls(settings, held, listen=listen, clock=clock or SystemClock(), probe=probe)
            undo.pop_all()
        return app

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.web.base_url

    async def start(self) -> None:
        """Migrate, take up work, connect the networks, listen. When something fails, what was started is stopped."""
        try:
            await self.store.open()
            self._running.push_async_callback(self.store.close)
            self._running.push_async_callback(self._caller.close)
            self._running.push_async_callback(finish, self._meter)
            await self._roster.sync()
            await self._profiles.load()
            await self.engine.start()
            self._running.push_async_callback(self.engine.stop)
            upkeep = Upkeep(
                self.store,
                self._clock,
                anchor_every=self.settings.engine.anchor_every,
                keep=timedelta(days=self.settings.engine.keep_days),
                keep_keys=timedelta(days=self.settings.engine.keep_keys_days),
                forgets=((timedelta(days=self.settings.api.keep_tokens_days), self.rest.tokens.forget),),
            )
            self._tasks.keep(upkeep.run, name="upkeep", clock=self._clock)
            self._tasks.keep(self._profiles.follow, name="profiles", clock=self._clock)
            self._running.push_async_callback(self._tasks.cancel)
            if self._listen:
                await self.web.start()
                self._running.push_async_callback(self.web.stop)
                await asyncio.to_thread(self.folder.announce, self.web.own_url)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, drain, close, give the folder back. Calling twice is harmless."""
        if self._listen:
            await asyncio.to_thread(self.folder.announce, None)
        await self._running.aclose()
        await asyncio.to_thread(self.folder.release)

    async def check(self) -> Sequence[CheckResult]:
        """Look at the database and at every connection."""
        async with self._opened():
            results = [
                CheckResult(name="database", ok=True),
                self._somebody(),
            ]
            for system in self.registry.ticket_systems.values():
                results += await system.check()
            for network in self.registry.networks.values():
                results += await network.check()
            return results

    @property
    def tools(self) -> Sequence[Tool]:
        """What the enabled plugins bring for the command line."""
        return self._use.tools

    async def use(self, group: str, name: str, options: Mapping[str, str]) -> str:
        """Use one tool without starting anything. Raise ChatopsError with a sentence that says what to do."""
        async with self._opened():
            return await self._use(group, name, options)

    async def examine(self) -> Sequence[Finding]:
        """Look at everything without starting anything."""
        async with self._opened():
            return await self._examine()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        await self.store.open()
        try:
            await self._roster.sync()
            yield
        finally:
            await self.engine.networks.close()
            await self.store.close()

    def _somebody(self) -> CheckResult:
        if self.directory.everybody():
            return CheckResult(name="people", ok=True)
        fix = 'Name the people in the settings: [people] file = "people.toml"'
        return CheckResult(name="people", ok=False, detail="the directory is empty", fix=fix)

    @staticmethod
    async def migrate(settings: Settings, folder: Path) -> Sequence[str]:
        """Bring the database to this program's schema; return the migrations applied."""
        held = await asyncio.to_thread(DataFolder, folder)
        try:
            return await database_of(settings, held, Codec(), SystemClock()).migrate()
        finally:
            await asyncio.to_thread(held.release)

    @staticmethod
    async def verify(settings: Settings, folder: Path) -> Sequence[str]:
        """Check the journals of a folder that nobody holds. Raise StartError when there is no database in it."""
        held = await asyncio.to_thread(DataFolder, folder)
        try:
            database = database_of(settings, held, Codec(), SystemClock())
            if not await database.exists():
                message = f"There is no database in {folder}."
                raise StartError(message)
            await database.store.open()
            try:
                return await database.store.verify()
            finally:
                await database.store.close()
        finally:
            await asyncio.to_thread(held.release)

    def _plugged(self) -> Registry:
        loading = Loading()
        told: dict[str, Mapping[str, object]] = {
            "swarm": self.settings.swarm.model_dump(),
            "cases": self.settings.cases.model_dump(),
            "rules": {**self.settings.rules.model_dump(), "pods": self._pods},
            "voices": self.settings.voices.model_dump(),
            "rooms": rooms_told(self.settings),
            "linking": {
                "keep_days": self.settings.people.keep_links_days,
                "email_domains": self.settings.people.link_email_domains,
            },
            **{name: self.settings.plugins.table(name) for name in self.settings.plugins.enabled},
        }
        classes = {**OWN, **{name: find(name) for name in self.settings.plugins.enabled}}
        for name, plugin_class in classes.items():
            loading.add(name, plugin_class(self._context(name, told.get(name, {}))))
        loading.add("dead_letters", DeadLetters(self.store))
        loading.add("webhooks", WebhooksPlugin(self._declared, facts=FACTS, caller=self._caller))
        loading.add("token_audit", TokenAudit())
        loading.add("second_thoughts", SecondThoughts())
        loading.add("help", HelpCommands(lambda: self.table, loading.relations))
        return loading.collect()

    def _context(self, name: str, told: Mapping[str, object]) -> PluginContext:
        return PluginContext(
            name=name,
            settings=told,
            clock=self._clock,
            records=self.database.records(name),
            secrets=SealedSecrets(self.database.records("secrets"), name, self.folder.secrets_key),
            people=self.directory,
            tickets=self._connected,
            web=self.web,
            folder=self.folder.path,
            demo=self.settings.demo,
            signals=self.store.signals,
            shared=self.store.shared,
            sections=lambda: sorted(self.registry.sections, key=lambda section: section.order),
            prefixes=lambda: {
                mark.prefix: mark.kind
                for command in self.registry.commands
                for parameter in command.parameters
                if (mark := parameter.id_of) is not None
            },
            networks=lambda: {name: one.capabilities for name, one in self.registry.networks.items()},
            commands=lambda: frozenset(command.words for command in self.registry.commands),
            members=lambda room: self.engine.present(room),  # noqa: PLW0108 - the engine is made later
        )

    def _pages(self, codec: Codec, catalogues: Catalogues) -> Iterable[Route | Static]:
        """Return the browser's pages, where there is a door to them."""
        entrance = next((one for one in self.registry.plugins.values() if isinstance(one, Entrance)), None)
        if entrance is None:
            return ()
        return pages(
            web=self.web,
            entrance=entrance,
            engine=self.engine,
            store=self.store,
            codec=codec,
            catalogues=catalogues,
            directory=self.directory,
            pods=self.directory.pods,
            tickets=self._connected,
            clock=self._clock,
            allowed=HelpCommands(lambda: self.table, self.registry.relations).allowed,
        )

    async def _sign_in_link(self, person: str) -> str:
        for plugin in self.registry.plugins.values():
            if isinstance(plugin, SignsIn):
                return await plugin.sign_in_link(person)
        raise NotFound(_("No enabled plugin has a console to sign in to."))

    async def _health(self) -> Sequence[PartHealth]:
        return tuple(
            PartHealth(name=name, ok=part.ok, required=not name.startswith("network "), detail=part.detail)
            for name, part in self.engine.health().items()
        )
