"""How many clusters a portfolio carries is found by what comes back and what parts it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.tiers import VALUE_COORDINATES, ClusterTiers, TierModel, TriedNumber, fit_tiers
from segml.tiers.number import NUMBERS, STABLE_ENOUGH, TRIED_ON, none_holds, try_numbers
from segml.tiers.stability import kept, kept_in_place
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan

AUTO = TierPlan(number="auto")


def _groups(number: int, each: int, *, seed: int = 1) -> np.ndarray:
    """Clients in groups of profit and spend, evenly about zero on the scale that tiers use."""
    rng = np.random.default_rng(seed)
    heights = 100 * np.sinh(2.0 * (np.arange(number) - (number - 1) / 2))
    return np.vstack([h + rng.normal(0, 10, (each, 2)) for h in heights])


def _cloud(rows: int) -> np.ndarray:
    """Clients of one profit but for chance, in eight coordinates that know nothing of it."""
    return np.random.default_rng(5).normal(0.0, 1.0, (rows, 9))


def _fitted(X: np.ndarray, plan: TierPlan = AUTO) -> TierModel:
    names = ["profit_365", "spend_365"]
    ids = pd.Index([f"{place:05}" for place in range(len(X))], name="client_id")
    frame = pd.DataFrame(X, index=ids, columns=names)
    return fit_tiers(frame, pd.Series("active", index=ids), plan=plan)


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_as_many_tiers_as_there_are_groups_are_chosen(number: int) -> None:
    model = _fitted(_groups(number, 80))
    assert len(model.names) == number
    assert not model.estimator.ranking_
    (chosen,) = [one for one in model.tried if one.chosen]
    assert chosen.number == number
    assert chosen.kept >= STABLE_ENOUGH
    assert chosen.score == max(one.score for one in model.tried if not one.refused)


def test_every_number_is_told_and_who_does_not_hold_says_why() -> None:
    tried = _fitted(_groups(3, 80)).tried
    assert [one.number for one in tried] == list(NUMBERS)
    assert all(one.refused for one in tried if one.kept < STABLE_ENOUGH)
    assert any("drawn anew, a cluster keeps" in one.refused for one in tried)


def test_a_portfolio_that_carries_no_number_is_ranked_and_says_so() -> None:
    model = fit_tiers(*_named(_cloud(400)), plan=AUTO)
    assert model.estimator.ranking_
    assert not any(one.chosen for one in model.tried)
    assert all(one.refused for one in model.tried)
    assert model.estimator.order_note_ == f"ranking by profit alone: {none_holds(model.tried)}"
    assert len(model.names) == 4


def test_too_few_clients_are_ranked() -> None:
    model = _fitted(_groups(4, 5))
    assert model.estimator.ranking_
    assert "20 clients are too few" in model.estimator.order_note_


def test_the_order_of_the_clients_changes_no_figure() -> None:
    X = _groups(3, 60)
    turned = X[np.random.default_rng(0).permutation(len(X))]
    first, second = (try_numbers(ClusterTiers(), rows, seed=0) for rows in (X, turned))
    assert [one.to_json() for one in first] == [one.to_json() for one in second]


def test_many_clients_are_tried_on_some_of_them_and_placed_by_all() -> None:
    X = _groups(3, TRIED_ON)
    model = _fitted(X)
    assert len(model.names) == 3
    assert np.bincount(model.estimator.labels_).tolist() == [TRIED_ON] * 3


def test_a_given_number_is_taken_without_trying_others() -> None:
    model = _fitted(_groups(3, 80), TierPlan(number=2))
    assert model.tried == ()
    assert len(model.names) == 2


def _pair_of_equal_profit() -> np.ndarray:
    """A group on top, and two of one profit that differ in spend alone."""
    rng = np.random.default_rng(3)
    places = [(900.0, 900.0), (0.0, 600.0), (0.0, -600.0)]
    return np.vstack([np.array(place) + rng.normal(0, 20, (100, 2)) for place in places])


def test_groups_whose_order_is_left_to_chance_are_no_tiers_to_choose() -> None:
    X = _pair_of_equal_profit()
    three = next(one for one in _fitted(X).tried if one.number == 3)
    assert three.refused
    assert not three.chosen
    tiers = ClusterTiers(3).fit(X)
    assert tiers.n_tiers_ == 3
    assert kept(tiers, X, seed=0).min() > 0.75
    assert kept_in_place(tiers, X, seed=0).min() < 0.6  # the groups come back, their order does not


def test_a_given_number_that_does_not_hold_is_taken_and_said() -> None:
    frame, status = _named(_cloud(400))
    model = fit_tiers(frame, status, plan=TierPlan(number=4))
    assert not model.estimator.ranking_
    (said,) = [note for note in model.notes if "do not hold" in note]
    assert said.startswith("4 tiers were asked for and do not hold: drawn anew, one keeps ")
    steady = _fitted(_groups(3, 80), TierPlan(number=3))
    assert not any("do not hold" in note for note in steady.notes)


def test_who_cannot_be_ordered_is_refused() -> None:
    with pytest.raises(DataRefused, match="profit_365"):
        _fitted(np.ones((50, 2)))


def test_what_was_not_measured_is_null_in_json() -> None:
    one = TriedNumber(number=4, kept=float("nan"), separation=0.5, refused="too few")
    assert one.to_json()["kept"] is None
    assert np.isnan(TriedNumber.from_json(one.to_json()).kept)


@pytest.mark.parametrize("key", [(3,), (1, 8), (0,)])
def test_only_ranks_that_every_number_has_can_be_key(key: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="only the ranks 1 and 2 can be key"):
        TierPlan(number="auto", key=key)
    assert TierPlan(number="auto", key=(1, 2)).key == (1, 2)


def test_a_rule_has_no_number_to_choose() -> None:
    with pytest.raises(ValueError, match="levels has 3 tiers"):
        TierPlan(scheme="levels", number="auto")


def _named(X: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
    names = [line.features[0] for line in VALUE_COORDINATES]
    ids = pd.Index([f"{place:05}" for place in range(len(X))], name="client_id")
    return pd.DataFrame(X, index=ids, columns=names), pd.Series("active", index=ids)
