"""A backtest in words: its grade and what it rests on, each model, slice and figure."""

from __future__ import annotations

from segml.evaluation import Lead, Standing
from segml.evaluation.grade import CALIBRATION
from segml.report.called import tier
from segml.report.figures import (
    MISSING,
    counted,
    day,
    listed,
    money,
    number,
    percent,
    signed,
)
from segml.report.language import Phrases, _
from segml.report.marks import beside, per_cent
from segml.report.phrases import MODELS
from segml.report.replayed import Figure, LaterFacts, ReplayFacts

SLICES = Phrases(
    {
        "all": "all active clients",
        "key": "key clients: the top tenth by spend",
        "newcomers": "newcomers: first order within a year",
        "small": "small clients: the lowest third by spend",
        "lapsed": "lapsed clients: of those profit alone is foretold",
    }
)
"""What each slice is called; a tier goes by its own name."""
GRADES = Phrases(
    {
        "A": "Shown to be ahead of every simple rule, among all clients and among key clients",
        "B": "Shown to be ahead of every simple rule among all clients",
        "C": "Better than chance, and not shown to be behind a simple rule",
        "D": "Not shown to be of use beyond a simple rule",
    }
)
"""What each grade says of the ranking; the probabilities have a line of their own."""


def headline(standing: Standing) -> str:
    """What the grade means."""
    if standing.grade == "D" and standing.calibration > CALIBRATION["C"]:
        return _("Its probabilities are too far from what happened")
    return GRADES[standing.grade]


def standing_sentences(standing: Standing) -> tuple[str, ...]:
    """What the grade rests on, and what keeps it from a better one."""
    gap = _("{number} percentage points", number=number(100 * standing.calibration, 1))
    told = (
        _beside(_("All clients"), standing.over_all, standing.baseline),
        _beside(_("Key clients"), standing.over_key, standing.key_baseline),
        _(
            "Probabilities: on average {gap} from what happened, beyond what chance alone would "
            "show.",
            gap=gap,
        ),
    )
    return (*told, *_short_of(standing))


def grade_lines(standing: Standing) -> tuple[str, ...]:
    """The grade for a terminal: its meaning, then what it rests on."""
    return (
        _("Grade {grade}: {meaning}.", grade=standing.grade, meaning=headline(standing)),
        *(f"  {line}" for line in standing_sentences(standing)),
    )


def model_name(model: str) -> str:
    """What a model is called."""
    return MODELS.get(model, model)


def slice_name(which: str) -> str:
    """What a slice is called."""
    return SLICES.get(which, tier(which))


def lead_sentence(facts: ReplayFacts) -> str:
    """How the replay was made."""
    first, last = facts.origins[0], facts.origins[-1]
    if first == last:
        when = _("on {day}", day=day(first))
    else:
        when = _("from {first} to {last}", first=day(first), last=day(last))
    return counted(
        "History replayed at {count} date {when}: each time the models learnt from what was known "
        "by then, scored every client as they do in daily work, and were held against the {days} "
        "days that followed.",
        "History replayed at {count} dates {when}: each time the models learnt from what was known "
        "by then, scored every client as they do in daily work, and were held against the {days} "
        "days that followed.",
        len(facts.origins),
        when=when,
        days=facts.churn_days,
    )


def rate_sentence(facts: ReplayFacts) -> str:
    """How many were lost: what a probability has to be read against."""
    return _(
        "Of all active clients {all} bought nothing within the horizon, of key clients {key}. A "
        "figure is the mean over the dates; below it stands its {share} interval, by drawing the "
        "clients anew.",
        all=percent(facts.rates["all"]),
        key=percent(facts.rates["key"]),
        share=per_cent("90"),
    )


def later_sentences(later: LaterFacts) -> tuple[str, ...]:
    """What waiting to retrain costs."""
    return (
        _(
            "The model of the date before, {days} days older and not retrained, ranked the same "
            "clients with AUC {kept}, the retrained one with {retrained}: retraining gained "
            "{gained}.",
            days=number(later.days),
            kept=number(later.kept, 3),
            retrained=number(later.retrained, 3),
            gained=ranged(later.behind, sign=True),
        ),
        _(
            "From its own date to the next, the unretrained model's AUC {fell}, that of the best "
            "simple rule ({rule}) {theirs}.",
            fell=_fell(later.fall),
            rule=MODELS[later.rule],
            theirs=_fell(later.rule_fall),
        ),
    )


