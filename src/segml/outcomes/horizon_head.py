"""One step between two horizons of churn: a small logistic regression on theory and the score.

The forests know one horizon. From it the others are reached step by step, outwards. A shorter
horizon asks: of those who order within the next longer one, who has not ordered yet? A longer one:
of those who have not ordered in the next shorter one, who still has not? Buy-till-you-die theory
has an answer to both; the regression starts from it, and learns how far the churn score, the usual
gap and the silence against it say more. The ridge pulls to the theory, which is the answer where
little was seen.

References
----------
Fader, Hardie, Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
Allison (1982), Discrete-time methods for the analysis of event histories, Sociological
Methodology 13: one logistic regression for each step, on those who reach it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.special import logit

from segml.outcomes.curve import Curve
from segml.outcomes.level import level_of
from segml.outcomes.rows import Matrix, Rows, Values
from segml.outcomes.stacking import fit_weights

PRIOR = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
"""The theory alone."""
RIDGE = 30.0
"""How many clients the theory is worth."""
LEAST = 20
"""With fewer different clients than this of either label only the level is learnt."""
YEAR = 365
PACES = {30: "own_pace_30", 90: "own_pace_90", 180: "own_pace_180"}
"""The features that tell how a client orders in so many days to come, against an even year."""
NEAREST = 1e-6
"""The theory is never surer than this."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The step to one horizon from its neighbour on the side of the primary one.

    Parameters
    ----------
    horizon_days, given_days, primary_days
        Its own horizon, the neighbour's, and that of the churn score.
    gap, silence
        The curves of the usual gap and of the silence against it, fitted.
    intercept, weights
        Of the five parts; no weight is negative.
    record
        How it was learnt and how the horizon held, as plain values.
    """

    horizon_days: int
    given_days: int
    primary_days: int
    gap: Curve
    silence: Curve
    intercept: float
    weights: tuple[float, ...]
    record: Mapping[str, Any]

    def odds(self, primary: Values, X: Matrix, columns: Sequence[str]) -> Values:
        """The log-odds of no order in this horizon among those who reach the step, shape (n,).

        Parameters
        ----------
        primary
            The primary risk in log-odds, shape (n,).
        X, columns
            Features, float32 of shape (n, p), and their p names.
        """
        parts = self.parts(primary, X, columns)
        return np.asarray(self.intercept + parts @ np.asarray(self.weights), dtype=np.float64)

    def parts(self, primary: Values, X: Matrix, columns: Sequence[str]) -> Values:
        """Theory, score, gap with either sign, silence: float64 of shape (n, 5)."""
        gap = _bent(self.gap, X, columns)
        return np.column_stack(
            [
                _theory(X, columns, self.horizon_days, self.given_days, self.primary_days),
                primary,
                gap,
                -gap,
                _bent(self.silence, X, columns),
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """The head as plain values."""
        return {
            **{name: getattr(self, name) for name in ("horizon_days", "given_days")},
            "primary_days": self.primary_days,
            "gap": self.gap.to_json(),
            "silence": self.silence.to_json(),
            "intercept": self.intercept,
            "weights": list(self.weights),
            "record": dict(self.record),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Head:
        """The head read back, equal to the one written."""
        curves = {name: Curve.from_json(value[name]) for name in ("gap", "silence")}
        return cls(**{**value, **curves, "weights": tuple(value["weights"])})


def fit_head(
    rows: Rows, primary: Values, *, horizon_days: int, given_days: int, primary_days: int
) -> Head:
    """The head of labelled rows, without a record.

    Parameters
    ----------
    rows
        Those who reach the step; y is 1 where no order came in this horizon. None may be there.
    primary
        The primary risk in log-odds by a score that never saw the row's client, shape (n,).
    horizon_days, given_days, primary_days
        As for `Head`.
    """
    # who has been silent for long and orders after all does it soon; who does not is gone
    gone: Literal[-1, 1] = -1 if horizon_days < given_days else 1
    weight = rows.weight
    gap, silence = (
        curve.fitted(rows.X[:, rows.columns.index(curve.feature)], weight)
        if curve.feature in rows.columns
        else curve
        for curve in (
            Curve(feature="median_gap_days", shape="log1p", sign=1),
            Curve(feature="silence_over_gap", shape="log1p", sign=gone),
        )
    )
    head = Head(
        horizon_days=horizon_days,
        given_days=given_days,
        primary_days=primary_days,
        gap=gap,
        silence=silence,
        intercept=0.0,
        weights=tuple(float(one) for one in PRIOR),
        record={},
    )
    parts, stays = head.parts(primary, rows.X, rows.columns), rows.y == 1
    if min(len(set(rows.client[stays])), len(set(rows.client[~stays]))) < LEAST:
        return replace(head, intercept=level_of(parts @ PRIOR, rows.y, weight, "logistic"))
    found = fit_weights(parts, rows.y, weight, loss="logistic", prior=PRIOR, ridge=RIDGE)
    return replace(head, intercept=found.intercept, weights=found.values)


def _theory(X: Matrix, columns: Sequence[str], own: int, given: int, primary: int) -> Values:
    """What BG/NBD says of the step, in log-odds; nothing where its features are absent.

    A client that is alive orders at an even rate: with A the chance that it is and E the orders
    expected over the primary horizon, none comes in h with 1 - A (1 - exp(-E / A h / primary)).
    By its season h days are worth more or fewer even ones.
    """
    if not {"alive", "expected_orders"} <= set(columns):
        return np.zeros(len(X))
    alive = _known(X, columns, "alive", NEAREST)
    rate = _known(X, columns, "expected_orders", 0.0) / alive
    some_own, some_given = (
        -alive * np.expm1(-rate * _even_days(X, columns, days) / primary) for days in (own, given)
    )  # the chance of an order
    if own < given:
        chance = (some_given - some_own) / np.maximum(some_given, NEAREST)
    else:
        chance = (1.0 - some_own) / np.maximum(1.0 - some_given, NEAREST)
    return np.asarray(logit(np.clip(chance, NEAREST, 1 - NEAREST)), dtype=np.float64)


def _even_days(X: Matrix, columns: Sequence[str], days: int) -> Values:
    """The days of an even year that so many to come are worth, by each client's season.

    Between the days whose pace is known, and a whole year, orders are taken to come evenly.
    """
    known = {0: np.zeros(len(X)), YEAR: np.full(len(X), float(YEAR))}
    for each, name in PACES.items():
        if name in columns:
            told = X[:, list(columns).index(name)].astype(np.float64)
            known[each] = each * np.nan_to_num(told, nan=1.0)
    edges = sorted(known)
    whole, rest = divmod(days, YEAR)
    after = next(edge for edge in edges if edge >= rest)
    before = max((edge for edge in edges if edge < after), default=0)
    part = (rest - before) / (after - before) if after > before else 0.0
    return np.asarray(whole * YEAR + (1 - part) * known[before] + part * known[after])


def _known(X: Matrix, columns: Sequence[str], name: str, least: float) -> Values:
    """The feature, `least` where it is less or not known."""
    values = X[:, list(columns).index(name)].astype(np.float64)
    return np.maximum(np.nan_to_num(values, nan=least), least)


def _bent(curve: Curve, X: Matrix, columns: Sequence[str]) -> Values:
    """The curve's values; nothing where its feature is absent."""
    if curve.feature not in columns:
        return np.zeros(len(X))
    return curve.values(X[:, list(columns).index(curve.feature)])
