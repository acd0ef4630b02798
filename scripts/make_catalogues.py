"""Bring the catalogues of `segml.report` up to date with the messages of its code and templates.

    python scripts/make_catalogues.py

A message that is new is added empty, one that is gone is taken out; what is translated stays. A
test holds the catalogues equal to what this makes.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import extract_from_ast

import segml.report
from segml.features import CATALOGUE, FIRST_CONTACT
from segml.report.language import ENGLISH, LANGUAGES, Pairs, Phrases
from segml.report.render import environment

ROOM = Path(__file__).parents[1] / "src" / "segml" / "report"
CALLS = ("_", "_n", "counted")
"""The functions whose first argument (and second, for a plural) is a message."""
PLURALS = ("_n", "counted")
LANGUAGE = "language.py"
"""The file that defines them: what it calls is no message."""
Key = str | tuple[str, str]


def messages() -> dict[Key, list[str]]:
    """Every message, a pair where it has a plural, to the files it stands in."""
    found: dict[Key, list[str]] = {}
    for name, key in (*_of_code(), *_of_templates(), *_of_phrases(), *_of_labels()):
        places = found.setdefault(key, [])
        if name not in places:
            places.append(name)
    return found


def path_of(language: str) -> Path:
    """The file of a language's catalogue."""
    return ROOM / "locale" / language / "LC_MESSAGES" / "segml.po"


def updated(language: str) -> Catalog:
    """The catalogue of a language with the messages of today."""
    path = path_of(language)
    with path.open("rb") as file:
        before = read_po(file, locale=language)
    after = Catalog(
        locale=language,
        domain="segml",
        project="segml",
        version="",
        copyright_holder="the segml founders",
        creation_date=before.creation_date,
        revision_date=before.revision_date,
        fuzzy=False,
    )
    after.header_comment = before.header_comment
    after.mime_headers = before.mime_headers
    for key, places in sorted(messages().items(), key=lambda item: (item[1][0], str(item[0]))):
        known = before.get(key if isinstance(key, str) else key[0])
        told = known.string if known is not None and known.id == key else ""
        after[key] = Message(key, told, locations=[(place, 1) for place in places])
    return after


def main() -> None:
    """Write every catalogue anew."""
    for language in LANGUAGES:
        if language != ENGLISH:
            after = updated(language)
            with path_of(language).open("wb") as file:
                write_po(file, after, width=100, include_lineno=False)


def _of_code() -> Iterator[tuple[str, Key]]:
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in CALLS and path.name != LANGUAGE:
                yield from _of_call(path, called.id, node.args, node.lineno)


def _of_call(
    path: Path, called: str, given: list[ast.expr], line: int
) -> Iterator[tuple[str, Key]]:
    texts = [each.value for each in given if isinstance(each, ast.Constant)]
    plain = [text for text in texts if isinstance(text, str)]
    if called in PLURALS and len(plain) == 2:
        yield _place(path), (plain[0], plain[1])
    elif called not in PLURALS and len(plain) == 1:
        yield _place(path), plain[0]
    elif not (path.name == "figures.py" and called == "_n"):
        raise ValueError(f"{path.name}:{line}: a message must be written out, as one literal")


def _place(path: Path) -> str:
    """Where a message stands: the file, with its folder below the room where it has one."""
    return path.relative_to(ROOM).as_posix().removeprefix("templates/")


def _of_templates() -> Iterator[tuple[str, Key]]:
    loaded = environment()
    for path in sorted((ROOM / "templates").rglob("*.j2")):
        tree = loaded.parse(path.read_text("utf-8"))
        for line, called, message in extract_from_ast(tree, CALLS):
            texts = [message] if isinstance(message, str) else list(message)
            plain = [text for text in texts if isinstance(text, str)]
            if len(plain) != (2 if called in PLURALS else 1):
                raise ValueError(f"{path.name}:{line}: a message must be written out")
            yield _place(path), (plain[0], plain[1]) if called in PLURALS else plain[0]


def _of_phrases() -> Iterator[tuple[str, Key]]:
    for module in pkgutil.walk_packages(segml.report.__path__, "segml.report."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            if isinstance(value, Phrases):
                yield from (("phrases", text) for text in value.english.values())
            if isinstance(value, Pairs):
                for pair in value.english.values():
                    yield from (("phrases", text) for text in pair)


def _of_labels() -> Iterator[tuple[str, Key]]:
    return (("features", feature.label) for feature in (*FIRST_CONTACT, *CATALOGUE))


if __name__ == "__main__":
    main()
