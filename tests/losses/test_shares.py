from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.losses.shares import Moved, harmed, together, weigh
from segml.words.feature import REASONS, Feature, Kind, Reason


def feature(name: str, kind: Kind, reason: Reason = "unknown") -> Feature:
    return Feature(name=name, family="f", unit="ratio", kind=kind, reason=reason, label=name)


FEATURES = (
    feature("silence", "symptom"),
    feature("price_a", "driver", "price"),
    feature("price_b", "driver", "price"),
    feature("discount", "driver", "margin"),
)


def moved(*rows: list[float], harm: bool = True) -> Moved:
    values = np.array(rows, dtype=np.float64).reshape(-1, len(FEATURES))
    return Moved(values, np.full(values.shape, harm))


STAYED = moved(*[[0.1, 0.1, 0.0, 0.0]] * 30)


def test_symptoms_alone_are_unknown() -> None:
    weights = weigh(moved([4.0, 0.0, 0.0, 0.0]), STAYED, FEATURES)
    assert weights.reason_shares[0].tolist() == [0.0] * 7 + [1.0]


def test_drivers_that_move_no_more_than_those_of_clients_that_stayed_stay_behind_unknown() -> None:
    weights = weigh(moved([0.1, 0.05, 0.0, 0.0]), STAYED, FEATURES)
    assert weights.unknown_share[0] > 0.6


def test_drivers_that_explain_little_of_a_great_fall_stay_behind_unknown() -> None:
    weights = weigh(moved([40.0, 0.5, 0.0, 0.0]), STAYED, FEATURES)
    assert weights.unknown_share[0] > 0.8


def test_a_strong_driver_is_named_first_and_its_features_share_it() -> None:
    weights = weigh(moved([2.0, 1.5, 0.5, 0.0]), STAYED, FEATURES)
    shares = dict(zip(REASONS, weights.reason_shares[0], strict=True))
    assert shares["price"] > 0.8
    assert weights.feature_shares[0, 1] == pytest.approx(3 * weights.feature_shares[0, 2])
    assert sum(shares.values()) == pytest.approx(1.0)
    assert weights.feature_shares.sum() + weights.unknown_share[0] == pytest.approx(1.0)


def test_a_reason_whose_drivers_cancel_has_no_share() -> None:
    weights = weigh(moved([1.0, 0.6, -0.7, 0.0]), STAYED, FEATURES)
    assert weights.reason_shares[0][:7].tolist() == [0.0] * 7


def test_a_driver_that_did_not_harm_says_nothing() -> None:
    weights = weigh(moved([0.0, 3.0, 0.0, 0.0], harm=False), STAYED, FEATURES)
    assert weights.unknown_share[0] == 1.0


def test_without_clients_to_compare_with_drivers_stand_against_all_symptoms() -> None:
    weights = weigh(moved([2.0, 1.0, 0.0, 0.0]), moved(), FEATURES)
    assert weights.unknown_share[0] == pytest.approx(2 / 3)


def test_the_weights_of_two_scores_add_up() -> None:
    one = weigh(moved([1.0, 0.2, 0.0, 0.0]), STAYED, FEATURES)
    both = together(one, one, range(len(FEATURES)))
    np.testing.assert_allclose(both.reasons, 2 * one.reasons)
    assert both.feature_shares.sum() + both.unknown_share[0] == pytest.approx(1.0)


def test_a_driver_harms_by_rising_unless_it_is_said_to_harm_by_falling() -> None:
    margin = dataclasses.replace(feature("margin", "driver", "margin"), harm=-1)
    industry = dataclasses.replace(feature("industry", "context"), unit="category")
    features = (margin, feature("price", "driver", "price"), industry)
    then = pd.DataFrame({"margin": [0.4, 0.4], "price": [0.0, 0.1], "industry": "x"})
    now = pd.DataFrame({"margin": [0.3, 0.5], "price": [0.1, np.nan], "industry": "y"})
    assert harmed(then, now, features).tolist() == [[True, True, False], [False, False, False]]


def test_a_rise_that_stays_below_zero_does_not_harm() -> None:
    margin = dataclasses.replace(feature("margin", "driver", "margin"), harm=-1)
    features = (margin, feature("price", "driver", "price"))
    then = pd.DataFrame({"margin": [-0.3, -0.1, 0.1], "price": [-0.03, -0.03, -0.03]})
    now = pd.DataFrame({"margin": [-0.2, -0.2, -0.1], "price": [-0.02, 0.0, 0.01]})
    assert harmed(then, now, features).tolist() == [[False, False], [True, False], [True, True]]
