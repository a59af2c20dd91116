"""The places and abbreviations that may stand behind a clock time. A closed list: an unknown word is never a zone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from chatops.core.frozen import Frozen
from chatops.core.lexer import fold, fold_bare


class Zone(Frozen, frozen=True, kw_only=True):
    """An IANA zone as somebody named it."""

    name: str
    abbreviation: str = ""
    """For `CET` and the like: what must be in force there at that time, so that summer and winter are not mixed up."""


_CITIES: Mapping[str, tuple[str, ...]] = {
    "UTC": ("utc", "gmt", "z"),
    "Africa/Cairo": ("cairo", "kairo", "caïro"),
    "Africa/Johannesburg": ("johannesburg", "cape town", "kapstadt", "kaapstad"),
    "Africa/Lagos": ("lagos",),
    "Africa/Nairobi": ("nairobi",),
    "America/Bogota": ("bogota",),
    "America/Argentina/Buenos_Aires": ("buenos aires",),
    "America/Chicago": ("chicago", "dallas", "houston"),
    "America/Denver": ("denver",),
    "America/Los_Angeles": ("los angeles", "san francisco", "seattle", "pacific time", "pt"),
    "America/Mexico_City": ("mexico city", "mexiko-stadt", "mexico-stad"),
    "America/New_York": ("new york", "boston", "washington", "atlanta", "eastern time", "et"),
    "America/Sao_Paulo": ("são paulo",),
    "America/Toronto": ("toronto",),
    "America/Vancouver": ("vancouver",),
    "Asia/Bangkok": ("bangkok",),
    "Asia/Dubai": ("dubai",),
    "Asia/Hong_Kong": ("hong kong", "hongkong"),
    "Asia/Jakarta": ("jakarta",),
    "Asia/Jerusalem": ("jerusalem", "tel aviv"),
    "Asia/Kolkata": ("kolkata", "mumbai", "delhi", "bangalore", "bengaluru", "chennai", "hyderabad", "pune"),
    "Asia/Manila": ("manila",),
    "Asia/Seoul": ("seoul",),
    "Asia/Shanghai": ("shanghai", "beijing", "peking"),
    "Asia/Singapore": ("singapore", "singapur"),
    "Asia/Tokyo": ("tokyo", "tokio"),
    "Australia/Melbourne": ("melbourne",),
    "Australia/Sydney": ("sydney",),
    "Europe/Amsterdam": ("amsterdam", "rotterdam", "utrecht", "the hague", "den haag"),
    "Europe/Athens": ("athens", "athen", "athene"),
    "Europe/Berlin": (
        "berlin",
        "berlijn",
        "berliner zeit",
        "munich",
        "münchen",
        "hamburg",
        "frankfurt",
        "cologne",
        "köln",
        "keulen",
    ),
    "Europe/Brussels": ("brussels", "brüssel", "brussel", "antwerp", "antwerpen"),
    "Europe/Bucharest": ("bucharest", "bukarest", "boekarest"),
    "Europe/Budapest": ("budapest", "boedapest"),
    "Europe/Copenhagen": ("copenhagen", "kopenhagen"),
    "Europe/Dublin": ("dublin",),
    "Europe/Helsinki": ("helsinki",),
    "Europe/Istanbul": ("istanbul",),
    "Europe/Kyiv": ("kyiv", "kiew", "kiev"),
    "Europe/Lisbon": ("lisbon", "lissabon"),
    "Europe/London": ("london", "londen", "manchester", "edinburgh"),
    "Europe/Luxembourg": ("luxembourg", "luxemburg"),
    "Europe/Madrid": ("madrid", "barcelona"),
    "Europe/Oslo": ("oslo",),
    "Europe/Paris": ("paris", "parijs", "lyon"),
    "Europe/Prague": ("prague", "prag", "praag"),
    "Europe/Rome": ("rome", "rom", "milan", "mailand", "milaan"),
    "Europe/Sofia": ("sofia",),
    "Europe/Stockholm": ("stockholm",),
    "Europe/Vienna": ("vienna", "wien", "wenen"),
    "Europe/Warsaw": ("warsaw", "warschau"),
    "Europe/Zurich": ("zurich", "zürich", "basel", "bern", "genf", "geneva", "genève"),
    "Pacific/Auckland": ("auckland", "wellington"),
}

_ABBREVIATIONS: Mapping[str, tuple[str, str]] = {
    "cet": ("Europe/Berlin", "CET"),
    "mez": ("Europe/Berlin", "CET"),
    "cest": ("Europe/Berlin", "CEST"),
    "mesz": ("Europe/Berlin", "CEST"),
    "bst": ("Europe/London", "BST"),
    "eet": ("Europe/Helsinki", "EET"),
    "eest": ("Europe/Helsinki", "EEST"),
    "est": ("America/New_York", "EST"),
    "edt": ("America/New_York", "EDT"),
    "pst": ("America/Los_Angeles", "PST"),
    "pdt": ("America/Los_Angeles", "PDT"),
}


@cache
def zones() -> Mapping[str, Zone]:
    """Return every name, folded, with its zone; IANA names of the listed zones included."""
    found = {word: Zone(name=name, abbreviation=short) for word, (name, short) in _ABBREVIATIONS.items()}
    for name, words in _CITIES.items():
        for word in (name, *words):
            found[fold(word)] = found[fold_bare(word)] = Zone(name=name)
    return found
