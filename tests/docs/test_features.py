"""docs/features.md against what the script makes of the catalogue."""

from __future__ import annotations

import runpy
from pathlib import Path

from segml.features import BLANKS, CATALOGUE

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_script_makes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_docs.py"))
    made = script["features_page"](CATALOGUE, BLANKS)
    assert (ROOT / "docs" / "features.md").read_text("utf-8") == made
    assert made.count("\n| `") == len(CATALOGUE)
