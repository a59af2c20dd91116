"""Which data folder and which settings a command means: its options, the environment, or what is found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

DEMO_MARK = "demo"
"""A file in the data folder of a demo: without other settings, commands take the demo's."""

ConfigOption = Annotated[Path | None, typer.Option("--config", help="Settings file.", show_default=False)]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder (or CHATOPS_DATA).", show_default="chatops-data")
]


def folder_of(data: Path | None) -> Path:
    """Return the data folder."""
    from chatops.settings import data_folder

    return data_folder(data)


def settings_of(config: Path | None, data: Path | None) -> tuple[Any, Path]:
    """Return the settings and the data folder. Raise SettingsError."""
    from chatops.settings import load, settings_file

    folder = folder_of(data)
    file = settings_file(config, folder)
    if file is None and (folder / DEMO_MARK).exists():
        from chatops.demo import SETTINGS

        file = SETTINGS
    return load(file), folder
