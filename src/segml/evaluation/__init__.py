"""How good it is: one metric a file, four baselines, and history replayed at rolling origins."""

from segml.evaluation.auc import auc
from segml.evaluation.average_precision import average_precision
from segml.evaluation.backtest import Backtest, backtest
from segml.evaluation.baselines import BASELINES
from segml.evaluation.brier import brier
from segml.evaluation.calibration_error import calibration_error
from segml.evaluation.coverage import coverage
from segml.evaluation.gini import gini
from segml.evaluation.lift import lift
from segml.evaluation.log_loss import log_loss
from segml.evaluation.mae import mae
from segml.evaluation.origins import default_origins
from segml.evaluation.spearman import spearman
from segml.evaluation.total_ratio import total_ratio

__all__ = [
    "BASELINES",
    "Backtest",
    "auc",
    "average_precision",
    "backtest",
    "brier",
    "calibration_error",
    "coverage",
    "default_origins",
    "gini",
    "lift",
    "log_loss",
    "mae",
    "spearman",
    "total_ratio",
]
