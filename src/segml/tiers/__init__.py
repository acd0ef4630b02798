"""Tiers of value: the `clusters` scheme, its margin with exact parts, names that last."""

from segml.tiers.clusters import ClusterTiers
from segml.tiers.fit import fit_tiers
from segml.tiers.margin import NO_TIER, Assignment
from segml.tiers.matching import default_names, match_tiers
from segml.tiers.model import MarginParts, TierModel
from segml.tiers.value_space import (
    VALUE_COORDINATES,
    ValueCoordinate,
    ValueSpace,
    learn_value_space,
    value_space,
)

__all__ = [
    "NO_TIER",
    "VALUE_COORDINATES",
    "Assignment",
    "ClusterTiers",
    "MarginParts",
    "TierModel",
    "ValueCoordinate",
    "ValueSpace",
    "default_names",
    "fit_tiers",
    "learn_value_space",
    "match_tiers",
    "value_space",
]
