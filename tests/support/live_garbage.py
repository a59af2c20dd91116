"""Messages nobody would write, made by chance that repeats itself."""

# ruff: noqa: RUF001 - ambiguous characters are what it is about

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

ODD = (
    "\x00",
    "\ud800",
    "\udfff",
    "\ud83d\ude00",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\u2028",
    "\x1b[31m",
    "\r",
    "\x7f",
    "\uffff",
    "\U0010ffff",
    "e\u0301" * 20,
    "👩‍👩‍👧‍👦",
    "İıßŉ",
    "שלום",
    "ʼ",
    "％",
    "１２３",
    "²",
)
QUOTES = (
    '"',
    "'",
    "“",
    "”",
    "„",
    "‚",
    "«",
    "»",
    "`",
    "``",
    "```",
    "\\",
    '\\"',
    "‘",
    "’",
    "(",
    ")",
    "[",
    "{",
    "<",
    "=",
    ",",
)
REFERENCES = (
    "SW-0",
    "SW-1",
    "SW--1",
    "SW-99999999999999999999999999",
    "SW-１",
    "sw-1.5",
    "demo:",
    "demo:1001",
    "demo:9999",
    "demo:%s",
    "demo:../1001",
    ":1001",
    "#1001",
    "nowhere:1001",
    "KB1",
    "KB-1",
    "Q0",
    "Q99999999999999999999",
    "@nobody",
    "@agent-1",
    "@",
    "skill:",
    "skill:refunds>=999",
    "skill:>=",
    "pod:nowhere",
    "guest:",
    "guest:a@b",
    "https://demo/1001",
    "E-000000",
)
VALUES = (
    "in=-5m",
    "wait=999999999999999d",
    "wait=",
    "ask=-1",
    "ask=1e9",
    "ask=NaN",
    "ask=9" + "9" * 5000,
    "timebox=0s",
    "timebox=tomorrow",
    "skills=,,,",
    "article=KB999999999999999999999999",
    "article=new",
    "because=",
    "solved=maybe",
    "page",
    "private=perhaps",
    "case=demo:1001",
    "x=y",
    "=",
    "==",
    "a=b=c",
    "--help",
    "-1",
    "0x10",
    "1_000",
    "٣",
    "Infinity",
    "31.2.2026 25:99",
    "29 Feb 2027",
    "every blue moon",
    "{name}",
    "%(x)s",
    "${jndi:ldap://x}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "[link](javascript:alert(1))",
    "../../etc/passwd",
    "@here",
    "@room",
)


class Garbage:
    """A source of texts. `words`: the first words of every command there is; `examples`: what makes sense."""

    def __init__(self, seed: int, words: Sequence[str], examples: Sequence[str]) -> None:
        self._chance = random.Random(seed)
        self._words = words
        self._examples = [example.replace("SW-12", "SW-1") for example in examples]
        self._kinds: tuple[Callable[[], str], ...] = (
            self._command,
            self._command,
            self._command,
            *[self._almost] * 4,
            self._noise,
            self._quoted,
            self._referring,
            self._misspelt,
            self._large,
        )

    def text(self) -> str:
        """Return the next one."""
        return self._chance.choice(self._kinds)()

    def chance(self) -> float:
        """Return a number from 0 to 1."""
        return self._chance.random()

    def one(self, of: Sequence[str]) -> str:
        """Return one of several."""
        return self._chance.choice(of)

    def _some(self, of: Sequence[str], most: int) -> list[str]:
        return self._chance.choices(of, k=self._chance.randint(0, most))

    def _command(self) -> str:
        """A command, with arguments that fit by chance."""
        parts = [self.one((*REFERENCES, *VALUES, *QUOTES, *ODD, "word", "two words", self._noise())) for _n in range(5)]
        return " ".join([self.one(self._words), *parts[: self._chance.randint(0, 5)]])

    def _almost(self) -> str:
        """Something that makes sense, with something after it that need not."""
        return " ".join([self.one(self._examples), *self._some((*ODD, *QUOTES, *REFERENCES, "why not"), 1)])

    def _noise(self) -> str:
        """Characters of every kind."""
        return "".join(chr(self._chance.randrange(0x110000)) for _n in range(self._chance.randint(1, 40)))

    def _quoted(self) -> str:
        """Quotes in quotes, none of them closed."""
        return self.one(self._words) + " " + "".join(self._some((*QUOTES, "a", " "), 60))

    def _referring(self) -> str:
        """References that lead nowhere."""
        return " ".join([self.one(self._words), *self._some(REFERENCES, 6)])

    def _misspelt(self) -> str:
        """A command with letters lost, doubled and exchanged."""
        letters = list(self.one(self._words))
        for _n in range(self._chance.randint(1, 4)):
            at = self._chance.randrange(len(letters))
            letters[at : at + 1] = self.one(("", letters[at] * 2, "x", "ß", " ", letters[at].upper()))
            letters = letters or ["x"]
        return "".join(letters)

    def _large(self) -> str:
        """Now and then a mebibyte; mostly a few thousand of the same."""
        part = self.one((*ODD, *QUOTES, "a", "ä ", "word "))
        size = 1024 * 1024 if self._chance.random() < 0.05 else 5000
        return f"{self.one(self._words)} {part * (size // len(part.encode(errors='surrogatepass')))}"
