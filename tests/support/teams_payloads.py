"""Activities as Teams sends them, for tests of what is made of them.

A channel message with its HTML and its mentions: MSTeams-Karma `TeamsLogicTests.cs`; reactions, members, installations:
Microsoft Learn, "Conversation events in your Teams bot"; invokes: "Universal Actions for Adaptive Cards", "Create and send
dialogs" of message extensions; nulls are sent where nothing is to be said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from teams_network.activity import Activity, decoded

Json = dict[str, Any]

TENANT = "b685d613-ee91-455e-b491-42963f3387a1"
APP = "e58eef39-fbb7-4a72-9e9d-7d5e83ffcab8"
BOT: Json = {"id": f"28:{APP}", "name": "chatops"}
ANNA: Json = {
    "id": "29:1fQqVzt4MuItPSs1HCcB9u-a5o2Eh9rJTL01vXfDhxkhe3LQzopQmAg-cIjWqvkPr",
    "name": "Anna Arendt",
    "aadObjectId": "94e09f70-60e1-4abe-935a-aa4247ad9a6d",
    "role": None,
}
BEN: Json = {
    "id": "29:1MepEOqCf-l48xb8RQI0jQzqgGmYEWEoi62N3M3zcun8YA7LWMAnTfKPJ1HR2e8kt",
    "name": "Ben Bauer",
    "aadObjectId": "c33aafc4-646d-4543-9d4c-abd28e4d2110",
}
CHAT = "19:d97fb6a2dd4b4a2f8ad5f9a2ef3a9c0c@thread.v2"
PERSONAL = "a:1pL6i0oY3C0K8oAjKQ8lLcMPMa1WvUdZGhY0eSkdV5gLy1ScbXmWQ0xGqAGHlZVtLr3pLZLQ"
CHANNEL = "19:60f98ff1f9524d6d8df6bf80cfe094b3@thread.tacv2"
TEAM = "19:ec07fb854f154c03878754a8a065bb78@thread.tacv2"
SERVICE = "https://smba.trafficmanager.net/emea/"
AT = "2026-03-02T08:59:30.1234567Z"

HTML = "text/html"


def activity(raw: Mapping[str, Any]) -> Activity:
    """Return it as the plugin reads it."""
    return decoded(json.dumps(raw).encode())


def base(where: str, who: Json = ANNA, *, id: str = "1772441970123", root: str | None = None, at: str = AT) -> Json:
    """What all activities have."""
    kind = {CHAT: "groupChat", PERSONAL: "personal"}.get(where, "channel")
    conversation: Json = {"id": where, "conversationType": kind, "tenantId": TENANT}
    if kind != "personal":
        conversation["isGroup"] = True
    if root is not None:
        conversation["id"] = f"{where};messageid={root}"
    data: Json = {"tenant": {"id": TENANT}}
    if kind == "channel":
        data |= {"teamsChannelId": where, "teamsTeamId": TEAM, "channel": {"id": where}, "team": {"id": TEAM}}
    return {
        "id": id,
        "timestamp": at,
        "localTimestamp": AT,
        "localTimezone": "Europe/Vienna",
        "serviceUrl": SERVICE,
        "channelId": "msteams",
        "from": who,
        "recipient": BOT,
        "conversation": conversation,
        "channelData": data,
        "entities": [client()],
        "locale": "de-AT",
        "replyToId": None,
    }


def client(locale: str = "de-AT", zone: str = "Europe/Vienna") -> Json:
    """What the client tells of itself."""
    return {"type": "clientInfo", "locale": locale, "country": "AT", "platform": "Web", "timezone": zone}


def mention(account: Json, *, written: str | None = None) -> Json:
    """A mention entity. Teams tells the account and the name, and nothing else."""
    name = written or account["name"]
    mentioned = {"id": account["id"], "name": account["name"]}
    return {"type": "mention", "mentioned": mentioned, "text": f"<at>{name}</at>"}


def message(
    text: str | None,
    where: str = CHAT,
    who: Json = ANNA,
    *,
    html: str | None = None,
    mentions: Sequence[Json] = (),
    more: Mapping[str, Any] | None = None,
    **told: Any,
) -> Json:
    """Somebody wrote. `html` is the attachment that comes with it."""
    raw = base(where, who, **told)
    raw |= {"type": "message", "textFormat": "plain", "text": text, "attachments": []}
    raw["entities"] = [*mentions, *raw["entities"]]
    if html is not None:
        raw["attachments"] = [{"contentType": HTML, "contentUrl": None, "content": html, "name": None}]
    return raw | dict(more or {})


def span(index: int, name: str) -> str:
    """A mention in the HTML."""
    return f'<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="{index}">{name}</span>'


def quote(id: str, text: str, *, who: Json = BEN) -> str:
    """What somebody answers by quoting it, in the HTML."""
    return (
        f'<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="{id}">\r\n'
        f'<strong itemprop="mri" itemid="8:orgid:{who["aadObjectId"]}">{who["name"]}</strong>'
        f'<span itemprop="time" itemid="{id}"></span>\r\n<p itemprop="preview">{text}</p>\r\n</blockquote>\r\n'
    )


def update(raw: Json, event: str = "editMessage", *, at: str = "2026-03-02T08:59:45Z") -> Json:
    """A message was edited, or deleted and brought back."""
    kind = "messageDelete" if event == "softDeleteMessage" else "messageUpdate"
    return raw | {"type": kind, "timestamp": at, "channelData": raw["channelData"] | {"eventType": event}}


def reaction(
    *, added: Sequence[str] = (), removed: Sequence[str] = (), to: str = "1772441900000", where: str = CHAT, **told: Any
) -> Json:
    """Somebody reacted to a message of ours."""
    raw = base(where, id="f:9f78d1f3-0c1c-4c6a-8a25-6dd2ba0f0a11", **told) | {
        "type": "messageReaction",
        "replyToId": to,
    }
    if added:
        raw["reactionsAdded"] = [{"type": one} for one in added]
    if removed:
        raw["reactionsRemoved"] = [{"type": one} for one in removed]
    return raw


def members(
    where: str = CHAT, who: Json = ANNA, *, added: Sequence[Json] = (), removed: Sequence[Json] = (), event: str = ""
) -> Json:
    """Somebody came or went, or a channel did."""
    raw = base(where, who, id="f:0a6e5c34-8f2e-4a0b-9f40-d2b2f3a9d6d1") | {"type": "conversationUpdate"}
    if added:
        raw["membersAdded"] = [*added]
    if removed:
        raw["membersRemoved"] = [*removed]
    if event:
        raw["channelData"] |= {"eventType": event}
    return raw


def installed(where: str = CHAT, action: str = "add") -> Json:
    """The app was put in somewhere, or taken out."""
    return base(where, id="f:55d4a4c0-5b41-4d7a-8b35-0d9c1b3e6a77") | {"type": "installationUpdate", "action": action}


def invoke(
    name: str, value: object, where: str = CHAT, who: Json = ANNA, *, to: str | None = None, **told: Any
) -> Json:
    """Something that is to be answered at once."""
    told = {"id": "f:19ccc884-c792-35ef-2f40-d0ff43dcca71"} | told
    return base(where, who, **told) | {"type": "invoke", "name": name, "value": value, "replyToId": to}


def click(
    ref: object, *, verb: str = "press", to: str = "1772441900000", more: Mapping[str, Any] | None = None
) -> Json:
    """A click on a card in the group chat."""
    data = {"ref": ref} | dict(more or {})
    action = {"type": "Action.Execute", "title": "Accept", "verb": verb, "data": data}
    return invoke("adaptiveCard/action", {"action": action, "trigger": "manual"}, to=to)


def chosen(
    command: str,
    *,
    data: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    where: str = CHAT,
    **told: Any,
) -> Json:
    """Somebody chose an action of the extension, or with `data` sent its form."""
    value: Json = {"commandId": command, "commandContext": "message" if payload else "compose", "requestId": "7f7d22ef"}
    if payload is not None:
        value["messagePayload"] = dict(payload)
    if data is not None:
        value["data"] = dict(data)
    name = "composeExtension/fetchTask" if data is None else "composeExtension/submitAction"
    return invoke(name, value, where, **told)


def payload(content: str, *, id: str = "1772441800000", root: str | None = None, kind: str = "html") -> Json:
    """The message whose menu was opened."""
    return {
        "linkToMessage": f"https://teams.microsoft.com/l/message/{CHANNEL}/{id}",
        "id": id,
        "replyToId": root,
        "createdDateTime": "2026-03-02T08:50:00.000Z",
        "lastModifiedDateTime": None,
        "deleted": False,
        "subject": None,
        "importance": "normal",
        "locale": "en-us",
        "body": {"contentType": kind, "content": content},
        "from": {
            "device": None,
            "conversation": None,
            "user": {"userIdentityType": "aadUser", "id": BEN["aadObjectId"], "displayName": BEN["name"]},
            "application": None,
        },
        "reactions": [],
        "mentions": [],
    }
