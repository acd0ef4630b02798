"""What becomes of clients: churn and potential, each its label and its model, exact to explain."""

from segml.outcomes import churn, potential
from segml.outcomes.additive import Learnt as Told
from segml.outcomes.ages import AGE
from segml.outcomes.agreeing import Agreement, agreement
from segml.outcomes.calibration import Calibration, fit_calibration
from segml.outcomes.churn import ChurnModel, fit_churn, fit_churn_told
from segml.outcomes.curve import Curve
from segml.outcomes.filling import Asked
from segml.outcomes.folds import Fold, Folds, split
from segml.outcomes.horizon_fit import Known, fit_horizons
from segml.outcomes.horizons import Horizons, waits
from segml.outcomes.leaks import Suspect, suspects
from segml.outcomes.move_fit import learn_moves
from segml.outcomes.moves import DOWN, LEAST_MOVED, STAY, UP, MoveRows, Moves
from segml.outcomes.next_loss import NextLoss, caught, learn_next_loss
from segml.outcomes.outlook import Outlook
from segml.outcomes.potential import PotentialModel, fit_potential
from segml.outcomes.prospect import LEAST as LEAST_NEWCOMERS
from segml.outcomes.prospect import ProspectModel, fit_prospect
from segml.outcomes.rows import Rows
from segml.outcomes.score import AdditiveScore
from segml.outcomes.season import Season
from segml.outcomes.slices import top_tenth

__all__ = [
    "AGE",
    "DOWN",
    "LEAST_MOVED",
    "LEAST_NEWCOMERS",
    "STAY",
    "UP",
    "AdditiveScore",
    "Agreement",
    "Asked",
    "Calibration",
    "ChurnModel",
    "Curve",
    "Fold",
    "Folds",
    "Horizons",
    "Known",
    "MoveRows",
    "Moves",
    "NextLoss",
    "Outlook",
    "PotentialModel",
    "ProspectModel",
    "Rows",
    "Season",
    "Suspect",
    "Told",
    "agreement",
    "caught",
    "churn",
    "fit_calibration",
    "fit_churn",
    "fit_churn_told",
    "fit_horizons",
    "fit_potential",
    "fit_prospect",
    "learn_moves",
    "learn_next_loss",
    "potential",
    "split",
    "suspects",
    "top_tenth",
    "waits",
]
