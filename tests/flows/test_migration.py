"""Migration where another model stood at the last month start: split, or left out and said."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import segml
from segml.stores import read_run, read_table

EARLIER, LATER, SCORED = "2024-02-01", "2024-03-15", "2024-04-01"


@pytest.fixture(scope="module")
def trained(chain: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world with a champion of `levels` that stood at the last month start."""
    source, folder = chain.config.parent, tmp_path_factory.mktemp("levels")
    shutil.copytree(source / "ledger", folder / "ledger")
    config = folder / "segml.yaml"
    text = chain.config.read_text("utf-8")
    config.write_text(text.replace("{scheme: clusters, number: 4,", "{scheme: levels,"), "utf-8")
    segml.train(config, as_of=EARLIER)
    return config


@pytest.fixture
def levels(trained: Path, tmp_path: Path) -> Path:
    """That world, in a folder of its own."""
    shutil.copytree(trained.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / trained.name


def _with_clusters(config: Path, drop: tuple[str, ...] = ()) -> Path:
    """Clusters trained later and promoted, on a ledger without some tables; then scored."""
    lines = config.read_text("utf-8").replace("{scheme: levels,", "{scheme: clusters,")
    kept = [line for line in lines.splitlines() if not line.strip().startswith(drop)]
    config.write_text("\n".join(kept), "utf-8")
    version = segml.train(config, as_of=LATER).version.version
    segml.promote(config, version)
    return segml.score(config, as_of=SCORED).folder


def test_moves_to_another_scheme_are_of_the_model_and_the_client(levels: Path) -> None:
    folder = _with_clusters(levels)
    moves = read_table(folder, "migration")
    assert set(moves["tier_before"]) <= {"level 3", "level 2", "level 1", "(new)"}
    assert set(moves["tier_after"]) <= {f"tier {rank}" for rank in range(1, 5)}
    both = moves["clients_by_client"] + moves["clients_by_model"]
    pd.testing.assert_series_equal(both, moves["clients"].astype("float64"), check_names=False)
    assert moves["clients_by_model"].sum() > moves["clients_by_client"].sum() > 0


def test_an_earlier_model_that_misses_a_table_leaves_the_rest_of_the_run(levels: Path) -> None:
    folder = _with_clusters(levels, drop=("interactions:", "invoices:"))
    assert read_table(folder, "migration").empty
    assert len(read_table(folder, "scores")) > 0
    said = [note for note in read_run(folder)["notes"] if note.startswith("no migration")]
    assert len(said) == 1
    assert "complaints_180" in said[0]
