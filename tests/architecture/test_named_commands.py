"""Whatever people are told to type is a command that there is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatops
from chatops.core.table import CommandTable
from sample_commands import context, server_commands

ROOT = Path(chatops.__file__).parent
NAMES = {"commands", "command", "again"}
"""Arguments that carry what people type, or a button types for them."""
PARTS = {"core/values.py", "people/needs.py", "testing/conformance/chat_stage.py"}
"""Modules that name single words of a command, or commands of their own."""
TABLE = CommandTable(server_commands())


def typed(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every line that people are told to type, with a name in every gap."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            told = [*(node.args[:1] if called in {"to_type", "like"} else ())]
            told += [one.value for one in node.keywords if one.arg in NAMES]
            for one in told:
                for text in words_in(one):
                    yield node.lineno, text


def words_in(node: ast.AST) -> Iterator[str]:
    """Yield the texts of an expression, each as a whole."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value:
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    else:
        for child in ast.iter_child_nodes(node):
            yield from words_in(child)


def modules() -> list[str]:
    """Return the modules in which people are told something."""
    found = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py")]
    return sorted(name for name in found if name not in PARTS and not name.startswith("engine/"))


@pytest.mark.parametrize("module", modules())
def test_what_people_are_told_to_type_exists(module: str) -> None:
    """Every line begins with the words of a command; what is filled in later may follow."""
    wrong = []
    for number, line in typed(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        words = line.split()
        beginnings = [" ".join(words[:count]) for count in range(1, 4) if count <= len(words)]
        open_ = any("\0" in word for word in words[:2])
        if len(words) > 1 and not open_ and not any(TABLE.meant(one, context()) for one in beginnings):
            wrong.append(f"{module}:{number} {line}")
    assert wrong == []
