"""Which emoji stands for which button of a card. Once given, never given to another: a late click keeps its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chatops import Frozen
from chatops.ports.chat import RenderedButton

KEYCAPS = (*(f"{digit}\ufe0f\u20e3" for digit in "123456789"), "🔟")
LETTERS = tuple(chr(code) for code in range(0x1F1E6, 0x1F200))
"""When a card has used up ten numbers: 🇦, 🇧 and so on."""

LONGEST = 16
"""Characters of an emoji; families with skin tones take eleven."""

_DRESS = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))


class Marks(Frozen, frozen=True, kw_only=True):
    """What the reactions under one card mean."""

    meanings: Mapping[str, str] = {}
    """Emoji → reference of the button, for every button the card ever had."""
    shown: tuple[str, ...] = ()
    """The emoji of the buttons it has now, in their order."""

    def meaning(self, emoji: str) -> str | None:
        """Return the reference an emoji stands for, whatever its skin tone or variation, or None."""
        return {bare(known): ref for known, ref in self.meanings.items()}.get(bare(emoji))

    def emoji(self, ref: str) -> str | None:
        """Return the emoji that stands for a button the card has now, or None."""
        return next((emoji for emoji in self.shown if self.meanings[emoji] == ref), None)


NOTHING = Marks()


def assigned(buttons: Sequence[RenderedButton], before: Marks = NOTHING) -> Marks:
    """Return the marks of a card that now has these buttons.

    A button keeps its emoji over edits; a new one gets its icon, or the next number, but never an emoji this card has used
    before. Buttons whose form must be filled in get none: a reaction cannot ask. What is filled in already need not be.
    """
    meanings = dict(before.meanings)
    emoji_of = {ref: emoji for emoji, ref in meanings.items()}
    taken = {bare(emoji) for emoji in meanings}
    shown = []
    for button in buttons:
        if not button.ref or any(field.required and not field.value for field in button.form):
            continue
        emoji = emoji_of.get(button.ref) or _free(button.icon, taken)
        if emoji is None:
            continue
        meanings[emoji] = button.ref
        emoji_of[button.ref] = emoji
        taken.add(bare(emoji))
        shown.append(emoji)
    return Marks(meanings=meanings, shown=tuple(dict.fromkeys(shown)))


def bare(emoji: str) -> str:
    """Return an emoji without skin tone and variation selectors: clients add and drop them as they like."""
    return emoji.translate(_DRESS)


def _free(icon: str, taken: Iterable[str]) -> str | None:
    wanted = (icon,) if _is_emoji(icon) else ()
    return next((emoji for emoji in (*wanted, *KEYCAPS, *LETTERS) if bare(emoji) not in taken), None)


def _is_emoji(icon: str) -> bool:
    return 0 < len(icon) <= LONGEST and bare(icon) != "" and all(ord(char) > ord("\u00ff") for char in icon)
