import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from segml.outcomes import Horizons, Known, Rows, fit_churn_told, fit_horizons
from segml.outcomes.horizon_head import Head, fit_head
from segml.outcomes.horizons import uncrossed

PRIMARY, GAP = 60, 2
COLUMNS = ("expected_orders", "alive", "silence_over_gap", "median_gap_days")
CHANCE = st.floats(0.0, 1.0)


@given(plain=st.lists(st.lists(CHANCE, min_size=5, max_size=5), min_size=1), at=st.integers(0, 4))
@settings(deadline=None, max_examples=60)
def test_no_horizon_crosses_a_shorter_one_and_the_primary_one_stays_bit_for_bit(
    plain: list[list[float]], at: int
) -> None:
    given_, told = np.array(plain), uncrossed(np.array(plain), primary=at)
    assert (np.diff(told, axis=1) <= 0).all()
    assert (told[:, at] == given_[:, at]).all()
    # who was in order is left alone
    ordered = (np.diff(given_, axis=1) <= 0).all(axis=1)
    assert (told[ordered] == given_[ordered]).all()


def buyers(count: int, *, seed: int = 0) -> tuple[Rows, np.ndarray]:
    """Weekly and quarterly buyers, half of them gone, and the days until each came back."""
    rng = np.random.default_rng(seed)
    slow = np.arange(count) % 2 == 1
    gap = np.where(slow, 90.0, 7.0)
    gone = rng.random(count) < np.where(slow, 0.05, 0.4)
    wait = np.where(gone, np.nan, np.floor(rng.exponential(gap)))
    alive = np.where(slow, 0.95, 0.6)
    expected = alive * PRIMARY / gap
    return Rows(
        X=np.column_stack([expected, alive, np.ones(count), gap]).astype(np.float32),
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
    labelled = rows.labelled(~(wait < days))
    return fit_head(labelled, primary_of(rows), horizon_days=days, primary_days=PRIMARY, record={})


def test_of_one_risk_the_slow_buyer_is_riskier_sooner_and_safer_later() -> None:
    rows, wait = buyers(4000)
    X = rows.X[:2]  # one weekly buyer, one quarterly
    even = np.zeros(2)
    sooner, later = (head_of(rows, wait, days).odds(even, X, COLUMNS) for days in (20, 240))
    assert sooner[1] > sooner[0] + 0.5
    assert later[1] < later[0] - 0.5


@pytest.mark.parametrize("days", [20, 240])
def test_a_horizon_tells_each_kind_of_buyer_its_own_rate(days: int) -> None:
    rows, wait = buyers(6000)
    slow = rows.X[:, 3] > 30
    p = expit(head_of(rows, wait, days).odds(primary_of(rows), rows.X, COLUMNS))
    for kind in (slow, ~slow):
        assert p[kind].mean() == pytest.approx((~(wait[kind] < days)).mean(), abs=0.03)


def test_where_little_was_seen_the_theory_speaks() -> None:
    rows, wait = buyers(30)
    head = head_of(rows, wait, 20)
    assert head.weights == (1.0, 1.0, 0.0, 0.0)
    told = expit(head.odds(primary_of(rows), rows.X, COLUMNS))
    assert told.mean() == pytest.approx((~(wait < 20)).mean(), abs=0.02)


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
    blind = np.where(known.seen_days >= 240, known.wait, np.where(known.wait < 20, 3.0, np.nan))
    again = fit_horizons(dataclasses.replace(known, wait=blind), (240,))
    assert again.heads[0] == horizons.heads[1]


def test_a_horizon_is_tried_in_time_where_labels_ended_and_else_on_other_clients(
    horizons: Horizons,
) -> None:
    short, long = (head.record for head in horizons.heads)
    assert (short["folds"], long["folds"]) == ("time and client", "client")
    assert set(short["metrics"]) >= {"auc", "brier", "calibration_error"}
    assert short["validated_rows"] == 3 * 120


def test_the_primary_probability_is_told_as_it_was_given(known: Known, horizons: Horizons) -> None:
    p, X = expit(known.odds), known.rows.X
    told, moved = horizons.probabilities(p, known.odds, X, known.rows.columns)
    assert horizons.days == (20, PRIMARY, 240)
    assert (told[:, 1] == p).all()
    assert (np.diff(told, axis=1) <= 0).all()
    assert not moved[:, 1].any()


def test_horizons_are_read_back_as_they_were_written(horizons: Horizons) -> None:
    assert Horizons.from_json(horizons.to_json()) == horizons
