"""Links between the documents lead somewhere, and code that is named is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import segml

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
SOURCES = DOCS.parent / "src" / "segml"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        found = (DOCS / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), flags=re.MULTILINE)
            assert anchor in {heading.strip("`").lower().replace(" ", "-") for heading in headings}


def test_the_index_names_every_page_and_every_function_of_the_face() -> None:
    text = (DOCS / "index.md").read_text("utf-8")
    for page in PAGES:
        assert page.name == "index.md" or f"({page.name})" in text
    for name in segml.__all__:
        assert name == "__version__" or re.search(rf"`(segml\.)?{name}`", text), name


def test_the_code_that_the_method_names_is_there() -> None:
    for line in re.findall(r"^\*Code: (.*)\*$", (DOCS / "method.md").read_text("utf-8"), re.M):
        room = ""
        for name in re.findall(r"`([^`]+)`", line):
            room = name.rpartition("/")[0] or room
            assert (SOURCES / room / name.rpartition("/")[2]).exists(), name
