"""The model card: what a bundle is for, what it was learnt on, how well it held, its limits."""

from __future__ import annotations

import datetime as dt
import html
import math
from collections.abc import Iterable, Mapping
from typing import Any

from segml.bundle.audit_card import assumptions, repeated, skill_said
from segml.bundle.outlook_card import CHURN_HEAD, MOVES_HEAD, SAID, churn_rows_of, move_rows_of
from segml.bundle.planned import changed_forests
from segml.bundle.record import OutcomeRecord
from segml.bundle.season_card import filling_said, interval_said, season_said
from segml.bundle.steadiness import steadiness_said
from segml.bundle.support import support_of
from segml.bundle.value import Bundle
from segml.ledger import date_of
from segml.words.feature import Feature

_METRICS: Mapping[str, str] = {
    "auc": "how often a client with the label stands above one without; 0.5 is chance, 1 perfect",
    "average_precision": "precision averaged over recall; the label rate is chance, 1 is perfect",
    "brier": "mean squared error of the probability; 0 is perfect",
    "log_loss": "mean surprise of the probability, in nats; 0 is perfect",
    "calibration_error": "mean gap between the probability and the share with the label; 0 is best",
    "coverage": "share of observed profits inside their intervals; 0.8 is what they promise",
    "mae": "mean absolute error, in money; 0 is perfect",
    "total_ratio": "expected profit of all over the observed one; 1 is perfect",
}
_SHARED = (
    "Only three choices were made with these rows in view: the number of trees, the weights of "
    "trees and curves, and the money at which the scale of amounts bends."
)
_FOLDS: Mapping[str, str] = {
    "time and client": (
        "Validation on {rows:,} rows of the cut-offs {cutoffs}: score, level, calibration, totals "
        "and spread were learnt from other clients, and from labels that had ended by each "
        f"cut-off. {_SHARED}"
    ),
    "client": (
        "Validation on {rows:,} rows of all cut-offs: score, level, calibration, totals and spread "
        "were learnt from other clients, but of the same cut-offs, since the history is too short "
        "to hold out a season. A season that turns is not in these figures: expect worse. "
        f"{_SHARED}"
    ),
}
_UNVALIDATED = "Not validated: too few clients or labels to hold any out."
_PARTS: Mapping[str, str] = {
    "key": "among the top tenth by spend of each cut-off",
    "new": "among clients of less than a year",
}
_LIMITS = (
    (
        "It finds associations in this ledger. A reason says what the model's estimate rests on, "
        "not what caused it."
    ),
    "It knows nothing a client did elsewhere, and nothing the ledger has no table for.",
    (
        "A probability is right on average for clients like those it was learnt on; after a change "
        "of prices, assortment or market, train again."
    ),
    (
        "It is made to decide where people look first. It is not made to decide alone about "
        "credit, contracts or a person."
    ),
)
_MARGIN_OF_CLUSTERS = (
    "For `tier` the score is the margin: how much nearer the client is to its own tier than to "
    "the nearest other one; the values are exact and need no approximation."
)
_MARGIN_OF_A_RULE = (
    "For `tier` the score is the margin: how many points of the rule's 100 the client is away from "
    "the nearest edge of its tier; the values are exact and need no approximation."
)
_READING = (
    (
        "`contribution` is in the raw score's unit; a client's rows of one subject sum to its raw "
        "score, the base included."
    ),
    (
        "`points` are the same contributions as percentage points of the probability, scaled to "
        "sum to it exactly."
    ),
    "{margin}",
    "A *driver* can cause a loss, a *symptom* shows it, *context* is neither.",
)


