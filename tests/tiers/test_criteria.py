"""A learnt criterion: anchors that rise, heights within [0, 1], and the value of a height."""

from __future__ import annotations

import numpy as np
import pytest

from segml.tiers.criteria import Criterion, RuleCriterion, learn_criterion, profit_anchors


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


def test_a_heavy_loss_is_that_of_the_worst_twentieth_and_at_least_a_tenth_of_a_vips() -> None:
    gains = np.full(95, 10.0)
    for losses, foot in ((-np.arange(1.0, 6.0), -1.0), (-20.0 * np.arange(1.0, 6.0), -20.0)):
        at, _ = profit_anchors(np.concatenate([losses, gains]))
        assert at[0] == pytest.approx(foot)


def test_where_profit_is_balanced_a_loss_weighs_as_a_gain_of_its_size() -> None:
    profit = np.concatenate([-np.arange(1.0, 31.0), 10.0 * np.arange(1.0, 31.0)])
    criterion = learn_criterion(
        RuleCriterion(features=("profit_365",), weight=1.0, scale="balance"), profit
    )
    assert criterion is not None
    vip = criterion.at[-2]
    losses, gains = (
        criterion.height(np.array([-vip / 2, -9.0])),
        criterion.height(np.array([vip / 2, 9.0])),
    )
    assert gains - 1 / 3 == pytest.approx(1 / 3 - losses)
    assert criterion.height(np.array([-vip, vip])) == pytest.approx([0.0, 2 / 3])
