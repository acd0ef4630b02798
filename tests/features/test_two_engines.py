"""Every feature by two engines: DuckDB's snapshots and Spark's of the same ledger, to the byte.

Without pyspark or Java only the text itself is held to its rules. With them (docs/spark.md has the
command) the rich ledger is compared; `SEGML_SPARK_HISTORIES=20` adds so many random histories,
`SEGML_SPARK_LEDGERS=1` two made worlds and, with `SEGML_DATA`, classicmodels and Online Retail, two
days of each.
"""

from __future__ import annotations

import os
import re
import sys
import zlib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.features.histories import opened, random_history

import segml
from segml.features import FeaturePlan, Snapshot, snapshot
from segml.features.catalogue import FAMILIES, supported
from segml.features.query import snapshot_question
from segml.features.record_stages import RECORD_STAGES
from segml.features.stages import STAGES
from segml.flows.settings import read_settings
from segml.ledger import Ledger, Past, on_spark, open_ledger, open_on_spark
from segml.ledger.books import books_sql
from segml.ledger.days import as_day
from segml.ledger.spark import SPELT, SparkTables, spelt
from segml.outcomes import churn, potential
from segml.words.errors import ConfigurationRefused, DataRefused

PLAN = FeaturePlan(horizon_days=90)
HISTORIES = int(os.environ.get("SEGML_SPARK_HISTORIES", "0"))
ALL_LEDGERS = bool(os.environ.get("SEGML_SPARK_LEDGERS"))
CONFIGS = Path(__file__).parents[2] / "configs"
DATA = Path(os.environ.get("SEGML_DATA", "absent"))

READ_OTHERWISE = {
    r"\d\.\d+\)*\s*/": "a quotient of a decimal has six digits in Spark: cast(… as double)",
    r"\bpow\(": "the last bit is the machine's library's: write the product",
    r"::": "Spark 3 reads it otherwise: cast(… as …)",
    r" % ": "of a negative number; write what is meant",
    r"\b(exclude|qualify|unnest|list_\w+|struct_\w+|quantile\w*|date_\w+|interval|epoch\w*)\b": (
        "not in both"
    ),
    r"\b(any_value|first|last|arg_max|arg_min|mode)\(": "depends on the order of the rows",
    r"\bavg\(": "a sum of doubles depends on the order of the rows",
    r"\bgroup by all\b|\border by all\b": "not the same columns",
}
"""What DuckDB and Spark read differently, mostly in silence."""


def _texts() -> dict[str, str]:
    stages = {stage.name: " ".join((stage.sql, *stage.optional.values())) for stage in STAGES}
    stages |= {f"record {one.name}": one.sql for one in RECORD_STAGES}
    measures = {f"measure {m.name}": m.sql for family in FAMILIES for m in family.measures}
    columns = {f"feature {c.feature.name}": c.sql for family in FAMILIES for c in family.columns}
    inputs = {f"input {name}": sql for family in FAMILIES for name, sql in family.inputs}
    books = {f"book {name}": sql for name, sql in books_sql().items()}
    return {**stages, **measures, **columns, **inputs, **books}


def _otherwise(sql: str) -> list[str]:
    return [why for rule, why in READ_OTHERWISE.items() if re.search(rule, sql, re.IGNORECASE)]


def test_the_text_keeps_to_what_both_engines_read_alike() -> None:
    breaches = {name: why for name, sql in _texts().items() if (why := _otherwise(sql))}
    assert breaches == {}


@pytest.mark.parametrize("sql", ["x * (365.0 / 180)", "pow(x, 2)", "a::double", "avg(gap)"])
def test_a_text_that_engines_read_differently_is_found(sql: str) -> None:
    assert len(_otherwise(sql)) == 1


def test_the_spelling_changes_what_is_asked_and_leaves_nothing_of_duckdbs(rich_past: Past) -> None:
    question = snapshot_question(rich_past, supported(rich_past), PLAN)
    asked = " ".join((question.sql, *(one.sql for one in question.kept)))
    assert all(asked.count(ours) for ours in SPELT)
    assert not any(spelt(asked).count(ours) for ours in SPELT)


