"""How a forest grows: what a configuration may set and `segml tune` searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

FOREST_RANGES: Mapping[str, tuple[float, float]] = {
    "learning_rate": (0.005, 0.3),
    "num_leaves": (4, 32),
    "max_depth": (2, 6),
    "lambda_l2": (0.1, 300.0),
    "feature_fraction": (0.2, 1.0),
    "bagging_fraction": (0.3, 1.0),
    "leaf_share": (0.002, 0.1),
}
"""The least and the greatest value of every number, both allowed.

No deeper than six and no more than 32 leaves: beyond that exact reasons cost more than they tell.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestPlan:
    """How the forest of an outcome grows.

    Parameters
    ----------
    learning_rate
        What a tree counts for.
    num_leaves, max_depth
        Of a tree, at most.
    lambda_l2
        How strongly the value of a leaf is pulled to zero.
    feature_fraction, bagging_fraction
        The shares of features and of rows that a tree may see.
    leaf_share
        The least share of the rows (of 20,000 where there are more) that a leaf holds.
    extra_trees
        Whether thresholds are drawn instead of searched.

    Raises
    ------
    ValueError
        If a number leaves its range; the range is named.

    Examples
    --------
    >>> ForestPlan(num_leaves=8).changed(ForestPlan())
    {'num_leaves': 8}
    """

    learning_rate: float = 0.06
    num_leaves: int = 16
    max_depth: int = 6
    lambda_l2: float = 10.0
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.7
    leaf_share: float = 0.01
    extra_trees: bool = True

    def __post_init__(self) -> None:
        for name, (least, most) in FOREST_RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"forest.{name} is {value}; it lies in {least:g} to {most:g}")

    @property
    def values(self) -> dict[str, float | int | bool]:
        """Every parameter by its name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def most_rounds(self) -> int:
        """The most trees it grows: at half the rate twice as many, but never more than 300."""
        return min(300, round(9.0 / self.learning_rate))

    @property
    def fewest_rounds(self) -> int:
        """The fewest."""
        return self.most_rounds // 15

    def changed(self, before: ForestPlan) -> dict[str, float | int | bool]:
        """The parameters in which this plan differs from another, by name."""
        held = before.values
        return {name: value for name, value in self.values.items() if value != held[name]}
