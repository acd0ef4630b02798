"""Facts of a backtest: what its page says, read off its tables and predictions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.evaluation import BASELINES, MODEL, MONEY_BASELINES, PREVIOUS, Backtest, Standing

Values = npt.NDArray[np.float64]
FULL = ("all", "key")
RISKS = (MODEL, *BASELINES)
MONEY = (MODEL, *MONEY_BASELINES)
BINS = 10
SHARES = tuple(part / 20 for part in range(21))
"""The shares of clients contacted at which the gain is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over origins with its 90 % interval; None where it is undefined."""

    mean: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One model's figures by metric."""

    model: str
    figures: Mapping[str, Figure]

    def of(self, metric: str) -> Figure:
        """The figure of a metric; an undefined one where it was not measured."""
        return self.figures.get(metric, Figure(mean=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """One slice: the model, and the baseline that ranks its clients best."""

    which: str
    clients: int
    model: ModelRow
    baseline: str
    other: Figure
    lead: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterFacts:
    """The model one origin later without retraining, mean over the origins that have one before.

    Parameters
    ----------
    days
        The mean distance between two origins.
    retrained, kept
        AUC of the retrained model and of the one before, on the same clients.
    behind
        Their difference, with its interval.
    fall, rule_fall
        How far the AUC fell from the model's own origin to the next: its own, and that of the
        simple rule that ranks best.
    rule
        That rule.
    """

    days: float
    retrained: float
    kept: float
    behind: Figure
    fall: float
    rule_fall: float
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFacts:
    """Everything the page of a backtest says.

    Parameters
    ----------
    standing
        What the grade rests on.
    rates
        The share lost, by slice of `FULL`; None where nobody was active.
    risks, money
        Rows of the models by slice of `FULL`, the model's first; money is empty where no horizon
        of potential was over.
    slices
        One row a slice.
    later
        None where no origin has one before it.
    calibration
        (mean probability, share lost, clients) of groups of equal size.
    gains
        Model to the share of the lost that is reached at each of `SHARES` of clients contacted.
    """

    portfolio: str
    currency: str | None
    origins: tuple[dt.date, ...]
    churn_days: int
    potential_days: int
    standing: Standing
    rates: Mapping[str, float | None]
    risks: Mapping[str, tuple[ModelRow, ...]]
    money: Mapping[str, tuple[ModelRow, ...]]
    slices: tuple[SliceRow, ...]
    later: LaterFacts | None
    calibration: tuple[tuple[float, float, int], ...]
    gains: Mapping[str, tuple[float, ...]]
    notes: tuple[str, ...]


def replay_facts(
    found: Backtest,
    *,
    portfolio: str,
    currency: str | None,
    churn_days: int,
    potential_days: int,
) -> ReplayFacts:
    """The facts of a backtest.

    Parameters
    ----------
    found
        The backtest.
    portfolio, currency
        Whose it is, and in what money.
    churn_days, potential_days
        The two horizons.
    """
    rows = {which: _rows(found.table, which) for which in found.table["slice"].drop_duplicates()}
    active = found.predictions.dropna(subset=["lost"])
    money = {which: _of(rows[which], MONEY) for which in FULL}
    known = any(row.of("spearman").mean is not None for row in money["all"])
    return ReplayFacts(
        portfolio=portfolio,
        currency=currency,
        origins=tuple(sorted(found.by_origin["origin"].unique())),
        churn_days=churn_days,
        potential_days=potential_days,
        standing=found.standing,
        rates={"all": _rate(active), "key": _rate(active[active["key"]])},
        risks={which: _of(rows[which], (*RISKS, PREVIOUS)) for which in FULL},
        money=money if known else {},
        slices=tuple(_slice(which, by_model, found.table) for which, by_model in rows.items()),
        later=_later(found),
        calibration=_calibration(active),
        gains={model: gain(active, model) for model in (MODEL, found.standing.baseline)},
        notes=found.notes,
    )


def gain(active: pd.DataFrame, model: str) -> tuple[float, ...]:
    """The share of the lost that stands among each of `SHARES` of the riskiest, mean over origins.

    Clients of one risk are reached evenly.

    Parameters
    ----------
    active
        Predictions with `origin`, `lost` and the model's risk.
    model
        Whose risk.
    """
    curves = []
    for _, at in active.groupby("origin"):
        lost, risk = at["lost"].to_numpy(np.float64), at[model].to_numpy(np.float64)
        if not lost.sum():
            continue
        order = np.argsort(-risk, kind="stable")
        ends = np.flatnonzero(np.diff(risk[order], append=-np.inf))
        reached = np.cumsum(lost[order])[ends] / lost.sum()
        contacted = (ends + 1) / len(lost)
        curves.append(np.interp(SHARES, [0.0, *contacted], [0.0, *reached]))
    return tuple(float(each) for each in np.mean(curves, axis=0)) if curves else ()


def _rows(table: pd.DataFrame, which: str) -> dict[str, ModelRow]:
    part = table[table["slice"] == which]
    found: dict[str, dict[str, Figure]] = {}
    for row in part.to_dict("records"):
        mean, low, high = (_known(row[name]) for name in ("mean", "low", "high"))
        figures = found.setdefault(str(row["model"]), {})
        figures[str(row["metric"])] = Figure(mean=mean, low=low, high=high)
    return {model: ModelRow(model=model, figures=figures) for model, figures in found.items()}


def _of(rows: Mapping[str, ModelRow], models: Sequence[str]) -> tuple[ModelRow, ...]:
    return tuple(rows[model] for model in models if model in rows)


def _slice(which: str, rows: Mapping[str, ModelRow], table: pd.DataFrame) -> SliceRow:
    best = max(BASELINES, key=lambda name: rows[name].of("auc").mean or 0.0)
    counted = table[(table["slice"] == which) & (table["metric"] == "auc")]["clients"]
    return SliceRow(
        which=which,
        clients=int(counted.max()),
        model=rows[MODEL],
        baseline=best,
        other=rows[best].of("auc"),
        lead=rows[best].of("auc_lead"),
    )


def _later(found: Backtest) -> LaterFacts | None:
    """From the AUCs of all clients at two origins in a row; None where there are no two."""
    told = found.by_origin
    told = told[(told["slice"] == "all") & (told["metric"] == "auc")]
    wide = told.pivot_table(index="origin", columns="model", values="value").sort_index()
    if PREVIOUS not in wide:
        return None
    both = [
        (before, now)
        for before, now in pairwise(wide.to_dict("records"))
        if not math.isnan(now[PREVIOUS]) and not math.isnan(before[MODEL])
    ]
    if not both:
        return None
    rule = found.standing.baseline
    days = wide.index.to_series().map(dt.date.toordinal).diff().mean()
    return LaterFacts(
        days=float(days),
        retrained=float(np.mean([now[MODEL] for _, now in both])),
        kept=float(np.mean([now[PREVIOUS] for _, now in both])),
        behind=_rows(found.table, "all")[PREVIOUS].of("auc_lead"),
        fall=float(np.mean([before[MODEL] - now[PREVIOUS] for before, now in both])),
        rule_fall=float(np.mean([before[rule] - now[rule] for before, now in both])),
        rule=rule,
    )


def _calibration(active: pd.DataFrame) -> tuple[tuple[float, float, int], ...]:
    told = active[MODEL].to_numpy(np.float64)
    lost = active["lost"].to_numpy(np.float64)
    parts = np.array_split(np.argsort(told, kind="stable"), BINS)
    return tuple(
        (float(told[part].mean()), float(lost[part].mean()), len(part))
        for part in parts
        if len(part)
    )


def _rate(active: pd.DataFrame) -> float | None:
    return float(active["lost"].mean()) if len(active) else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
