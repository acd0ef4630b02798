"""docs/configuration.md against the schema, and every YAML block of the documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from segml import read_settings
from segml.flows.schema import Configuration, SourceSection

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```ya?ml\n(.*?)^```", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    )
]
TABLE = "ledger.<table>"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    options = [field.annotation, *getattr(field.annotation, "__args__", ())]
    found = (one for one in options if isinstance(one, type) and issubclass(one, BaseModel))
    return next(found, None)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key that holds a value, with its field; both tables of the ledger under one name."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        section = _section(field)
        if section is SourceSection:
            key = TABLE
        elif section is not None and getattr(field.annotation, "__origin__", None) is dict:
            key = f"{key}.<kind>"
        if section is None:
            yield key, field
        else:
            yield from _keys(section, f"{key}.")


def _rows(tables: Callable[[str], Any]) -> list[dict[str, str]]:
    return [row for parts in tables("configuration.md").values() for part in parts for row in part]


def _default(cell: str) -> Any:
    return None if cell == "none" else yaml.safe_load(cell.strip("`"))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def test_every_key_is_documented_once_and_no_other(tables: Callable[[str], Any]) -> None:
    documented = [row["Key"].strip("`") for row in _rows(tables)]
    assert len(set(documented)) == len(documented)
    assert set(documented) == {key for key, _ in _keys(Configuration)}


def test_every_section_has_its_heading(tables: Callable[[str], Any]) -> None:
    headings = {heading.strip("`") for heading in tables("configuration.md")}
    sections = {key.rpartition(".")[0] for key, _ in _keys(Configuration)} - {""}
    assert headings == sections | {"The portfolio"}


def test_every_default_is_the_schemas(tables: Callable[[str], Any]) -> None:
    stated = {row["Key"].strip("`"): row["Default"] for row in _rows(tables)}
    for key, field in _keys(Configuration):
        if field.is_required():
            assert stated[key] == "required"
            continue
        default = _plain(field.get_default(call_default_factory=True))
        assert _default(stated[key]) == default, key
        assert type(_default(stated[key])) is type(default), key


def test_there_are_blocks_in_the_readme_and_in_the_documents() -> None:
    assert {str(one.id).rpartition("-")[0] for one in BLOCKS} >= {
        "README.md",
        "configuration.md",
        "ledger.md",
    }


@pytest.mark.parametrize("block", BLOCKS)
def test_every_yaml_block_is_a_configuration(block: str, tmp_path: Path) -> None:
    path = tmp_path / "segml.yaml"
    path.write_text(block, "utf-8")
    assert read_settings(path).plan.portfolio == "wholesale"


def test_the_block_of_defaults_is_what_the_least_block_means(tmp_path: Path) -> None:
    texts = [str(one.values[0]) for one in BLOCKS if str(one.id).startswith("configuration.md")]
    least, full = (tmp_path / name for name in ("least.yaml", "full.yaml"))
    least.write_text(texts[0].replace("sales.parquet", "sales.csv"), "utf-8")
    full.write_text(texts[1], "utf-8")
    assert read_settings(least) == read_settings(full)