def test_without_pyspark_the_engine_is_refused(rich: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.split(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with (
        pytest.raises(ConfigurationRefused, match=r"needs pyspark.*Next: install segml\[spark\]"),
        on_spark(rich.ledger()),
    ):
        pytest.fail("there is no pyspark")


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """The columns in which two snapshots are not the same to the byte."""
    found = [] if one.frame.index.equals(other.frame.index) else ["clients"]
    for part in ("frame", "money", "clients"):
        first, second = getattr(one, part), getattr(other, part)
        if list(first.columns) != list(second.columns):
            found.append(f"columns of {part}")
            continue
        found += [name for name in first if not _same(first[name], second[name])]
    found += [] if _same(one.status, other.status) else ["status"]
    return found + [name for name in one.state if one.state[name] != other.state.get(name)]


def _same(one: pd.Series, other: pd.Series) -> bool:
    if one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return list(one) == list(other)
    return np.array_equal(one.to_numpy(), other.to_numpy(), equal_nan=one.dtype.kind == "f")


def _labels(ledger: Ledger, day: Any, clients: pd.Index) -> pd.DataFrame:
    """What a model learns of the horizon that ends on a day, or with the last row."""
    end = min(as_day(day), ledger.last_day + 1)
    future = ledger.future(end - PLAN.horizon_days, gap_days=0, horizon_days=PLAN.horizon_days)
    return potential.label(future, clients).join(churn.label(future, clients))


def compared(ledger: Ledger, *days: Any, by: AbstractContextManager[Ledger] | None = None) -> None:
    """Hold snapshots and labels of some days together, Spark of what it read or was given."""
    by_duckdb = [snapshot(ledger.past(day), PLAN) for day in days]
    with by or on_spark(ledger) as same:
        by_spark = [snapshot(same.past(day), PLAN) for day in days]
        assert all(len(one.frame) for one in by_duckdb)
        found = [differences(*both) for both in zip(by_duckdb, by_spark, strict=True)]
        for day, one in zip(days, by_duckdb, strict=True):
            labels = [_labels(each, day, one.frame.index) for each in (ledger, same)]
            pd.testing.assert_frame_equal(*labels, check_exact=True)
    assert found == [[] for _ in days]
    assert not (ledger._scratch.folder / "spark").exists()


@pytest.mark.slow
def test_a_scratch_folder_may_have_any_name(spark: Any, tmp_path: Path) -> None:
    folder = tmp_path / "день a=1 %20"
    folder.mkdir()
    tables = SparkTables(spark, folder)
    tables.keep("one", "select 6 % 4 as half")
    assert tables.frame("select half from one")["half"].tolist() == [2]
    tables.drop("one")
    assert list(folder.iterdir()) == []


def test_a_difference_is_seen(rich_snapshot: Snapshot, rich_past: Past) -> None:
    other = snapshot(rich_past, FeaturePlan(horizon_days=60))
    assert {"spend_same_season", "expected_orders"} <= set(differences(rich_snapshot, other))
    assert differences(rich_snapshot, rich_snapshot) == []


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
def test_both_engines_make_the_same_snapshot(rich: Any) -> None:
    compared(rich.ledger(), rich.as_of)


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
@pytest.mark.skipif(not HISTORIES, reason="SEGML_SPARK_HISTORIES names no number of histories")
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_both_engines_make_the_same_snapshot_of_random_histories(seed: int, tmp_path: Path) -> None:
    history = random_history(seed)
    with opened(history.tables, tmp_path / "h") as ledger:
        compared(ledger, history.as_of)


def _made_world(folder: Path) -> Path:
    return segml.write_world(folder, clients=260, months=27, seed=4).config


def _skew(folder: Path) -> None:
    """Give one client a tenth of all orders, with their lines."""
    (file,) = folder.glob("*.parquet")
    lines = pd.read_parquet(file)
    tenth = lines["order_id"].map(lambda order: zlib.crc32(order.encode()) % 10 == 0)
    lines.loc[tenth, "client_id"] = lines["client_id"].min()
    lines.to_parquet(file, index=False)


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
@pytest.mark.skipif(not ALL_LEDGERS, reason="SEGML_SPARK_LEDGERS is not set")
@pytest.mark.parametrize("name", ["world", "skewed world", "classicmodels", "online-retail"])
def test_both_engines_make_the_same_snapshot_of(name: str, tmp_path: Path) -> None:
    if "world" not in name and not DATA.is_dir():
        pytest.skip("SEGML_DATA names no folder")
    config = _made_world(tmp_path) if "world" in name else CONFIGS / f"{name}.yaml"
    if name == "skewed world":
        _skew(tmp_path / "ledger" / "transactions")
    plan = read_settings(config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        by = open_on_spark(plan.ledger, plan.economics)
        days = (ledger.last_day + 1, ledger.last_day - 120)
        compared(ledger, *days, by=by)


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
def test_what_does_not_fit_is_refused_by_spark_too(open_frames: Any) -> None:
    lines = pd.DataFrame({"client_id": ["a"] * 6, "day": range(6), "amount": [1.9e12] * 6})
    with (
        on_spark(open_frames(lines)) as ledger,
        pytest.raises(DataRefused, match="summed exactly"),
    ):
        snapshot(ledger.past(ledger.last_day + 1), PLAN, columns=("spend_365",))
