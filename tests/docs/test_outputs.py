"""docs/outputs.md against the declared tables and against what a real run publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from segml.flows.losses import TABLES as LOSS_TABLES
from segml.losses import LEVERS, VERDICTS
from segml.losses.evidence import TEXT_CODES
from segml.scoring import ACTIONS
from segml.stores import TABLES, read_run

TYPES = {
    "text": pa.string(),
    "date": pa.date32(),
    "float64": pa.float64(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
}
UNWRITTEN: set[str] = set()
"""Declared; take a name out when a flow publishes its table, and document its columns."""


def _names(rows: list[dict[str, str]], column: str) -> list[str]:
    return [row[column].strip("`") for row in rows]


@pytest.mark.parametrize("name", sorted(set(TABLES) - UNWRITTEN))
def test_every_column_is_documented_with_its_type(tables: Callable[[str], Any], name: str) -> None:
    rows, schema = tables("outputs.md")[name][0], TABLES[name]
    assert _names(rows, "Column") == list(schema.names)
    for row, column in zip(rows, schema.columns, strict=True):
        assert TYPES[row["Type"]] == column.type, row["Column"]
        assert bool(row["Null"]) is column.nullable, row["Column"]


def test_what_is_not_written_yet_is_named(tables: Callable[[str], Any]) -> None:
    found = tables("outputs.md")
    assert not UNWRITTEN & set(found)
    assert set(TABLES) - set(found) == UNWRITTEN


def test_actions_and_text_codes_are_the_codes(tables: Callable[[str], Any]) -> None:
    found = tables("outputs.md")
    assert _names(found["scores"][1], "Action") == list(ACTIONS)
    codes = {row["Text code"].strip("`"): row["Meaning"] for row in found["evidence"][1]}
    assert codes == dict(TEXT_CODES)


def test_levers_and_verdicts_are_the_codes(tables: Callable[[str], Any]) -> None:
    found = tables("outputs.md")
    assert _meanings(found["next_lost"][1], "Lever") == dict(LEVERS)
    assert _meanings(found["winback"][1], "Verdict") == dict(VERDICTS)


def _meanings(rows: list[dict[str, str]], column: str) -> dict[str, str]:
    return {row[column].strip("`"): row["Meaning"] for row in rows}


def test_metrics_models_and_slices_are_those_of_a_backtest(tables: Callable[[str], Any]) -> None:
    from segml.evaluation.measures import OUTCOME
    from segml.evaluation.replaying import MODELS

    found = tables("outputs.md")["backtest"]
    assert set(_names(found[2], "Metric")) == set(OUTCOME)
    model = next(row for row in found[0] if row["Column"] == "`model`")
    assert all(f"`{name}`" in model["Meaning"] for name in (*MODELS.risks, *MODELS.money))
    slices = [row["Slice"].split("`")[1] for row in found[1]]
    assert slices == ["all", "key", "tier 1", "newcomers", "small", "lapsed"]


def test_published_folders_hold_the_files_that_are_documented(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]], chain: Any
) -> None:
    rows = tables("outputs.md")["What segml writes"][0]
    held = {row["Where"].strip("`"): set(codes(row["Holds"])) for row in rows}
    scored = {file.name.removesuffix(".parquet") for file in chain.scored.folder.iterdir()}
    assert held["<output>/as_of=YYYY-MM-DD/"] == scored
    lost = {file.name.removesuffix(".parquet") for file in chain.lost.folder.iterdir()}
    assert held["<output>/losses/from=…_to=…/"] == lost == {*LOSS_TABLES, "run.json"}


def test_run_json_holds_the_keys_that_are_documented(
    tables: Callable[[str], Any], chain: Any
) -> None:
    every, scoring, losses = (set(_names(part, "Key")) for part in tables("outputs.md")["run.json"])
    assert set(read_run(chain.scored.folder)) == every | scoring
    assert set(read_run(chain.lost.folder)) == every | losses


def test_registry_json_holds_the_keys_that_are_documented(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]], chain: Any
) -> None:
    rows = tables("outputs.md")["Models"][0]
    found = json.loads((chain.config.parent / "models" / "demo" / "registry.json").read_text())
    assert _names(rows, "Key") == list(found)
    named = {row["Key"].strip("`"): set(codes(row["Meaning"])) for row in rows}
    statuses = {"champion", "challenger", "archived"}
    actions = {"registered", "promoted", "refused", "rolled_back"}
    assert named["versions"] == set(found["versions"][0]) | statuses
    assert named["history"] == set(found["history"][0]) | actions
