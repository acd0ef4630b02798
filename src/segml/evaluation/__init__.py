"""How good it is: one metric a file, baselines, history replayed, and the gate to champion."""

from segml.evaluation.auc import auc
from segml.evaluation.average_precision import average_precision
from segml.evaluation.backtest import Backtest, backtest
from segml.evaluation.baselines import BASELINES
from segml.evaluation.brier import brier
from segml.evaluation.calibration_error import calibration_chance, calibration_error
from segml.evaluation.contest import Contest, hold_contest
from segml.evaluation.coverage import coverage
from segml.evaluation.gate import Verdict, judge, standing_of
from segml.evaluation.gini import gini
from segml.evaluation.grade import Standing
from segml.evaluation.lead import Lead, auc_lead
from segml.evaluation.lift import lift
from segml.evaluation.log_loss import log_loss
from segml.evaluation.mae import mae
from segml.evaluation.origins import default_origins
from segml.evaluation.spearman import spearman
from segml.evaluation.total_ratio import total_ratio

__all__ = [
    "BASELINES",
    "Backtest",
    "Contest",
    "Lead",
    "Standing",
    "Verdict",
    "auc",
    "auc_lead",
    "average_precision",
    "backtest",
    "brier",
    "calibration_chance",
    "calibration_error",
    "coverage",
    "default_origins",
    "gini",
    "hold_contest",
    "judge",
    "lift",
    "log_loss",
    "mae",
    "spearman",
    "standing_of",
    "total_ratio",
]
