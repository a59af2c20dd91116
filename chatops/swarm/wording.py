"""Pieces of sentences that several cards share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatops.core.text import Arg, Mention, Text, _, _n, listed, said
from chatops.swarm.model import Case, Decision, Swarm, Write

Names = Callable[[str], str]
"""Person id → the name people read."""

MOST_WORDS = 90
"""Characters of somebody's words that a card line shows."""

MOST_NAMES = 4


def short(words: str, most: int = MOST_WORDS) -> str:
    """Return somebody's words in one line, cut at a word when they are long."""
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    head = line[:most]
    at = head.rfind(" ")
    return (head[:at] if at > most // 2 else head).rstrip(" ,;:-–") + "…"


def dotted(*parts: Text | None) -> Text:
    """Return the parts that are there in one line, divided by dots."""
    there = [part for part in parts if part is not None and part.msgid]
    return Text(
        msgid=" · ".join(f"{{p{n}}}" for n in range(len(there))),
        args={f"p{n}": part for n, part in enumerate(there)},
        verbatim=True,
    )


def people(ids: Iterable[str], names: Names) -> Text:
    """Return names in one line; many become a few and a count."""
    known = [Mention(person=one, name=names(one)) for one in ids]
    shown: list[Arg] = list(known[:MOST_NAMES])
    if len(known) > MOST_NAMES:
        shown.append(_n("{count} more", "{count} more", len(known) - MOST_NAMES))
    return listed(*shown)


def case_line(case: Case) -> Text:
    """Return ticket, subject, customer and segment in one line."""
    customer = case.customer and (f"{case.customer} ({case.segment})" if case.segment else case.customer)
    return dotted(said(f"{case.ref} {short(case.subject, 60)}"), said(customer) if customer else None)


def decision_line(decision: Decision) -> Text:
    """Return the knowledge decision in a few words."""
    words = said(short(decision.words, 60))
    if decision.article == "linked":
        return _("article {article}", article=words)
    if decision.article == "draft":
        return _("article draft “{title}”", title=words)
    return _("no article: {reason}", reason=words)


def write_line(write: Write) -> Text:
    """Return what became of one write-back."""
    what = _WRITES.get(write.name.partition("/")[0], _("ticket"))
    if write.state == "waiting":
        return _("{what} …", what=what)
    if write.state == "done":
        # Only an article's number means something to people.
        return _ticked(what, write.result if write.name.startswith("article") else None)
    if write.state == "unknown":
        return _("{what} may have failed: have a look", what=what)
    return _("{what} failed: {reason}", what=what, reason=said(short(write.reason or "?", 50)))


def _ticked(what: Text, number: str | None) -> Text:
    return _("{what} {number} ✓", what=what, number=number) if number else _("{what} ✓", what=what)


_WRITES = {
    "note": _("note on the ticket"),
    "status": _("ticket status"),
    "article": _("article"),
    "link": _("article"),
    "reply": _("reply to the customer"),
    "owner": _("new owner of the ticket"),
}


def write_backs(swarm: Swarm) -> Text:
    """Return what became of everything written to the ticket: of each kind, the newest; failures always."""
    newest = {write.name.partition("/")[0]: write for write in swarm.writes}
    shown = [
        write
        for write in swarm.writes
        if write is newest[write.name.partition("/")[0]] or write.state in {"failed", "unknown"}
    ]
    return dotted(*(write_line(write) for write in shown))


DECLINED_WORDS = {
    "busy": _("busy"),
    "wrong-skill": _("not my field"),
    "off-shift": _("off shift"),
    "conflict": _("something else"),
}
"""Why somebody declines, as people read it."""
