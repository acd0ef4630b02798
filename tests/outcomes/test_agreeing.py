from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.outcomes import Rows, agreement, fit_churn_told
from segml.outcomes.agreeing import alike
from segml.outcomes.curve import Curve
from segml.outcomes.score import AdditiveScore

NAMES = tuple("abcdefgh")


def _score(*weights: float) -> AdditiveScore:
    curves = tuple(
        Curve(feature=name, shape="asinh", sign=1, weight=weight)
        for name, weight in zip(NAMES, weights, strict=True)
    )
    return AdditiveScore(
        columns=NAMES, intercept=0.0, forest_weight=0.0, forest=None, curves=curves
    )


@pytest.fixture(scope="module")
def clients() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, len(NAMES))).astype(np.float32)


def test_a_score_agrees_with_itself_and_with_itself_times_two(clients: np.ndarray) -> None:
    score = _score(8, 7, 6, 5, 4, 3, 2, 1)
    for other in (score, _score(16, 14, 12, 10, 8, 6, 4, 2)):
        found = agreement(score, other, clients)
        assert (found.kept == 1).all()
        np.testing.assert_allclose(found.rank, 1.0)
    assert found.by_chance == pytest.approx(5 / 8)


def test_scores_of_other_features_keep_only_what_must_be_kept(clients: np.ndarray) -> None:
    found = agreement(_score(9, 9, 9, 9, 9, 0, 0, 0), _score(0, 0, 0, 9, 9, 9, 9, 9), clients)
    np.testing.assert_allclose(found.kept, 2 / 5)
    assert found.rank.mean() < 0


def test_features_that_rank_alike_are_one_reason_whichever_of_them_a_score_reads(
    clients: np.ndarray,
) -> None:
    twins = clients.copy()
    twins[:, 1] = np.exp(twins[:, 0])  # the same order
    twins[:, 3] = -twins[:, 2]
    assert alike(twins) == ((0, 1), (2, 3), (4,), (5,), (6,), (7,))
    one, other = _score(9, 0, 8, 0, 3, 2, 1, 0.5), _score(0, 9, 0, 8, 3, 2, 1, 0.5)
    assert agreement(one, other, twins).kept.mean() > agreement(one, other, clients).kept.mean()


def test_what_is_missing_together_is_not_alike_by_that(clients: np.ndarray) -> None:
    gaps = clients.copy()
    gaps[:40, :2] = np.nan
    assert len(alike(gaps)) == len(NAMES)


def test_refits_learnt_on_other_clients_are_kept(rows: Rows) -> None:
    model, told = fit_churn_told(rows, horizon_days=60, gap_days=0, seed=1, threads=1)
    assert len(told.refits) == 2
    X = rows.X[:50]
    raws = [one.raw(X) for one in (*told.refits, model.score)]
    assert all(np.corrcoef(raws[i], raws[2])[0, 1] > 0.7 for i in (0, 1))
    assert not np.allclose(raws[0], raws[1])
    few = replace(rows.take(np.flatnonzero(rows.client == rows.client[0])))
    alone = fit_churn_told(few, horizon_days=60, gap_days=0, seed=1, threads=1)[1]
    assert len(alone.refits) < 2
