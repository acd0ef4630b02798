from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.bundle import fit
from segml.evaluation import (
    BASELINES,
    Backtest,
    auc,
    backtest,
    calibration_chance,
    calibration_error,
)
from segml.evaluation.measures import OUTCOME, Models
from segml.evaluation.summary import BY_ORIGIN, TABLE, summarise
from segml.ledger import Ledger, date_of
from segml.outcomes import churn
from segml.scoring import score
from segml.words.errors import HistoryTooShort
from segml.words.plan import Plan

MODELS = ("segml", *BASELINES)
KEYS = ["slice", "model", "metric"]


def test_the_predictions_are_those_of_production(
    replayed: Backtest, ledger: Ledger, plan: Plan, origins: tuple[int, int]
) -> None:
    bundle = fit(ledger, origins[1], plan, threads=1)
    scores = score(bundle, ledger, origins[1], version="v").scores.set_index("client_id")
    told = replayed.predictions.query("origin == @date_of(@origins[1])").set_index("client_id")
    pd.testing.assert_series_equal(
        told["segml"], scores["p_churn"].loc[told.index], check_names=False
    )
    pd.testing.assert_series_equal(
        told["expected_profit"], scores["expected_profit"].loc[told.index]
    )


def test_what_the_origins_ask_of_a_day_is_made_once(
    replayed: Backtest, made: list[tuple[int, Any]]
) -> None:
    assert len(replayed.predictions)
    whole = [day for day, columns in made if columns is None]
    assert len(whole) > 3
    assert len(made) == len(set(made))


def test_labels_are_what_happened_in_the_horizon_after_the_origin(
    replayed: Backtest, ledger: Ledger, origins: tuple[int, int]
) -> None:
    told = replayed.predictions.query("status == 'active'")
    for origin in origins:
        at = told[told["origin"] == date_of(origin)].set_index("client_id")["lost"]
        future = ledger.future(origin, gap_days=0, horizon_days=60)
        expected = churn.label(future, at.index)
        assert at.tolist() == expected.tolist()


def test_every_model_is_measured_on_the_same_rows(replayed: Backtest) -> None:
    assert set(replayed.predictions["status"]) == {"active", "lapsed"}
    active = replayed.predictions[replayed.predictions["status"] == "active"]
    assert active[list(MODELS)].notna().all().all()
    assert (
        replayed.predictions.loc[replayed.predictions["status"] != "active", ["lost", "segml"]]
        .isna()
        .all(axis=None)
    )
    counts = replayed.by_origin[replayed.by_origin["metric"] == "auc"]
    assert counts.groupby(["origin", "slice"])["clients"].nunique().eq(1).all()
    assert set(counts["model"]) == {*MODELS, "previous"}


def test_the_table_is_the_mean_over_origins(replayed: Backtest) -> None:
    assert tuple(replayed.table.columns) == TABLE
    assert tuple(replayed.by_origin.columns) == BY_ORIGIN
    means = replayed.by_origin.groupby(KEYS)["value"].mean()
    told = replayed.table.set_index(KEYS)
    pd.testing.assert_series_equal(told["mean"].sort_index(), means.sort_index(), check_names=False)
    assert told.xs(("all", "segml", "auc"))["origins"] == 2


def test_every_mean_of_the_table_lies_in_its_interval(replayed: Backtest) -> None:
    defined = replayed.table.dropna(subset=["mean", "low"])
    assert set(defined["metric"]) == set(OUTCOME)
    outside = defined[(defined["low"] > defined["mean"]) | (defined["mean"] > defined["high"])]
    assert outside.empty, outside


def test_the_bias_of_resampling_is_taken_off_a_calibration_error() -> None:
    n = 400
    p = (np.arange(n) + 0.5) / n
    lost = (np.random.default_rng(1).permutation(n) + 0.5) / n < p
    frame = pd.DataFrame(
        {
            "origin": date_of(0),
            "client_id": [f"c{i:03d}" for i in range(n)],
            **dict.fromkeys(("key", "newcomer", "small"), False),
            "tier_rank": 1,
            "worth": 1.0,
            "lost": lost.astype(float),
            "segml": p,
            "profit": np.nan,
        }
    )
    told = summarise(frame, Models(risks=("segml",), money=()), draws=60, seed=0)
    error = told.query("slice == 'all' and metric == 'calibration_error'").iloc[0]
    assert 0 <= error["low"] < error["mean"] < error["high"]


def test_clients_are_counted_by_the_outcome_a_metric_knows(
    replayed: Backtest, origins: tuple[int, int]
) -> None:
    rows = replayed.predictions
    told = replayed.table[replayed.table["slice"] == "all"]
    for name, column in OUTCOME.items():
        known = rows[rows[column].notna()]
        clients = told.loc[told["metric"] == name, "clients"]
        assert (clients == known["client_id"].nunique()).all()
        single = replayed.by_origin.query("slice == 'all'")
        single = single[single["metric"] == name].set_index("origin")["clients"]
        for origin in map(date_of, origins):
            assert single.loc[[origin]].eq(known["origin"].eq(origin).sum()).all()
    assert rows["lost"].notna().sum() < rows["status"].notna().sum()


def test_an_auc_of_the_table_can_be_computed_again_from_the_predictions(
    replayed: Backtest,
) -> None:
    rows = replayed.predictions.query("status == 'active' and key")
    found = [
        auc(at["lost"].to_numpy(float), at["bgnbd"].to_numpy(float))
        for _, at in rows.groupby("origin")
    ]
    told = replayed.table.query("slice == 'key' and model == 'bgnbd' and metric == 'auc'")
    assert told["mean"].item() == pytest.approx(np.nanmean(found), nan_ok=True)


