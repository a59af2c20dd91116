"""Files that are made from the code: the settings file and the reference pages."""

from __future__ import annotations

import inspect
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from chatops.app import App
from chatops.core import usage
from chatops.core.access import Relations
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.command import Command
from chatops.hookspecs import ChatopsSpecs
from chatops.settings import Settings
from chatops.settings_file import reference, write

ROOT = Path(__file__).parent.parent
ENGLISH = Reader()
LANGUAGES = {"de": "German", "nl": "Dutch"}


def files() -> Mapping[Path, str]:
    """Return every generated file with what it must contain."""
    with tempfile.TemporaryDirectory() as folder:
        app = App.prepare(Settings(), Path(folder), listen=False)
        try:
            commands = commands_page(app.table.commands, app.registry.relations)
            openapi = app.rest.described()
        finally:
            app.folder.release()
    return {
        ROOT / "config/chatops.toml": write(Settings.model_construct(), describe=True),
        ROOT / "docs/reference/settings.md": reference(),
        ROOT / "docs/reference/commands.md": commands,
        ROOT / "docs/reference/hooks.md": hooks_page(),
        ROOT / "docs/reference/errors.md": errors_page(),
        ROOT / "docs/reference/openapi.json": openapi,
    }


def commands_page(commands: tuple[Command, ...], relations: Relations) -> str:
    """Return the reference of all commands."""
    words = Catalogues({})
    lines = [
        "# Commands",
        "",
        "Generated from the declarations by `scripts/generate`. `help`, `help swarm` and `help swarm open` say the same in",
        "chat, in your language, for what you may do.",
        "",
        "Square brackets: may be left out. In a swarm's own room the id is implied, and so is the word `swarm`.",
    ]
    for command in commands:
        who = ", ".join(
            words.plain(relations.label(name), ENGLISH) for name in sorted(command.who.roles | command.who.relations)
        )
        lines += ["", f"## `{command.words}`", "", f"{words.plain(command.summary, ENGLISH)}. For: {who}.", ""]
        lines += [f"    {words.plain(usage.line(command, 'en'), ENGLISH).strip('`')}", ""]
        for parameter in command.parameters:
            if parameter.label is not None:
                other = [
                    f"{LANGUAGES[language]}: {', '.join(f'`{alias}=`' for alias in aliases)}"
                    for language, aliases in parameter.aliases.items()
                    if language in LANGUAGES and aliases
                ]
                note = f" ({'; '.join(other)})" if other else ""
                lines.append(f"* `{parameter.name}` – {words.plain(parameter.label, ENGLISH)}{note}")
        spoken = [
            f"{LANGUAGES[language]}: {', '.join(f'`{alias}`' for alias in aliases)}"
            for language, aliases in command.aliases.items()
            if language in LANGUAGES
        ]
        if spoken:
            lines += ["", "Also " + "; ".join(spoken) + "."]
        if command.examples:
            lines += ["", "For example:", "", *(f"    {example}" for example in command.examples)]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def hooks_page() -> str:
    """Return the reference of all hooks."""
    lines = [
        "# Hooks",
        "",
        "Generated from `chatops/hookspecs.py` by `scripts/generate`. "
        + " ".join((inspect.getdoc(inspect.getmodule(ChatopsSpecs)) or "").split()),
        "",
        "| hook | registers |",
        "|---|---|",
    ]
    for name, hook in vars(ChatopsSpecs).items():
        if name.startswith("chatops_"):
            kind = inspect.signature(hook).parameters["register"].annotation
            lines.append(f"| `{name}(register)` | {inspect.getdoc(hook)} `{kind}` |".replace(" | None", " or None"))
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """Return the tree of errors."""
    doc = (ROOT / "chatops/errors.py").read_text(encoding="utf-8")
    tree = re.search(r'"""(.*?)::\n\n(.*?)"""', doc, re.DOTALL)
    if tree is None:
        message = "chatops/errors.py no longer begins with its tree"
        raise ValueError(message)
    return (
        "# Errors\n\nGenerated from `chatops/errors.py` by `scripts/generate`.\n\n"
        + tree[1].strip()
        + "\n\n"
        + tree[2].rstrip()
        + "\n"
    )


def main() -> int:
    """Write, or with --check compare."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path, text in files().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path}")  # noqa: T201 - a script prints
    if check and stale:
        print("Run scripts/generate and commit.")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
