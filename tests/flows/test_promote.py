"""Promotion through the gate: judged, refused with a trail, answered for by people."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.conftest import Challenged

import segml
from segml.words.errors import ConfigurationRefused, PromotionRefused


@pytest.fixture(scope="module")
def versions(challenged: Challenged, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The world with a champion and, of four months later, a challenger."""
    target = tmp_path_factory.mktemp("gate") / "world"
    shutil.copytree(challenged.config.parent, target)
    return target / challenged.config.name, challenged.trained.version.version


def _trail(config: Path) -> list[dict[str, Any]]:
    (registry,) = (config.parent / "models").glob("*/registry.json")
    history: list[dict[str, Any]] = json.loads(registry.read_text("utf-8"))["history"]
    return history


def _asking(config: Path, gate: str) -> Path:
    strict = config.with_name("strict.yaml")
    strict.write_text(f"{config.read_text('utf-8')}\ngate: {gate}\n", "utf-8")
    return strict


def test_a_reason_not_held_is_refused_named_and_kept_in_the_trail(
    versions: tuple[Path, str],
) -> None:
    config, challenger = versions
    with pytest.raises(PromotionRefused, match="leading churn features") as refused:
        segml.promote(_asking(config, "{reasons_kept: 1.0}"), challenger)
    assert refused.value.exit_code == 5
    assert "--because" in refused.value.next_step
    last = _trail(config)[-1]
    assert (last["action"], last["version"]) == ("refused", challenger)
    assert "at least 100% are asked" in last["note"]
    champions = [
        one for one in segml.list_models(config).summary["versions"] if one["status"] == "champion"
    ]
    assert [one["version"] for one in champions] != [challenger]


def test_a_total_of_profit_that_moves_is_refused_with_its_figures(
    versions: tuple[Path, str],
) -> None:
    config, challenger = versions
    with pytest.raises(PromotionRefused, match=r"expected profit: Gini 0.* at most 0% passes"):
        segml.promote(_asking(config, "{money_moves: 0.0}"), challenger)


def test_a_version_that_learnt_from_another_ledger_is_refused(versions: tuple[Path, str]) -> None:
    config, challenger = versions
    text = config.read_text("utf-8")
    assert "transactions/*.parquet}" in text
    half = 'transactions/*.parquet, where: "hash(client_id) % 2 = 0"}'
    other = config.with_name("half.yaml")
    other.write_text(text.replace("transactions/*.parquet}", half), "utf-8")
    with pytest.raises(PromotionRefused, match="of transactions its training saw"):
        segml.promote(other, challenger)


def test_whoever_answers_for_it_is_kept_in_the_trail(versions: tuple[Path, str]) -> None:
    config, challenger = versions
    strict = _asking(config, "{reasons_kept: 1.0}")
    with pytest.raises(ConfigurationRefused, match="reason of 0 signs"):
        segml.promote(strict, challenger, because="  ")
    promoted = segml.promote(strict, challenger, because="the old one knew no prices")
    assert {one.reason for one in promoted.verdicts} >= {"grade", "key", "money", "reasons"}
    assert json.loads(json.dumps(promoted.summary, allow_nan=False)) == promoted.summary
    last = _trail(config)[-1]
    assert (last["action"], last["version"]) == ("promoted", challenger)
    assert last["note"].startswith("promoted because: the old one knew no prices; held: grade")
    again = segml.promote(config, challenger)
    assert again.verdicts == ()
    assert again.told[0].startswith(f"{challenger} is the champion already")
    assert _trail(config)[-1] == last


def test_a_ledger_too_short_to_judge_is_refused_and_says_so(
    versions: tuple[Path, str], tmp_path: Path
) -> None:
    config = shutil.copytree(versions[0].parent, tmp_path / "short") / versions[0].name
    config.write_text(config.read_text("utf-8").replace("horizon_days: 120", "horizon_days: 60"))
    path = config.parent / "ledger" / "transactions" / "part-00000.parquet"
    lines = pd.read_parquet(path)
    days = pd.to_datetime(lines["date"])
    lines[(days >= "2023-07-01") & (days < "2024-02-01")].to_parquet(path)
    other = next(
        one["version"]
        for one in segml.list_models(config).summary["versions"]
        if one["status"] != "champion"
    )
    with pytest.raises(PromotionRefused, match="cannot be judged"):
        segml.promote(config, other)


def test_a_world_in_which_nothing_tells_clients_apart_is_graded_d(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    days = pd.date_range("2022-01-01", periods=720, freq="D")
    bought = np.argwhere(rng.random((240, len(days))) < 1 / 60)
    pd.DataFrame(
        {
            "client_id": [f"C{client:03}" for client in bought[:, 0]],
            "date": days[bought[:, 1]],
            "amount": rng.lognormal(4, 0.5, len(bought)),
        }
    ).to_parquet(tmp_path / "lines.parquet")
    config = tmp_path / "random.yaml"
    config.write_text(
        "portfolio: random\n"
        "ledger: {transactions: {path: lines.parquet}}\n"
        "economics: {margin_rate: 0.3}\n"
        "churn: {horizon_days: 60, cutoffs: 4}\n"
        "potential: {horizon_days: 60}\n",
        "utf-8",
    )
    segml.train(config, as_of="2023-07-01")
    later = segml.train(config, as_of="2023-12-01").version.version
    with pytest.raises(PromotionRefused, match="NOT HELD: grade D"):
        segml.promote(config, later)
