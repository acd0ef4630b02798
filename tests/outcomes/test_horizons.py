import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from segml.outcomes import Horizons, Known, Rows, fit_churn_told, fit_horizons
from segml.outcomes.horizon_head import PRIOR, Head, fit_head

PRIMARY, GAP = 60, 2
COLUMNS = ("expected_orders", "alive", "silence_over_gap", "median_gap_days")
DAYS = (20, 40, PRIMARY, 120, 240)


def buyers(count: int, *, seed: int = 0) -> tuple[Rows, np.ndarray]:
    """Weekly and quarterly buyers, some of them gone, and the days until each came back."""
    rng = np.random.default_rng(seed)
    slow = np.arange(count) % 2 == 1
    gap = np.where(slow, 90.0, 7.0)
    gone = rng.random(count) < np.where(slow, 0.05, 0.4)
    wait = np.where(gone, np.nan, np.floor(rng.exponential(gap)))
    alive = np.where(slow, 0.95, 0.6)
    return Rows(
        X=np.column_stack([alive * PRIMARY / gap, alive, np.ones(count), gap]).astype(np.float32),
        y=(~(wait < PRIMARY)).astype(float),
        cutoff=np.full(count, 1000),
        client=np.array([f"c{i:05d}" for i in range(count)], dtype=object),
        columns=COLUMNS,
    ), wait


def primary_of(rows: Rows) -> np.ndarray:
    """The primary risk in log-odds, known exactly: two kinds of buyer, two rates."""
    slow = rows.X[:, 3] > 30
    rates = np.clip([rows.y[~slow].mean(), rows.y[slow].mean()], 0.01, 0.99)
    return logit(rates[slow.astype(int)])


def head_of(rows: Rows, wait: np.ndarray, days: int) -> Head:
    """The step from the primary horizon, learnt on those who reach it."""
    reach = np.flatnonzero((rows.y == 1) == (days > PRIMARY))
    return fit_head(
        rows.take(reach).labelled(~(wait[reach] < days)),
        primary_of(rows)[reach],
        horizon_days=days,
        given_days=PRIMARY,
        primary_days=PRIMARY,
    )


@pytest.fixture(scope="module")
def learnt() -> Horizons:
    rows, wait = buyers(400)
    heads = []
    for days, given_days in ((20, 40), (40, 60), (120, 60), (240, 120)):
        head = head_of(rows, wait, days)
        heads.append(dataclasses.replace(head, given_days=given_days))
    return Horizons(primary_days=PRIMARY, heads=tuple(heads))


def test_a_shorter_horizon_knows_who_orders_in_another_season() -> None:
    rows, wait = buyers(400)
    head = head_of(rows, wait, 20)
    odds = primary_of(rows)
    paced = (*COLUMNS, "own_pace_30")
    for pace, expected in ((1.0, "same"), (0.05, "later"), (3.0, "sooner")):
        X = np.column_stack([rows.X, np.full(len(rows.y), pace)]).astype(np.float32)
        told = head.odds(odds, X, paced) - head.odds(odds, rows.X, COLUMNS)
        assert {
            "same": np.abs(told).max() < 1e-9,
            "later": told.min() > 1,
            "sooner": told.max() < 0,
        }[expected]
    unknown = np.column_stack([rows.X, np.full(len(rows.y), np.nan)]).astype(np.float32)
    assert (head.odds(odds, unknown, paced) == head.odds(odds, rows.X, COLUMNS)).all()


@given(
    p=arrays(np.float64, 5, elements=st.floats(0.0, 1.0)),
    odds=arrays(np.float64, 5, elements=st.floats(-50.0, 50.0)),
    X=arrays(np.float32, (5, 4), elements=st.floats(-10, 1e6, width=32) | st.just(np.nan)),
)
@settings(deadline=None, max_examples=80)
def test_no_horizon_crosses_a_shorter_one_and_the_primary_one_stays_bit_for_bit(
    learnt: Horizons, p: np.ndarray, odds: np.ndarray, X: np.ndarray
) -> None:
    told = learnt.probabilities(p, odds, X, COLUMNS)
    assert learnt.days == DAYS
    assert told.shape == (5, len(DAYS))
    assert (np.diff(told, axis=1) <= 0).all()
    assert ((told >= 0) & (told <= 1)).all()
    assert (told[:, DAYS.index(PRIMARY)] == p).all()


