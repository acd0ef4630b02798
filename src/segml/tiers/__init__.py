"""Tiers of value: the `clusters` scheme, its margin with exact parts, names that last; roles."""

from segml.tiers.clusters import ClusterTiers
from segml.tiers.fit import fit_tiers
from segml.tiers.levers import LEVERS, lever_moves
from segml.tiers.margin import NO_TIER, Assignment
from segml.tiers.matching import default_names, match_tiers
from segml.tiers.model import MarginParts, TierModel
from segml.tiers.role_rules import Portfolio
from segml.tiers.roles import Roles, find_roles
from segml.tiers.value_space import (
    VALUE_COORDINATES,
    ValueCoordinate,
    ValueSpace,
    learn_value_space,
    value_space,
)

__all__ = [
    "LEVERS",
    "NO_TIER",
    "VALUE_COORDINATES",
    "Assignment",
    "ClusterTiers",
    "MarginParts",
    "Portfolio",
    "Roles",
    "TierModel",
    "ValueCoordinate",
    "ValueSpace",
    "default_names",
    "find_roles",
    "fit_tiers",
    "learn_value_space",
    "lever_moves",
    "match_tiers",
    "value_space",
]
