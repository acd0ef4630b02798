"""The parameters of a forest: its defaults are what they were, a change reaches LightGBM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.outcomes import Rows
from segml.outcomes.halves import Recipe, grow
from segml.words.forest import FOREST_RANGES, ForestPlan

RECIPE = Recipe(loss="logistic", curves=(), seed=1, threads=1)


@pytest.mark.parametrize(
    ("clients", "share", "fewest"),
    [(150, 0.01, 9), (150, 0.1, 90), (20, 0.01, 5), (4000, 0.01, 200), (4000, 0.02, 400)],
)
def test_a_leaf_holds_its_share_of_the_rows(
    made: object, clients: int, share: float, fewest: int
) -> None:
    rows = made(clients, 6)  # type: ignore[operator]  # a fixture that is a function
    recipe = replace(RECIPE, forest=ForestPlan(leaf_share=share))
    text = grow(rows, recipe, rounds=1).text
    assert f"[min_data_in_leaf: {fewest}]" in text


def test_every_parameter_reaches_the_forest(rows: Rows) -> None:
    plan = ForestPlan(
        learning_rate=0.1,
        num_leaves=5,
        max_depth=3,
        lambda_l2=2.0,
        feature_fraction=0.9,
        bagging_fraction=0.6,
        extra_trees=False,
    )
    text = grow(rows, replace(RECIPE, forest=plan), rounds=3).text
    for name, value in plan.values.items():
        if name != "leaf_share":
            assert f"[{name}: {int(value) if isinstance(value, bool) else f'{value:g}'}]" in text


@pytest.mark.parametrize("name", sorted(FOREST_RANGES))
def test_a_number_beyond_its_range_is_refused_with_the_range(name: str) -> None:
    for edge, beyond in zip(FOREST_RANGES[name], (0.5, 2), strict=True):
        assert getattr(ForestPlan(**{name: edge}), name) == edge
        with pytest.raises(ValueError, match=rf"forest.{name} is .* lies in"):
            ForestPlan(**{name: edge * beyond})
    with pytest.raises(ValueError, match="lies in"):
        ForestPlan(**{name: float(np.nan)})
