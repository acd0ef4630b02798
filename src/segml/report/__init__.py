"""The report: facts (what is true), words (sentences), render (the page); plots for MLflow.

`facts`, `lost`, `dossier`, `ahead`, `standing` and `waterfall` read published frames; `figures`,
`phrases` and the `words` of each say them, in the `language` spoken; `course` and `effects`
place the bars; `render` puts it all on one page. `replayed` and `replayed_words` do the same for a
backtest, with the lines of `line_chart`.

The names load when they are first asked for: who serves pages takes no evaluation with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segml.report.ahead import TABLES as AHEAD
    from segml.report.backtest_page import render_backtest
    from segml.report.client_words import client_lines, contribution_lines
    from segml.report.dossier import LostClient
    from segml.report.facts import PortfolioFacts, ReportFacts, report_facts
    from segml.report.gate_words import verdict_line
    from segml.report.health import TABLES as HEALTH
    from segml.report.health import HealthFacts
    from segml.report.language import LANGUAGES, speaking
    from segml.report.loss_lines import loss_of, lost_lines
    from segml.report.lost import DemotedClient, LossFacts, loss_facts
    from segml.report.names import client_names
    from segml.report.plots import calibration_plot, contribution_plot, gain_plot
    from segml.report.prospect_words import prospect_lines
    from segml.report.prospects import TABLES as PROSPECTS
    from segml.report.prospects import ProspectFact, ProspectFacts, prospect_of
    from segml.report.render import render_report
    from segml.report.replayed import SHARES as GAIN_SHARES
    from segml.report.replayed import ReplayFacts, replay_facts
    from segml.report.replayed_words import grade_lines, headline
    from segml.report.role_words import standing_lines
    from segml.report.silence import RiskFacts
    from segml.report.standing import TABLES as STANDING
    from segml.report.standing import StandingFacts, standing_facts
    from segml.report.support import (
        SupportFacts,
        advised,
        foretells,
        support_facts,
        support_sentences,
    )
    from segml.report.together import TABLES as TOGETHER
    from segml.report.together import TogetherFacts
    from segml.report.waterfall import ProfitFacts, client_profit, profit_facts

_FACE = {
    "AHEAD": ("ahead", "TABLES"),
    "DemotedClient": ("lost", "DemotedClient"),
    "GAIN_SHARES": ("replayed", "SHARES"),
    "HEALTH": ("health", "TABLES"),
    "HealthFacts": ("health", "HealthFacts"),
    "LANGUAGES": ("language", "LANGUAGES"),
    "LossFacts": ("lost", "LossFacts"),
    "LostClient": ("dossier", "LostClient"),
    "PROSPECTS": ("prospects", "TABLES"),
    "PortfolioFacts": ("facts", "PortfolioFacts"),
    "ProfitFacts": ("waterfall", "ProfitFacts"),
    "ProspectFact": ("prospects", "ProspectFact"),
    "ProspectFacts": ("prospects", "ProspectFacts"),
    "ReplayFacts": ("replayed", "ReplayFacts"),
    "ReportFacts": ("facts", "ReportFacts"),
    "RiskFacts": ("silence", "RiskFacts"),
    "STANDING": ("standing", "TABLES"),
    "StandingFacts": ("standing", "StandingFacts"),
    "SupportFacts": ("support", "SupportFacts"),
    "TOGETHER": ("together", "TABLES"),
    "TogetherFacts": ("together", "TogetherFacts"),
    "calibration_plot": ("plots", "calibration_plot"),
    "client_lines": ("client_words", "client_lines"),
    "contribution_lines": ("client_words", "contribution_lines"),
    "contribution_plot": ("plots", "contribution_plot"),
    "gain_plot": ("plots", "gain_plot"),
    "grade_lines": ("replayed_words", "grade_lines"),
    "headline": ("replayed_words", "headline"),
    "loss_facts": ("lost", "loss_facts"),
    "loss_of": ("loss_lines", "loss_of"),
    "lost_lines": ("loss_lines", "lost_lines"),
    "client_profit": ("waterfall", "client_profit"),
    "profit_facts": ("waterfall", "profit_facts"),
    "prospect_lines": ("prospect_words", "prospect_lines"),
    "prospect_of": ("prospects", "prospect_of"),
    "render_backtest": ("backtest_page", "render_backtest"),
    "render_report": ("render", "render_report"),
    "replay_facts": ("replayed", "replay_facts"),
    "client_names": ("names", "client_names"),
    "report_facts": ("facts", "report_facts"),
    "speaking": ("language", "speaking"),
    "standing_facts": ("standing", "standing_facts"),
    "standing_lines": ("role_words", "standing_lines"),
    "advised": ("support", "advised"),
    "foretells": ("support", "foretells"),
    "support_facts": ("support", "support_facts"),
    "support_sentences": ("support", "support_sentences"),
    "verdict_line": ("gate_words", "verdict_line"),
}
"""Each name to its file, and what it is called there."""

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
    "advised",
    "calibration_plot",
    "client_lines",
    "client_names",
    "client_profit",
    "contribution_lines",
    "contribution_plot",
    "foretells",
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


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'segml.report' has no attribute {name!r}")
    file, known_as = _FACE[name]
    return getattr(import_module(f"segml.report.{file}"), known_as)
