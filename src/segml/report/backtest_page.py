"""The page of a backtest from its facts; apart, because its words know the evaluation."""

from __future__ import annotations

from segml.report import replayed_notes, replayed_words
from segml.report.language import ENGLISH, speaking
from segml.report.line_chart import LineChart, line_chart
from segml.report.render import environment
from segml.report.replayed import SHARES, ReplayFacts


def render_backtest(facts: ReplayFacts, *, language: str = ENGLISH) -> str:
    """The page of a backtest as HTML text.

    Parameters
    ----------
    facts
        Everything it says.
    language
        In what: one of `segml.report.LANGUAGES`.

    Returns
    -------
    str
        One page with its style inside; the same facts give the same bytes.
    """
    with speaking(language):
        template = environment().get_template("backtest.html.j2")
        return template.render(
            facts=facts,
            replayed_notes=replayed_notes,
            replayed_words=replayed_words,
            calibration_chart=_calibration_chart(facts),
            gain_chart=_gain_chart(facts),
        )


def _calibration_chart(facts: ReplayFacts) -> LineChart:
    """The groups of the model beside what is stated; both axes reach every point."""
    points = [(stated, happened) for stated, happened, _clients in facts.calibration]
    most = max((value for point in points for value in point), default=1.0)
    lines = {"even": [(0.0, 0.0), (1.0, 1.0)]} | ({"ours": points} if points else {})
    return line_chart(lines, most=most, dotted=("ours",))


def _gain_chart(facts: ReplayFacts) -> LineChart | None:
    """The model and the best simple rule beside chance; None where nobody was lost."""
    ours, theirs = facts.gains["segml"], facts.gains[facts.standing.baseline]
    if not ours or not theirs:
        return None
    lines = {
        "even": [(0.0, 0.0), (1.0, 1.0)],
        "rule": list(zip(SHARES, theirs, strict=True)),
        "ours": list(zip(SHARES, ours, strict=True)),
    }
    return line_chart(lines)
