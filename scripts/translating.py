"""From the sentences in the code to the catalogues: extracted, merged, compiled, checked. No file holds a date or a line.

`chatops/locale/chatops.pot` lists every sentence, `LOCALE/LC_MESSAGES/chatops.po` its translation, `.mo` the compiled form.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ("de", "nl")
SOURCES = ("chatops", "plugins")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_n": (1, 2)}
COMMENT = "# {what} of the chatops server."

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Plain(Catalog):
    """A catalogue whose header says nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Only what gettext needs."""
        headers = [("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8")]
        headers.append(("Content-Transfer-Encoding", "8bit"))
        if self.locale is not None:
            headers += [("Language", str(self.locale)), ("Plural-Forms", self.plural_forms)]
        return headers

    @mime_headers.setter
    def mime_headers(self, _headers: object) -> None:
        """Whatever a file says."""


def template(root: Path) -> Plain:
    """Return every sentence in the code below `root`, in order of file and sentence."""
    where: dict[tuple[str, ...], set[str]] = {}
    for source in SOURCES:
        found = extract_from_dir(root / source, method_map=METHODS, keywords=KEYWORDS)
        for path, _line, ids, _comments, _context in found:
            where.setdefault((ids,) if isinstance(ids, str) else tuple(ids), set()).add(f"{source}/{path}")
    catalogue = _empty(None, "Sentences")
    for ids, paths in sorted(where.items(), key=lambda entry: (min(entry[1]), entry[0])):
        flags = {"python-brace-format"} if _placeholders(*ids) else set()
        id_ = ids[0] if len(ids) == 1 else (ids[0], ids[1])
        catalogue.add(id_, "", locations=[(path, 0) for path in sorted(paths)], flags=flags)
    return catalogue


def merged(sentences: Catalog, known: Catalog, locale: str) -> Plain:
    """Return the sentences with the translations known. One that changed by a letter is a new one: nothing is fuzzy."""
    catalogue = _empty(locale, f"Translation ({locale})")
    for message in sentences:
        if message.id:
            before = known.get(message.id)
            string = before.string if before is not None and before.pluralizable == message.pluralizable else ""
            fuzzy = {"fuzzy"} & before.flags if before is not None else set()
            catalogue.add(message.id, string, locations=message.locations, flags=message.flags | fuzzy)
    return catalogue


def faults(sentences: Catalog, translation: Catalog) -> Iterator[str]:
    """Yield what is wrong with a translation: missing, fuzzy, or with other placeholders than the sentence."""
    for message in sentences:
        if not message.id:
            continue
        found = translation.get(message.id)
        name = f"{translation.locale}: {_ids(message)[0]!r}"
        if found is None or not _strings(found) or not all(_strings(found)):
            yield f"{name} is not translated"
        elif found.fuzzy:
            yield f"{name} is marked fuzzy"
        else:
            wanted = _placeholders(*_ids(message))
            for string in _strings(found):
                # In a plural form the number may be said in words.
                free = {"count"} if message.pluralizable else set()
                if _placeholders(string) | free != wanted | free:
                    yield f"{name} has other placeholders: {string!r}"
    yield from (
        f"{translation.locale}: {_ids(message)[0]!r} is not in the code any more"
        for message in translation
        if message.id and sentences.get(message.id) is None
    )


def compiled(translation: Catalog) -> bytes:
    """Return the binary form."""
    buffer = io.BytesIO()
    write_mo(buffer, translation)
    return buffer.getvalue()


def written(catalogue: Catalog) -> bytes:
    """Return the text form."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def read(path: Path, locale: str) -> Catalog:
    """Return a translation from its file; an empty one when there is none."""
    if not path.exists():
        return _empty(locale, "")
    with path.open("rb") as file:
        found = read_po(file, locale=locale)
    catalogue = _empty(locale, "")
    for message in found:
        if message.id:
            catalogue.add(message.id, message.string, flags=message.flags)
    return catalogue


class Files:
    """Where everything lies below a source tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "chatops" / "locale"
        self.template = self.folder / "chatops.pot"

    def translation(self, locale: str) -> Path:
        """Return the text form's path."""
        return self.folder / locale / "LC_MESSAGES" / "chatops.po"

    def extract(self) -> None:
        """Write the list of sentences."""
        self._write(self.template, written(template(self.root)))

    def update(self) -> None:
        """Write the list of sentences and bring the translations in line with it."""
        self.extract()
        sentences = template(self.root)
        for locale in LOCALES:
            path = self.translation(locale)
            self._write(path, written(merged(sentences, read(path, locale), locale)))
        self.compile()

    def compile(self) -> None:
        """Write the binary forms."""
        for locale in LOCALES:
            path = self.translation(locale)
            self._write(path.with_suffix(".mo"), compiled(_sorted(read(path, locale))))

    def check(self) -> list[str]:
        """Return everything that is not as it should be, in whole sentences."""
        sentences = template(self.root)
        found = []
        if not self._holds(self.template, written(sentences)):
            found.append("chatops.pot is out of date: run scripts/translations update")
        for locale in LOCALES:
            path = self.translation(locale)
            known = read(path, locale)
            found += faults(sentences, known)
            if not self._holds(path, written(merged(sentences, known, locale))):
                found.append(f"{locale}: chatops.po is out of date: run scripts/translations update")
            if not self._holds(path.with_suffix(".mo"), compiled(_sorted(known))):
                found.append(f"{locale}: chatops.mo is out of date: run scripts/translations compile")
        return found

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _holds(self, path: Path, content: bytes) -> bool:
        return path.exists() and path.read_bytes() == content


def main(arguments: list[str]) -> int:
    """Do one of the four; return the exit code."""
    files = Files(ROOT)
    actions: Mapping[str, object] = {"extract": files.extract, "update": files.update, "compile": files.compile}
    match arguments:
        case ["check"]:
            found = files.check()
            sys.stdout.write("".join(f"{fault}\n" for fault in found))
            return 1 if found else 0
        case [action] if callable(do := actions.get(action)):
            do()
            return 0
        case _:
            sys.stderr.write("scripts/translations extract | update | compile | check\n")
            return 2


def _empty(locale: str | None, what: str) -> Plain:
    return Plain(locale=locale, header_comment=COMMENT.format(what=what), fuzzy=False, charset="utf-8")


def _sorted(catalogue: Catalog) -> Catalog:
    """Return a catalogue in the order of its sentences: `.mo` files are searched by halving."""
    found = _empty(str(catalogue.locale), "")
    for message in sorted((message for message in catalogue if message.id), key=lambda message: _ids(message)[0]):
        if all(_strings(message)) and not message.fuzzy:
            found.add(message.id, message.string)
    return found


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders(*texts: str) -> set[str]:
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
