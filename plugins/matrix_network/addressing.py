"""Who is spoken to: pure functions from what a person typed.

A room needs the prefix (`!`) or the bot's name in front; a direct chat needs neither. A name in talk is no command:
`chatops is down again?` speaks about the bot, `chatops: help` and `@chatops help` speak to it. Where the client says
that the bot is meant (`m.mentions`), its display name in front is enough: that is how clients write a mention in `body`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = re.compile(r"> (?:\* )?<@")


def addressed(
    text: str, *, prefix: str, user: str, name: str, mentioned: bool = False, direct: bool = False
) -> tuple[bool, str]:
    """Return whether `text` speaks to us, and the text without what says so.

    `user` is our Matrix id, `name` our display name; `mentioned`: the client says that we are.
    """
    called = _called(user, name).match(text) or (_named(user, name).match(text) if mentioned or direct else None)
    rest = text[called.end() :] if called is not None else text.lstrip()
    command = _behind_prefix(rest, prefix)
    if command is not None:
        return True, command
    if called is not None and (rest.strip() or mentioned or direct):
        return True, rest
    return direct, text


def without_quote(text: str) -> str:
    """Return a reply without the quotation that older clients put in front of it (specification before v1.13)."""
    if _QUOTED.match(text) is None:
        return text
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if not line.startswith(">")), len(lines))
    if first < len(lines) and not lines[first].strip():
        first += 1
    return "\n".join(lines[first:])


def _behind_prefix(text: str, prefix: str) -> str | None:
    """Return what follows the prefix, if it can be a command: `!!!` and `!?` are talk."""
    if not prefix or not text.startswith(prefix):
        return None
    behind = text[len(prefix) :]
    if prefix[-1].isalnum() and not behind[:1].isspace():
        return None
    command = behind.lstrip()
    return command if command[:1].isalnum() else None


@lru_cache(maxsize=64)
def _called(user: str, name: str) -> re.Pattern[str]:
    """Match a call: `@chatops:example.org `, `@chatops: `, `chatops, `, `[Chatops](https://matrix.to/#/@…) `."""
    names = _names(user, name)
    signed = [re.escape(user), *(f"@{each}" for each in names)]
    link = rf"\[[^\]\n]{{1,255}}\]\(<?https://matrix\.to/#/{re.escape(user)}>?\)"
    call = rf"(?:{'|'.join([*signed, link])})[:,]?|(?:{'|'.join(names)})[:,]"
    return re.compile(rf"\s*(?:{call})(?=\s|$)\s*", re.IGNORECASE)


@lru_cache(maxsize=64)
def _named(user: str, name: str) -> re.Pattern[str]:
    """Match a bare name in front."""
    return re.compile(rf"\s*(?:{'|'.join(_names(user, name))})(?=\s|$)\s*", re.IGNORECASE)


def _names(user: str, name: str) -> list[str]:
    """Return patterns, the longest first: a display name may begin with the other one."""
    local = user.removeprefix("@").partition(":")[0]
    names = {each for each in (local, name.strip()) if each} or {user}
    return [re.escape(each) for each in sorted(names, key=len, reverse=True)]
