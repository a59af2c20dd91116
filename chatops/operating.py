"""What the command line does when no server runs: starts the parts it needs, for one piece of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from chatops import logs
from chatops.app import App
from chatops.calling import Asked, Described, Found, Told, found, told, toolbox
from chatops.errors import ChatopsError, FolderInUse, StartError, StoreError
from chatops.ports.chat import CheckResult
from chatops.settings import Settings
from chatops.web.operator import DoRequest
from chatops.web.operator_tools import Examined, described


async def do_alone(asked: Asked, settings: Settings, folder: Path) -> Told:
    """Start the engine, run one command, wait for what it leads to, stop. Raise FolderInUse."""
    if not settings.demo and settings.people.file is None:
        message = (
            f"No server uses the data folder {folder}, and no settings say who is who. "
            "Try `make demo`, or name the settings: chatops do --config FILE …"
        )
        raise StartError(message)
    logs.configure(level="error", style="text")
    app = App.prepare(settings, folder, listen=False)
    try:
        await app.start()
        request = DoRequest(
            command=asked.command, as_=asked.as_, room=asked.room, timeout_s=asked.timeout_s, confirmed=asked.confirmed
        )
        return told(msgspec.json.encode(await app.do(request)))
    finally:
        await app.stop()


async def look_over(settings: Settings, folder: Path) -> Sequence[CheckResult]:
    """Check everything that can be checked without serving. Never raises what a check can say."""
    logs.configure(level="error", style="text")
    findings = [CheckResult(name="settings", ok=True)]
    try:
        app = App.prepare(settings, folder, listen=False)
    except FolderInUse as error:
        return [*findings, CheckResult(name="server", ok=True, detail=f"running at {error.url}")]
    except ChatopsError as error:
        return [*findings, CheckResult(name="start", ok=False, detail=str(error))]
    try:
        return [*findings, *await app.check()]
    finally:
        await app.stop()


async def tools_of(settings: Settings, folder: Path) -> Sequence[Described]:
    """Return the tools of the enabled plugins. Raise StartError."""
    app = App.prepare(settings, folder, listen=False)
    try:
        return toolbox(msgspec.json.encode(described(app.tools)))
    finally:
        await app.stop()


async def use_alone(group: str, name: str, options: Mapping[str, str], settings: Settings, folder: Path) -> str:
    """Use a tool with the store open and nothing running. Raise ChatopsError with a sentence that says what to do."""
    logs.configure(level="error", style="text")
    app = App.prepare(settings, folder, listen=False)
    try:
        return await app.use(group, name, options)
    finally:
        await app.stop()


async def examine_alone(settings: Settings, folder: Path) -> Sequence[Found]:
    """Look at everything, with nothing running."""
    logs.configure(level="error", style="text")
    try:
        app = App.prepare(settings, folder, listen=False)
    except ChatopsError as error:
        return (Found(name="start", state="failure", detail=str(error)),)
    try:
        return found(msgspec.json.encode(Examined(findings=tuple(await app.examine()))))
    except StoreError as error:
        return (Found(name="database", state="failure", detail=str(error)),)
    finally:
        await app.stop()


async def migrate(settings: Settings, folder: Path) -> str:
    """Bring the database to this program's schema; return what was done. Raise FolderInUse."""
    applied = await App.migrate(settings, folder)
    return f"Applied: {', '.join(applied)}." if applied else "The database has this program's schema already."


async def verify(settings: Settings, folder: Path) -> Sequence[str]:
    """Check the journals, with no server on the folder."""
    return await App.verify(settings, folder)
