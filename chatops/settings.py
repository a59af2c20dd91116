"""Every setting, typed and described. `config/chatops.toml` and the settings reference are generated from here.

Precedence, highest first: environment (`CHATOPS_SERVER__PORT=8081`), the settings file, the defaults below. The file is
`--config`, else `CHATOPS_CONFIG`, else `chatops.toml` in the data folder. A setting nobody knows is an error.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chatops.errors import SettingsError
from chatops.people.addresses import domain

DEFAULT_FOLDER = Path("chatops-data")
"""Where everything is kept unless `CHATOPS_DATA` or `data` says otherwise; relative to the working directory."""

SETTINGS_NAME = "chatops.toml"

NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
"""How webhooks and hooks may be called."""


class Section(BaseModel):
    """A table of the settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Section):
    """Where everything is stored: a file in the data folder, or PostgreSQL, which several servers can share."""

    url: str = Field(
        default="",
        description="postgresql://USER@HOST:PORT/NAME; empty: SQLite in the data folder. A standby is named as well: "
        "postgresql://USER@HOST1:5432,HOST2:5432/NAME. Keep the password out: password_file, or the PGPASSFILE file.",
    )
    password_file: Path | None = Field(
        default=None, description="File whose first line is the password; relative to the settings file."
    )
    name: str = Field(
        default="", description="This server's name among its replicas. Empty: made once, kept in the data folder."
    )
    writers: int = Field(
        default=8, ge=2, description="Connections for writing. More help only while the database has idle cores."
    )
    readers: int = Field(default=4, ge=1, description="Connections for reading, so that reads never wait for writes.")
    connect_timeout: float = Field(
        default=5.0, gt=0, description="Seconds to connect. Short: another host of the address may be up."
    )
    statement_timeout: float = Field(
        default=20.0,
        gt=0,
        description="Seconds one statement may take: less than an event's deadline, more than any statement needs.",
    )
    idle_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds after which PostgreSQL ends a transaction whose server has stopped in the middle, "
        "so that its locks hold up nobody.",
    )

    @field_validator("url")
    @classmethod
    def _postgres(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://")):
            message = "a database address starts with postgresql://"
            raise ValueError(message)
        if re.match(r"[a-z]+://[^/@]*:[^/@]+@", url):
            message = "keep the password out of the address: put it into a file and name that as password_file"
            raise ValueError(message)
        return url


class Server(Section):
    """Where the server listens, and how people reach it."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on. Keep it on loopback behind a reverse proxy."
    )
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    base_url: str = Field(
        default="", description="Address people use, without a slash at the end. Empty: http://HOST:PORT."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Further host names requests may carry, besides the one in base_url."
    )


class Language(Section):
    """What is assumed of people and rooms that say nothing else."""

    locale: str = Field(default="en", description="Language: en, de or nl.")
    zone: str = Field(default="UTC", description="IANA time zone.")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        return known_zone(zone)


class Engine(Section):
    """How patient the engine is. Times are in seconds."""

    deadline: float = Field(
        default=30.0, gt=0, description="A command that has not finished by then is given up and answered."
    )
    lanes: int = Field(default=256, ge=1, description="Conversations worked on at the same time.")
    event_attempts: int = Field(
        default=5, ge=1, description="Tries for timers, facts and receipts before they are dead letters."
    )
    send_patience: float = Field(
        default=86_400.0, gt=0, description="How long an unreachable network or ticket system is waited for."
    )
    late_after: float = Field(
        default=600.0,
        ge=0,
        description="A command that arrives this long after it was written is not run, but offered again. 0: never.",
    )
    flood_burst: int = Field(default=20, ge=1, description="Commands one person may send at once.")
    flood_per_second: float = Field(default=1.0, gt=0, description="Commands per second one person may send for long.")
    anchor_every: float = Field(
        default=60.0, gt=0, description="How often the journals' heads are sealed against going back."
    )
    keep_days: int = Field(
        default=30, ge=7, description="Days settled events and messages are kept. 7 is the least: keys stay known."
    )
    keep_keys_days: int = Field(
        default=400,
        ge=30,
        description="Days their keys are known after that: what a network or ticket system brings again until then is not "
        "done again. A key holds no words, only ids.",
    )


class People(Section):
    """Who is who. Managers and admins come from here only, never from a plugin or a chat."""

    file: Path | None = Field(default=None, description="TOML file with the people; relative to the settings file.")
    pods: Path | None = Field(default=None, description="TOML file with the pods; relative to the settings file.")
    keep_links_days: int = Field(
        default=30, ge=1, description="Days linked accounts that were taken away, and codes that are over, are kept."
    )
    link_email_domains: tuple[Annotated[str, AfterValidator(domain)], ...] = Field(
        default=(),
        description="Domains whose e-mail addresses people may link: only those where nobody can write from an address "
        "that is not theirs. Empty: none.",
    )


class Swarm(Section):
    """Swarming. Times are in seconds."""

    network: str = Field(
        default="", description="Network new swarm rooms are opened on. Empty: the one the command came from."
    )
    wait: int = Field(default=600, ge=10, description="An invitation not answered by then goes to the next candidate.")


class Rules(Section):
    """Which case goes where, and when a swarm is offered or opened by itself."""

    file: Path | None = Field(default=None, description="TOML file with the rules; relative to the settings file.")
    scan: int = Field(default=60, ge=5, description="Seconds between looks at the open cases of a ticket system.")
    most: int = Field(
        default=5, ge=0, description="Swarms opened for one pod in one look; what is more is offered to it instead."
    )


class Cases(Section):
    """Cases: the texts and macros people begin with."""

    templates: Path | None = Field(
        default=None,
        description="TOML file with texts for replies and snippets; relative to the settings file.",
    )
    macros: Path | None = Field(
        default=None, description="TOML file with macros, named lists of commands; relative to the settings file."
    )
    largest_file: int = Field(
        default=20_000_000,
        ge=1,
        description="Bytes a file may have that is put on a case from chat. The ticket system may take less.",
    )


class Voices(Section):
    """Ideas and feedback: when and where they are told together."""

    digest: str = Field(
        default="mon 09:00",
        pattern="^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="When a pod hears the week's ideas, in its own time zone.",
    )
    products: dict[str, str] = Field(
        default={}, description="Product to the room (NETWORK:ID) that hears each week what was said about it."
    )


class Rooms(Section):
    """Rooms that belong to nothing."""

    watched: tuple[Annotated[str, Field(pattern="^[^:]+:.+$")], ...] = Field(
        default=(),
        description="Rooms (NETWORK:ID) that are watched: cases named there are shown, messages are kept engine.keep_days. "
        "People say `room watch`.",
    )


class Operator(Section):
    """The command line on the server's own machine."""

    acts_as: str = Field(default="", description="Whom `chatops do` speaks for without --as. Empty: --as is required.")


class Api(Section):
    """REST for other programs. Tokens are made by `chatops token create`."""

    burst: int = Field(default=60, ge=1, description="Calls one token may make at once.")
    per_second: float = Field(default=10.0, gt=0, description="Calls per second one token may make for long.")
    keep_tokens_days: int = Field(
        default=90, ge=1, description="Days a token stays in the list once it is revoked or has expired."
    )


class Webhook(Section):
    """A program that is told what happens: [[webhooks]], once for each."""

    name: str = Field(
        pattern=NAME, description="What it is called in figures and logs. Keep it when the address changes."
    )
    url: str = Field(description="Where it is told: https://…")
    secret_file: Path = Field(
        description="File with the secret that signs, relative to the settings file. Two lines: both sign, for a change."
    )
    events: tuple[str, ...] = Field(
        default=("*",), description="Which events: swarm.opened, swarm.closed; swarm.* and * mean all of them."
    )
    allow_private: bool = Field(
        default=False,
        description="The address may lie in a private network, or on this machine (then http:// as well).",
    )
    private: bool = Field(default=False, description="Tell of private swarms as well.")


class Hook(Section):
    """A program that may tell the server something: [[hooks]], once for each. Give it a template, or a command."""

    name: str = Field(pattern=NAME, description="The last part of its address: /api/v1/hooks/NAME.")
    secret_file: Path = Field(
        description="File with the secret its sender signs with, relative to the settings file. Two lines: either is taken."
    )
    room: str = Field(default="", description="Where it is posted: NETWORK:ID.")
    template: str = Field(default="", description="What is posted: {alert.name} stands for a value of the message.")
    command: str = Field(default="", description="The command that is run instead. Fixed words; values come by fields.")
    person: str = Field(default="", description="Id of the person who runs it.")
    fields: dict[str, str] = Field(default={}, description="Template by parameter of the command.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        posts, runs = bool(self.room and self.template), bool(self.command and self.person)
        if posts == runs or (posts and (self.command or self.fields)) or (runs and (self.room or self.template)):
            message = "give either room and template, or command and person"
            raise ValueError(message)
        if posts and not all(self.room.partition(":")[::2]):
            message = "room is written NETWORK:ID"
            raise ValueError(message)
        return self


class Traces(Section):
    """Spans from accepting to sending, for OpenTelemetry. Needs: pip install 'chatops-server[traces]'."""

    endpoint: str = Field(default="", description="Where spans are sent (OTLP over HTTP): http://HOST:4318/v1/traces.")


class Metrics(Section):
    """The figures for Prometheus at /metrics."""

    token_file: Path | None = Field(
        default=None,
        description="File whose first line is the bearer token that Prometheus shows; relative to the settings file. "
        "Without it the operator's token is asked for, which may do everything: give Prometheus one of its own.",
    )


class Log(Section):
    """What the server says of itself. Logs carry ids, never what people wrote."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important line shown."
    )
    format: Literal["json", "text"] = Field(default="json", description="One JSON object a line, or text for reading.")


class Plugins(Section):
    """Which plugins are loaded, and in a table of its own what each is told: [plugins.NAME]."""

    model_config = ConfigDict(extra="allow", frozen=True)

    enabled: tuple[str, ...] = Field(
        default=("console_network", "local_tickets"), description="Nothing else is imported."
    )

    def table(self, name: str) -> Mapping[str, Any]:
        """Return what the settings tell plugin `name`."""
        table = (self.model_extra or {}).get(name, {})
        if not isinstance(table, dict):
            message = f"[plugins.{name}] must be a table."
            raise SettingsError(message)
        return table


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix="CHATOPS_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    demo: bool = Field(
        default=False, description="The demo company: anyone who reaches the console may be anybody in it."
    )
    server: Server = Server()
    database: Database = Database()
    language: Language = Language()
    people: People = People()
    plugins: Plugins = Plugins()
    swarm: Swarm = Swarm()
    cases: Cases = Cases()
    rules: Rules = Rules()
    voices: Voices = Voices()
    rooms: Rooms = Rooms()
    engine: Engine = Engine()
    operator: Operator = Operator()
    metrics: Metrics = Metrics()
    api: Api = Api()
    traces: Traces = Traces()
    log: Log = Log()
    webhooks: tuple[Webhook, ...] = Field(default=(), description="Programs that are told what happens.")
    hooks: tuple[Hook, ...] = Field(default=(), description="Programs that may tell the server something.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the file, which arrives as init values."""
        return env_settings, init_settings


def known_zone(zone: str) -> str:
    """Return `zone` if it is an IANA time zone. Raise ValueError."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        message = f"{zone!r} is no IANA time zone such as Europe/Berlin"
        raise ValueError(message) from None
    return zone


def data_folder(chosen: Path | None = None) -> Path:
    """Return the data folder: the one chosen, else `CHATOPS_DATA`, else `chatops-data` here."""
    return (chosen or Path(os.environ.get("CHATOPS_DATA") or DEFAULT_FOLDER)).absolute()


def settings_file(chosen: Path | None, folder: Path) -> Path | None:
    """Return the settings file to read, or None when there is none. Raise SettingsError when a named one is missing."""
    named = chosen or (Path(os.environ["CHATOPS_CONFIG"]) if os.environ.get("CHATOPS_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            message = f"There is no settings file {named}."
            raise SettingsError(message)
        return named.absolute()
    kept = folder / SETTINGS_NAME
    return kept if kept.is_file() else None


def load(file: Path | None) -> Settings:
    """Read the settings. Raise SettingsError naming file, setting and what is wrong with it."""
    told: dict[str, Any] = {}
    if file is not None:
        try:
            told = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"{file} cannot be read: {error}"
            raise SettingsError(message) from error
    try:
        settings = Settings(**told)
    except ValidationError as error:
        where = f"{file}: " if file else ""
        raise SettingsError("\n".join(f"{where}{line}" for line in _findings(error))) from None
    return _anchored(settings, file.parent if file else Path.cwd())


def _findings(error: ValidationError) -> Iterator[str]:
    for finding in error.errors():
        name = ".".join(str(part) for part in finding["loc"])
        if finding["type"] == "extra_forbidden":
            yield f"{name} is not a setting. `chatops config show --defaults` lists all of them."
        else:
            # What may hold a password is not shown.
            got = "" if finding["loc"] == ("database", "url") else f", got {finding['input']!r}"
            yield f"{name}: {finding['msg'].removeprefix('Value error, ')}{got}."


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Make the paths in the file relative to the file."""
    people = settings.people.model_copy(
        update={
            name: (folder / path).resolve()
            for name in ("file", "pods")
            if (path := getattr(settings.people, name)) is not None
        }
    )
    cases = settings.cases.model_copy(
        update={
            name: (folder / path).resolve()
            for name in ("templates", "macros")
            if (path := getattr(settings.cases, name)) is not None
        }
    )
    rules = settings.rules.file
    routing = settings.rules.model_copy(update={"file": rules and (folder / rules).resolve()})
    password = settings.database.password_file
    database = settings.database.model_copy(update={"password_file": password and (folder / password).resolve()})
    token = settings.metrics.token_file
    metrics = settings.metrics.model_copy(update={"token_file": token and (folder / token).resolve()})
    webhooks, hooks = (
        tuple(one.model_copy(update={"secret_file": (folder / one.secret_file).resolve()}) for one in told)
        for told in (settings.webhooks, settings.hooks)
    )
    sections = {"people": people, "cases": cases, "rules": routing, "database": database, "metrics": metrics}
    return settings.model_copy(update={**sections, "webhooks": webhooks, "hooks": hooks})
