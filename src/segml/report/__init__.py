"""The report: facts (what is true), words (sentences), render (the page); plots for MLflow.

`facts`, `lost`, `dossier`, `ahead`, `standing` and `waterfall` read published frames; `figures`,
`phrases` and the `words` of each say them, in the `language` spoken; `course` and `effects`
place the bars; `render` puts it all on one page. `replayed` and `replayed_words` do the same for a
backtest, with the lines of `line_chart`.
"""

from __future__ import annotations

from segml.report.ahead import TABLES as AHEAD
from segml.report.client_words import client_lines, contribution_lines
from segml.report.dossier import LostClient
from segml.report.facts import PortfolioFacts, ReportFacts, report_facts
from segml.report.gate_words import verdict_line
from segml.report.health import TABLES as HEALTH
from segml.report.health import HealthFacts
from segml.report.language import LANGUAGES, speaking
from segml.report.lost import DemotedClient, LossFacts, loss_facts
from segml.report.lost_lines import loss_of, lost_lines
from segml.report.plots import calibration_plot, contribution_plot, gain_plot
from segml.report.prospect_words import prospect_lines
from segml.report.prospects import TABLES as PROSPECTS
from segml.report.prospects import ProspectFact, ProspectFacts, prospect_of
from segml.report.render import render_backtest, render_report
from segml.report.replayed import SHARES as GAIN_SHARES
from segml.report.replayed import ReplayFacts, replay_facts
from segml.report.replayed_words import grade_lines, headline
from segml.report.role_words import standing_lines
from segml.report.silence import RiskFacts
from segml.report.standing import TABLES as STANDING
from segml.report.standing import StandingFacts, standing_facts
from segml.report.support import SupportFacts, support_facts, support_sentences
from segml.report.together import TABLES as TOGETHER
from segml.report.together import TogetherFacts
from segml.report.waterfall import ProfitFacts, profit_facts

__all__ = [
    "AHEAD",
    "GAIN_SHARES",
    "HEALTH",
    "LANGUAGES",
    "PROSPECTS",
    "STANDING",
    "TOGETHER",
    "DemotedClient",
    "HealthFacts",
    "LossFacts",
    "LostClient",
    "PortfolioFacts",
    "ProfitFacts",
    "ProspectFact",
    "ProspectFacts",
    "ReplayFacts",
    "ReportFacts",
    "RiskFacts",
    "StandingFacts",
    "SupportFacts",
    "TogetherFacts",
    "calibration_plot",
    "client_lines",
    "contribution_lines",
    "contribution_plot",
    "gain_plot",
    "grade_lines",
    "headline",
    "loss_facts",
    "loss_of",
    "lost_lines",
    "profit_facts",
    "prospect_lines",
    "prospect_of",
    "render_backtest",
    "render_report",
    "replay_facts",
    "report_facts",
    "speaking",
    "standing_facts",
    "standing_lines",
    "support_facts",
    "support_sentences",
    "verdict_line",
]