def gain_sentence(facts: ReplayFacts) -> str:
    """What a budget of contacts reaches."""
    ours = facts.gains.get("segml")
    theirs = facts.gains.get(facts.standing.baseline)
    if not ours or not theirs:
        return _("Nobody was lost in the replayed horizons.")
    return _(
        "A tenth of the clients, the riskiest first, holds {ours} of those that were lost; by the "
        "best simple rule ({rule}) {theirs}; by chance {chance}.",
        ours=percent(ours[2]),
        rule=MODELS[facts.standing.baseline],
        theirs=percent(theirs[2]),
        chance=percent(0.1),
    )


def ranged(figure: Figure, digits: int = 3, *, sign: bool = False) -> str:
    r"""A figure with its interval.

    Examples
    --------
    >>> ranged(Figure(mean=0.785, low=0.779, high=0.793))
    '0.785 (0.779 to 0.793)'
    >>> ranged(Figure(mean=0.01, low=-0.02, high=0.04), sign=True), ranged(Figure(mean=None))
    ('+0.010 (−0.020 to +0.040)', '—')
    """
    told = signed if sign else number
    if figure.mean is None:
        return MISSING
    if figure.low is None or figure.high is None:
        return told(figure.mean, digits)
    return _(
        "{value} ({low} to {high})",
        value=told(figure.mean, digits),
        low=told(figure.low, digits),
        high=told(figure.high, digits),
    )


def value(figure: Figure, digits: int = 3, *, sign: bool = False) -> str:
    """A figure without its interval.

    Examples
    --------
    >>> value(Figure(mean=0.785, low=0.779, high=0.793)), value(Figure(mean=None))
    ('0.785', '—')
    """
    return ranged(Figure(mean=figure.mean), digits, sign=sign)


def span(figure: Figure, digits: int = 3, *, sign: bool = False) -> str:
    """The interval of a figure alone; nothing where it has none.

    Examples
    --------
    >>> span(Figure(mean=0.785, low=0.779, high=0.793)), span(Figure(mean=None))
    ('0.779 to 0.793', '')
    """
    told = signed if sign else number
    if figure.low is None or figure.high is None:
        return ""
    return _("{low} to {high}", low=told(figure.low, digits), high=told(figure.high, digits))


def amount(figure: Figure, currency: str | None) -> str:
    """A figure of money; two digits where it is small.

    Examples
    --------
    >>> amount(Figure(mean=1234.5), None), amount(Figure(mean=1.234), None)
    ('1,234', '1.23')
    """
    if figure.mean is None or abs(figure.mean) >= 100:
        return money(figure.mean, currency)
    return beside(number(figure.mean, 2), currency)


def _beside(who: str, lead: Lead, baseline: str) -> str:
    if not lead.is_known:
        return _("{who}: too few losses to tell the model from a simple rule.", who=who)
    given = {
        "who": who,
        "auc": number(lead.own, 3),
        "lead": _(
            "{value} ({low} to {high})",
            value=signed(lead.mean, 3),
            low=signed(lead.low, 3),
            high=signed(lead.high, 3),
        ),
        "rule": MODELS[baseline],
        "other": number(lead.other, 3),
    }
    if lead.low > 0:
        return _(
            "{who}: AUC {auc}; {lead}, shown ahead of the best simple rule ({rule}, {other}).",
            **given,
        )
    if lead.high < 0:
        return _(
            "{who}: AUC {auc}; {lead}, shown behind the best simple rule ({rule}, {other}).",
            **given,
        )
    return _(
        "{who}: AUC {auc}; {lead}, not told apart from the best simple rule ({rule}, {other}).",
        **given,
    )


def _short_of(standing: Standing) -> tuple[str, ...]:
    """What keeps it from an A, in the order of weight; nothing for an A."""
    if standing.grade == "A":
        return ()
    lacks = []
    if not standing.over_all.low > 0:
        lacks.append(_("a shown lead among all clients"))
    if not standing.over_key.low > 0:
        lacks.append(_("a shown lead among key clients"))
    if not standing.calibration <= CALIBRATION["A"]:
        most = number(100 * CALIBRATION["A"])
        lacks.append(_("probabilities within {number} percentage points", number=most))
    return (_("An A would take {what}.", what=listed(lacks)),) if lacks else ()


def _fell(fall: float) -> str:
    if fall > 0:
        return _("fell by {number}", number=number(fall, 3))
    return _("rose by {number}", number=number(-fall, 3))