def card(bundle: Bundle) -> str:
    """The model card in Markdown; the same bundle gives the same text.

    Parameters
    ----------
    bundle
        A fitted bundle.
    """
    sections = (
        *_support(bundle),
        ("Data", _data(bundle)),
        ("What profit means here", _bullets(assumptions(bundle, plain=_plain))),
        ("Tiers", _tiers(bundle)),
        ("Churn: population and label", _churn(bundle)),
        ("Potential: population and label", _potential(bundle)),
        *_outlook(bundle),
        ("Features", _features(bundle.encoder.features)),
        ("How to read the reasons", _reading(bundle)),
        ("Limits", _bullets(_LIMITS)),
        ("How to repeat it", _bullets(repeated(bundle))),
        ("Made with", _bullets(f"{k} {v}" for k, v in sorted(bundle.record.versions.items()))),
    )
    text = [_head(bundle)]
    text += [f"## {title}\n\n{body}" for title, body in sections]
    return "\n\n".join(text) + "\n"


def _head(bundle: Bundle) -> str:
    return (
        f"# {_plain(bundle.plan.portfolio)}, as of {date_of(bundle.as_of)}\n\n"
        "Says of each client which value tier it is in, how likely it is to stop buying, and "
        "what profit it can be expected to bring, each with its reasons. For the managers of "
        "key clients, who decide whom to look after first."
    )


