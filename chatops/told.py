"""What the settings say, as the parts want to hear it: which database, and how the engine works."""

from __future__ import annotations

from collections.abc import Mapping

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.engine.settings import EngineSettings
from chatops.errors import SettingsError
from chatops.settings import Settings
from chatops.storage.database import MOST_NAME, Database, PostgresDatabase, SqliteDatabase, own_name
from chatops.storage.folder import DataFolder
from chatops.storage.postgres_server import PostgresServer


def database_of(settings: Settings, folder: DataFolder, codec: Codec, clock: Clock) -> Database:
    """Return the database that the settings name. Blocking: it reads the password. Raise StartError."""
    told = settings.database
    if not told.url:
        return SqliteDatabase(folder, codec, clock)
    return PostgresDatabase(postgres_of(settings, name=told.name or own_name(folder)), folder, codec, clock)


def postgres_of(settings: Settings, *, name: str = "tool") -> PostgresServer:
    """Return which PostgreSQL the settings name. Blocking: it reads the password. Raise SettingsError."""
    told = settings.database
    try:
        password = told.password_file.read_text().splitlines()[0] if told.password_file else None
    except (OSError, UnicodeDecodeError, IndexError) as error:
        message = f"database.password_file: {told.password_file} cannot be read: {error}"
        raise SettingsError(message) from error
    return PostgresServer(
        url=told.url,
        password=password,
        name=name[:MOST_NAME],
        writers=told.writers,
        readers=told.readers,
        connect_timeout=told.connect_timeout,
        statement_timeout=told.statement_timeout,
        idle_timeout=told.idle_timeout,
    )


def rooms_told(settings: Settings) -> Mapping[str, object]:
    """Return what watched rooms are told."""
    language = settings.language
    return {
        "watched": settings.rooms.watched,
        "keep_days": settings.engine.keep_days,
        "locale": language.locale,
        "zone": language.zone,
    }


def engine_settings(settings: Settings) -> EngineSettings:
    """Return what the engine is told."""
    told = settings.engine
    # Short where others wait to take over what a server that died had in hand.
    patient = not settings.database.url
    return EngineSettings(
        lease=60.0 if patient else 20.0,
        send_lease=120.0 if patient else 60.0,
        lanes=told.lanes,
        deadline=told.deadline,
        attempts=told.event_attempts,
        send_patience=told.send_patience,
        late_after=told.late_after,
        flood_burst=told.flood_burst,
        flood_per_second=told.flood_per_second,
        locale=settings.language.locale,
        zone=settings.language.zone,
    )
