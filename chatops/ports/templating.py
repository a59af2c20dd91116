"""Jinja templates of pages: read and compiled when the first visitor comes, not when the server starts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path

import jinja2


class Templates:
    """The templates of some folders, the first that has one winning. Everything put into them is escaped.

    In each of them `once()` makes up a word that stands for one sending of a form, and `constants` have their names.
    """

    def __init__(self, *folders: Path, **constants: Hashable) -> None:
        self._folders = folders
        self._constants = tuple(sorted(constants.items()))
        self._environment: jinja2.Environment | None = None

    async def ready(self) -> None:
        """Read and compile all of them, a fifth of a second in a thread; at once when they are."""
        if self._environment is None:
            self._environment = await asyncio.to_thread(_compiled, self._folders, self._constants)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return a template's HTML. Raise RuntimeError before they are `ready`."""
        if self._environment is None:
            message = f"{name} is to be rendered before the templates are ready."
            raise RuntimeError(message)
        return self._environment.get_template(name).render(values)


@cache
def _compiled(folders: tuple[Path, ...], constants: tuple[tuple[str, Hashable], ...]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(constants, once=lambda: secrets.token_hex(12))
    for template in environment.list_templates():
        environment.get_template(template)
    return environment
