"""The settings of a homeserver that is only for tests: loopback, SQLite, no federation, no waiting on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}

NO_RATE_LIMITS: Mapping[str, object] = {
    "rc_message": UNLIMITED,
    "rc_registration": UNLIMITED,
    "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
    "rc_admin_redaction": UNLIMITED,
    "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
    "rc_joins_per_room": UNLIMITED,
    "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
    "rc_3pid_validation": UNLIMITED,
    "rc_media_create": UNLIMITED,
    "rc_room_creation": UNLIMITED,
    "rc_presence": {"per_user": UNLIMITED},
    "rc_reports": UNLIMITED,
    "rc_delayed_event_mgmt": UNLIMITED,
    "rc_registration_token_validity": UNLIMITED,
}
"""Synapse's limiters (synapse/config/ratelimiting.py), all out of the way."""


def homeserver(
    directory: Path, *, port: int, server_name: str, secret: str, rate_limits: bool, sync_cache: bool
) -> dict[str, Any]:
    """What Synapse reads as homeserver.yaml (JSON is YAML). It makes its signing key itself at the first start."""
    settings: dict[str, Any] = {
        "server_name": server_name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "tls": False,
                "resources": [{"names": ["client"], "compress": False}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(directory / "homeserver.db")}},
        "media_store_path": str(directory / "media"),
        "signing_key_path": str(directory / "signing.key"),
        "pid_file": str(directory / "homeserver.pid"),
        "log_config": str(directory / "log.yaml"),
        "registration_shared_secret": secret,
        "macaroon_secret_key": f"macaroon-{secret}",
        "form_secret": f"form-{secret}",
        "enable_registration": False,
        "report_stats": False,
        # Offline: without these two it asks matrix.org for keys and tries to reach other servers.
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "send_federation": False,
        "presence": {"enabled": False},
        "url_preview_enabled": False,
        "bcrypt_rounds": 4,  # the default, 12, takes a quarter of a second for each password
    }
    if not sync_cache:
        # By default the same initial /sync within two minutes gets the same old answer again.
        settings["caches"] = {"sync_response_cache_duration": "0s"}
    if not rate_limits:
        settings |= NO_RATE_LIMITS
    return settings


def logging(directory: Path) -> dict[str, Any]:
    """What Synapse reads as its log_config: warnings and worse into homeserver.log."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "file": {
                "class": "logging.FileHandler",
                "formatter": "plain",
                "filename": str(directory / "homeserver.log"),
                "encoding": "utf8",
            }
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
    }
