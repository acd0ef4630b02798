"""A backtest in words: its grade and what it rests on, each model, slice and figure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from segml.evaluation import Lead, Standing
from segml.evaluation.empb import ACCEPTS, CONTACT, OFFER
from segml.evaluation.grade import CALIBRATION
from segml.report.figures import KEPT, MISSING, day, money, number, percent, plural, signed
from segml.report.replayed import Figure, LaterFacts, ReplayFacts

MODELS: Mapping[str, str] = MappingProxyType(
    {
        "segml": "segml",
        "previous": "segml, not retrained",
        "recency": "days since the last order",
        "recency_over_gap": "silence over the own usual gap",
        "rfm_logistic": "RFM logistic regression",
        "bgnbd": "BG/NBD",
        "last_year": "last year, pro rata",
        "bgnbd_gamma": "BG/NBD with Gamma-Gamma",
    }
)
"""What each model is called."""
SLICES: Mapping[str, str] = MappingProxyType(
    {
        "all": "all active clients",
        "key": "key clients: the top tenth by spend",
        "newcomers": "newcomers: first order within a year",
        "small": "small clients: the lowest third by spend",
    }
)
"""What each slice is called; a tier goes by its own name."""
GRADES: Mapping[str, str] = MappingProxyType(
    {
        "A": "Shown to be ahead of every simple rule, among all clients and among key clients",
        "B": "Shown to be ahead of every simple rule among all clients",
        "C": "Better than chance, and not shown to be behind a simple rule",
        "D": "Not shown to be of use beyond a simple rule",
    }
)
"""What each grade says of the ranking; the probabilities have a line of their own."""
NOTES = (
    "AUC: the chance that a lost client stood above one that stayed, 0.5 by chance.",
    "Average precision: how pure the top of the list is; by chance the share that was lost.",
    "Lift: how much richer in lost clients the riskiest tenth is than the whole list.",
    "Brier: the mean squared distance of a probability from what happened.",
    "Calibration error: the mean gap between stated and seen, over ten groups of equal size.",
    (
        "Slope: one where high risks are as high, and low ones as low, as what happened; below one "
        "the probabilities are too far apart."
    ),
    "Gini: how well the order finds the profit that came, 1 for the perfect order.",
    "Pinball loss: how good both ends of an interval are; narrow and covering is best.",
    "Grades: A and B ask for a lead that chance does not explain; docs/method.md has the rule.",
)
"""What the figures are."""


def headline(standing: Standing) -> str:
    """What the grade means."""
    if standing.grade == "D" and standing.calibration > CALIBRATION["C"]:
        return "Its probabilities are too far from what happened"
    return GRADES[standing.grade]


def standing_sentences(standing: Standing) -> tuple[str, ...]:
    """What the grade rests on, and what keeps it from a better one."""
    gap = f"{100 * standing.calibration:.1f} percentage points"
    told = (
        _beside("All clients", standing.over_all, standing.baseline),
        _beside("Key clients", standing.over_key, standing.key_baseline),
        f"Probabilities: on average {gap} from what happened, beyond what chance alone would show.",
    )
    return (*told, *_short_of(standing))


def grade_lines(standing: Standing) -> tuple[str, ...]:
    """The grade for a terminal: its meaning, then what it rests on."""
    return (
        f"Grade {standing.grade}: {headline(standing)}.",
        *(f"  {line}" for line in standing_sentences(standing)),
    )


def model_name(model: str) -> str:
    """What a model is called."""
    return MODELS.get(model, model)


def slice_name(which: str) -> str:
    """What a slice is called."""
    return SLICES.get(which, which)


def lead_sentence(facts: ReplayFacts) -> str:
    """How the replay was made."""
    first, last = facts.origins[0], facts.origins[-1]
    when = f"from {day(first)} to {day(last)}" if first != last else f"on {day(first)}"
    return (
        f"History replayed at {plural(len(facts.origins), 'date', 'dates')} {when}: each time the "
        "models learnt from what was known by then, scored every client as they do in daily work, "
        f"and were held against the {facts.churn_days} days that followed."
    )


def rate_sentence(facts: ReplayFacts) -> str:
    """How many were lost: what a probability has to be read against."""
    everyone, key = facts.rates["all"], facts.rates["key"]
    return (
        f"Of all active clients {percent(everyone)} bought nothing within the horizon, of key "
        f"clients {percent(key)}. A figure is the mean over the dates; below it stands its "
        f"90{KEPT}% interval, by drawing the clients anew."
    )


def later_sentences(later: LaterFacts) -> tuple[str, ...]:
    """What waiting to retrain costs."""
    return (
        (
            f"The model of the date before, {number(later.days)} days older and not retrained, "
            f"ranked the same clients with AUC {later.kept:.3f}, the retrained one with "
            f"{later.retrained:.3f}: retraining gained {ranged(later.behind, sign=True)}."
        ),
        (
            f"From its own date to the next, the unretrained model's AUC {_fell(later.fall)}, that "
            f"of the best simple rule ({MODELS[later.rule]}) {_fell(later.rule_fall)}."
        ),
    )


def gain_sentence(facts: ReplayFacts) -> str:
    """What a budget of contacts reaches."""
    ours = facts.gains.get("segml")
    theirs = facts.gains.get(facts.standing.baseline)
    if not ours or not theirs:
        return "Nobody was lost in the replayed horizons."
    return (
        f"A tenth of the clients, the riskiest first, holds {percent(ours[2])} of those that were "
        f"lost; by the best simple rule ({MODELS[facts.standing.baseline]}) {percent(theirs[2])}; "
        f"by chance {percent(0.1)}."
    )


def campaign_sentence() -> str:
    """The assumptions under the money of a campaign."""
    accepts = ACCEPTS[0] / sum(ACCEPTS)
    return (
        f"It is assumed that an offer costs {percent(OFFER)} of a client's last year's profit; "
        f"that {percent(accepts)} of those who would leave take it and stay; that all who would "
        f"stay take it too; and that a contact costs {percent(CONTACT, 1)} of the mean profit."
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
    ends = f"{told(figure.low, digits)} to {told(figure.high, digits)}"
    return f"{told(figure.mean, digits)} ({ends})"


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
    return f"{told(figure.low, digits)} to {told(figure.high, digits)}"


def amount(figure: Figure, currency: str | None) -> str:
    """A figure of money; two digits where it is small.

    Examples
    --------
    >>> amount(Figure(mean=1234.5), None), amount(Figure(mean=1.234), None)
    ('1,234', '1.23')
    """
    if figure.mean is None or abs(figure.mean) >= 100:
        return money(figure.mean, currency)
    text = number(figure.mean, 2)
    return f"{text}{KEPT}{currency}" if currency else text


def _beside(who: str, lead: Lead, baseline: str) -> str:
    if not lead.is_known:
        return f"{who}: too few losses to tell the model from a simple rule."
    return (
        f"{who}: AUC {lead.auc:.3f}; {_ahead(lead)} the best simple rule ({MODELS[baseline]}, "
        f"{lead.other:.3f})."
    )


def _ahead(lead: Lead) -> str:
    how = f"{signed(lead.mean, 3)} ({signed(lead.low, 3)} to {signed(lead.high, 3)})"
    if lead.low > 0:
        return f"{how}, shown ahead of"
    return f"{how}, shown behind" if lead.high < 0 else f"{how}, not told apart from"


def _short_of(standing: Standing) -> tuple[str, ...]:
    """What keeps it from an A, in the order of weight; nothing for an A."""
    if standing.grade == "A":
        return ()
    lacks = []
    if not standing.over_all.low > 0:
        lacks.append("a shown lead among all clients")
    if not standing.over_key.low > 0:
        lacks.append("a shown lead among key clients")
    if not standing.calibration <= CALIBRATION["A"]:
        lacks.append(f"probabilities within {100 * CALIBRATION['A']:.0f} percentage points")
    told = ", ".join(lacks[:-1])
    return (f"An A would take {told + ' and ' if told else ''}{lacks[-1]}.",) if lacks else ()


def _fell(fall: float) -> str:
    return f"fell by {number(fall, 3)}" if fall > 0 else f"rose by {number(-fall, 3)}"
