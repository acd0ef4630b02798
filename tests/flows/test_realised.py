"""Published scores against what came, on the chain's world."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.flows.worlds import copied

import segml
from segml.evaluation import auc
from segml.stores import read_run, read_table
from segml.words.errors import BundleRefused

FIRST, END = dt.date(2023, 10, 1), "2024-03-30"
HORIZONS = {"churn": 120, "potential": 180}


@pytest.fixture(scope="module")
def judged(chain: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The world with two runs of which one has ripened, and the figures."""
    config = copied(chain, tmp_path_factory.mktemp("ripe"))
    for day in (FIRST, dt.date(2023, 10, 2), dt.date(2024, 1, 1)):
        segml.score(config, as_of=day)
    return config, segml.judge_scores(config, as_of=END)


def test_the_first_run_of_a_month_is_judged_once_its_horizon_has_passed(judged: Any) -> None:
    _, done = judged
    table = read_table(done.folder, "realised")
    assert set(table["as_of"]) == {FIRST}
    ended = {name: FIRST + dt.timedelta(days=days) for name, days in HORIZONS.items()}
    assert dict(zip(table["outcome"], table["ended_on"], strict=True)) == ended
    assert table["metric"].tolist() == ["auc", "lost_ratio", "total_ratio"]
    assert table["card"].notna().tolist() == [True, False, True]
    assert done.summary["runs"] == 1
    assert ["  card " in line for line in done.told[:3]] == [True, False, True]
    assert not any("nan" in line for line in done.told)


def test_the_figures_are_those_of_the_ledger(judged: Any) -> None:
    config, done = judged
    lines = config.parent / "ledger" / "transactions"
    end = FIRST + dt.timedelta(days=HORIZONS["churn"])
    bought = duckdb.sql(
        f"SELECT DISTINCT client_id FROM read_parquet('{lines}/*.parquet') "
        f"WHERE date >= DATE '{FIRST}' AND date < DATE '{end}' AND amount > 0"
    ).df()["client_id"]
    scores = read_table(done.folder.parent / f"as_of={FIRST}", "scores")
    active = scores[scores["status"] == "active"]
    lost = (~active["client_id"].isin(bought)).to_numpy(float)
    rows = done.table.set_index("metric")
    assert rows.loc["auc", "value"] == pytest.approx(auc(lost, active["p_churn"].to_numpy()))
    assert rows.loc["lost_ratio", "value"] == pytest.approx(active["p_churn"].sum() / lost.sum())
    assert 0.5 < rows.loc["auc", "value"] < 1.0
    assert rows.loc["auc", "clients"] == len(active)


def test_an_outcome_is_judged_when_its_own_horizon_has_passed(judged: Any) -> None:
    config, _ = judged
    done = segml.judge_scores(config, as_of="2024-03-28")
    assert set(done.table["outcome"]) == {"churn"}


def test_rows_of_the_day_and_later_change_nothing(judged: Any, tmp_path: Path) -> None:
    config, done = judged
    folder = tmp_path / "later"
    shutil.copytree(config.parent, folder)
    text = (folder / config.name).read_text("utf-8")
    source = "transactions/*.parquet"
    assert source in text
    cut = f"{source}, where: \"date < DATE '{END}'\""
    (folder / config.name).write_text(text.replace(source, cut, 1), "utf-8")
    again = segml.judge_scores(folder / config.name, as_of=END)
    pd.testing.assert_frame_equal(again.table, done.table)


def test_where_nothing_has_ripened_the_table_is_empty_and_that_is_said(judged: Any) -> None:
    config, _ = judged
    done = segml.judge_scores(config, as_of="2024-01-15")
    assert not len(read_table(done.folder, "realised"))
    assert done.summary["notes"] == ["no published run's horizon has passed by 2024-01-15"]


def test_a_harmed_model_is_refused_once_the_others_are_judged(judged: Any, tmp_path: Path) -> None:
    first, _ = judged
    shutil.copytree(first.parent, tmp_path / "harmed")
    config = tmp_path / "harmed" / first.name
    (card,) = (config.parent / "models").rglob("card.md")
    card.write_text(card.read_text("utf-8") + "harmless", "utf-8")
    with pytest.raises(BundleRefused, match=r"2 run\(s\) could not be judged.*realised") as refused:
        segml.judge_scores(config, as_of=END)
    assert refused.value.exit_code == 5
    folder = config.parent / "out" / "realised"
    assert not len(read_table(folder, "realised"))
    notes = read_run(folder)["notes"]
    assert [note[:31] for note in notes[:2]] == [
        f"scores of {day} are passed over"[:31] for day in ("2024-01-01", FIRST)
    ]


def test_scores_of_a_model_whose_folder_is_gone_are_judged_all_the_same(
    judged: Any, tmp_path: Path
) -> None:
    first, before = judged
    shutil.copytree(first.parent, tmp_path / "gone")
    config = tmp_path / "gone" / first.name
    (folder,) = (config.parent / "models" / "demo").glob("20*")
    shutil.rmtree(folder)
    done = segml.judge_scores(config, as_of=END)
    pd.testing.assert_frame_equal(done.table, before.table)
    (note,) = [one for one in done.summary["notes"] if "is gone" in one]
    assert folder.name in note
    assert done.exit_code == 0


def test_a_run_by_a_model_of_later_days_is_passed_over(chain: Any, tmp_path: Path) -> None:
    config = copied(chain, tmp_path)
    segml.score(config, as_of="2023-08-01")  # the model was trained in October
    assert not len(segml.judge_scores(config, as_of="2024-03-01").table)
