"""A post as Matrix content: words for every client, and HTML for those that show it.

Push: the default rule `.m.rule.suppress_notices` stands before `.m.rule.is_user_mention` and before the rules for direct
chats (client-server API v1.16, "Predefined rules"; Synapse returns them in that order), so an `m.notice` never makes a
phone ring, not even when it mentions somebody. So what mentions somebody, or goes to a direct chat, is `m.text`, and
everything else is `m.notice`, which other bots do not answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatops import Frozen
from chatops.ports.chat import Outgoing, RenderedButton
from matrix_network.homeserver import Json
from matrix_network.html import DOT, code, escaped, heading, in_words, is_user, marked_up, rows, storable, strong, table
from matrix_network.marks import Marks

CARD = "org.chatops.card"
"""Key in the content under which a card carries its marks."""

TONES = {"plain": "", "good": "🟢 ", "attention": "🟠 ", "danger": "🔴 "}
"""What stands before the title. Emoji have their colour in light and dark clients, and in those that show no HTML."""

_NARROW = 32
"""Characters of a table's row that a phone shows side by side."""

_FALLBACK = 1_000
"""Characters of an edit's text for clients that know no edits."""


class Manner(Frozen, frozen=True, kw_only=True):
    """How one speaks in a room."""

    network: str
    prefix: str
    """Of commands; nothing in a direct chat."""
    direct: bool

    @property
    def typed_after(self) -> str:
        """What a command is typed after here."""
        return "" if self.direct else self.prefix


def content(outgoing: Outgoing, marks: Marks, manner: Manner) -> Json:
    """Return the content of `m.room.message` for a post whose buttons have these marks."""
    mentioned = list(dict.fromkeys(one.id for one in outgoing.notify if is_user(one, network=manner.network)))
    markup = _markup(outgoing, marks, manner)
    found: Json = {
        "msgtype": "m.text" if mentioned or manner.direct else "m.notice",
        "body": "\n".join(_words(outgoing, marks, manner)),
        "m.mentions": {"user_ids": mentioned} if mentioned else {},
    }
    if markup:
        found |= {"format": "org.matrix.custom.html", "formatted_body": markup}
    if marks.meanings:
        found[CARD] = {"buttons": dict(marks.meanings), "shown": list(marks.shown)}
    return found


def replacing(event: str, new: Json, *, mentioned: Sequence[str] = ()) -> Json:
    """Return the content of an edit. Whom the message mentioned before (`mentioned`) is not told again.

    Clients that know no edits show the outer text; a beginning is enough for them.
    """
    users = [user for user in new["m.mentions"].get("user_ids", ()) if user not in mentioned]
    return {
        "msgtype": new["msgtype"],
        "body": f"* {new['body'][:_FALLBACK]}",
        "m.mentions": {"user_ids": users} if users else {},
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }


def _words(outgoing: Outgoing, marks: Marks, manner: Manner) -> list[str]:
    """Return all of a post as lines of plain text."""
    found = [storable(f"{TONES[outgoing.tone]}{outgoing.title}")] if outgoing.title else []
    if outgoing.text:
        found.append(in_words(outgoing.text))
    found += [f"{storable(fact.label)}: {in_words(fact.value)}" for fact in outgoing.facts]
    found += [DOT.join(in_words(cell) for cell in row) for row in outgoing.table]
    found += [_typed_row(button, marks, manner) for button in outgoing.buttons]
    if outgoing.footer:
        found.append(in_words(outgoing.footer))
    return found


def _markup(outgoing: Outgoing, marks: Marks, manner: Manner) -> str:
    """Return all of a post as HTML, or nothing when that would show no more than the plain text."""
    network = manner.network
    text = marked_up(outgoing.text, network=network)
    if _is_sentence(outgoing) and text == escaped("".join(line.text for line in outgoing.text)):
        return ""
    above = [heading(f"{TONES[outgoing.tone]}{outgoing.title}")] if outgoing.title else []
    if outgoing.text:
        above.append(text)
    above += [f"{strong(fact.label)}: {marked_up(fact.value, network=network)}" for fact in outgoing.facts]
    below = _button_rows(outgoing.buttons, marks, manner)
    if outgoing.footer:
        below.append(f"<em>{marked_up(outgoing.footer, network=network)}</em>")
    if _is_narrow(outgoing):
        return "<br>".join(above) + table(outgoing.table, network=network) + "<br>".join(below)
    return "<br>".join((*above, *rows(outgoing.table, network=network), *below))


def _is_narrow(outgoing: Outgoing) -> bool:
    """Return whether there is a table that a phone can show. Its columns break words as soon as they do not fit."""
    widths = [sum(len(line.text) for cell in row for line in cell) for row in outgoing.table]
    return 0 < max(widths, default=0) <= _NARROW


def _is_sentence(outgoing: Outgoing) -> bool:
    return not (outgoing.title or outgoing.facts or outgoing.table or outgoing.buttons or outgoing.footer)


def _typed(button: RenderedButton, manner: Manner) -> str:
    """Return what to type instead of reacting; … stands for what the button's form would ask."""
    return f"{manner.typed_after}{button.command}{' …' if button.form else ''}"


def _says(button: RenderedButton) -> bool:
    """Return whether what is typed names the button: `swarm invite SW-1` needs no "Invite:" before it."""
    return button.label == button.command or button.label.casefold() in button.command.casefold().split()


def _typed_row(button: RenderedButton, marks: Marks, manner: Manner) -> str:
    mark = marks.emoji(button.ref)
    command = f"`{_typed(button, manner)}`"
    named = button.label == button.command if mark else _says(button)
    return storable(f"{mark or '•'} {command}" if named else f"{mark or '•'} {button.label}: {command}")


def _button_rows(buttons: Sequence[RenderedButton], marks: Marks, manner: Manner) -> list[str]:
    """Return one line for what can be clicked, and one for what has to be typed."""
    clicked, typed = [], []
    for button in buttons:
        mark = marks.emoji(button.ref)
        command = code(_typed(button, manner))
        if mark is None:
            typed.append(command if _says(button) else f"{escaped(button.label)}: {command}")
        else:
            clicked.append(f"{escaped(mark)} {command if button.label == button.command else escaped(button.label)}")
    return [DOT.join(line) for line in (clicked, typed) if line]
