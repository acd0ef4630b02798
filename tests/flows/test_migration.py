"""Migration where another model stood at the last month start: split, or left out and said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import Chain
from tests.flows.worlds import copied

import segml
from segml.stores import read_run, read_table

LEVELS, SOON = "2024-02-15", "2024-02-20"
LATER, SCORED = "2024-03-15", "2024-04-01"


def _promoted(config: Path, day: str) -> None:
    """Train on what was known on a day, and make that the champion whatever the gate says."""
    version = segml.train(config, as_of=day).version.version
    segml.promote(config, version, because="this test asks what follows a promotion")


@pytest.fixture(scope="module")
def trained(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chain's world, `levels` trained and promoted after its clusters."""
    config = copied(chain, tmp_path_factory.mktemp("levels"))
    text = config.read_text("utf-8")
    assert "{scheme: clusters, number: 4," in text
    config.write_text(text.replace("{scheme: clusters, number: 4,", "{scheme: levels,"), "utf-8")
    _promoted(config, LEVELS)
    return config


@pytest.fixture
def levels(trained: Path, tmp_path: Path) -> Path:
    """That world, in a folder of its own."""
    shutil.copytree(trained.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / trained.name


def test_moves_to_another_scheme_are_of_the_model_and_the_client(levels: Path) -> None:
    folder = segml.score(levels, as_of=SOON).folder
    moves = read_table(folder, "migration")
    assert set(moves["tier_before"]) <= {*(f"tier {rank}" for rank in range(1, 5)), "(new)"}
    assert set(moves["tier_after"]) <= {"level 3", "level 2", "level 1"}
    both = moves["clients_by_client"] + moves["clients_by_model"]
    pd.testing.assert_series_equal(both, moves["clients"].astype("float64"), check_names=False)
    assert moves["clients_by_model"].sum() > moves["clients_by_client"].sum() > 0


def test_an_earlier_model_that_misses_a_table_leaves_the_rest_of_the_run(levels: Path) -> None:
    lines = levels.read_text("utf-8").replace("{scheme: levels,", "{scheme: clusters,")
    dropped = ("interactions:", "invoices:")
    kept = [line for line in lines.splitlines() if not line.strip().startswith(dropped)]
    levels.write_text("\n".join(kept), "utf-8")
    _promoted(levels, LATER)
    folder = segml.score(levels, as_of=SCORED).folder
    assert read_table(folder, "migration").empty
    assert len(read_table(folder, "scores")) > 0
    said = [note for note in read_run(folder)["notes"] if note.startswith("no migration")]
    assert len(said) == 1
    assert "complaints_180" in said[0]
