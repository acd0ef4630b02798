from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from segml.boosting import Binned, Forest, fit_forest, parse_forest
from segml.words.errors import DataRefused

COLUMNS = ("silence_days", "orders_90", "spend_90", "industry")
ENOUGH = 1 << 19
"""Rows of four columns for which a second processor is taken."""


def rows(seed: int = 0, n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    X[:, 3] = rng.integers(0, 8, n)
    X[rng.random((n, 4)) < 0.1] = np.nan
    z = np.nan_to_num(X)
    score = z[:, 0] - z[:, 1] * (z[:, 2] > 0) + np.isin(z[:, 3], [1, 5]) + rng.normal(size=n)
    return X, (score > 0).astype(float)


def fitted(**changes: Any) -> Forest:
    X, y = rows()
    asked = {
        "columns": COLUMNS,
        "objective": "binary",
        "rounds": 20,
        "categorical": (3,),
        "seed": 5,
        "threads": 1,
    }
    return fit_forest(changes.pop("X", X), changes.pop("y", y), **(asked | changes))


def test_the_same_seed_gives_the_same_text_for_any_number_of_threads() -> None:
    sampled = {"bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.6}
    X, y = rows(n=ENOUGH)
    asked = {"X": X, "y": y, "params": sampled, "rounds": 4}
    first = fitted(**asked, threads=1)
    assert fitted(**asked, threads=1).text == first.text
    assert fitted(**asked, threads=2).text == first.text
    assert fitted(**asked, seed=6).text != first.text


@pytest.mark.parametrize(("rows_of", "taken"), [(600, 1), (ENOUGH, 2)])
def test_a_second_processor_is_taken_where_there_is_work_for_it(
    rows_of: int, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[object] = []
    train = lgb.train

    def heard(params: dict[str, Any], *rest: Any, **more: Any) -> lgb.Booster:
        said.append(params["num_threads"])
        return train(params, *rest, **more)

    monkeypatch.setattr(lgb, "train", heard)
    X, y = rows(n=rows_of)
    fit_forest(X, y, columns=COLUMNS, objective="binary", rounds=1, seed=1, threads=2)
    assert said == [taken]


def test_the_text_round_trip_predicts_identically() -> None:
    forest = fitted()
    X, _ = rows(seed=1)
    again = parse_forest(forest.text, COLUMNS)
    np.testing.assert_array_equal(again.raw(X), forest.raw(X))
    np.testing.assert_array_equal(again.contributions(X)[0], forest.contributions(X)[0])
    assert again == forest


def test_fitting_does_not_change_its_inputs() -> None:
    X, y = rows()
    X_before, y_before = X.copy(), y.copy()
    fitted(X=X, y=y)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)


def test_early_stopping_keeps_the_best_round_and_nothing_after_it() -> None:
    V, w = rows(seed=9, n=300)
    losses = []
    for count in range(1, 41):
        p = 1 / (1 + np.exp(-fitted(rounds=count, params={"learning_rate": 0.5}).raw(V)))
        losses.append(-np.mean(w * np.log(p) + (1 - w) * np.log(1 - p)))
    stopped = fitted(
        rounds=40, params={"learning_rate": 0.5}, valid=(V, w), early_stopping_rounds=39
    )
    assert stopped.rounds == int(np.argmin(losses)) + 1 < 40
    assert len(stopped.trees.tables) == stopped.rounds
    assert parse_forest(stopped.text, COLUMNS).rounds == stopped.rounds


def test_what_a_stopped_growth_holds_is_what_is_grown_of_so_many_rounds() -> None:
    V, w = rows(seed=9, n=300)
    grown: dict[str, Any] = {
        "params": {"learning_rate": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1},
        "monotone": (1, -1, 0, 0),
    }
    stopped = fitted(**grown, rounds=40, valid=(V, w), early_stopping_rounds=5)
    assert stopped.rounds < 33
    for rounds in (3, stopped.rounds, stopped.rounds + 5):
        assert stopped.first(rounds) == fitted(**grown, rounds=rounds)
    assert stopped.first(stopped.rounds) == stopped
    assert stopped.first(stopped.rounds + 6) == stopped.first(stopped.rounds + 5)
    assert fitted(**grown, rounds=4).first(3) is None


def test_a_growth_of_which_rounds_were_taken_back_holds_no_other() -> None:
    # a round sees one column, and of the industry no group is large enough to split by
    grown = {"params": {"feature_fraction": 0.25, "min_data_per_group": 10_000}}
    asked = {"rounds": 20, "valid": rows(seed=9, n=300), "early_stopping_rounds": 20}
    assert len(fitted(**grown, rounds=20).trees.tables) < 20
    assert fitted(**grown, **asked).first(5) is None


def test_a_monotone_feature_never_goes_the_other_way() -> None:
    monotone = (1, -1, 0, 0)
    X, _ = rows(seed=3, n=60)
    free = fitted(rounds=60, params={"min_data_in_leaf": 3})
    bound = fitted(rounds=60, params={"min_data_in_leaf": 3}, monotone=monotone)

    def worst(forest: Forest) -> float:
        found = 0.0
        for j in (0, 1):
            steps = np.repeat(X, 41, axis=0)
            steps[:, j] = np.tile(np.linspace(-4, 4, 41), len(X))
            change = np.diff(forest.raw(steps).reshape(len(X), 41), axis=1) * monotone[j]
            found = min(found, float(change.min()))
        return found

    assert worst(bound) == 0.0
    assert worst(free) < -0.01


def test_weights_count_as_repeated_rows() -> None:
    X, y = rows(n=200)
    counts = np.random.default_rng(1).integers(1, 4, len(y))
    # bagging off, histograms equal: only the counts that limit a leaf could differ.
    params = {"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 5.0, "max_bin": 1000,
              "min_data_in_bin": 1, "cat_smooth": 0.0, "min_data_per_group": 1}  # fmt: skip
    weighed = fitted(X=X, y=y, weight=counts, params=params, rounds=5, categorical=())
    repeated = fitted(
        X=np.repeat(X, counts, axis=0), y=np.repeat(y, counts), params=params, rounds=5,
        categorical=(),
    )  # fmt: skip
    np.testing.assert_allclose(weighed.raw(X), repeated.raw(X), atol=0.05)
    assert np.abs(fitted(X=X, y=y, params=params, rounds=5, categorical=()).raw(X)
                  - weighed.raw(X)).max() > 0.05  # fmt: skip


def test_weights_that_sum_to_one_are_weights() -> None:
    X, y = rows(n=200)
    told = fitted(X=X, y=y, weight=np.full(len(y), 1 / len(y)), categorical=()).raw(X)
    assert told[y > 0].mean() > told[y == 0].mean() + 0.1


def test_the_text_is_lightgbms_own_and_fits_its_booster() -> None:
    forest = fitted()
    X, _ = rows(seed=1)
    booster = lgb.Booster(model_str=forest.text)
    np.testing.assert_array_equal(booster.predict(X, raw_score=True), forest.raw(X))
    assert booster.feature_name() == list(COLUMNS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"params": {"linear_tree": True}}, "linear_tree"),
        ({"params": {"seed": 3}}, "seed"),
        ({"columns": ("a", "a", "b", "c")}, "distinct"),
        ({"columns": ("a b", "c", "d", "e")}, "letters"),
        ({"y": np.zeros(3)}, "labels of shape"),
        ({"weight": np.ones(3)}, "weights of shape"),
        ({"monotone": (1, 0, 0)}, "monotone holds"),
        ({"monotone": (2, 0, 0, 0)}, "monotone holds"),
        ({"monotone": (0, 0, 0, 1)}, "no order"),
        ({"monotone": (1, 0, 0, 0), "objective": "regression_l1"}, "renews"),
        ({"early_stopping_rounds": 5}, "together"),
        ({"categorical": (2,)}, "`spend_90`"),
        ({"categorical": (4,)}, "does not exist"),
        ({"rounds": 0}, "at least one round"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": np.ones(600)}, "all 600 labels are 1"),
        ({"y": np.full(600, np.nan)}, "600 labels that are not finite"),
        ({"X": np.zeros((0, 4), np.float32), "y": np.zeros(0)}, "0 rows"),
        ({"weight": -np.ones(600)}, "negative"),
        ({"weight": np.zeros(600)}, "all zero"),
    ],
)
def test_data_that_cannot_be_learnt_from_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataRefused, match=message):
        fitted(**changes)


def test_rows_that_were_binned_already_grow_the_same_forest() -> None:
    X, y = rows()
    V, w = X[400:], y[400:]
    whole = Binned.of(X, columns=COLUMNS, categorical=(3,), max_bin=63)
    given: dict[str, Any] = {"params": {"max_bin": 63}, "rounds": 20}
    assert (
        fitted(**given, X=whole, y=y).text
        == fitted(**given, X=whole.take(np.arange(600)), y=y).text
    )
    first, later = whole.take(np.arange(400)), whole.take(np.arange(400, 600))
    stopping = {"early_stopping_rounds": 5}
    some = fitted(**given, X=first, y=y[:400], valid=(later, w), **stopping)
    alone = fitted(**given, X=X[:400], y=y[:400], valid=(V, w), **stopping)
    assert np.corrcoef(some.raw(X), alone.raw(X))[0, 1] > 0.95
    assert some == fitted(**given, X=first, y=y[:400], valid=(later, w), **stopping)
    assert whole.take(np.array([3, 1])) is None
