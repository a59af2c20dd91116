"""The app package for Teams: `manifest.json` and two pictures, in a zip.

Schema version 1.19: the oldest that has all we use, so every cloud takes it (the newest published is 1.30). Source:
microsoft/json-schemas `teams/v1.19/MicrosoftTeams.schema.json`; Microsoft Learn, "App manifest schema for Teams".
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from chatops.core.text import Text
from chatops.errors import ChatopsError
from chatops.ports.web import Web
from teams_network.actions import ACTIONS, Action
from teams_network.consents import reasons
from teams_network.icons import color_icon, outline_icon
from teams_network.people_search import FIND
from teams_network.settings import TeamsSettings

VERSION = "1.19"

SCHEMA = f"https://developer.microsoft.com/en-us/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"

GUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
COLOR = re.compile(r"#[0-9a-fA-F]{6}")

NAME, DEVELOPER, TITLE, DESCRIPTION = 30, 32, 32, 128
"""Characters."""

_SCOPES = ("personal", "team", "groupChat")

_COMMANDS = (
    ("help", "What can be done here"),
    ("me", "What waits for you"),
)

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same package for the same settings, byte by byte."""


class BadManifest(ChatopsError):
    """The settings do not make a package that Teams takes; says which."""


def manifest(settings: TeamsSettings, web: Web, version: str, actions: Sequence[Action] = ACTIONS) -> Mapping[str, Any]:
    """Return what `manifest.json` says, with a menu of these actions. Raise BadManifest, naming the setting."""
    told, app = settings.manifest, settings.app_id
    website = _https(told.website or web.base_url, "website")
    _check(bool(GUID.fullmatch(app)), "app_id", "is no GUID")
    _check(bool(GUID.fullmatch(told.id or app)), "manifest.id", "is no GUID")
    _check(0 < len(told.name) <= NAME, "manifest.name", f"has to have 1 to {NAME} characters")
    _check(0 < len(told.developer) <= DEVELOPER, "manifest.developer", f"has to have 1 to {DEVELOPER} characters")
    _check(bool(COLOR.fullmatch(told.accent)), "manifest.accent", "is no color like #2B5797")
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": version,
        "id": told.id or app,
        "developer": {
            "name": told.developer,
            "websiteUrl": website,
            "privacyUrl": _https(told.privacy or website, "privacy"),
            "termsOfUseUrl": _https(told.terms or website, "terms"),
        },
        "name": {"short": told.name, "full": told.name},
        "description": {
            "short": "Brings people together around support cases and incidents.",
            "full": (
                "Commands, buttons and forms for swarms around support cases and for incidents: who helps, what is known, "
                "what was decided, and what is to be done next. Type help."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": told.accent,
        "bots": [
            {
                "botId": app,
                "scopes": list(_SCOPES),
                "isNotificationOnly": False,
                "supportsFiles": True,
                "commandLists": [{"scopes": list(_SCOPES), "commands": _commands(web, actions)}],
            }
        ],
        "composeExtensions": [{"botId": app, "commands": [_action(one, web) for one in actions] + [_people_search()]}],
        "validDomains": [urlsplit(web.base_url).hostname or ""],
        "webApplicationInfo": {"id": app, "resource": f"api://botid-{app}"},
        "authorization": {
            "permissions": {
                "resourceSpecific": [{"name": name, "type": "Application"} for name in sorted(reasons(settings))]
            }
        },
    }


def package(settings: TeamsSettings, web: Web, version: str, actions: Sequence[Action] = ACTIONS) -> bytes:
    """Return the zip. Takes a second or two of computing. Raise BadManifest."""
    told = manifest(settings, web, version, actions)
    files = {
        "manifest.json": json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n",
        "color.png": color_icon(settings.manifest.accent),
        "outline.png": outline_icon(),
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def _commands(web: Web, actions: Sequence[Action]) -> Sequence[Mapping[str, str]]:
    """Return what people are offered to type: what opens something, and the two that always help."""
    opening = [(one.command, _english(one.description, web)) for one in actions if "compose" in one.where]
    return [{"title": title[:TITLE], "description": said[:DESCRIPTION]} for title, said in (*_COMMANDS, *opening)]


def _action(action: Action, web: Web) -> Mapping[str, Any]:
    return {
        "id": action.id,
        "type": "action",
        "title": _english(action.title, web)[:TITLE],
        "description": _english(action.description, web)[:DESCRIPTION],
        "context": list(action.where),
        "fetchTask": True,
    }


def _people_search() -> Mapping[str, Any]:
    return {
        "id": FIND,
        "type": "query",
        "title": "Find people",
        "description": "Find somebody, also those who are only on another network",
        "context": ["compose", "commandBox"],
        "initialRun": False,
        "parameters": [
            {"name": "name", "title": "Name", "description": "Name, handle or e-mail address", "inputType": "text"}
        ],
    }


def _english(text: Text, web: Web) -> str:
    return web.words(text, "en")


def _https(url: str, setting: str) -> str:
    _check(url.startswith("https://"), f"manifest.{setting}", f"has to be an https address, and is {url or 'empty'}")
    return url


def _check(well: bool, setting: str, why: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not well:
        message = f"{setting} {why}; Teams takes no package like that"
        raise BadManifest(message)
