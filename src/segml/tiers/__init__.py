"""Tiers of value: four schemes behind one interface, exact margins, names that last; roles."""

from segml.tiers.borders import border_distances
from segml.tiers.clusters import ClusterTiers
from segml.tiers.criteria import Criterion
from segml.tiers.fit import fit_tiers
from segml.tiers.ladder import Ladder
from segml.tiers.levels import LevelTiers
from segml.tiers.lever import LEVERS
from segml.tiers.lever_range import LeverRanges, lever_features, lever_ranges
from segml.tiers.levers import lever_moves
from segml.tiers.margin import NO_TIER, Assignment
from segml.tiers.matching import default_names, match_tiers
from segml.tiers.model import MarginParts, TierModel
from segml.tiers.number import NUMBERS, SEPARATED_ON, TriedNumber
from segml.tiers.profitability import ProfitabilityTiers
from segml.tiers.role_rules import Portfolio
from segml.tiers.roles import Roles, find_roles
from segml.tiers.rule import Rule
from segml.tiers.ruled import expected_shares
from segml.tiers.rules import RuleTiers
from segml.tiers.scheme import RULE_SCHEMES, TierEstimator, scheme_of
from segml.tiers.strategic import EXPECTED_CLIENTS, EXPECTED_PROFIT, StrategicTiers
from segml.tiers.surrogate import LEAST_FIDELITY, TierSurrogate, fit_surrogate
from segml.tiers.value_space import (
    VALUE_COORDINATES,
    ValueCoordinate,
    ValueSpace,
    learn_value_space,
    value_space,
)

__all__ = [
    "EXPECTED_CLIENTS",
    "EXPECTED_PROFIT",
    "LEAST_FIDELITY",
    "LEVERS",
    "NO_TIER",
    "NUMBERS",
    "RULE_SCHEMES",
    "SEPARATED_ON",
    "VALUE_COORDINATES",
    "Assignment",
    "ClusterTiers",
    "Criterion",
    "Ladder",
    "LevelTiers",
    "LeverRanges",
    "MarginParts",
    "Portfolio",
    "ProfitabilityTiers",
    "Roles",
    "Rule",
    "RuleTiers",
    "StrategicTiers",
    "TierEstimator",
    "TierModel",
    "TierSurrogate",
    "TriedNumber",
    "ValueCoordinate",
    "ValueSpace",
    "border_distances",
    "default_names",
    "expected_shares",
    "find_roles",
    "fit_surrogate",
    "fit_tiers",
    "learn_value_space",
    "lever_features",
    "lever_moves",
    "lever_ranges",
    "match_tiers",
    "scheme_of",
    "value_space",
]
