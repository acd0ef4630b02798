"""`engine: spark` opens a ledger by Spark: without pyspark every run and check says so."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import segml
from segml.flows.check import check
from segml.flows.settings import read_settings
from segml.words.errors import ConfigurationRefused

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
