"""Drift: what moved farther since the training than it usually does in as many days.

=========  =======================================================  ==========================
subject    value                                                    limit
=========  =======================================================  ==========================
feature    population stability index of the active clients         five times the farthest it
           against the training's day                               had moved in as many days
score      the same, of the raw churn score and of tiers            the same
reason     agreement (nDCG) of the order in which features weigh    0.9, or the least of before in
           on the churn score of a tier with the training's         as many days where that is less
move       share of a tier's clients that hold another one since    twice the greatest share of
           the last month start                                     a month before
volume     rows of the latest 30 days against the twelve windows    twice the most (of contacts
           before                                                   thrice), half of the least
           rows in all of a table that the training knew            one
           days without a row, of a table, category, region, kind   half as long again as the
                                                                    longest such time of a
                                                                    year, and a week
           order days of a region in the latest fortnight, by its   five standard deviations
           part of those of all                                     below the median of a year
           rows before the training's day                           as many, within a twentieth
worth      amount, cost and discount of an order line, products    as far beyond the least and
           and categories bought, in the same windows               the most as these lie apart
model      days since the training                                  `drift.model_days`
=========  =======================================================  ==========================

Seasons, growth and the ageing of a model move all features a little, which is in the limits, since
they are taken from pairs of past days as far apart. Features of company events are left out: they
move when the company acts. The index and the limits: `features.usual`; the agreement and its
limits: `features.usual_reasons`; of moves: `features.usual_moves`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from segml.evaluation.seen import Seen
from segml.evaluation.source_drift import Row, drift_row, of_sources, volume_sentence
from segml.features import LEAST_CLIENTS, SCORES_WATCHED, Usual, agreement, most_moved
from segml.ledger import date_of
from segml.words.drift import DriftPlan

COLUMNS = ("subject", "name", "value", "usual", "low", "high", "is_beyond")


def drift(usual: Usual | None, seen: Seen, *, trained: int, plan: DriftPlan) -> pd.DataFrame:
    """What moved, and whether that is too far.

    Parameters
    ----------
    usual
        Of the training; None in a bundle of an older protocol: features are not judged then.
    seen
        The day that is judged.
    trained
        The training's day, since 1970-01-01.
    plan
        Which subjects are looked at.

    Returns
    -------
    DataFrame
        `COLUMNS`: `value` lies beyond [`low`, `high`] where `is_beyond`; sorted. `low` is missing
        where little is no fault.
    """
    rows = [*of_sources(seen)]
    if usual is not None:
        rows += [*_shifted(usual, seen), *_reordered(usual, seen), *_moved(usual, seen)]
    rows.append(drift_row("model", "days", seen.day - trained, float("nan"), high=plan.model_days))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame[[plan.answer(subject) != "off" for subject in frame["subject"]]]
    return frame.sort_values(["subject", "name"], ignore_index=True)


def drift_sentences(found: pd.DataFrame, *, trained: int) -> list[str]:
    """A sentence for each that lies beyond its limit, the farthest first.

    Parameters
    ----------
    found
        As `drift` gives it.
    trained
        The day of the training, since 1970-01-01.
    """
    beyond = found[found["is_beyond"]]
    ways = {
        "over": beyond["value"] / beyond["high"],
        "under": beyond["low"] / beyond["value"].clip(lower=0.5),
    }
    far = pd.DataFrame(ways).max(axis=1).sort_values(ascending=False, kind="stable")
    return [_sentence(row, trained) for row in beyond.loc[far.index].to_dict("records")]


def _shifted(usual: Usual, seen: Seen) -> Iterator[Row]:
    if not len(seen.now):
        return
    days = abs(seen.day - usual.day)
    for name, spread in usual.features.items():
        if name in seen.now.columns:
            yield drift_row(
                "score" if name in SCORES_WATCHED else "feature",
                name,
                spread.index(seen.now[name]),
                spread.moved_in(days),
                high=spread.limit(days, len(seen.now), usual.clients),
            )


def _reordered(usual: Usual, seen: Seen) -> Iterator[Row]:
    days = abs(seen.day - usual.day)
    for tier, order in usual.reasons.items():
        if tier in seen.weights:
            found = agreement(order.weights, seen.weights[tier])
            low = order.limit(days)
            yield drift_row("reason", tier, found, order.agreed_in(days), low=low, high=1.0)


def _moved(usual: Usual, seen: Seen) -> Iterator[Row]:
    """A row a tier and another one that somebody moved to; tiers of few clients are passed over."""
    for tier, one in seen.moves.items():
        if one.clients < LEAST_CLIENTS or tier not in usual.moves:
            continue
        for name, count in one.gone.items():
            before = usual.moves[tier].get(name, 0.0)
            high = most_moved(before, one.clients)
            yield drift_row("move", f"{tier} → {name}", count / one.clients, before, high=high)


def _sentence(row: Mapping[Hashable, Any], trained: int) -> str:
    name, value, usual = row["name"], row["value"], row["usual"]
    if row["subject"] == "model":
        return f"the model is {value:.0f} days old, more than the {row['high']:.0f} allowed"
    if row["subject"] == "reason":
        return (
            f"in tier `{name}` other features weigh on the churn score than on "
            f"{date_of(trained)}: their orders agree by {value:.2f} (nDCG), before by at least "
            f"{usual:.2f} in as many days"
        )
    if row["subject"] == "move":
        return (
            f"{value:.0%} of a tier's clients moved since the last month start ({name}), before at "
            f"most {usual:.0%} in a month"
        )
    if row["subject"] == "worth":
        return f"{name}: {value:,.3g} in the last month, usually {usual:,.3g}"
    if row["subject"] == "volume":
        return volume_sentence(name, value, usual, trained)
    return (
        f"`{name}` has moved since {date_of(trained)}: stability index {value:.2f}, before at most "
        f"{usual:.2f} in as many days"
    )
