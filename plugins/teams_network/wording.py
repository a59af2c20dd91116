"""What a message says, and whether it speaks to us.

A mention of the bot, wherever it stands, speaks to it, and so does the prefix in front; a personal chat needs neither.
The mention is taken out of the text; other people become what the directory calls them, or the name that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from chatops import Frozen
from chatops.core.message import Identity
from teams_network.activity import Activity
from teams_network.ids import id_or_none
from teams_network.mentions import mentioned
from teams_network.quotes import quoted
from teams_network.written import At, Written, of_html, of_text

Handle = Callable[[Identity], str | None]
"""Returns what the directory calls somebody, or None."""

_CALL = re.compile(r"\s*[:,](?=\s)")
"""What people put behind a name they call."""


class Wording(Frozen, frozen=True, kw_only=True):
    """A message in our terms."""

    text: str
    addressed: bool
    reply_to: str | None = None


def written(activity: Activity) -> Written:
    """Return what somebody wrote, from whichever form of it says it best."""
    plain = of_text(activity.text or "", activity.text_format, mentioned(activity)[1])
    html = next(
        (
            one.content
            for one in activity.attachments or ()
            if one.content_type == "text/html" and _is_text(one.content)
        ),
        None,
    )
    if html is None:
        return plain
    told = of_html(html)
    if told.quotes:
        return told
    return told if told.says and _places(plain) <= _places(told) else plain


def wording(
    activity: Activity,
    *,
    us: Collection[int],
    people: Mapping[int, Identity],
    direct: bool,
    prefix: str,
    handle: Handle,
) -> Wording:
    """Return the text. `us` are the places among the mention entities that name the bot, `people` those naming others."""
    said = written(activity)
    meant = {index: handle(identity) for index, identity in people.items()}
    called = _calls(said, us) if said.quotes else bool(us)
    text = _joined(said, us, {})
    command = _behind_prefix(text, prefix)
    addressed = called or direct or command is not None
    if addressed:
        text = _joined(said, us, {index: f"@{known}" for index, known in meant.items() if known})
        text = _behind_prefix(text, prefix) or text
    something = bool(text) or not _files(activity)
    return Wording(
        text=text,
        addressed=addressed and something,
        reply_to=id_or_none(quoted(activity)) or id_or_none(said.quoted),
    )


def _calls(said: Written, us: Collection[int]) -> bool:
    """Whether the bot is mentioned outside of what was quoted; mentions in there come with the message as well."""
    own = [piece.index for piece in said.pieces if isinstance(piece, At)]
    return bool(us) and any(index is None or index in us for index in own)


def _joined(said: Written, us: Collection[int], names: Mapping[int, str]) -> str:
    text, cut = "", False
    for piece in said.pieces:
        if isinstance(piece, At):
            cut = piece.index is not None and piece.index in us
            text = text if cut else _with_name(text, piece, names)
            continue
        words = piece
        if cut and not text.strip():
            called = _CALL.match(words)
            words = words[called.end() :] if called else words
        if cut and (not text or text[-1].isspace()):
            words = words.lstrip(" ")
        text, cut = text + words, False
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


_SYNTAX = re.compile(r"(?<!\S)-+|[\"“”„=`]")


def _with_name(text: str, at: At, names: Mapping[int, str]) -> str:
    """Return the text with somebody's name behind it; once where each word of the name is a mention of its own."""
    known = names.get(at.index) if at.index is not None else None
    if known is None:
        # People choose their names themselves: nothing in one may be an option, or end a quoted text.
        return text + _SYNTAX.sub("", at.name)
    before = text.rstrip(" ")
    return before if before.split("\n")[-1].split(" ")[-1] == known else text + known


def _places(written: Written) -> set[int]:
    """Return the mention entities that have a place in it."""
    return {piece.index for piece in written.pieces if isinstance(piece, At) and piece.index is not None}


def _behind_prefix(text: str, prefix: str) -> str | None:
    """Return what follows the prefix, if it can be a command: `!!!` and `!?` are talk."""
    if not prefix or not text.startswith(prefix):
        return None
    behind = text[len(prefix) :]
    if prefix[-1].isalnum() and not behind[:1].isspace():
        return None
    command = behind.lstrip()
    return command if command[:1].isalnum() else None


def _files(activity: Activity) -> bool:
    """Whether something other than text came with it: a picture, a file, a card that was passed on."""
    return any(one.content_type != "text/html" for one in activity.attachments or ())


def _is_text(content: object) -> bool:
    return isinstance(content, str) and bool(content.strip())
