"""`tiers: {number: auto}` from training to scores: chosen, told everywhere, and kept afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import segml
from segml import read_settings
from segml.bundle import card
from segml.flows.agreement import agreed
from segml.stores import read_table
from segml.words.errors import ConfigurationRefused

DAY = "2023-10-01"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("auto")
    return _with(segml.write_world(folder, clients=200, months=24, seed=734).config, "auto")


def _with(config: Path, number: str, key: str = "[1]") -> Path:
    text = config.read_text("utf-8").replace("cutoffs: 12", "cutoffs: 3")
    kept = [line for line in text.splitlines() if not line.startswith("tiers:")]
    changed = config.with_name(f"{number}.yaml")
    line = f"tiers: {{scheme: clusters, number: {number}, key: {key}}}"
    changed.write_text("\n".join([*kept, line, ""]), "utf-8")
    return changed


@pytest.mark.long
@pytest.mark.slow
def test_the_number_is_chosen_told_and_kept(config: Path) -> None:
    trained = segml.train(config, as_of=DAY)
    tried = trained.bundle.tiers.tried
    (chosen,) = [one for one in tried if one.chosen]
    assert len(trained.bundle.tiers.names) == chosen.number
    told = [line for line in trained.lines() if line.startswith("Tried ")]
    assert len(told) == len(tried) == 7
    assert told[chosen.number - 2].endswith("chosen")
    assert trained.summary["tier_numbers"][chosen.number - 2]["chosen"]
    logged, *_ = config.parent.rglob("tier_numbers.json")
    assert json.loads(logged.read_text("utf-8")) == [one.to_json() for one in tried]
    written = card(trained.bundle)
    assert f"| {chosen.number} | {100 * chosen.kept:.0f} % |" in written
    scores = read_table(segml.score(config, as_of=DAY).folder, "scores")
    assert scores["tier_rank"].max() == chosen.number
    assert scores.loc[scores["tier_rank"].eq(1), "is_key"].all()
    again = segml.train(config, as_of=DAY)
    assert again.version.version == trained.version.version

    given = read_settings(_with(config, "4", "[1, 2, 3]")).plan
    bundle, notes = agreed(trained.bundle, given)
    assert bundle.plan.tiers.key == (1, 2)
    assert any("`tiers.number` auto there, 4 here" in note for note in notes)


def test_a_number_that_is_none_is_refused_with_what_is_allowed(config: Path) -> None:
    with pytest.raises(ConfigurationRefused, match=r"tiers\.number"):
        read_settings(_with(config, "many"))
    with pytest.raises(ConfigurationRefused, match="only the ranks 1 and 2 can be key"):
        read_settings(_with(config, "auto", "[3]"))
