"""Gradient-boosted forests: fit, predict, explain. The only room that knows LightGBM."""

from segml.boosting.binned import Binned
from segml.boosting.fit import fit_forest
from segml.boosting.forest import BULK_ROWS, Forest, parse_forest
from segml.boosting.stretches import processors
from segml.boosting.trees import Trees, parse_trees
from segml.boosting.treeshap import Leading, largest

__all__ = [
    "BULK_ROWS",
    "Binned",
    "Forest",
    "Leading",
    "Trees",
    "fit_forest",
    "largest",
    "parse_forest",
    "parse_trees",
    "processors",
]
