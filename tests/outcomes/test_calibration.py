from __future__ import annotations

import json
from importlib import import_module

import numpy as np
import pytest
from scipy.special import expit

from segml.outcomes import Calibration, fit_calibration


def _fit(raw: np.ndarray, y: np.ndarray, seed: int = 0) -> Calibration:
    n = len(raw)
    client = np.array([f"c{i % max(n // 3, 1)}" for i in range(n)], dtype=object)
    return fit_calibration(raw, y, client=client, cutoff=np.arange(n) % 3, seed=seed)


def _made(n: int, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=n)
    return raw, (rng.random(n) < 1 / (1 + np.exp(-(0.7 + slope * raw)))).astype(float)


def test_much_evidence_finds_the_truth() -> None:
    found = _fit(*_made(30_000, 0.6))
    assert found.slope == pytest.approx(0.6, abs=0.05)
    assert found.intercept == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("slope", [1.0, 0.0, -1.0])
def test_the_probability_rises_strictly_whatever_the_past_says(slope: float) -> None:
    found = _fit(*_made(2000, slope))
    raw = np.linspace(-6, 6, 300)
    assert (np.diff(found.probability(raw)) > 0).all()
    assert all(draw[1] > 0 for draw in found.draws)


def test_the_interval_holds_the_probability_and_narrows_with_evidence() -> None:
    raw = np.linspace(-4, 4, 50)
    few, many = _fit(*_made(200, 1.0)), _fit(*_made(20_000, 1.0))
    for found in (few, many):
        low, high = found.interval(raw)
        middle = found.probability(raw)
        assert (low <= middle).all()
        assert (middle <= high).all()
        assert (np.diff(low) >= 0).all()
        assert (np.diff(high) >= 0).all()
    width = [np.ptp(found.interval(raw), axis=0).mean() for found in (few, many)]
    assert width[1] < width[0] / 2


def test_who_is_lost_and_seen_no_more_is_foretold_as_often_as_it_happens() -> None:
    rng = np.random.default_rng(3)
    lost_at = rng.geometric(0.05, size=3000) - 1  # one in twenty is lost at each cut-off
    seen = [(who, at) for who, last in enumerate(lost_at) for at in range(min(last + 1, 12))]
    who, at = np.array(seen).T
    y = (lost_at[who] == at).astype(float)
    found = fit_calibration(
        rng.normal(size=len(y)), y, client=who.astype(str).astype(object), cutoff=at, seed=0
    )
    assert y.mean() == pytest.approx(0.05, abs=0.005)
    assert found.probability(np.zeros(1))[0] == pytest.approx(y.mean(), abs=0.002)


def test_seasons_that_disagree_widen_the_interval() -> None:
    raw, y = _made(6000, 1.0)
    client = np.array([f"c{i}" for i in range(6000)], dtype=object)
    season = np.arange(6000) % 3
    y[season == 2] = np.maximum(y[season == 2], np.arange(2000) % 2)
    one = fit_calibration(raw, y, client=client, cutoff=np.zeros(6000, np.int64), seed=0)
    three = fit_calibration(raw, y, client=client, cutoff=season, seed=0)
    at = np.zeros(1)
    assert np.ptp(three.interval(at)) > 2 * np.ptp(one.interval(at))


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_leaves_the_slope_and_sets_the_level(label: float) -> None:
    raw = np.random.default_rng(0).normal(size=90)
    found = _fit(raw, np.full(90, label))
    assert found.slope == pytest.approx(1.0)
    assert abs(found.probability(raw).mean() - label) < 0.1
    assert 0 < found.probability(raw).min() < found.probability(raw).max() < 1


def test_no_rows_give_the_score_itself() -> None:
    found = fit_calibration(
        np.zeros(0),
        np.zeros(0),
        client=np.zeros(0, object),
        cutoff=np.zeros(0, np.int64),
        seed=0,
    )
    assert (found.intercept, found.slope) == (0.0, 1.0)


def test_a_slope_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Calibration(intercept=0.0, slope=1.0, draws=((0.0, 0.0),))


def test_a_calibration_read_back_is_the_calibration_written() -> None:
    found = _fit(*_made(300, 1.0))
    assert Calibration.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    raw, y = _made(300, 1.0)
    assert _fit(raw, y, seed=4) == _fit(raw, y, seed=4)
    assert _fit(raw, y, seed=4).draws != _fit(raw, y, seed=5).draws


def test_draws_of_many_rows_are_those_of_rows_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, y = _made(6000, 1.0)
    module = import_module("segml.outcomes.calibration")
    grouped = _fit(raw, y)
    monkeypatch.setattr(module, "ALIKE", len(raw))
    alone = _fit(raw, y)
    assert (grouped.intercept, grouped.slope) == (alone.intercept, alone.slope)
    assert grouped.draws != alone.draws
    apart = np.abs(np.array(grouped.draws) - np.array(alone.draws)).max(axis=0)
    assert (apart < 0.02 * np.std(alone.draws, axis=0)).all()


@pytest.mark.parametrize("shift", [-60.0, -24.6, 0.0, 30.0])
@pytest.mark.parametrize("scale", [0.3, 1.0, 8.0])
def test_wherever_the_scores_lie_the_probabilities_are_as_likely_as_can_be(
    shift: float, scale: float
) -> None:
    rng = np.random.default_rng(3)
    score = rng.normal(size=1200)
    y = (rng.random(len(score)) < 1 / (1 + np.exp(2.4 - 1.5 * score))).astype(float)
    whose = np.arange(len(score)).astype(str).astype(object)
    days = np.repeat(np.arange(4), 300)
    raw = shift + scale * score
    found = fit_calibration(raw, y, client=whose, cutoff=days, seed=0, count=20)
    wrong = y - found.probability(raw)
    # where the likelihood is greatest its slopes are zero: half a row of each class, ten rows more
    level = 1 / (1 + np.exp(-(found.intercept + found.slope * raw.mean())))
    assert wrong.sum() == pytest.approx(level - 0.5, abs=1e-5)
    z = (raw - raw.mean()) / raw.std()
    pull = 10 / 4 * (found.slope - 1) * raw.std()
    assert wrong @ z == pytest.approx(pull, abs=1e-5)
    means = [expit(a + b * raw).mean() for a, b in found.draws]
    assert 0.05 < min(means) <= y.mean() <= max(means) < 0.35
