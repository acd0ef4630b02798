"""In what order features usually weigh on a score, and how far that order usually changes.

Of every past day that a training saw it is known, tier by tier, how much each feature weighed: the
mean of the absolute SHAP values over clients. A later day whose features weigh in quite another
order is told other reasons by the same model: its explanations have drifted, even where each
feature alone has not.

References
----------
Järvelin, Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques: the normalised
discounted cumulative gain, here ``DCG = Σ gain / log2(rank + 1)`` over all features; the gain is
the weight on the earlier day, the rank is that on the later one. From 0 to 1, 1 is the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from segml.features.catalogue import of_events

STEP_DAYS = 30
AGREED = 0.9
"""Less is no agreement by common usage, unless the order changed more than that before."""
LEAST_CLIENTS = 30
"""What weighs on fewer clients is left to chance."""
MOST_CLIENTS = 500
"""More of a tier are not asked: a mean of so many has settled."""

Weights = Mapping[str, Mapping[str, float]]
"""Tier to feature to its weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonOrder:
    """How features weigh in one tier on the reference day, and how far their order changes.

    Parameters
    ----------
    weights
        Feature to the mean absolute SHAP value of the raw churn score.
    agreed
        At place k the least agreement of two past days at most (k + 1) · 30 days apart; empty
        where the tier was large enough on the reference day alone.
    """

    weights: Mapping[str, float]
    agreed: tuple[float, ...]

    def agreed_in(self, days: int) -> float:
        """The least agreement so many days apart; of more days than were seen, the least of all."""
        if not self.agreed:
            return 1.0
        return self.agreed[min(max(-(-days // STEP_DAYS) - 1, 0), len(self.agreed) - 1)]

    def limit(self, days: int) -> float:
        """The agreement below which a day is told other reasons."""
        return min(AGREED, self.agreed_in(days))


def agreement(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """How well the order of features on a later day holds what weighed on an earlier one.

    Parameters
    ----------
    before, after
        Feature to weight, not negative; a feature that one lacks weighs nothing there.

    Examples
    --------
    >>> agreement({"a": 3.0, "b": 1.0}, {"a": 0.2, "b": 0.1})
    1.0
    >>> round(agreement({"a": 3.0, "b": 1.0}, {"a": 0.1, "b": 0.2}), 2)
    0.8
    """
    best = sorted(before.values(), reverse=True)
    order = sorted(before, key=lambda name: (-after.get(name, 0.0), name))
    discount = 1.0 / np.log2(np.arange(2.0, len(best) + 2.0))
    most = float(np.dot(best, discount))
    found = float(np.dot([before[name] for name in order], discount))
    return min(found / most, 1.0) if most > 0.0 else 1.0


def asked(tier: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """The places of the clients whose reasons are asked for: of each tier as many, evenly spread.

    Parameters
    ----------
    tier
        Of each active client, in the order of rows. Tiers of fewer than `LEAST_CLIENTS` are left
        out; of larger ones at most `MOST_CLIENTS` are taken.
    """
    names = np.asarray(tier, dtype=object)
    parts = []
    for name in sorted(set(names.tolist())):
        held = np.flatnonzero(names == name)
        if len(held) >= LEAST_CLIENTS:
            count = min(len(held), MOST_CLIENTS)
            parts.append(held[np.arange(count) * len(held) // count])
    return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.intp)


def weighed(
    values: npt.NDArray[np.float64], features: Sequence[str], tier: npt.ArrayLike
) -> dict[str, dict[str, float]]:
    """How features weigh, tier by tier.

    Parameters
    ----------
    values
        SHAP values of shape (n, p).
    features
        The p names; those of company events are left out, since they weigh when the company acts.
    tier
        Of the n clients.
    """
    names, tells = np.asarray(tier, dtype=object), of_events()
    kept = [place for place, name in enumerate(features) if name not in tells]
    found = {}
    for name in sorted(set(names.tolist())):
        means = np.abs(values[names == name][:, kept]).mean(axis=0)
        told = zip(kept, means, strict=True)
        found[str(name)] = {features[place]: float(mean) for place, mean in told}
    return found


def learn_reasons(by_day: Mapping[int, Weights]) -> dict[str, ReasonOrder]:
    """By tier, what weighs on the latest day and how far the order changed between past days.

    Parameters
    ----------
    by_day
        Day to weights, as `weighed` gives them.
    """
    if not by_day:
        return {}
    return {
        tier: ReasonOrder(
            weights=weights,
            agreed=_agreed({day: one[tier] for day, one in by_day.items() if tier in one}),
        )
        for tier, weights in by_day[max(by_day)].items()
    }


def _agreed(by_day: Mapping[int, Mapping[str, float]]) -> tuple[float, ...]:
    """The least agreement by distance in time, never rising with it."""
    pairs = [
        (later - earlier, agreement(by_day[earlier], by_day[later]))
        for earlier, later in combinations(sorted(by_day), 2)
    ]
    if not pairs:
        return ()
    farthest, least = max(days for days, _ in pairs), min(days for days, _ in pairs)
    steps = range(STEP_DAYS, max(farthest, STEP_DAYS) + STEP_DAYS, STEP_DAYS)
    return tuple(
        min(found for days, found in pairs if days <= max(step + STEP_DAYS // 2, least))
        for step in steps
    )
