"""What help is wanted, as people type it: `skill:billing>=3 lang:de`, or simply `billing de`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import process

from chatops.core.lexer import fold
from chatops.core.params import Selector
from chatops.core.text import _, said
from chatops.core.values import selector
from chatops.errors import BadArgument, NotFound
from chatops.people.finding import Need, Wanted
from chatops.ports.roster import Directory

LANGUAGE_KEYS = frozenset({"lang", "language", "sprache", "taal"})

LANGUAGES: dict[str, tuple[str, ...]] = {
    "de": ("german", "deutsch", "duits"),
    "en": ("english", "englisch", "engels"),
    "nl": ("dutch", "niederländisch", "nederlands", "holländisch"),
    "fr": ("french", "französisch", "frans"),
    "es": ("spanish", "spanisch", "spaans"),
    "it": ("italian", "italienisch", "italiaans"),
    "pl": ("polish", "polnisch", "pools"),
    "pt": ("portuguese", "portugiesisch", "portugees"),
    "cs": ("czech", "tschechisch", "tsjechisch"),
    "da": ("danish", "dänisch", "deens"),
    "sv": ("swedish", "schwedisch", "zweeds"),
    "tr": ("turkish", "türkisch", "turks"),
    "ru": ("russian", "russisch"),
    "uk": ("ukrainian", "ukrainisch", "oekraïens"),
    "zh": ("chinese", "chinesisch", "chinees"),
    "ja": ("japanese", "japanisch", "japans"),
    "ta": ("tamil",),
    "hi": ("hindi",),
    "ar": ("arabic", "arabisch"),
}
_BY_NAME = {fold(name): code for code, names in LANGUAGES.items() for name in names}


def language(typed: str, spoken: Iterable[str] = ()) -> str | None:
    """Return the code of a language named by code (`de`) or by name in one of ours; None when it is none.

    Codes that stand in no list of ours count when they are among `spoken`.
    """
    word = fold(typed.strip())
    if word in LANGUAGES or word in {fold(code) for code in spoken}:
        return word
    return _BY_NAME.get(word)


def spoken(directory: Directory) -> frozenset[str]:
    """Return every language somebody speaks."""
    return frozenset(one for person in directory.everybody() for one in directory.profile(person.id).languages)


def read_wanted(words: Sequence[str], directory: Directory) -> Wanted:
    """Read `skill:billing>=3`, `lang:de`, `pod:emea-1`, and bare words that are a skill or a language.

    Raise BadArgument for anything else, NotFound for a pod there is not.
    """
    wanted = Wanted()
    for word in words:
        wanted = joined(wanted, _read(word, directory))
    if not wanted.needs and not wanted.languages:
        raise BadArgument(_("Say which skill is wanted."), commands=("skill:billing",))
    return wanted


def bare(words: Sequence[str], directory: Directory) -> Wanted | None:
    """Return what is wanted when all of `words` are skills or languages; None when any of them is not.

    So `invite billing de` asks for German, and in `invite billing de klant wacht` the words are the reason.
    """
    found = Wanted()
    for word in words:
        one = _bare(word, directory, spoken(directory))
        if one is None:
            return None
        found = joined(found, one)
    return found


def need(found: Selector, directory: Directory) -> Need:
    """Return what `skill:NAME>=LEVEL` wants."""
    return Need(skill=directory.skill(found.value), least=max(found.minimum, 1))


def joined(one: Wanted, other: Wanted) -> Wanted:
    """Return what wants both. A skill named twice is wanted at the higher level."""
    least = {need.skill: need.least for need in one.needs}
    for need_ in other.needs:
        least[need_.skill] = max(need_.least, least.get(need_.skill, 1))
    return Wanted(
        needs=tuple(Need(skill=skill, least=level) for skill, level in least.items()),
        languages=tuple(dict.fromkeys((*one.languages, *other.languages))),
        pod=other.pod or one.pod,
    )


def _read(word: str, directory: Directory) -> Wanted:
    key, colon, rest = word.partition(":")
    if colon and fold(key) in LANGUAGE_KEYS:
        code = language(rest, spoken(directory))
        if code is None:
            raise BadArgument(_("{typed} is no language such as de or en.", typed=said(rest)), commands=("lang:de",))
        return Wanted(languages=(code,))
    if colon:
        found = selector(word)
        if found.kind == "skill":
            return Wanted(needs=(need(found, directory),))
        if found.kind == "pod":
            return Wanted(pod=_pod(found.value, directory))
        raise BadArgument(
            _("{typed} is no skill, language or pod.", typed=said(word)), commands=("skill:billing", "lang:de")
        )
    known = _bare(word, directory, spoken(directory))
    if known is not None:
        return known
    like = process.extract(directory.skill(word), directory.skills(), limit=3, score_cutoff=60)
    raise BadArgument(
        _("{typed} is no skill anybody has, and no language.", typed=said(word)),
        commands=tuple(f"skill:{name}" for name, _score, _index in like) or ("skill:billing",),
    )


def _bare(word: str, directory: Directory, tongues: frozenset[str]) -> Wanted | None:
    key, colon, rest = word.partition(":")
    if colon and fold(key) in LANGUAGE_KEYS:
        code = language(rest, tongues)
        return None if code is None else Wanted(languages=(code,))
    skill = directory.skill(word)
    if skill in directory.skills():
        return Wanted(needs=(Need(skill=skill),))
    code = language(word, tongues)
    return None if code is None else Wanted(languages=(code,))


def _pod(typed: str, directory: Directory) -> str:
    pod = directory.pod(typed)
    if pod is None:
        raise NotFound(
            _("There is no pod {name}.", name=said(typed)),
            commands=tuple(f"pod:{one.id}" for one in directory.pods()[:3]),
        )
    return pod.id


def wanted_skills(words: str, directory: Directory) -> tuple[str, ...]:
    """Return the skills named in what a search was written as: `skill:billing>=3 de, skill:tax`."""
    found = (selector(word) for word in words.replace(",", " ").split() if word.startswith("skill:"))
    return tuple(dict.fromkeys(directory.skill(one.value) for one in found))
