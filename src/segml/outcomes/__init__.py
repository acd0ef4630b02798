"""What becomes of clients: churn and potential, each its label and its model, exact to explain."""

from segml.outcomes import churn, potential
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.churn import ChurnModel, fit_churn
from segml.outcomes.curve import Curve
from segml.outcomes.folds import Fold, Folds, split
from segml.outcomes.leaks import Suspect, suspects
from segml.outcomes.next_loss import NextLoss, caught, learn_next_loss
from segml.outcomes.potential import PotentialModel, fit_potential
from segml.outcomes.prospect import LEAST as LEAST_NEWCOMERS
from segml.outcomes.prospect import ProspectModel, fit_prospect
from segml.outcomes.rows import Rows
from segml.outcomes.score import AdditiveScore
from segml.outcomes.slices import top_tenth

__all__ = [
    "LEAST_NEWCOMERS",
    "AdditiveScore",
    "Calibration",
    "ChurnModel",
    "Curve",
    "Fold",
    "Folds",
    "NextLoss",
    "PotentialModel",
    "ProspectModel",
    "Rows",
    "Suspect",
    "caught",
    "churn",
    "fit_calibration",
    "fit_churn",
    "fit_potential",
    "fit_prospect",
    "learn_next_loss",
    "potential",
    "split",
    "suspects",
    "top_tenth",
]