def _support(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    """What few clients can and cannot support; nothing where there are enough of them."""
    support = support_of(bundle)
    said = support.sentences() if support else ()
    told = _bullets(html.escape(f"{one[0].upper()}{one[1:]}.", quote=False) for one in said)
    return (("A small portfolio: what it can and cannot support", told),) if said else ()


def _data(bundle: Bundle) -> str:
    record = bundle.record
    facts = [
        (
            f"Rows from {date_of(record.first_day)} to {_before(bundle.as_of)}; "
            f"fingerprint `{record.fingerprint[:16]}`."
        ),
        *(f"{_plain(name)}: {count:,}" for name, count in sorted(record.counts.items())),
        *(html.escape(note, quote=False) for note in record.notes),
    ]
    return _bullets(facts)


def _tiers(bundle: Bundle) -> str:
    rows = [
        (
            _plain(tier["name"]),
            f"{tier['clients']:,}",
            f"{tier['profit_365']:,.0f}",
            "–" if tier["share"] is None else f"{100 * tier['share']:.1f} %",
        )
        for tier in bundle.record.tiers
    ]
    key = ", ".join(str(rank) for rank in bundle.plan.tiers.key)
    head = ("tier, top first", "clients", "profit of 365 days", "share of profit")
    found = f"Scheme `{bundle.plan.tiers.scheme}`; key ranks: {key}.\n\n{_table(head, rows)}"
    return f"{found}\n\n{_tried(bundle)}" if bundle.tiers.tried else found


def _tried(bundle: Bundle) -> str:
    """The numbers of tiers that were tried, how each held, and what was chosen."""
    rows = [
        (
            f"{one.number}",
            "–" if math.isnan(one.kept) else f"{100 * one.kept:.0f} %",
            "–" if math.isnan(one.separation) else f"{one.separation:.2f}",
            "chosen" if one.chosen else one.refused or "it would hold",
        )
        for one in bundle.tiers.tried
    ]
    said = (
        "The number of tiers was chosen: the greatest product of stability (what the tier that "
        "comes back worst keeps of its clients when they are drawn anew) and separation (the mean "
        "silhouette, 1 at best)."
    )
    return f"{said}\n\n{_table(('tiers', 'stability', 'separation', ''), rows)}"


def _churn(bundle: Bundle) -> str:
    plan = bundle.plan.churn
    what = (
        f"Population: clients with an order in the last {plan.active_days} days. "
        f"Label: no order (returns are none) in the {plan.horizon_days} days that begin "
        f"{plan.gap_days} days after the cut-off. The probability is calibrated by a strictly "
        "increasing function of the raw score, learnt on rows the score was not learnt on."
    )
    outcome = bundle.record.churn
    parts = (what, *_forest(bundle, "churn"), season_said(outcome), interval_said(outcome))
    return "\n\n".join((*parts, _outcome(outcome), *skill_said(outcome)))


def _forest(bundle: Bundle, outcome: str) -> tuple[str, ...]:
    """The parameters that the configuration sets otherwise; nothing where it sets none."""
    changed = changed_forests(bundle.plan).get(outcome)
    if not changed:
        return ()
    told = ", ".join(f"`{name}` {str(value).lower()}" for name, value in sorted(changed.items()))
    return (f"Its forest is not grown as by default: {told}.",)


def _potential(bundle: Bundle) -> str:
    outcome = bundle.record.potential
    what = (
        f"Profit over {outcome.horizon_days} days, negative ones included, in two halves: the "
        "probability of any order (`buys`) and the profit if there is one (`spends`)."
    )
    parts = (what, *_forest(bundle, "potential"), season_said(outcome), *filling_said(outcome))
    return "\n\n".join((*parts, _outcome(outcome)))


def _outlook(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    """How churn at other horizons and tier moves were tried; nothing of an older version."""
    if bundle.outlook is None:
        return ()
    tables = ((CHURN_HEAD, churn_rows_of(bundle)), (MOVES_HEAD, move_rows_of(bundle)))
    told = [SAID, *(_table(head, rows) for head, rows in tables if rows)]
    return (("Outlook: other horizons and tiers", "\n\n".join(told)),)


def _outcome(outcome: OutcomeRecord) -> str:
    cutoffs = ", ".join(str(date_of(day)) for day in outcome.cutoffs)
    facts = _bullets(
        (
            f"{len(outcome.cutoffs)} cut-offs: {cutoffs}.",
            f"{outcome.rows:,} rows, label rate {100 * outcome.label_rate:.1f} %.",
        )
    )
    rows = [
        (f"`{name}`", "–" if value is None else f"{value:,.4g}", _meaning(name))
        for name, value in sorted(outcome.metrics.items())
    ]
    told = _validation(outcome)
    return f"{facts}\n\n{told}\n\n{_table(('metric', 'value', 'meaning'), rows)}"


def _validation(outcome: OutcomeRecord) -> str:
    """On what the metrics were measured, and what was shared with them."""
    details = outcome.details
    told = _FOLDS.get(str(details.get("folds")), _UNVALIDATED)
    days = ", ".join(str(date_of(day)) for day in details.get("validated_cutoffs", ()))
    return told.format(rows=details.get("validated_rows", 0), cutoffs=days)


def _meaning(metric: str) -> str:
    """What a metric says, and of which part of the rows."""
    name, _, part = metric.partition("/")
    return "; ".join(text for text in (_METRICS.get(name, ""), _PARTS.get(part, "")) if text)


def _features(features: Iterable[Feature]) -> str:
    by_kind: dict[str, list[str]] = {"driver": [], "symptom": [], "context": []}
    for feature in features:
        reason = f", {feature.reason}" if feature.kind == "driver" else ""
        by_kind[feature.kind].append(f"`{feature.name}` ({feature.label}{reason})")
    return _bullets(f"**{kind}**: {'; '.join(names) or 'none'}" for kind, names in by_kind.items())


def _reading(bundle: Bundle) -> str:
    ruled = bundle.plan.tiers.scheme != "clusters"
    margin = _MARGIN_OF_A_RULE if ruled else _MARGIN_OF_CLUSTERS
    told = _bullets(line.replace("{margin}", margin) for line in _READING)
    steady = steadiness_said(bundle.record.churn, plain=_plain)
    return "\n\n".join((told, *(one if isinstance(one, str) else _table(*one) for one in steady)))


def _before(day: int) -> dt.date:
    return date_of(day - 1)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _plain(text: Any) -> str:
    """Text of the configuration or the ledger, with what Markdown and HTML would act on escaped."""
    marked = "".join(f"\\{char}" if char in "\\`*_[]|#" else char for char in str(text))
    return html.escape(" ".join(marked.split()), quote=False)
