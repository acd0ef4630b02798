"""One other horizon of churn: the primary score carried to it by a small logistic regression.

The forests know one horizon. What another adds is how soon orders come: of two clients with the
same risk of no order in 90 days the weekly buyer is gone or is not, and 30 or 365 days say the
same; the quarterly buyer is seldom back within 30 days and often within 365. So four parts speak:
the primary score in log-odds, what buy-till-you-die theory adds to it, the usual gap, and the
silence against it. The ridge pulls to the theory, which is the answer where little was seen.

References
----------
Fader, Hardie, Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
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

PRIOR = np.array([1.0, 1.0, 0.0, 0.0])
"""The theory alone: the primary score, moved as buy-till-you-die says, and nothing besides."""
RIDGE = 30.0
"""How many clients the theory is worth."""
LEAST = 20
"""With fewer different clients than this of either label only the level is learnt."""
NEAREST = 1e-6
"""The theory is never surer than this."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """The risk of one other horizon, as a logistic regression on the primary score.

    Parameters
    ----------
    horizon_days, primary_days
        Its own horizon, and that of the primary score.
    gap, silence
        The curves of the usual gap and of the silence against it, fitted.
    intercept, weights
        Of the four parts; no weight is negative.
    record
        How it was learnt and how it held, as plain values.
    """

    horizon_days: int
    primary_days: int
    gap: Curve
    silence: Curve
    intercept: float
    weights: tuple[float, ...]
    record: Mapping[str, Any]

    def odds(self, primary: Values, X: Matrix, columns: Sequence[str]) -> Values:
        """The log-odds of no order in this horizon, shape (n,), before the horizons are ordered.

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
        """The four parts, float64 of shape (n, 4), each raising the risk."""
        return np.column_stack(
            [
                primary,
                _theory(X, columns, share=self.horizon_days / self.primary_days),
                _bent(self.gap, X, columns),
                _bent(self.silence, X, columns),
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """The head as plain values."""
        return {
            "horizon_days": self.horizon_days,
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
    rows: Rows, primary: Values, *, horizon_days: int, primary_days: int, record: Mapping[str, Any]
) -> Head:
    """The head of labelled rows.

    Parameters
    ----------
    rows
        At least one; y is 1 where no order came in this horizon.
    primary
        The primary risk in log-odds by a score that never saw the row's client, shape (n,).
    horizon_days, primary_days
        The two horizons; they differ.
    record
        What is to be kept with it.
    """
    shorter = horizon_days < primary_days
    # of equal risk, the slow buyer is riskier sooner and safer later; the long silent the reverse
    slow: Literal[-1, 1] = 1 if shorter else -1
    gone: Literal[-1, 1] = -1 if shorter else 1
    weight = rows.weight
    curves = (
        Curve(feature="median_gap_days", shape="log1p", sign=slow),
        Curve(feature="silence_over_gap", shape="log1p", sign=gone),
    )
    gap, silence = (
        curve.fitted(rows.X[:, rows.columns.index(curve.feature)], weight)
        if curve.feature in rows.columns
        else curve
        for curve in curves
    )
    head = Head(
        horizon_days=horizon_days,
        primary_days=primary_days,
        gap=gap,
        silence=silence,
        intercept=0.0,
        weights=tuple(float(one) for one in PRIOR),
        record=record,
    )
    parts = head.parts(primary, rows.X, rows.columns)
    lost = rows.y == 1
    if min(len(set(rows.client[lost])), len(set(rows.client[~lost]))) < LEAST:
        level = level_of(parts @ PRIOR, rows.y, weight, "logistic")
        return replace(head, intercept=level)
    found = fit_weights(parts, rows.y, weight, loss="logistic", prior=PRIOR, ridge=RIDGE)
    return replace(head, intercept=found.intercept, weights=found.values)


def _theory(X: Matrix, columns: Sequence[str], *, share: float) -> Values:
    """What BG/NBD adds to the log-odds of no order when the horizon is `share` of the primary.

    A client that is alive orders at an even rate: with A the chance that it is and E the orders
    expected over the primary horizon, the chance of none is 1 - A (1 - exp(-share E / A)).
    """
    if not {"alive", "expected_orders"} <= set(columns):
        return np.zeros(len(X))
    alive = X[:, list(columns).index("alive")].astype(np.float64)
    expected = X[:, list(columns).index("expected_orders")].astype(np.float64)
    alive = np.clip(alive, NEAREST, 1.0)
    rate = np.maximum(expected, 0.0) / alive

    def none(part: float) -> Values:
        chance = 1.0 - alive * -np.expm1(-part * rate)
        return np.asarray(logit(np.clip(chance, NEAREST, 1 - NEAREST)), dtype=np.float64)

    return np.nan_to_num(none(share) - none(1.0))


def _bent(curve: Curve, X: Matrix, columns: Sequence[str]) -> Values:
    """The curve's values; nothing where its feature is absent."""
    if curve.feature not in columns:
        return np.zeros(len(X))
    return curve.values(X[:, list(columns).index(curve.feature)])
