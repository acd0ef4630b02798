"""The Python face: each command is a function, and no room can take its name's place."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import segml


def test_importing_every_module_replaces_no_name_of_the_face() -> None:
    for module in pkgutil.walk_packages(segml.__path__, "segml."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in segml.__all__:
        assert not isinstance(getattr(segml, name), ModuleType), name
    assert set(dir(segml)) == set(segml.__all__)
    with pytest.raises(AttributeError, match="frobnicate"):
        segml.frobnicate  # noqa: B018 - asking is the test


def test_every_function_of_the_face_is_documented() -> None:
    for name in set(segml.__all__) - {"__version__"}:
        told = getattr(segml, name).__doc__
        assert told, name
        assert len(told.splitlines()[0]) <= 100


@pytest.mark.slow
def test_the_backtest_sets_the_model_beside_simple_rules_on_the_same_rows(chain: Any) -> None:
    found = segml.backtest(chain.config)
    table = found.backtest.table
    for part in ("all", "key"):
        rows = table[(table["slice"] == part) & (table["metric"] == "auc")]
        rules = {"recency", "recency_over_gap", "rfm_logistic", "bgnbd"}
        assert set(rows["model"]) == {"segml", "previous", *rules}
        assert rows["clients"].nunique() == 1
    said = found.backtest.predictions
    assert said.loc[said["status"] == "active", "segml"].between(0, 1).all()
    assert np.isfinite(table.loc[table["metric"] == "auc", "mean"]).all()
    assert (found.folder / "backtest.parquet").is_file()
    assert (found.folder / "calibration.png").read_bytes().startswith(b"\x89PNG")
