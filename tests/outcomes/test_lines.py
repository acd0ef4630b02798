from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.outcomes.lines import STRETCH, quantile_of_lines


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    lines=st.sampled_from([1, 2, 7, 200]),
    share=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]) | st.floats(0, 1),
    spread=st.sampled_from([1e-9, 0.1, 10.0]),
    grain=st.sampled_from([1e-12, 0.5]),
)
def test_quantiles_are_numpys_to_the_last_bit(
    seed: int, lines: int, share: float, spread: float, grain: float
) -> None:
    rng = np.random.default_rng(seed)
    intercepts = rng.normal(size=lines) * spread
    slopes = np.exp(rng.normal(size=lines) * spread / 3)
    at = np.round(rng.normal(size=300) / grain) * grain  # with few steps many places are the same
    wanted = np.quantile(intercepts[:, None] + slopes[:, None] * at, share, axis=0)
    np.testing.assert_array_equal(quantile_of_lines(intercepts, slopes, at, share), wanted)


@pytest.mark.parametrize("places", [0, 1, STRETCH, 3 * STRETCH + 1])
def test_stretches_leave_no_place_out(places: int) -> None:
    rng = np.random.default_rng(places)
    intercepts, slopes = rng.normal(size=50), rng.uniform(0.1, 2, size=50)
    at = rng.standard_cauchy(size=places)
    wanted = np.quantile(intercepts[:, None] + slopes[:, None] * at, 0.9, axis=0)
    np.testing.assert_array_equal(quantile_of_lines(intercepts, slopes, at, 0.9), wanted)
