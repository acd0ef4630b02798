"""In what order features weigh, and how far that order usually changes, on weights written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.features import Usual, agreement, asked, learn_usual, of_events, weighed
from segml.features.usual_reasons import LEAST_CLIENTS, MOST_CLIENTS, ReasonOrder, learn_reasons

BEFORE = {"a": 8.0, "b": 4.0, "c": 2.0, "d": 1.0}


def test_the_same_order_agrees_whatever_the_weights() -> None:
    assert agreement(BEFORE, BEFORE) == 1.0
    assert agreement(BEFORE, {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}) == 1.0


def test_the_agreement_is_the_discounted_gain_over_the_best_one() -> None:
    after = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    by_hand = (1 + 2 / np.log2(3) + 4 / np.log2(4) + 8 / np.log2(5)) / (
        8 + 4 / np.log2(3) + 2 / np.log2(4) + 1 / np.log2(5)
    )
    assert agreement(BEFORE, after) == pytest.approx(by_hand)
    assert 0.0 < by_hand < 0.9


def test_what_weighs_most_counts_most() -> None:
    top = {**BEFORE, "a": 3.0}
    end = {**BEFORE, "d": 2.5}
    assert agreement(BEFORE, top) < agreement(BEFORE, end) < 1.0


def test_a_lacking_feature_weighs_nothing_and_ties_go_by_name() -> None:
    assert agreement(BEFORE, {"a": 1.0}) == 1.0
    assert agreement(BEFORE, {}) == 1.0
    assert agreement({"a": 1.0, "b": 2.0}, {}) < 1.0
    assert agreement({"a": 0.0, "b": 0.0}, {"b": 1.0}) == 1.0
    assert agreement({}, {}) == 1.0


def test_of_a_large_tier_some_are_asked_and_of_a_small_one_nobody() -> None:
    tier = np.repeat(["few", "some", "many"], [LEAST_CLIENTS - 1, LEAST_CLIENTS, 3 * MOST_CLIENTS])
    places = asked(tier)
    assert places.tolist() == sorted(set(places.tolist()))
    counts = pd.Series(tier[places]).value_counts()
    assert counts.to_dict() == {"some": LEAST_CLIENTS, "many": MOST_CLIENTS}
    assert asked(tier[places]).tolist() == list(range(len(places)))
    assert not len(asked([]))


def test_the_weight_is_the_mean_absolute_value_and_company_events_are_left_out() -> None:
    event = min(of_events())
    values = np.array([[1.0, -2.0, 9.0], [-3.0, 0.0, 9.0], [5.0, 5.0, 9.0]])
    found = weighed(values, ["a", "b", event], ["x", "x", "y"])
    assert found == {"x": {"a": 2.0, "b": 1.0}, "y": {"a": 5.0, "b": 5.0}}


def test_how_far_an_order_changed_never_rises_with_the_days() -> None:
    turned = {"a": 4.0, "b": 8.0, "c": 2.0, "d": 1.0}
    by_day = {0: {"x": turned}, 30: {"x": BEFORE, "y": BEFORE}, 60: {"x": BEFORE, "y": BEFORE}}
    orders = learn_reasons({**by_day, 90: {"x": BEFORE, "z": BEFORE}})
    assert set(orders) == {"x", "z"}  # `y` has no clients on the reference day
    agreed = [orders["x"].agreed_in(days) for days in (0, 30, 60, 90, 400)]
    assert agreed == sorted(agreed, reverse=True)
    assert agreed[0] == agreed[1] == agreement(turned, BEFORE) < 1.0
    assert orders["z"].agreed_in(400) == 1.0
    assert learn_reasons({}) == {}


def test_an_order_that_changes_much_has_a_limit_of_its_own() -> None:
    assert ReasonOrder(weights=BEFORE, agreed=(0.99, 0.95)).limit(60) == 0.9
    assert ReasonOrder(weights=BEFORE, agreed=(0.99, 0.7)).limit(30) == 0.9
    assert ReasonOrder(weights=BEFORE, agreed=(0.99, 0.7)).limit(60) == 0.7


def test_orders_are_read_back_and_older_bundles_have_none() -> None:
    frame = pd.DataFrame({"spend_90": [1.0, 2.0]})
    days = {0: {"x": BEFORE}, 30: {"x": BEFORE}}
    found = learn_usual({0: frame, 30: frame}, days)
    assert found is not None
    value = found.to_json()
    assert Usual.from_json(value) == found
    del value["reasons"]
    assert Usual.from_json(value).reasons == {}
