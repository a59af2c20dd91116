"""Settings as a TOML file people can read: `config/chatops.toml`, `chatops config show`, the reference page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chatops.settings import Hook, Plugins, Settings, Webhook

LISTS: Mapping[str, type[BaseModel]] = {"webhooks": Webhook, "hooks": Hook}
"""Settings that may be there several times, each time as a table of its own."""


def write(settings: Settings, *, describe: bool) -> str:
    """Return the settings as TOML; with `describe`, each setting under its description, and commented out."""
    lines: list[str] = []
    if describe:
        lines += [
            "# Every setting with its default. Take out the # to change one.",
            "# The environment wins over this file: CHATOPS_SERVER__PORT=8081.",
            "",
        ]
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        if not isinstance(value, BaseModel) and name not in LISTS:
            lines += _setting(name, info, value, describe=describe)
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            lines += ["", *_table(name, value, describe=describe)]
    for name, each in LISTS.items():
        lines += _each_described(name, each) if describe else _each(name, getattr(settings, name))
    return "\n".join(lines).strip() + "\n"


def reference() -> str:
    """Return the settings reference as Markdown."""
    lines = [
        "# Settings",
        "",
        "Generated from `chatops/settings.py` by `scripts/generate`; `config/chatops.toml` holds the same as a file.",
        "",
        "Highest first: the environment (`CHATOPS_SERVER__PORT=8081`), the settings file, the defaults. The file is",
        "`--config`, else `CHATOPS_CONFIG`, else `chatops.toml` in the data folder.",
    ]
    defaults = Settings.model_construct()
    for name in ("", *(key for key in Settings.model_fields if isinstance(getattr(defaults, key), BaseModel))):
        table = getattr(defaults, name) if name else defaults
        lines += ["", f"## [{name}]" if name else "## At the top", ""]
        if name and type(table).__doc__:
            lines += [str(type(table).__doc__).strip(), ""]
        lines += ["| setting | default | meaning |", "|---|---|---|"]
        for key, info in type(table).model_fields.items():
            value = getattr(table, key)
            if not isinstance(value, BaseModel) and (name or key not in LISTS):
                lines.append(f"| `{key}` | `{_toml(value)}` | {info.description or ''} |")
    for name, each in LISTS.items():
        lines += [
            "",
            f"## [[{name}]]",
            "",
            str(each.__doc__).strip(),
            "",
            "| setting | default | meaning |",
            "|---|---|---|",
        ]
        for key, info in each.model_fields.items():
            default = "" if info.is_required() else f" `{_toml(info.default)}` "
            lines.append(f"| `{key}` |{default or ' – '}| {info.description or ''} |")
    return "\n".join(lines) + "\n"


def _each(name: str, told: Sequence[BaseModel]) -> Iterator[str]:
    for one in told:
        yield ""
        yield f"[[{name}]]"
        for key in type(one).model_fields:
            yield f"{key} = {_toml(getattr(one, key))}"


def _each_described(name: str, each: type[BaseModel]) -> Iterator[str]:
    yield ""
    yield f"# {str(each.__doc__).strip()}"
    yield f"#[[{name}]]"
    for key, info in each.model_fields.items():
        yield f"# {info.description}"
        yield f"#{key} =" if info.is_required() else f"#{key} = {_toml(info.default)}"


def _table(name: str, section: BaseModel, *, describe: bool) -> Iterator[str]:
    if describe and type(section).__doc__:
        yield f"# {str(type(section).__doc__).strip()}"
    yield f"[{name}]"
    for key, info in type(section).model_fields.items():
        yield from _setting(key, info, getattr(section, key), describe=describe)
    if isinstance(section, Plugins):
        for plugin, told in (section.model_extra or {}).items():
            yield ""
            yield f"[{name}.{plugin}]"
            for key, value in told.items():
                yield f"{key} = {_toml(value)}"


def _setting(key: str, info: FieldInfo, value: Any, *, describe: bool) -> Iterator[str]:
    if describe:
        yield f"# {info.description}"
        yield f"#{key} = {_toml(value)}" if value is not None else f"#{key} ="
    elif value is not None:
        yield f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    match value:
        case None:
            written = ""
        case bool():
            written = "true" if value else "false"
        case int() | float():
            written = str(value)
        case list() | tuple():
            written = "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            written = "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
        case _:
            # JSON's strings are TOML's basic strings.
            written = json.dumps(str(value), ensure_ascii=False)
    return written
