"""The backtest: history replayed at rolling origins by production's own fit and score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.bundle import Bundle, fit
from segml.evaluation.baselines import BASELINES, USES, Values
from segml.evaluation.measures import MODEL
from segml.evaluation.origins import checked_origins, default_origins
from segml.evaluation.summary import by_origin, summarise
from segml.features import snapshot
from segml.ledger import Ledger, date_of
from segml.outcomes import churn, potential, top_tenth
from segml.scoring import score
from segml.words.plan import Plan

Progress = Callable[[str, int, int], None]
"""Called as (the origin that is replayed next, origins done, origins in all)."""
_MONEY = ("expected_profit", "expected_profit_low", "expected_profit_high")


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """What a replay of history found.

    Parameters
    ----------
    table
        slice (all, key), model (`segml` and the baselines), metric, mean over origins, low and
        high (90 % bootstrap over clients), origins, clients.
    by_origin
        origin, slice, model, metric, value, clients.
    predictions
        One row an origin and client with history: origin (date), client_id, status, key, lost
        (NaN unless active), one risk a model, profit (NaN where its horizon is not over) and
        its expectation with low and high.
    notes
        What the fits said, with their origins.
    """

    table: pd.DataFrame
    by_origin: pd.DataFrame
    predictions: pd.DataFrame
    notes: tuple[str, ...]


def backtest(
    ledger: Ledger,
    plan: Plan,
    origins: Sequence[dt.date | int] | None = None,
    *,
    threads: int = 2,
    draws: int = 100,
    progress: Progress | None = None,
) -> Backtest:
    """What the plan's models would have said at past dates, held against what happened.

    Parameters
    ----------
    ledger
        A checked ledger.
    plan
        Horizons, cut-offs and seed, as in production.
    origins
        The dates to stand at; default: `default_origins`.
    threads
        Processors to use; changes nothing else.
    draws
        Bootstrap draws for the intervals.
    progress
        Called before each origin.

    Raises
    ------
    HistoryTooShort
        If a date has too little history before it, or no whole horizon after it.
    """
    asked = default_origins(ledger, plan) if origins is None else origins
    days = checked_origins(ledger, plan, asked)
    replayed, past = [], _PastRows(ledger, plan)
    for done, day in enumerate(days):
        if progress is not None:
            progress(date_of(day).isoformat(), done, len(days))
        replayed.append(_replay(ledger, plan, day, past, threads))
    predictions = pd.concat([frame for frame, _ in replayed], ignore_index=True)
    risks = (MODEL, *BASELINES)
    said = dict.fromkeys(note for _, notes in replayed for note in notes)
    return Backtest(
        table=summarise(predictions, risks, draws=draws, seed=plan.seed),
        by_origin=by_origin(predictions, risks),
        predictions=predictions,
        notes=tuple(said),
    )


def key_clients(spend: pd.Series, active: pd.Series) -> pd.Series:
    """Whether a client is among the top tenth of active clients by spend: no model's rule.

    Parameters
    ----------
    spend
        Money of the last 365 days, one a client.
    active
        Whether each client is active, same index.

    Examples
    --------
    >>> key_clients(pd.Series([5.0, 9.0]), pd.Series([True, True])).tolist()
    [False, True]
    """
    key = active.to_numpy(dtype=bool, copy=True)
    asked = spend.to_numpy(np.float64)[key]
    key[key] = top_tenth(asked, np.zeros(len(asked), np.int64))
    return pd.Series(key, index=spend.index)


class _PastRows:
    """The baselines' rows of past cut-offs; each cut-off is asked for once in a backtest."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        self._ledger, self._plan = ledger, plan
        self._known: dict[int, pd.DataFrame] = {}

    def at(self, bundle: Bundle) -> tuple[pd.DataFrame, Values]:
        """Features and labels of the active clients at the bundle's own churn cut-offs."""
        rows = pd.concat([self._of(day, bundle) for day in bundle.record.churn.cutoffs])
        return rows, rows["lost"].to_numpy(np.float64)

    def _of(self, day: int, bundle: Bundle) -> pd.DataFrame:
        if day not in self._known:
            seen = snapshot(self._ledger.past(day), bundle.features)
            rows = seen.frame.loc[churn.population(seen.status), list(USES)].copy()
            rules = self._plan.churn
            future = self._ledger.future(
                day, gap_days=rules.gap_days, horizon_days=rules.horizon_days
            )
            self._known[day] = rows.assign(lost=churn.label(future, rows.index))
        return self._known[day]


def _replay(
    ledger: Ledger, plan: Plan, day: int, past: _PastRows, threads: int
) -> tuple[pd.DataFrame, list[str]]:
    """One origin's predictions beside its outcomes, and the fit's notes."""
    bundle = fit(ledger, day, plan, threads=threads)
    scored = score(bundle, ledger, day, version="backtest")
    scores = scored.scores.set_index("client_id")
    scores = scores[scores["status"] != "prospect"]
    now = scored.features.set_index("client_id").loc[scores.index, list(USES)]
    active = churn.population(scores["status"])
    frame = pd.DataFrame(
        {
            "origin": date_of(day),
            "status": scores["status"],
            "key": key_clients(now["spend_365"], active),
            "lost": _lost(ledger, plan, day, scores.index).where(active),
            MODEL: scores["p_churn"],
        }
    )
    rows, labels = past.at(bundle)
    for name, baseline in BASELINES.items():
        frame[name] = pd.Series(baseline(now, rows, labels), index=now.index)
    frame["profit"] = _profit(ledger, plan, day, scores.index)
    frame[list(_MONEY)] = scores[list(_MONEY)]
    notes = [f"{date_of(day)}: {note}" for note in bundle.record.notes]
    return frame.rename_axis(index="client_id").reset_index(), notes


def _lost(ledger: Ledger, plan: Plan, day: int, clients: pd.Index) -> pd.Series:
    rules = plan.churn
    future = ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    return churn.label(future, clients)


def _profit(ledger: Ledger, plan: Plan, day: int, clients: pd.Index) -> pd.Series:
    """The profit of potential's horizon; NaN for all where the ledger ends before it does."""
    gap, horizon = plan.churn.gap_days, plan.potential.horizon_days
    if day + gap + horizon > ledger.last_day + 1:
        return pd.Series(np.nan, index=clients)
    future = ledger.future(day, gap_days=gap, horizon_days=horizon)
    return potential.label(future, clients)["profit"]
