"""`engine: spark` opens a ledger by Spark: without pyspark every run and check says so.

`SEGML_SPARK_LEDGERS=1` trains and scores a made world and, with `SEGML_DATA`, the real ledgers by
both engines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

import segml
from segml.flows.check import check
from segml.flows.settings import read_settings
from segml.words.errors import ConfigurationRefused

CONFIGS = Path(__file__).parents[2] / "configs"
TEXT = "portfolio: shop\nledger: {transactions: {%s}}\nengine: %s\n"


def _config(folder: Path, source: str, engine: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(TEXT % (source, engine), encoding="utf-8")
    return path


def test_an_address_and_a_table_stay_as_they_are(tmp_path: Path) -> None:
    config = _config(tmp_path, "path: 's3a://lake/lines/*.parquet'", "spark")
    assert read_settings(config).plan.ledger.transactions.path == "s3a://lake/lines/*.parquet"
    config = _config(tmp_path, "table: sales.lines", "spark")
    assert read_settings(config).plan.ledger.transactions.table == "sales.lines"


@pytest.mark.parametrize("run", [check, partial(segml.train, as_of="2024-01-01")])
def test_a_run_opens_its_ledger_by_the_engine_it_names(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.split(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigurationRefused, match="needs pyspark"):
        run(_config(tmp_path, "table: sales.lines", "spark"))
    with pytest.raises(ConfigurationRefused, match="Spark alone reads"):
        run(_config(tmp_path, "table: sales.lines", "duckdb"))


def _as_in(config: Path, folder: Path, engine: str) -> Path:
    """The configuration with an engine, few cut-offs and everything that it writes in a folder."""
    folder.mkdir()
    stated = yaml.safe_load(config.read_text("utf-8"))
    for table in stated["ledger"].values():
        if "path" in (table if isinstance(table, dict) else {}):
            table["path"] = table["path"].replace("ledger/", f"{config.parent}/ledger/", 1)
    stated["churn"]["cutoffs"] = 3
    stated |= {"engine": engine, "models": str(folder / "models"), "output": str(folder / "out")}
    stated["tracking"] = {"uri": f"sqlite:///{folder}/mlruns.db"}
    target = folder / "segml.yaml"
    target.write_text(yaml.safe_dump(stated), "utf-8")
    return target


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
@pytest.mark.skipif(
    not os.environ.get("SEGML_SPARK_LEDGERS"), reason="SEGML_SPARK_LEDGERS is not set"
)
@pytest.mark.parametrize(
    ("name", "trained", "scored"),
    [
        ("world", "2023-08-01", "2023-11-01"),
        ("classicmodels", "2004-12-01", "2005-06-01"),
        ("online-retail", "2011-03-01", "2011-06-01"),
    ],
)
def test_both_engines_train_the_same_model_and_publish_the_same_tables(
    name: str, trained: str, scored: str, tmp_path: Path
) -> None:
    if name == "world":
        config = segml.write_world(tmp_path / "world", clients=260, months=27, seed=4).config
    elif "SEGML_DATA" in os.environ:
        config = CONFIGS / f"{name}.yaml"
    else:
        pytest.skip("SEGML_DATA names no folder")
    made, versions = [], []
    for engine in ("duckdb", "spark"):
        mine = _as_in(config, tmp_path / engine, engine)
        versions.append(segml.train(mine, as_of=trained).version.manifest_digest)
        made.append(segml.score(mine, as_of=scored).folder)
    assert versions[0] == versions[1]
    alone, by_spark = made
    tables = sorted(file.name for file in alone.glob("*.parquet"))
    assert len(tables) >= 10
    assert tables == sorted(file.name for file in by_spark.glob("*.parquet"))
    unlike = [one for one in tables if (alone / one).read_bytes() != (by_spark / one).read_bytes()]
    assert unlike == []
