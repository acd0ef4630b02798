"""How good it is: one metric a file, baselines, history replayed, and the gate to champion."""

from segml.evaluation.auc import auc
from segml.evaluation.average_precision import average_precision
from segml.evaluation.backtest import Backtest, backtest
from segml.evaluation.baselines import BASELINES
from segml.evaluation.brier import brier
from segml.evaluation.calibration_error import calibration_chance, calibration_error
from segml.evaluation.calibration_slope import calibration_slope
from segml.evaluation.contest import Contest, hold_contest
from segml.evaluation.coverage import coverage
from segml.evaluation.drift import drift, drift_sentences
from segml.evaluation.empb import empb
from segml.evaluation.gate import Verdict, judge, standing_of
from segml.evaluation.gini import gini
from segml.evaluation.grade import Standing
from segml.evaluation.lead import Lead, auc_lead
from segml.evaluation.lift import lift
from segml.evaluation.log_loss import log_loss
from segml.evaluation.mae import mae
from segml.evaluation.measures import MODEL, PREVIOUS
from segml.evaluation.money_baselines import MONEY_BASELINES
from segml.evaluation.money_saved import money_saved
from segml.evaluation.origins import default_origins
from segml.evaluation.pinball import pinball
from segml.evaluation.profit_caught import profit_caught
from segml.evaluation.realised import READS, realised, realised_sentences
from segml.evaluation.rehearsal import (
    Compared,
    RehearsedFolds,
    compare_forests,
    rehearsed_folds,
    rehearsed_losses,
)
from segml.evaluation.schemes import SchemeComparison, compare_schemes, plans_to_compare
from segml.evaluation.seen import Seen
from segml.evaluation.spearman import spearman
from segml.evaluation.total_ratio import total_ratio
from segml.evaluation.width import width

__all__ = [
    "BASELINES",
    "MODEL",
    "MONEY_BASELINES",
    "PREVIOUS",
    "READS",
    "Backtest",
    "Compared",
    "Contest",
    "Lead",
    "RehearsedFolds",
    "SchemeComparison",
    "Seen",
    "Standing",
    "Verdict",
    "auc",
    "auc_lead",
    "average_precision",
    "backtest",
    "brier",
    "calibration_chance",
    "calibration_error",
    "calibration_slope",
    "compare_forests",
    "compare_schemes",
    "coverage",
    "default_origins",
    "drift",
    "drift_sentences",
    "empb",
    "gini",
    "hold_contest",
    "judge",
    "lift",
    "log_loss",
    "mae",
    "money_saved",
    "pinball",
    "plans_to_compare",
    "profit_caught",
    "realised",
    "realised_sentences",
    "rehearsed_folds",
    "rehearsed_losses",
    "spearman",
    "standing_of",
    "total_ratio",
    "width",
]
