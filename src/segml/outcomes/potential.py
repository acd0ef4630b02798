"""Potential: a client's profit over the horizon, negatives allowed. Its labels and its model.

Two parts: `buys`, the probability of any order, and `spends`, the profit given one. The expected
profit is ``p(buys) * E[profit | buys] + (1 - p(buys)) * idle``, where `idle` is the mean profit of
clients without an order (returns, an acquisition share): small, and not always zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from segml.ledger import Future, economics
from segml.outcomes.additive import fit_additive
from segml.outcomes.ages import Ages, age_of
from segml.outcomes.amount import Amount, scale_of
from segml.outcomes.calibration import Calibration
from segml.outcomes.churn import label as churn_label
from segml.outcomes.churn import notes
from segml.outcomes.curve import Curve
from segml.outcomes.filling import Asked
from segml.outcomes.folds import split
from segml.outcomes.halves import Recipe
from segml.outcomes.money import Money, Told, joined, with_nothing
from segml.outcomes.rows import Matrix, Rows, Values
from segml.outcomes.score import AdditiveScore
from segml.outcomes.season import Season, with_season, without_season
from segml.outcomes.slices import Mask, by_slice
from segml.outcomes.validation import Metrics, of_money, of_probability
from segml.words.forest import ForestPlan

BUYS_CURVES = (
    Curve(feature="expected_orders_own", shape="log", sign=1, prior=1.0),
    Curve(feature="expected_orders_own", shape="sqrt", sign=1),
    Curve(feature="silence_over_gap", shape="log1p", sign=-1),
)
OWN_PAST = ("profit_365", "spend_365", "spend_same_season")
"""Features whose own amount speaks of the amount to come, on the same asinh scale; of the first
also on one of `LARGE` times as much."""
LARGE = 10.0
"""A client of so many times the usual amount is large: who is keeps more of its size than others,
of whom most ordered once or twice, and is told by a curve of its own."""


def label(future: Future, client_ids: pd.Index) -> pd.DataFrame:
    """What became of clients in the horizon.

    Parameters
    ----------
    future
        The horizon.
    client_ids
        The clients asked about.

    Returns
    -------
    DataFrame
        Index `client_ids`; `buys` 1.0 where there was an order, else 0.0; `profit` in money,
        0.0 where the ledger is silent.
    """
    profit = economics.profit(future, future.start, future.end)["profit"]
    return pd.DataFrame(
        {
            "buys": 1.0 - churn_label(future, client_ids),
            "profit": profit.reindex(client_ids).fillna(0.0).astype(np.float64),
        },
        index=client_ids,
    )


@dataclass(frozen=True, kw_only=True)
class PotentialModel:
    """Both parts of potential, and what joins them to money.

    Parameters
    ----------
    buys
        The raw score of buying, in log-odds before calibration.
    calibration
        Raw score of buying to its probability.
    spends
        The raw score of the profit given an order, asinh of money over `amount.scale`.
    amount
        Raw score of spending to expected money.
    idle
        The mean profit of clients without an order, in money.
    ages
        The level of each age, and how far its profits lie from their expectation.
    record
        Folds, rounds, weights, validation metrics and notes, as plain values.
    """

    buys: AdditiveScore
    calibration: Calibration
    spends: AdditiveScore
    amount: Amount
    idle: float
    ages: Ages
    record: Mapping[str, Any]

    def probability(self, X: Matrix) -> Values:
        """The probability of any order in the horizon; X float32 (n, p), result (n,)."""
        return self.calibration.probability(self.buys.raw(X))

    def raw(self, X: Matrix) -> Values:
        """The raw score of potential, shape (n,): that of `spends`, the part in money."""
        return self.spends.raw(X)

    def expected(self, X: Matrix) -> Values:
        """The expected profit over the horizon in money, shape (n,)."""
        return self.joint(self.buys.raw(X), self.spends.raw(X), self._age(X))

    def interval(self, X: Matrix) -> tuple[Values, Values, Values]:
        """Low, median and high of the profit in money, each (n,); low to high holds 80 %."""
        return self.interval_of(self.buys.raw(X), self.expected(X), self._age(X))

    def interval_of(
        self, buys: Values, expected: Values, age: Values
    ) -> tuple[Values, Values, Values]:
        """The same of rows whose raw score of buying, expected profit and age are known."""
        told = self.ages.interval(expected, age)
        return with_nothing(self.calibration.probability(buys), told)

    def joint(self, buys: Values, spends: Values, age: Values) -> Values:
        """The expected profit of rows whose raw scores and age in days are known, each (n,)."""
        p = self.calibration.probability(buys)
        return self.ages.expected(joined(p, self.amount.expected(spends), self.idle), age)

    def _age(self, X: Matrix) -> Values:
        return age_of(self.buys.columns, X)

    def forests(self) -> dict[str, str]:
        """The LightGBM texts by name, of the parts that have a forest."""
        parts = {"buys": self.buys.forest, "spends": self.spends.forest}
        return {name: forest.text for name, forest in parts.items() if forest is not None}

    def to_json(self) -> dict[str, Any]:
        """Everything but the forests, as plain values."""
        return {
            "buys": self.buys.to_json(),
            "calibration": self.calibration.to_json(),
            "spends": self.spends.to_json(),
            "amount": self.amount.to_json(),
            "idle": self.idle,
            "ages": self.ages.to_json(),
            "record": dict(self.record),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], forests: Mapping[str, str]) -> PotentialModel:
        """The model read back from `to_json` and `forests`, whose digests the caller compared."""
        return cls(
            buys=AdditiveScore.from_json(value["buys"], forests.get("buys")),
            calibration=Calibration.from_json(value["calibration"]),
            spends=AdditiveScore.from_json(value["spends"], forests.get("spends")),
            amount=Amount(**value["amount"]),
            idle=value["idle"],
            ages=Ages.from_json(value["ages"] if "ages" in value else value["spread"]),
            record=value["record"],
        )


def fit_potential(
    rows: Rows,
    profit: Values,
    *,
    horizon_days: int,
    gap_days: int,
    seed: int,
    threads: int = 2,
    forest: ForestPlan | None = None,
    season: Season | None = None,
    asked: Asked | None = None,
    pool: Executor | None = None,
) -> PotentialModel:
    """The potential model of rows from many cut-offs, validated by time and by client.

    Parameters
    ----------
    rows
        Rows of all clients with history, active and lapsed; y is `label`'s `buys`; the monotone
        signs are those of churn and are turned around here.
    profit
        `label`'s `profit`, money, shape (n,), row by row.
    horizon_days, gap_days
        The label's days; what a fold must wait for.
    seed, threads
        Of LightGBM and the bootstrap.
    forest
        How the forests of both parts grow; as by default if None.
    season
        The portfolio's days up to the day of the training, which move the level of buying; None:
        it follows no season.
    asked
        Today's clients: the level of money is moved where a year's sums were still filling at the
        cut-offs (`outcomes.filling`); None: it is not.
    pool
        Whose free threads help; changes nothing but the time.

    Notes
    -----
    Both parts share one set of folds, so that the joint expectation of every validated row is
    made by models that saw neither its client nor its time.
    """
    order = rows.order
    rows, profit = rows.take(order), np.asarray(profit, dtype=np.float64)[order]
    bought = rows.y > 0
    scale = scale_of(profit[bought])
    earned = rows.labelled(np.arcsinh(profit / scale)).signed(())
    label_days = gap_days + horizon_days
    folds = split(rows, label_days=label_days)
    logistic = Recipe(
        loss="logistic",
        curves=BUYS_CURVES,
        seed=seed,
        threads=threads,
        forest=forest or ForestPlan(),
        pool=pool,
    )
    squared = replace(logistic, loss="squared", curves=_own_past(scale))
    turned = without_season(rows.signed([-sign for sign in rows.signs]))
    buys = fit_additive(turned, folds.teaching(rows.y), logistic)
    buys, level = with_season(buys, turned, season, sign=-1)
    spends = fit_additive(earned, folds.teaching(earned.y, bought), squared, teach=bought)
    days = None if asked is None else asked.season
    money = Money(
        rows=rows, profit=profit, scale=scale, seed=seed, label_days=label_days, season=days
    )
    joint, moved = money.today(buys, spends, asked)
    held, told = money.foretold(buys.trials, spends.trials)
    return PotentialModel(
        buys=buys.score,
        spends=spends.score,
        calibration=joint.calibration,
        amount=joint.amount,
        idle=joint.idle,
        ages=joint.ages,
        record={
            "buys": buys.record,
            "spends": spends.record,
            "folds": folds.kind if len(held) else "none",
            "validated_cutoffs": np.unique(rows.cutoff[held]).tolist(),
            "validated_rows": len(held),
            "metrics": _measured(rows.take(held), profit[held], told),
            "season": level,
            "filling": None if moved is None else moved.to_json(),
            "label_rate": float(rows.y.mean()) if len(rows) else None,
            "notes": notes(rows, folds.note, what="potential"),
        },
    )


def _measured(rows: Rows, profit: Values, told: Told) -> Metrics:
    def of(part: Mask) -> Metrics:
        money = of_money(profit[part], told.expected[part], told.low[part], told.high[part])
        return {**of_probability(rows.y[part], told.p[part]), **money}

    return by_slice(rows, of)


def _own_past(scale: float) -> tuple[Curve, ...]:
    """The client's own past amounts on the asinh scale, the first of which is the prior."""
    prior, *others = (Curve(feature=name, shape="asinh", sign=1, scale=scale) for name in OWN_PAST)
    return (replace(prior, prior=1.0), *others, replace(prior, scale=LARGE * scale))
