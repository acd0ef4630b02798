"""The row of one client in every published run: whole, of this portfolio, and soon there."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.stores import Newest, Timeline, publish, scores_folder
from segml.stores import parquet as parquet_module
from segml.stores import timeline as timeline_module
from segml.stores.timeline import RUNS, timeline_of
from segml.words.errors import ConfigurationRefused

MONTHS = [dt.date(2022 + n // 12, 1 + n % 12, 1) for n in range(30)]


def scores(day: dt.date, count: int = 40, *, profit: float = 100.0) -> pd.DataFrame:
    number = np.arange(count)
    same = {
        "as_of": day,
        "status": "active",
        "tier_margin": 0.0,
        "raw_churn": 0.0,
        "raw_potential": 0.0,
        "cost_to_serve_365": 1.0,
        "referral_profit_365": 0.0,
        "revenue_365": 1.0,
        "value_365": 1.0,
        "roles": "",
        "action": "keep",
        "model_version": "v",
        "currency": "EUR",
        **dict.fromkeys(("tier_rival", "previous_tier"), None),
        **dict.fromkeys(("expected_profit_low", "expected_profit_high", "median_profit"), 1.0),
        **dict.fromkeys(("p_churn_low", "p_churn_high"), 0.5),
    }
    return pd.DataFrame({"client_id": [f"c{n:03d}" for n in number], **same}).assign(
        tier=[f"tier {1 + (n + day.month) % 3}" for n in number],
        tier_rank=1 + (number + day.month) % 3,
        is_key=False,
        p_churn=np.where(number % 5 == 0, np.nan, 0.25),
        expected_profit=number.astype(float),
        profit_365=profit * number + day.month,
    )


def put(output: Path, day: dt.date, *, portfolio: str = "shop", **more: float) -> Path:
    made = scores(day, **more)
    clients = made[["client_id"]].assign(name=None, manager=None, region=None, industry=None)
    run = {"portfolio": portfolio, "as_of": day.isoformat(), "model_version": f"v{day:%Y}"}
    return publish(scores_folder(output, day), {"scores": made, "clients": clients}, run)


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parquet_module, "ROW_GROUP", 16)
    for day in MONTHS[:3]:
        put(tmp_path, day)
    return tmp_path


def found(output: Path, before: Timeline | None = None) -> Timeline:
    return timeline_of(output, portfolio="shop", before=before or Timeline())


@pytest.mark.parametrize("who", ["c000", "c015", "c016", "c031", "c039"])
def test_the_rows_of_a_client_are_those_of_the_tables(output: Path, who: str) -> None:
    rows = found(output).rows(who)
    assert [row["as_of"] for row in rows] == MONTHS[:3]
    for row, day in zip(rows, MONTHS, strict=False):
        whole = scores(day).set_index("client_id").loc[who]
        for name in ("tier", "tier_rank", "profit_365", "expected_profit", "is_key", "status"):
            assert row[name] == whole[name], name
        assert row["model_version"] == "v2022"
        assert row["p_churn"] == (None if np.isnan(whole["p_churn"]) else whole["p_churn"])


def test_a_client_that_a_run_did_not_know_has_no_row_there(output: Path) -> None:
    put(output, MONTHS[3], count=41)
    timeline = found(output)
    assert [row["as_of"] for row in timeline.rows("c040")] == [MONTHS[3]]
    assert timeline.rows("c999") == timeline.rows("") == ()


def test_the_newest_runs_alone_are_told(output: Path) -> None:
    for day in MONTHS[3:]:
        put(output, day, count=3)
    rows = found(output).rows("c001")
    assert [row["as_of"] for row in rows] == MONTHS[-RUNS:]


def test_runs_of_another_portfolio_are_passed_over(output: Path) -> None:
    put(output, MONTHS[5], portfolio="other")
    assert [run.as_of for run in found(output).runs] == MONTHS[:3]


def test_a_run_is_read_once_and_again_when_it_is_replaced(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(output, MONTHS[5], portfolio="other")
    first = found(output)
    read = []
    original = timeline_module.read_run
    monkeypatch.setattr(
        timeline_module, "read_run", lambda folder: (read.append(folder.name), original(folder))[1]
    )
    same = found(output, first)
    assert read == []
    assert same.runs == first.runs
    assert same.mark == first.mark
    put(output, MONTHS[1], profit=7.0)
    again = found(output, same)
    assert read == [scores_folder(output, MONTHS[1]).name]
    assert again.mark != first.mark
    assert [row["profit_365"] for row in again.rows("c010")] == [1001.0, 72.0, 1003.0]
    assert [row["profit_365"] for row in first.rows("c010")] == [1001.0, 1002.0, 1003.0]


def test_where_the_rows_of_past_runs_stand_is_not_read_before_somebody_asks(output: Path) -> None:
    newest = Newest(output, portfolio="shop")
    past = newest.held.timeline.opened[:-1]
    assert not any("foot" in vars(run.scores) for run in past)
    assert len(newest.held.timeline.rows("c001")) == 3
    assert all("foot" in vars(run.scores) for run in past)


def test_who_looks_on_reads_it_before_anybody_asks(output: Path) -> None:
    newest = Newest(output, portfolio="shop")
    newest.watch(0.02)
    past, until = newest.held.timeline.opened, time.monotonic() + 10
    while not all("foot" in vars(run.scores) for run in past) and time.monotonic() < until:
        time.sleep(0.01)
    newest.end()
    assert all("foot" in vars(run.scores) for run in past)
    put(output, MONTHS[3])
    assert "foot" in vars(newest.look().timeline.opened[-1].scores)


def test_a_broken_run_takes_no_place_once_it_was_looked_at(output: Path) -> None:
    for day in MONTHS[3:]:
        put(output, day, count=3)
    broken = scores_folder(output, MONTHS[-2]) / "scores.parquet"
    broken.unlink()
    broken.write_bytes(b"no table")
    first = found(output)
    assert [run.as_of for run in first.runs] == [*MONTHS[-RUNS:-2], MONTHS[-1]]
    again = found(output, first)
    assert [run.as_of for run in again.runs] == [*MONTHS[-RUNS - 1 : -2], MONTHS[-1]]
    assert again.mark != first.mark


def test_a_run_that_is_taken_away_or_broken_is_passed_over(output: Path) -> None:
    first = found(output)
    shutil.rmtree(scores_folder(output, MONTHS[0]))
    broken = scores_folder(output, MONTHS[1]) / "scores.parquet"
    broken.unlink()  # files of a run are replaced, never written over
    broken.write_bytes(b"no table")
    assert [run.as_of for run in found(output).runs] == [MONTHS[2]]
    assert len(first.rows("c003")) == 3


def test_the_newest_runs_hold_the_timeline_and_find_what_is_new(output: Path) -> None:
    newest = Newest(output, portfolio="shop")
    held = newest.held
    assert len(held.timeline.rows("c001")) == 3
    put(output, MONTHS[3])
    assert len(newest.look().timeline.rows("c001")) == 4
    assert len(held.timeline.rows("c001")) == 3
    with pytest.raises(ConfigurationRefused):
        Newest(output, portfolio="nobody")
