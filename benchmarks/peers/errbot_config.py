"""Settings of the Errbot under test."""

from __future__ import annotations

import logging
import os
from pathlib import Path

_HERE = Path(__file__).parent

BACKEND = "Silent"
STORAGE = "Shelf"
BOT_DATA_DIR = os.environ["CHATOPS_BENCH_FOLDER"]
BOT_EXTRA_PLUGIN_DIR = str(_HERE / "errbot_plugins")
BOT_EXTRA_BACKEND_DIR = str(_HERE / "errbot_backend")
BOT_LOG_FILE = str(Path(BOT_DATA_DIR) / "errbot.log")
BOT_LOG_LEVEL = logging.ERROR
BOT_ADMINS = ("@admin",)
BOT_PREFIX = "!"
BOT_ASYNC = False
# All but VersionChecker, which calls its makers.
CORE_PLUGINS = (
    "ACLs",
    "Backup",
    "ChatRoom",
    "CommandNotFoundFilter",
    "Flows",
    "Health",
    "Help",
    "Plugins",
    "TextCmds",
    "Utils",
    "Webserver",
)