def test_of_one_risk_the_slow_buyer_is_riskier_sooner_and_safer_later() -> None:
    rows, wait = buyers(4000)
    heads = tuple(head_of(rows, wait, days) for days in (20, 240))
    horizons = Horizons(primary_days=PRIMARY, heads=heads)
    told = horizons.probabilities(np.full(2, 0.4), np.zeros(2), rows.X[:2], COLUMNS)
    weekly, quarterly = told
    assert quarterly[0] > weekly[0] + 0.1
    assert quarterly[2] < weekly[2] - 0.1


@pytest.mark.parametrize("days", [20, 240])
def test_a_horizon_tells_each_kind_of_buyer_its_own_rate(days: int) -> None:
    rows, wait = buyers(6000)
    odds, slow = primary_of(rows), rows.X[:, 3] > 30
    horizons = Horizons(primary_days=PRIMARY, heads=(head_of(rows, wait, days),))
    told = horizons.probabilities(expit(odds), odds, rows.X, COLUMNS)
    p = told[:, horizons.days.index(days)]
    for kind in (slow, ~slow):
        assert p[kind].mean() == pytest.approx((~(wait[kind] < days)).mean(), abs=0.03)


def test_where_little_was_seen_the_theory_speaks_at_the_level_seen() -> None:
    rows, wait = buyers(30)
    head = head_of(rows, wait, 20)
    assert head.weights == tuple(PRIOR)
    reach = rows.y == 0
    told = expit(head.odds(primary_of(rows), rows.X, COLUMNS))[reach]
    assert told.mean() == pytest.approx((~(wait[reach] < 20)).mean(), abs=0.03)


@pytest.fixture(scope="module")
def known(made: Callable[..., Rows]) -> Known:
    rows = made(120, 9)
    rows = rows.take(rows.order)
    model, told = fit_churn_told(rows, horizon_days=PRIMARY, gap_days=GAP, seed=1, threads=1)
    rng = np.random.default_rng(2)
    wait = np.where(rows.y == 1, PRIMARY + rng.exponential(90, len(rows)), rng.uniform(0, 59))
    seen = 1000 + 30 * 9 + PRIMARY - rows.cutoff
    return Known(
        rows=rows,
        learnt=told,
        calibration=model.calibration,
        wait=np.where(wait < seen, np.floor(wait), np.nan),
        seen_days=seen,
        gap_days=GAP,
        primary_days=PRIMARY,
    )


@pytest.fixture(scope="module")
def horizons(known: Known) -> Horizons:
    return fit_horizons(known, (20, PRIMARY, 240))


def test_a_horizon_learns_only_from_cutoffs_whose_label_has_ended(
    known: Known, horizons: Horizons
) -> None:
    short, long = horizons.heads
    assert (short.record["cutoffs"], short.record["rows"]) == (9, len(known.rows))
    assert long.record["cutoffs"] == len(np.unique(known.rows.cutoff[known.seen_days >= 240])) < 9


def test_what_is_not_yet_seen_changes_nothing(known: Known, horizons: Horizons) -> None:
    open_ = known.seen_days < 240
    # orders after the primary horizon at cut-offs whose longer label is still open
    late = open_ & (known.wait >= PRIMARY)
    assert late.any()
    blind = np.where(late, np.nan, known.wait)
    again = fit_horizons(dataclasses.replace(known, wait=blind), (20, 240))
    assert again == horizons


def test_a_horizon_is_tried_in_time_where_labels_ended_and_else_on_other_clients(
    horizons: Horizons,
) -> None:
    short, long = (head.record for head in horizons.heads)
    assert (short["folds"], long["folds"]) == ("time and client", "client")
    assert set(short["metrics"]) >= {"auc", "brier", "calibration_error"}
    assert short["validated_rows"] == 3 * 120


def test_horizons_are_read_back_as_they_were_written(horizons: Horizons) -> None:
    assert Horizons.from_json(horizons.to_json()) == horizons
