"""The map to value space: increasing, finite everywhere, blind to the unit of money."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.tiers.monotone import learn_monotone_map

PROFIT = np.array([[-400.0], [-3.0], [0.0], [0.0], [12.0], [80.0], [950.0], [120_000.0]])
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(low=FINITE, high=FINITE)
def test_more_is_never_less_in_value_space_for_any_finite_float(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    z = learn_monotone_map(PROFIT, np.ones(1)).apply(np.array([[low], [high]]))
    assert np.isfinite(z).all()
    assert z[0, 0] <= z[1, 0]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(low=st.floats(-1e9, 1e9), rise=st.floats(1e-6, 1e3))
def test_a_visible_rise_is_a_strict_rise(low: float, rise: float) -> None:
    high = low + rise * max(abs(low), 1.0)
    z = learn_monotone_map(PROFIT, np.ones(1)).apply(np.array([[low], [high]]))
    assert z[0, 0] < z[1, 0]


def test_a_thousandfold_profit_is_a_few_spreads_away_and_not_a_thousand() -> None:
    z = learn_monotone_map(PROFIT, np.ones(1)).apply(np.array([[120.0], [120_000.0]]))
    assert 0 < z[1, 0] - z[0, 0] < 5


def test_the_unit_of_money_changes_nothing() -> None:
    pounds = learn_monotone_map(PROFIT, np.ones(1)).apply(PROFIT)
    pence = learn_monotone_map(PROFIT * 100, np.ones(1)).apply(PROFIT * 100)
    np.testing.assert_allclose(pounds, pence, rtol=0, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 7.0, -1e308])
def test_a_constant_column_stands_at_zero(value: float) -> None:
    rows = np.full((5, 1), value)
    assert (learn_monotone_map(rows, np.ones(1)).apply(rows) == 0).all()


def test_a_ratio_beyond_the_floats_keeps_its_logarithm() -> None:
    tiny = learn_monotone_map(np.array([[1e-300], [2e-300], [3e-300]]), np.ones(1))
    z = tiny.apply(np.array([[-1e300], [1e10], [1e300]]))
    assert np.isfinite(z).all()
    assert (np.diff(z[:, 0]) > 0).all()
