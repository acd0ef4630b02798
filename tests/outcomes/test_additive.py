from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import ChurnModel, Rows, fit_churn, split
from segml.outcomes.additive import fit_additive
from segml.outcomes.churn import CURVES
from segml.outcomes.folds import client_groups
from segml.outcomes.halves import Recipe, fit_halves
from segml.outcomes.rows import Values

RECIPE = Recipe(loss="logistic", curves=CURVES, seed=0, threads=1)


def test_the_score_is_at_the_level_of_its_rows(rows: Rows) -> None:
    score = fit_additive(rows, split(rows, label_days=60), RECIPE).score
    p = 1 / (1 + np.exp(-score.raw(rows.X)))
    assert np.average(p, weights=rows.weight) == pytest.approx(
        np.average(rows.y, weights=rows.weight), abs=0.005
    )


def test_a_season_that_turns_between_folds_is_not_counted_twice(
    made: Callable[..., Rows],
) -> None:
    rows = made(300, 6)
    rng = np.random.default_rng(0)
    worse = (rows.cutoff >= 1090) & (rng.random(len(rows)) < 0.6)
    turned = rows.labelled(np.where(worse, 1.0, rows.y))
    model = fit_churn(turned, horizon_days=60, gap_days=0, seed=0, threads=1)
    rate = np.average(turned.y, weights=turned.weight)
    assert model.probability(turned.X).mean() == pytest.approx(rate, abs=0.03)


def test_no_row_is_scored_by_halves_that_saw_its_client(made: Callable[..., Rows]) -> None:
    rows = made(240, 6)
    draws = np.random.default_rng(3)
    y = (draws.permutation(len(rows)) % 2).astype(float)
    known, sign = (np.where(draws.random(len(y)) < wrong, 1 - y, y) for wrong in (0.1, 0.3))
    # what is a sign of leaving in one group of clients is a sign of staying in the other
    turned = np.where(client_groups(rows.client) == 0, sign, 1 - sign)
    X = np.stack([turned, known], axis=1).astype(np.float32)
    told = Rows(X=X, y=y, cutoff=rows.cutoff, client=rows.client, columns=("sign", "known"))
    learnt = fit_additive(told, split(told, label_days=60), RECIPE)

    def gap(raw: Values) -> float:
        """How much likelier to leave who has its group's sign of leaving, beside who is like it."""
        return float(
            np.mean(
                [
                    raw[(known == one) & (sign == 1)].mean()
                    - raw[(known == one) & (sign == 0)].mean()
                    for one in (0, 1)
                ]
            )
        )

    assert learnt.score.forest_weight > 0.2
    assert gap(learnt.raw) < -0.1  # who learns from the other group alone is wrong about this one
    assert abs(gap(learnt.score.raw(X))) < 0.05


def test_rows_that_do_not_teach_are_scored_and_change_nothing(rows: Rows) -> None:
    teach = rows.X[:, 3] != 2
    folds = split(rows, label_days=60)
    one = fit_additive(rows, folds, RECIPE, teach=teach)
    other = fit_additive(
        rows.labelled(np.where(teach, rows.y, 1 - rows.y)), folds, RECIPE, teach=teach
    )
    assert one.score == other.score
    np.testing.assert_array_equal(one.raw, other.raw)
    assert np.isfinite(one.raw).all()


def test_one_label_gives_the_prior_curves_and_no_forest(rows: Rows) -> None:
    halves = fit_halves(rows.labelled(np.zeros(len(rows))), RECIPE, rounds=5)
    assert halves.forest is None
    assert halves.weights.values == (1.0, 0.0, 0.0)


def test_the_weights_in_the_record_are_the_scores_own(model: ChurnModel) -> None:
    told = model.record["curve_weights"]
    assert list(told.values()) == [curve.weight for curve in model.score.curves]
    assert model.record["forest_weight"] == model.score.forest_weight > 0
    assert sum(told.values()) > 0
