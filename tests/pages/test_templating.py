"""The templates of the pages and the console: compiled before the first page, not before the server serves."""

from __future__ import annotations

from pathlib import Path

import pytest

import chatops.pages
import console_network
from chatops.ports.templating import Templates
from chatops.ports.web import PARTS

FOLDERS = [Path(str(package.__file__)).parent / "templates" for package in (chatops.pages, console_network)]
MANY = {folder: len(list(folder.glob("*.html"))) for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "console"])
async def test_every_template_compiles(folder: Path) -> None:
    """A template that is no Jinja is found without a visitor."""
    templates = Templates(folder, PARTS)
    await templates.ready()
    assert MANY[folder] > 5


async def test_a_template_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    """All of a folder are compiled together, so a mistake in one is no surprise on the page that needs it."""
    (tmp_path / "good.html").write_text("fine", encoding="utf-8")
    (tmp_path / "bad.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(Exception, match="Expected an expression"):
        await Templates(tmp_path).ready()


async def test_values_are_escaped_and_the_first_folder_wins(tmp_path: Path) -> None:
    """What is put in acts nowhere; a folder of one's own goes before the shared one."""
    for name in ("own", "shared"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(f"{name} {{{{ said }}}} {{{{ most }}}}", encoding="utf-8")
    templates = Templates(tmp_path / "own", tmp_path / "shared", most=7)
    await templates.ready()
    assert templates.render("page.html", {"said": "<b>"}) == "own &lt;b&gt; 7"


async def test_nothing_is_rendered_before_they_are_ready(tmp_path: Path) -> None:
    """Compiling would block the loop, so whoever forgets to wait hears of it."""
    (tmp_path / "page.html").write_text("hello", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"page\.html"):
        Templates(tmp_path).render("page.html", {})
