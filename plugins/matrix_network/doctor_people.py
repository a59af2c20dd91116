"""What `chatops doctor` says of the people: who can be known on Matrix at all, and whether another server speaks for us."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chatops import Finding
from chatops.core.message import Person
from matrix_network.account import Account
from matrix_network.session import DEVICE_NAME

RECENT = timedelta(minutes=10)
"""How long ago another device may have been used to count as a server that runs. Synapse notes it every few minutes."""

SHOWN = 10
"""People named."""

_ID = re.compile(r"@[^:\s]+:\S+")


def identified(people: Iterable[Person], network: str, account: Account, *, federate: bool) -> Sequence[Finding]:
    """Return whether the people have Matrix ids that can be right, and may enter the rooms we open.

    Of an empty directory nothing: that is told by itself.
    """
    people = tuple(people)
    if not people:
        return ()
    ids = [(person.id, one.id) for person in people for one in person.identities if one.network == network]
    if not ids:
        detail = f"nobody in the directory has an identity on {network}: nobody can give commands there"
        return (_doubtful(detail, f'In the people file: identities = {{ {network} = "@name:{account.server}" }}'),)
    findings = []
    wrong = [(person, user) for person, user in ids if _ID.fullmatch(user) is None or user != user.lower()]
    if wrong:
        fix = f"In the people file: the full Matrix id, in lower case, like @name:{account.server}"
        findings.append(_doubtful(f"no Matrix id that somebody can have: {_listed(wrong)}", fix))
    foreign = [pair for pair in ids if pair not in wrong and pair[1].partition(":")[2] != account.server]
    if foreign and not federate:
        detail = f"on other homeservers, whose people cannot be in rooms that are opened here: {_listed(foreign)}"
        findings.append(
            _doubtful(detail, "The setting federate = true; it holds for rooms that are opened afterwards.")
        )
    return findings or (Finding(name="people", state="ok", detail=f"{len(ids)} have an identity on {network}"),)


def twins(answer: Mapping[str, Any], ours: Iterable[str], now: datetime) -> str:
    """Return the devices on which another server was logged in to our account just now; nothing when there are none.

    `answer`: to `GET /devices`. Two servers on one account each get every command, and run it.
    """
    listed, own = answer.get("devices"), set(ours)
    found = []
    for device in listed if isinstance(listed, list) else ():
        if not isinstance(device, dict) or device.get("display_name") != DEVICE_NAME:
            continue
        name, seen = device.get("device_id"), device.get("last_seen_ts")
        if not isinstance(name, str) or name in own or not isinstance(seen, int):
            continue
        if timedelta(milliseconds=seen) > now - datetime.fromtimestamp(0, UTC) - RECENT:
            found.append(name)
    return ", ".join(sorted(found)[:SHOWN])


def alone(others: str) -> Finding:
    """Return whether we are the only server on our account."""
    if not others:
        return Finding(name="devices", state="ok", detail="no other server uses this account")
    detail = f"another server used this account within ten minutes, on {others}: both run every command"
    fix = (
        "Stop the other one, or log one of them in to an account of its own. If it was this server with another data "
        "folder, that is over by itself."
    )
    return Finding(name="devices", state="warning", detail=detail, fix=fix)


def _doubtful(detail: str, fix: str) -> Finding:
    return Finding(name="people", state="warning", detail=detail, fix=fix)


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    more = len(pairs) - SHOWN
    return ", ".join(f"{user!r} ({person})" for person, user in pairs[:SHOWN]) + (
        f" and {more} more" if more > 0 else ""
    )
