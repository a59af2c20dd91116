"""Templates and macros as their files say them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from chatops.cases.templates import GAP, OWN, Kind, Template, gaps
from chatops.core.frozen import Frozen
from chatops.errors import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Macro(Frozen, frozen=True, kw_only=True):
    """A list of commands under a name."""

    name: str
    title: str = ""
    steps: tuple[str, ...]
    """Command lines; `{case}` is the case it is run for."""


class _TemplateRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str = ""
    reply: bool = False
    tags: tuple[str, ...] = ()
    fields: dict[str, Kind] = {}
    text: dict[str, str]


class _MacroRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str = ""
    steps: tuple[str, ...]


class _TemplatesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    templates: tuple[_TemplateRow, ...] = ()


class _MacrosFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    macros: tuple[_MacroRow, ...] = ()


_FileT = TypeVar("_FileT")


def read_templates(path: Path | None) -> Sequence[Template]:
    """Return the templates of a file. Blocking. Raise SettingsError that says what to change."""
    rows = _read(path, _TemplatesFile).templates if path is not None else ()
    _names(path, [row.name for row in rows])
    for row in rows:
        known = {*OWN, *row.fields}
        used = {name for text in row.text.values() for name in gaps(text)}
        if not row.text or not all(text.strip() for text in row.text.values()):
            raise _wrong(path, f"template {row.name} has no text")
        odd = [
            brace for text in row.text.values() for brace in re.findall(r"\{[^{}]*\}", text) if not GAP.fullmatch(brace)
        ]
        if odd:
            raise _wrong(path, f"template {row.name}: {odd[0]} is no gap; gaps are lower case, like {{until}}")
        if set(row.fields) - used:
            raise _wrong(path, f"template {row.name}: no text has the gap {sorted(set(row.fields) - used)[0]}")
        if used - known:
            raise _wrong(path, f"template {row.name}: say in fields what {sorted(used - known)[0]} is")
    return tuple(
        Template(name=row.name, title=row.title, reply=row.reply, tags=row.tags, fields=row.fields, text=row.text)
        for row in rows
    )


def read_macros(path: Path | None) -> Sequence[Macro]:
    """Return the macros of a file. Blocking. Raise SettingsError that says what to change."""
    rows = _read(path, _MacrosFile).macros if path is not None else ()
    _names(path, [row.name for row in rows])
    for row in rows:
        if not row.steps or not all(step.strip() for step in row.steps):
            raise _wrong(path, f"macro {row.name} has no steps")
        if any(step.split()[0].casefold() == "macro" for step in row.steps):
            raise _wrong(path, f"macro {row.name}: a macro cannot run macros")
    return tuple(Macro(name=row.name, title=row.title, steps=row.steps) for row in rows)


def _read(path: Path, shape: type[_FileT]) -> _FileT:
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(told, shape)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{path} cannot be read: {error}"
        raise SettingsError(message) from error


def _names(path: Path | None, names: Sequence[str]) -> None:
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise _wrong(path, f"{name!r} is no name: lower-case letters, digits and dashes")
        if names.count(name) > 1:
            raise _wrong(path, f"{name} is there twice")


def _wrong(path: Path | None, what: str) -> SettingsError:
    return SettingsError(f"{path}: {what}.")
