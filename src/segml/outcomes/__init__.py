"""What becomes of clients: churn and potential, each its label and its model, exact to explain."""

from segml.outcomes import churn, potential
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.churn import ChurnModel, fit_churn
from segml.outcomes.curve import Curve
from segml.outcomes.folds import Fold, Folds, split
from segml.outcomes.potential import PotentialModel, fit_potential
from segml.outcomes.rows import Rows
from segml.outcomes.score import AdditiveScore
from segml.outcomes.slices import top_tenth

__all__ = [
    "AdditiveScore",
    "Calibration",
    "ChurnModel",
    "Curve",
    "Fold",
    "Folds",
    "PotentialModel",
    "Rows",
    "churn",
    "fit_calibration",
    "fit_churn",
    "fit_potential",
    "potential",
    "split",
    "top_tenth",
]