def test_profit_is_unknown_where_its_horizon_is_not_over(
    replayed: Backtest, origins: tuple[int, int]
) -> None:
    early, late = (
        replayed.predictions[replayed.predictions["origin"] == date_of(origin)]["profit"]
        for origin in origins
    )
    assert early.notna().all()
    assert late.isna().all()
    money = replayed.table.query("slice == 'all' and metric == 'mae'")
    assert set(money["model"]) == {"segml", "last_year", "bgnbd_gamma"}
    assert money["origins"].eq(1).all()


def test_the_model_of_the_origin_before_is_not_retrained(
    replayed: Backtest, ledger: Ledger, plan: Plan, origins: tuple[int, int]
) -> None:
    early, late = (
        replayed.predictions[replayed.predictions["origin"] == date_of(origin)]
        for origin in origins
    )
    assert early["previous"].isna().all()
    before = fit(ledger, origins[0], plan, threads=1)
    scores = score(before, ledger, origins[1], version="v").scores.set_index("client_id")
    told = late.set_index("client_id")["previous"]
    pd.testing.assert_series_equal(told, scores["p_churn"].loc[told.index], check_names=False)
    single = replayed.by_origin.query("model == 'previous' and metric == 'auc' and slice == 'all'")
    assert single["value"].isna().tolist() == [True, False]


def test_one_origin_alone_has_no_model_before_and_does_not_stop(
    ledger: Ledger, plan: Plan, origins: tuple[int, int]
) -> None:
    found = backtest(ledger, plan, origins[:1], threads=1, draws=2)
    none = found.table.query("model == 'previous'")
    assert none["mean"].isna().all()
    assert none["origins"].eq(0).all()
    assert found.standing.baseline in BASELINES


def test_last_year_is_the_scores_own_profit_pro_rata(
    replayed: Backtest, ledger: Ledger, plan: Plan, origins: tuple[int, int]
) -> None:
    bundle = fit(ledger, origins[0], plan, threads=1)
    scores = score(bundle, ledger, origins[0], version="v").scores.set_index("client_id")
    told = replayed.predictions.query("origin == @date_of(@origins[0])").set_index("client_id")
    profit = scores["profit_365"].loc[told.index]
    np.testing.assert_allclose(told["last_year"], profit * 90 / 365)
    np.testing.assert_allclose(told["worth"], profit.clip(lower=0))


def test_a_rules_interval_comes_from_a_cutoff_whose_horizon_was_over(
    replayed: Backtest, ledger: Ledger, plan: Plan, origins: tuple[int, int]
) -> None:
    for origin in origins:
        cutoff = fit(ledger, origin, plan, threads=1).record.potential.cutoffs[-1]
        assert cutoff + 90 <= origin
    widths = replayed.predictions["last_year_high"] - replayed.predictions["last_year_low"]
    assert widths.groupby(replayed.predictions["origin"]).std().lt(1e-6).all()
    assert (widths > 0).all()


def test_probabilities_of_rules_never_fall_with_their_risk(replayed: Backtest) -> None:
    active = replayed.predictions.dropna(subset=["lost"])
    for name in BASELINES:
        for _, at in active.groupby("origin"):
            told = at.sort_values(name)[f"p_{name}"]
            assert told.diff().dropna().ge(0).all()
            assert told.between(0, 1, inclusive="neither").all()


def test_baselines_are_measured_by_auc_alone_on_further_slices(replayed: Backtest) -> None:
    small = replayed.table.query("slice == 'small'")
    assert set(small.loc[small["model"] == "bgnbd", "metric"]) == {"auc", "auc_lead"}
    assert set(small["model"]) == {"segml", "previous", *BASELINES}
    assert set(small.loc[small["model"] == "segml", "metric"]) == set(OUTCOME) - {"auc_lead"}


def test_the_grade_rests_on_the_tables_own_bounds(replayed: Backtest) -> None:
    told = replayed.table.set_index(KEYS)
    standing = replayed.standing
    aucs = told.xs(("all", "auc"), level=("slice", "metric"))["mean"]
    assert standing.baseline == aucs[list(BASELINES)].idxmax()
    lead = told.loc[("all", standing.baseline, "auc_lead")]
    assert (standing.over_all.low, standing.over_all.high) == (lead["low"], lead["high"])
    assert standing.over_all.mean == pytest.approx(lead["mean"])
    assert standing.signal.low == told.loc[("all", "segml", "auc"), "low"] - 0.5
    gaps = [
        calibration_error(at["lost"].to_numpy(float), at["segml"].to_numpy(float))
        - calibration_chance(at["segml"].to_numpy(float))
        for _, at in replayed.predictions.dropna(subset=["lost"]).groupby("origin")
    ]
    assert standing.calibration == pytest.approx(max(0.0, np.mean(gaps)))


def test_notes_name_their_origin(replayed: Backtest, origins: tuple[int, int]) -> None:
    days = {dt.date.fromisoformat(note[:10]) for note in replayed.notes}
    assert days == {date_of(origin) for origin in origins}


def test_an_origin_without_a_whole_horizon_is_refused(ledger: Ledger, plan: Plan) -> None:
    with pytest.raises(HistoryTooShort):
        backtest(ledger, plan, [ledger.last_day - 10], threads=1)
