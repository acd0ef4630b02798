"""What every scheme's estimator gives: the interface that bundle, scoring and losses rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from segml.tiers.levels import LevelTiers
from segml.tiers.margin import Assignment
from segml.tiers.profitability import ProfitabilityTiers
from segml.tiers.rules import RuleTiers
from segml.tiers.strategic import StrategicTiers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RULE_SCHEMES: Mapping[str, type[RuleTiers]] = {
    one.scheme: one for one in (ProfitabilityTiers, LevelTiers, StrategicTiers)
}
"""The schemes that are rules, by name."""


class TierEstimator(Protocol):
    """A fitted scheme: ordered tiers, a margin that is never negative, its exact parts."""

    n_tiers_: int
    ranking_: bool
    order_note_: str
    background_: Array
    labels_: Ints

    def assign(self, X: npt.ArrayLike, previous: npt.ArrayLike | None = None) -> Assignment:
        """Tier, rival, margin and deciding pair of each row."""
        ...

    def transform(self, X: npt.ArrayLike) -> Array:
        """The rows in the coordinates that the scheme reads."""
        ...

    def pair_contributions(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """The exact Shapley values of each pair's margin, and their base."""
        ...

    def margin_between(self, X0: npt.ArrayLike, X1: npt.ArrayLike, pair: Ints) -> Array:
        """Each column's part in the change of a fixed pair's margin."""
        ...

    def pair_margin(
        self, X: npt.ArrayLike, pair: Ints, previous: npt.ArrayLike | None = None
    ) -> Array:
        """The margin of a given pair."""
        ...

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - scikit-learn's
        """The constructor's parameters."""
        ...


def scheme_of(estimator: object) -> str:
    """The name of an estimator's scheme.

    Examples
    --------
    >>> scheme_of(StrategicTiers()), scheme_of(LevelTiers())
    ('strategic', 'levels')
    """
    return estimator.scheme if isinstance(estimator, RuleTiers) else "clusters"
