"""A learnt criterion: anchors that rise, heights within [0, 1], and the value of a height."""

from __future__ import annotations

import numpy as np
import pytest

from segml.tiers.criteria import Criterion


@pytest.mark.parametrize(
    ("at", "heights"),
    [
        ([1.0], [0.5]),
        ([1.0, 2.0], [0.0, 0.5, 1.0]),
        ([1.0, 1.0], [0.0, 1.0]),
        ([2.0, 1.0], [0.0, 1.0]),
        ([1.0, 2.0], [0.5, 0.4]),
        ([1.0, 2.0], [-0.1, 1.0]),
        ([1.0, 2.0], [0.0, 1.1]),
    ],
)
def test_anchors_that_do_not_rise_and_heights_beyond_their_ends_are_refused(
    at: list[float], heights: list[float]
) -> None:
    with pytest.raises(ValueError, match="rise"):
        Criterion(np.array(at), np.array(heights))


@pytest.mark.parametrize("falling", [False, True])
def test_the_value_of_a_height_has_that_height(falling: bool) -> None:
    criterion = Criterion(np.array([1.0, 3.0, 7.0]), np.array([0.1, 0.5, 0.9]), falling)
    heights = np.linspace(0.1, 0.9, 17)
    values = criterion.value_at(heights)
    np.testing.assert_allclose(criterion.height(values), heights, atol=1e-12)
    assert (np.diff(values) < 0).all() == falling
    assert criterion.height(np.array([-1e9, 1e9])).tolist() == ([0.9, 0.1][:: 1 if falling else -1])
