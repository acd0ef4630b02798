"""Prospects: the profit and the care of a client's first year, from what is known beforehand.

Learnt from past newcomers whose first year is over. The raw score of profit lives on the asinh
scale (heavy tails are tame there, losses stay losses), as that of `potential` does.

    raw = (1 - w) (intercept + sum of weights x columns) + w forest

With few newcomers w is zero; with many it is what foretold later newcomers best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.boosting import Forest, parse_forest
from segml.ledger.first_year import first_years
from segml.ledger.horizon import Future
from segml.outcomes.amount import Spread, scale_of
from segml.outcomes.first_amount import FirstAmount, fit_first_amount
from segml.outcomes.first_care import Care, fit_care
from segml.outcomes.first_design import Design, learn_design
from segml.outcomes.first_level import level_of
from segml.outcomes.first_trials import (
    FirstRows,
    chosen_weight,
    in_time,
    later_spread,
    spearman,
)
from segml.outcomes.ridge import Ridge, fit_ridge

Values = npt.NDArray[np.float64]
LEAST = 40
"""With fewer newcomers whose first year is over nothing is learnt."""
OF_THE_TIME = ("announced_rise", "month")
MANY = 400
"""From so many on a forest is tried beside the regression."""


def label(future: Future) -> pd.DataFrame:
    """The first years of the newcomers of a horizon that begins with the ledger.

    Returns
    -------
    DataFrame
        As `segml.ledger.first_year.first_years`: index client_id; first_day, complete, profit,
        cost_to_serve, minutes.
    """
    return first_years(future, start=future.start, end=future.end)


@dataclass(frozen=True, kw_only=True)
class ProspectModel:
    """What a first year is expected to bring and to take, given what is known at first contact.

    Parameters
    ----------
    design
        From features to columns.
    ridge, forest, forest_weight
        The parts of the raw score; the forest is None where its weight is zero.
    amount
        Raw score to expected profit, in money.
    spread
        How far first years lie from what was expected before they began.
    minutes, cost
        Expected minutes of contacts (None without contacts) and expected cost to serve.
    middle, top
        The median and the upper quarter of the profit expected of the newcomers learnt from, each
        foretold without its own row: what a prospect is held against.
    learnt, censored
        Newcomers learnt from, and those whose first year was not over.
    record
        How it was chosen and how well it held, as plain values.
    """

    design: Design
    ridge: Ridge
    forest: Forest | None
    forest_weight: float
    amount: FirstAmount
    spread: Spread
    minutes: Care | None
    cost: Care
    middle: float
    top: float
    learnt: int
    censored: int
    record: Mapping[str, Any]

    def raw(self, contact: pd.DataFrame) -> Values:
        """The raw score of clients at first contact, shape (n,)."""
        Z = self.design.matrix(contact)
        total = (1 - self.forest_weight) * self.ridge.raw(Z)
        if self.forest is not None:
            total += self.forest_weight * self.forest.raw(Z.astype(np.float32))
        return total

    def expected(self, contact: pd.DataFrame) -> Values:
        """The expected profit of the first year in money, shape (n,)."""
        return self.amount.expected(self.raw(contact))

    def contributions(self, contact: pd.DataFrame) -> tuple[Values, float]:
        """The Shapley values of the raw score by feature of `design.features`, and their base.

        Returns
        -------
        values, base
            float64 of shape (n, features); rows sum with the base to `raw` within 1e-6. A
            feature's value is the sum of those of its columns.
        """
        Z = self.design.matrix(contact)
        values = (1 - self.forest_weight) * self.ridge.contributions(Z)
        base = (1 - self.forest_weight) * self.ridge.intercept
        if self.forest is not None:
            told, mean = self.forest.contributions(Z.astype(np.float32))
            values, base = values + self.forest_weight * told, base + self.forest_weight * mean
        return self.design.by_feature(values), float(base)

    def likeness(self, contact: pd.DataFrame) -> Values:
        """Coordinates in which near clients are expected to earn alike: columns by their weight."""
        return self.ridge.contributions(self.design.matrix(contact))

    def forests(self) -> dict[str, str]:
        """The LightGBM text by name, where there is a forest."""
        return {} if self.forest is None else {"prospects": self.forest.text}

    def to_json(self) -> dict[str, Any]:
        """Everything but the forest, as plain values."""
        parts = {name: getattr(self, name).to_json() for name in ("design", "ridge", "amount")}
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            **parts,
            **plain,
            "spread": self.spread.to_json(),
            "minutes": None if self.minutes is None else self.minutes.to_json(),
            "cost": self.cost.to_json(),
            "record": dict(self.record),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], forests: Mapping[str, str]) -> ProspectModel:
        """The model read back from `to_json` and `forests`, whose digests the caller compared."""
        design, text = Design.from_json(value["design"]), forests.get("prospects")
        return cls(
            design=design,
            ridge=Ridge.from_json(value["ridge"]),
            forest=None if text is None else parse_forest(text, _columns(design)),
            amount=FirstAmount.from_json(value["amount"]),
            spread=Spread.from_json(value["spread"]),
            minutes=None if value["minutes"] is None else Care.from_json(value["minutes"]),
            cost=Care.from_json(value["cost"]),
            record=value["record"],
            **{name: value[name] for name in _PLAIN},
        )


_PLAIN = ("forest_weight", "middle", "top", "learnt", "censored")


def fit_prospect(
    contact: pd.DataFrame,
    first: pd.DataFrame,
    prospects: pd.DataFrame,
    *,
    seed: int,
    threads: int = 2,
) -> ProspectModel | None:
    """The model of past newcomers; None where fewer than `LEAST` have a first year that is over.

    Parameters
    ----------
    contact
        `features.first_contact` of every newcomer of `first`, in any order.
    first
        `label`'s frame.
    prospects
        `features.first_contact` of today's prospects: what they lack is not learnt from.
    seed, threads
        Of LightGBM and the folds.
    """
    over = first[first["complete"]].sort_index(kind="stable")
    over = over.sort_values("first_day", kind="stable")
    if len(over) < LEAST:
        return None
    known = contact.loc[over.index]
    profit = over["profit"].to_numpy(np.float64)
    scale = scale_of(profit)
    y = np.arcsinh(profit / scale)
    design, timed = _design(known, prospects, y)
    Z = design.matrix(known)
    rows = FirstRows(Z=Z, y=y, columns=_columns(design), seed=seed, threads=threads)
    ridge, held = fit_ridge(Z, y)
    enough = len(over) >= MANY and bool(design.terms)  # LightGBM takes no rows without columns
    weight, tried = chosen_weight(rows) if enough else (0.0, in_time(rows, (0.0,)))
    if weight:
        held = rows.held_out(weight)
    amount = fit_first_amount(held, profit, scale=scale)
    expected = amount.expected(held)
    spread = later_spread(rows, profit, weight, scale=scale)
    low, _, high = spread.interval(expected)
    cared = over["minutes"].to_numpy(np.float64)
    model = ProspectModel(
        design=design,
        ridge=ridge,
        forest=rows.forest() if weight else None,
        forest_weight=weight,
        amount=amount,
        spread=spread,
        minutes=fit_care(Z, cared) if cared.any() else None,
        cost=fit_care(Z, over["cost_to_serve"].to_numpy(np.float64)),
        middle=float(np.median(expected)),
        top=float(np.quantile(expected, 0.75)),
        learnt=len(over),
        censored=int((~first["complete"]).sum()),
        record={
            "first_days": [int(over["first_day"].min()), int(over["first_day"].max())],
            "penalty": ridge.penalty,
            "in_time": tried,
            "of_the_time": timed,
            "spearman": spearman(expected, profit),
            "coverage": float(((profit >= low) & (profit <= high)).mean()),
            "mean_profit": float(profit.mean()),
            "mean_expected": float(expected.mean()),
        },
    )
    return _levelled(model, contact, first, pd.Series(expected, index=over.index))


def _levelled(
    model: ProspectModel, contact: pd.DataFrame, first: pd.DataFrame, held: pd.Series
) -> ProspectModel:
    """The model at the level of the newcomers still in their first year."""
    first = first.sort_index(kind="stable")
    expected = pd.Series(model.expected(contact.loc[first.index]), index=first.index)
    expected[held.index] = held
    level = level_of(first, expected)
    cost, ratio = float(first.loc[held.index, "acquisition"].mean()), level.ratio
    raised = ratio * held + (ratio - 1) * cost
    return replace(
        model,
        amount=model.amount.raised(ratio, cost),
        spread=model.spread.raised(ratio),
        middle=float(raised.median()),
        top=float(raised.quantile(0.75)),
        record={**model.record, "level": vars(level)},
    )


def _design(
    known: pd.DataFrame, prospects: pd.DataFrame, y: Values
) -> tuple[Design, dict[str, float]]:
    """The design with what all clients of a time share, or without it, and either's error.

    A price rise or a season is the same for all who come at a time, so few dates tell what it
    does, and a date like none of them misleads everybody alike: it has to foretell later blocks.
    """
    plain = [name for name in known if name not in OF_THE_TIME]
    designs = {
        "without": learn_design(known[plain], prospects[plain]),
        "with": learn_design(known, prospects),
    }
    errors: dict[str, float] = {}
    for name, design in designs.items():
        columns = _columns(design)
        rows = FirstRows(Z=design.matrix(known), y=y, columns=columns, seed=0, threads=1)
        errors[name] = in_time(rows, (0.0,))["errors"]["0.0"]
    return designs["with" if errors["with"] < errors["without"] else "without"], errors


def _columns(design: Design) -> tuple[str, ...]:
    """Names a forest's text can hold, one a term: levels may be any text."""
    return tuple(f"c{j}" for j in range(len(design.terms)))
